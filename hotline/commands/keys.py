"""`hotline keys`: create, rotate, check and retire keys while the hotline runs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from hotline.actions.privacy import key_rotation as deeds
from hotline.actions.region.context import RegionContext
from hotline.clock import RealClock
from hotline.commands.shell import columns, open_here, read_settings, run
from hotline.crypto.keyring import Cipher, Digest, Keyring, KeyringFault, KeySource, write_keyring
from hotline.crypto.vault import header_of

NO_FILE = "HOTLINE_KEY 现在是密钥本身；更换密钥要用密钥文件，请先运行 hotline keys new --file 路径。"
SETTLED = timedelta(minutes=5)
FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("keys")
def keys() -> None:
    """加密个人信息的密钥：新增、更换、检查、停用。"""


@keys.command("new")
@click.option(
    "--cipher", type=click.Choice([cipher.value for cipher in Cipher]), default=Cipher.AES.value, help="加密算法"
)
@click.option("--find", "finding", is_flag=True, help="另加一把查找用的密钥（查找号码、查询码）")
@click.option(
    "--digest", type=click.Choice([digest.value for digest in Digest]), default=Digest.SHA256.value, help="查找用的算法"
)
@click.option("--file", type=FILE, help="密钥文件的位置；HOTLINE_KEY 还是密钥本身时必填")
def new(cipher: str, finding: bool, digest: str, file: Path | None) -> None:
    """在密钥文件里加一把新密钥，暂不启用；还没有密钥文件的，建立一个。多台机器的，把文件复制到每一台后再更换。"""
    settings = read_settings()
    path = settings.key.path or file
    if path is None:
        raise click.ClickException(NO_FILE)
    if settings.key.path is None and path.exists():
        raise click.ClickException(f"{path} 已经存在。")
    keyring = _read(settings.key)
    _write(path, keyring.with_find(Digest(digest)) if finding else keyring.with_seal(Cipher(cipher)))
    click.echo(f"新密钥已写入 {path}，还没有启用。")
    if settings.key.path is None:
        click.echo(f"请把配置改为 HOTLINE_KEY=file:{path.absolute()}，重启服务，再运行 hotline keys rotate。")
    else:
        click.echo("运行 hotline keys rotate 启用它，并把已存的数据改用它加密。")


@keys.command("rotate")
def rotate() -> None:
    """启用最新的密钥，把已存的个人信息逐批改用它加密。不用停机；中断了再运行一次就接着做。"""
    settings = read_settings()
    path = settings.key.path
    if path is None:
        raise click.ClickException(NO_FILE)
    keyring = _read(settings.key)
    if keyring.newest() != keyring:
        _write(path, keyring.newest())

    async def work() -> None:
        async with open_here(settings) as context:
            await _reseal(context)
            if len(keyring.finds) > 1:
                await _rehash(context)

    run(work())
    click.echo("各进程最迟一分钟内改用新密钥；一分钟后再运行一次本命令，然后用 hotline keys check 看旧密钥能否停用。")


@keys.command("check")
def check() -> None:
    """列出每把密钥加密着多少项，哪些可以停用。有解不开的，退出码为 1。"""
    settings = read_settings()
    keyring = _read(settings.key)
    counts: dict[int, int] = {}

    async def work() -> None:
        async with open_here(settings) as context:
            counts.update(await deeds.count_seals(context))

    run(work())
    for line in columns(_lines(keyring, counts)):
        click.echo(line)
    strange = sorted(set(counts) - {header_of(key) for key in keyring.seals})
    if strange:
        raise click.ClickException(f"{sum(counts[one] for one in strange)} 项是用密钥文件里没有的密钥加密的，解不开。")


@keys.command("retire")
@click.argument("number", type=click.IntRange(1, 127))
@click.option("--find", "finding", is_flag=True, help="停用查找用的密钥")
def retire(number: int, finding: bool) -> None:
    """从密钥文件里删去不再使用的密钥。仍有数据用着的不能停用；旧备份还要用它的，请先另存。"""
    settings = read_settings()
    path, keyring = settings.key.path, _read(settings.key)
    if path is None:
        raise click.ClickException(NO_FILE)

    async def work() -> None:
        async with open_here(settings) as context:
            await _refuse_used(context, keyring, number, finding)

    if RealClock().now() - path_changed_at(path) < SETTLED:
        raise click.ClickException("密钥文件刚刚改过，各进程可能还没有读到；请五分钟以后再停用。")
    try:
        left = keyring.without_find(number) if finding else keyring.without_seal(number)
    except KeyringFault as fault:
        raise click.ClickException(str(fault)) from None
    run(work())
    _write(path, left)
    click.echo(f"{number} 号密钥已停用。")


def path_changed_at(path: Path) -> datetime:
    """Return when a file was last changed."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


async def _refuse_used(context: RegionContext, keyring: Keyring, number: int, finding: bool) -> None:
    if finding:
        used = await deeds.rehash_all(context)
    else:
        header = next(header_of(key) for key in keyring.seals if key.number == number)
        used = (await deeds.count_seals(context)).get(header, 0)
    if used:
        raise click.ClickException(f"还有 {used} 项用着 {number} 号密钥，请先运行 hotline keys rotate。")


async def _reseal(context: RegionContext) -> None:
    done = 0
    for _ in range(deeds.MOST_PASSES):
        with _bar(await deeds.count_blocks(context), "改用新密钥") as bar:
            turn = await deeds.reseal_all(context, bar.update)
        done += turn.resealed
        if not turn.resealed and not turn.missed:
            break
    click.echo(f"已改用新密钥加密 {done} 项。")
    if turn.broken:
        raise click.ClickException(f"{turn.broken} 项解不开，原样留着。")


async def _rehash(context: RegionContext) -> None:
    done = 0
    while changed := await deeds.rehash_all(context):
        done += changed
    click.echo(f"已改用新的查找密钥：{done} 人。")


def _bar(length: int, label: str) -> AbstractContextManager[Any]:
    return click.progressbar(length=length, label=label)


def _lines(keyring: Keyring, counts: Mapping[int, int]) -> list[tuple[str, ...]]:
    lines: list[tuple[str, ...]] = []
    for key in keyring.seals:
        used, number = key.number == keyring.sealing, counts.get(header_of(key), 0)
        lines.append((f"加密 {key.number} 号", key.cipher.value, f"{number} 项", _state(used, number)))
    for found in keyring.finds:
        state = "在用" if found.number == keyring.finding else "更换后用 hotline keys retire --find 停用"
        lines.append((f"查找 {found.number} 号", found.digest.value, "", state))
    return lines


def _state(used: bool, number: int) -> str:
    return "在用" if used else "还有数据用着" if number else "没有数据用它；刚加的等启用，旧的可以停用"


def _read(source: KeySource) -> Keyring:
    try:
        return source.read()
    except KeyringFault as fault:
        raise click.ClickException(str(fault)) from None


def _write(path: Path, keyring: Keyring) -> None:
    try:
        write_keyring(path, keyring)
    except KeyringFault as fault:
        raise click.ClickException(str(fault)) from None
