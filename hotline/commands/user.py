"""`hotline user`: manage accounts with the same actions as the security administrator's page."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import click

from hotline.actions.accounts import staff
from hotline.actions.region.context import RegionContext
from hotline.clock import RealClock
from hotline.commands.shell import FREE_TEXT, columns, open_here, read_settings, run
from hotline.domain.enums import Role
from hotline.domain.policy.login_rules import LOG_IN_ROLES

ROLES = [role.value for role in LOG_IN_ROLES]
SHOWN_ONCE = "密码（只显示这一次，首次登录须改）："


@click.group("user")
def user() -> None:
    """账号：建立、停用、恢复、重设、改任、列表。"""


@user.command("add")
@click.argument("login")
@click.option("--name", required=True, type=FREE_TEXT, help="姓名")
@click.option("--role", required=True, type=click.Choice(ROLES), help="角色")
@click.option("--unit", default="", help="所在单位的全称；承办人和负责人必须有")
@click.option("--ask", is_flag=True, help="自己输入首次登录用的密码；不加则随机生成并显示一次")
def add_user(login: str, name: str, role: str, unit: str, ask: bool) -> None:
    """新建一个账号；首次登录必须改密码。"""
    settings = read_settings()
    password = click.prompt("密码", hide_input=True, confirmation_prompt="再输一次") if ask else None

    async def work() -> None:
        async with open_here(settings) as context:
            first = await staff.add_account(
                context, None, login, name, Role(role), _unit(context, unit), _now(), password=password
            )
        click.echo(f"已建立账号 {login}。" + ("" if ask else f"{SHOWN_ONCE}{first}"))

    run(work())


@user.command("lock")
@click.argument("login")
@click.option("--reason", required=True, type=FREE_TEXT, help="理由，记入账号记录")
def lock_user(login: str, reason: str) -> None:
    """停用一个账号：不能再登录，已登录的立即退出。"""
    settings = read_settings()

    async def work() -> None:
        async with open_here(settings) as context:
            await staff.lock_account(context, None, login, reason, _now())
        click.echo(f"已停用账号 {login}。")

    run(work())


@user.command("unlock")
@click.argument("login")
def unlock_user(login: str) -> None:
    """恢复停用的账号；密码输错被锁定的也解开。"""
    settings = read_settings()

    async def work() -> None:
        async with open_here(settings) as context:
            await staff.unlock_account(context, None, login, _now())
        click.echo(f"账号 {login} 可以登录了。")

    run(work())


@user.command("reset")
@click.argument("login")
@click.option("--factor", is_flag=True, help="动态码也一并取消（手机丢失时），下次登录重新绑定")
def reset_user(login: str, factor: bool) -> None:
    """重设密码，显示一次；下次登录必须改。"""
    settings = read_settings()

    async def work() -> None:
        async with open_here(settings) as context:
            first = await staff.reset_password(context, None, login, _now())
            if factor:
                await staff.take_factor(context, None, login, "命令行重设", _now())
        click.echo(f"已重设账号 {login}。{SHOWN_ONCE}{first}")

    run(work())


@user.command("change")
@click.argument("login")
@click.option("--role", required=True, type=click.Choice(ROLES), help="角色")
@click.option("--unit", default="", help="所在单位的全称")
@click.option("--reason", required=True, type=FREE_TEXT, help="理由，记入账号记录")
def change_user(login: str, role: str, unit: str, reason: str) -> None:
    """改任角色或单位。"""
    settings = read_settings()

    async def work() -> None:
        async with open_here(settings) as context:
            await staff.change_post(context, None, login, Role(role), _unit(context, unit), reason, _now())
        click.echo(f"账号 {login} 已改任。")

    run(work())


@user.command("sessions")
@click.argument("login")
@click.option("--most", type=click.IntRange(0, 20), required=True, help="可同时登录几处；0：按统一规定")
@click.option("--reason", required=True, type=FREE_TEXT, help="理由，记入账号记录")
def allow_sessions(login: str, most: int, reason: str) -> None:
    """允许一个账号同时在几处登录；超出的最早的登录立即退出。"""
    settings = read_settings()

    async def work() -> None:
        async with open_here(settings) as context:
            await staff.allow_sessions(context, None, login, most or None, reason, _now())
        click.echo(f"账号 {login} 可同时登录{f' {most} 处' if most else '的处数按统一规定'}。")

    run(work())


@user.command("list")
def list_users() -> None:
    """列出全部账号和状态。"""
    settings = read_settings()

    async def work() -> None:
        async with open_here(settings) as context:
            rows = await staff.list_staff(context, None, _now())
        table = [(row["login"], row["name"], row["role"], row["unit_name"] or "", _state(row)) for row in rows]
        click.echo("\n".join(columns(table)) if table else "还没有账号。")

    run(work())


def _state(row: staff.ListedStaffRow) -> str:
    if not row["active"]:
        return "停用"
    if row["held_until"] is not None:
        return "锁定"
    state = "待首次登录" if row["must_change"] else "在用"
    return state + ("，有动态码" if row["enrolled"] else "")


def _unit(context: RegionContext, name: str) -> UUID | None:
    units = context.county.units.values()
    found = next((known.unit_id for known in units if known.name == name), None)
    if name and found is None:
        near = [known.name for known in units if name in known.name][:5]
        raise click.ClickException(f"没有单位“{name}”。" + (f"是不是：{'、'.join(near)}？" if near else ""))
    return found


def _now() -> datetime:
    return RealClock().now()
