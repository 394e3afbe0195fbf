"""Accounts at the door: what is owed first, the second factor, my sessions, and the security administrator's pages."""

from __future__ import annotations

import html
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer

from channels.app import build_app
from channels.web.app_keys import REGION_CONTEXT
from channels.web.user_agent import browser_of
from hotline.clock import MovedClock
from hotline.config import Settings
from hotline.crypto import credentials
from tests.build import PASSWORD, Town, dispatched
from tests.channels.desk.conftest import LogIn, Worker, find

Open = Callable[[], Awaitable[Worker]]
NEW = "Lantern-reed-9"


async def sent(worker: Worker, path: str, **fields: str) -> tuple[int, str, str]:
    """A form sent with the token of the page it stands on."""
    async with worker.http.get(path.split("?")[0]) as answer:
        found = re.search(r'name="csrf" value="([^"]+)"', await answer.text())
    worker.csrf = found[1] if found else ""
    return await worker.send(path, **fields)


async def bind(worker: Worker, now: MovedClock) -> tuple[str, list[str]]:
    """Bind an authenticator: its secret and the recovery codes that were shown."""
    page = await worker.get("/me/factor")
    secret = find(r'data-testid="secret">([A-Z2-7 ]+)<', page).replace(" ", "")
    status, _, shown = await sent(worker, "/me/factor", code=credentials.code_of(secret, now.now()))
    assert status == 200
    return secret, re.findall(r'<li class="num">([0-9A-Z]{5}-[0-9A-Z]{5})</li>', shown)


async def test_a_new_password_comes_before_everything(browser: Open, town: Town, pool: asyncpg.Pool) -> None:
    await pool.execute("update account set must_change = true where login = 'water'")
    ticket, water = await dispatched(town), await browser()
    assert (await water.send("/login", login="water", password=PASSWORD))[:2] == (303, "/desk")
    for path in ("/desk", f"/tickets/{ticket.ticket_id}", "/me", "/me/factor", "/"):
        async with water.http.get(path, allow_redirects=False) as answer:
            assert answer.status == 303, path
            assert answer.headers["Location"] == f"/me/password?next={path}"
    assert (await water.do(ticket.ticket_id, "sign"))[:2] == (303, "/me/password")
    assert await pool.fetchval("select state from ticket") == "dispatched"
    status, where, _ = await sent(water, "/me/password", old=PASSWORD, new=NEW, again=NEW, next="/desk")
    assert (status, where) == (303, "/desk")
    await water.get("/desk")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"old": "wrong", "new": NEW, "again": NEW}, "现在的密码不对"),
        ({"old": PASSWORD, "new": NEW, "again": NEW + "x"}, "两次输入的新密码不一样"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "至少要 10 位"),
        ({"old": PASSWORD, "new": "Water-lantern-9", "again": "Water-lantern-9"}, "用户名"),
        ({"old": PASSWORD, "new": "", "again": ""}, "至少要 10 位"),
    ],
    ids=["old", "again", "short", "own-name", "empty"],
)
async def test_a_password_that_cannot_be_taken_is_told_and_not_shown(
    log_in: LogIn, typed: dict[str, str], told: str
) -> None:
    water = await log_in("water")
    status, _, page = await water.send("/me/password", **typed)
    assert status == 422
    assert told in page
    assert NEW not in page


async def test_who_must_bind_an_authenticator_does_so_before_anything(
    browser: Open, town: Town, pool: asyncpg.Pool, clock: MovedClock, server: TestServer
) -> None:
    await by_default(pool, clock, server)
    leader = await browser()
    assert (await leader.send("/login", login="leader", password=PASSWORD))[:2] == (303, "/briefs")
    async with leader.http.get("/briefs", allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/me/factor?next=/briefs"
    secret, codes = await bind(leader, clock)
    assert len(codes) == 10
    await leader.get("/briefs")
    clock.advance(timedelta(minutes=1))
    again = await browser()
    assert (await again.send("/login", login="leader", password=PASSWORD, next="/briefs"))[:2] == (
        303, "/login/factor?next=/briefs",
    )  # fmt: skip
    await again.get("/briefs", status=303)
    status, _, page = await sent(again, "/login/factor", code="000000")
    assert status == 422
    assert "动态码不对" in page
    status, where, _ = await sent(again, "/login/factor", code=credentials.code_of(secret, clock.now()), next="/briefs")
    assert (status, where) == (303, "/briefs")
    await again.get("/briefs")
    await leader.get("/briefs", status=303)
    assert "刚在另一处登录" in await leader.get("/login")


async def by_default(pool: asyncpg.Pool, clock: MovedClock, server: TestServer) -> None:
    """The county keeps the default rules."""
    await pool.execute("update policy set body = '{}'::jsonb")
    await pool.execute("update account set password_set_at = $1", clock.now())
    await server.app[REGION_CONTEXT].refresh(clock.now(), force=True)


async def test_a_recovery_code_replaces_a_lost_telephone(browser: Open, log_in: LogIn, clock: MovedClock) -> None:
    _, codes = await bind(await log_in("water"), clock)
    other = await browser()
    assert (await other.send("/login", login="water", password=PASSWORD))[:2] == (303, "/login/factor")
    assert (await sent(other, "/login/factor", code=codes[0].lower()))[:2] == (303, "/desk")
    assert "备用码还剩 9 个" in await other.get("/me")


async def test_the_second_step_needs_the_first_and_its_own_token(
    browser: Open, log_in: LogIn, clock: MovedClock
) -> None:
    stranger = await browser()
    assert await stranger.get("/login/factor", status=303) == ""
    await bind(await log_in("water"), clock)
    other = await browser()
    await other.send("/login", login="water", password=PASSWORD)
    other.csrf = "forged"
    assert (await other.send("/login/factor", code="000000"))[0] == 403


@pytest.mark.parametrize("login", ["water", "nobody-has-this"])
async def test_a_shut_name_is_told_until_when(browser: Open, login: str, clock: MovedClock) -> None:
    worker = await browser()
    answers = [await worker.send("/login", login=login, password="wrong") for _ in range(6)]
    assert [status for status, _, _ in answers] == [401] * 4 + [429] * 2
    assert "这个用户名已锁定到09:15" in answers[4][2]
    clock.advance(timedelta(minutes=15))
    assert (await worker.send("/login", login=login, password="wrong"))[0] == 401


async def test_my_sessions_say_where_and_end_at_once(browser: Open, log_in: LogIn) -> None:
    here, there = await log_in("water"), await browser()
    agent = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/149.0 Mobile Safari/537.36"}
    form = {"login": "water", "password": PASSWORD}
    async with there.http.post("/login", data=form, headers=agent, allow_redirects=False) as answer:
        assert answer.status == 303
    page = await here.get("/me")
    assert "Chrome · 安卓，127.0.0.1" in page
    assert page.count("就是这里") == 1
    key = find(r'name="key" value="([0-9a-f]+)"', page)
    assert (await here.send("/me/sessions/end", key=key))[:2] == (303, "/me?done=ended")
    await there.get("/desk", status=303)
    assert "您在另一处结束了这里的登录" in await there.get("/login")
    await here.get("/desk")
    assert (await here.send("/me/sessions/end", key="ab"))[0] == 404


async def test_all_other_sessions_end(browser: Open, log_in: LogIn) -> None:
    here, there = await log_in("water"), await browser()
    await there.log_in("water")
    assert (await here.send("/me/sessions/end"))[0] == 303
    await there.get("/desk", status=303)
    await here.get("/desk")


async def test_behind_tls_the_cookie_is_for_this_host_alone(settings: Settings, town: Town, clock: MovedClock) -> None:
    secure = settings.model_copy(update={"public_url": "https://hotline.example.gov.cn"})
    async with (
        TestServer(build_app(secure, clock)) as server,
        ClientSession(base_url=server.make_url("/"), cookie_jar=CookieJar(unsafe=True)) as http,
        http.post("/login", data={"login": "water", "password": PASSWORD}, allow_redirects=False) as answer,
    ):
        cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-hotline_session=")
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie


async def test_an_account_is_made_and_its_password_shown_once(log_in: LogIn, browser: Open) -> None:
    guard = await log_in("guard")
    status, _, page = await guard.send("/admin/accounts", login="lisi", name="李四", role="handler", unit="水务局")
    assert status == 200
    first = html.unescape(find(r'class="first-password num">([^<]+)<', page))
    assert first not in await guard.get("/admin/accounts/lisi")
    assert "待改密码" in await guard.get("/admin/accounts")
    new = await browser()
    assert (await new.send("/login", login="lisi", password=first))[:2] == (303, "/desk")
    assert (await new.http.get("/desk")).url.path == "/me/password"


async def test_an_account_is_locked_with_a_reason_and_opened_again(log_in: LogIn, browser: Open) -> None:
    guard, water = await log_in("guard"), await log_in("water")
    status, _, page = await guard.send("/admin/accounts/water/lock")
    assert status == 422
    assert "理由" in page
    assert (await guard.send("/admin/accounts/water/lock", reason="离职"))[:2] == (
        303, "/admin/accounts/water?done=locked",
    )  # fmt: skip
    await water.get("/desk", status=303)
    page = await guard.get("/admin/accounts/water")
    assert "停用" in page
    assert "离职" in page
    assert (await guard.send("/admin/accounts/water/unlock"))[0] == 303
    await (await browser()).log_in("water")


async def test_a_lost_telephone_and_a_forgotten_password_are_mended(
    log_in: LogIn, browser: Open, clock: MovedClock
) -> None:
    await bind(await log_in("water"), clock)
    guard, new = await log_in("guard"), await browser()
    assert (await guard.send("/admin/accounts/water/factor", reason="手机丢失"))[0] == 303
    status, _, page = await guard.send("/admin/accounts/water/reset")
    assert status == 200
    first = html.unescape(find(r'class="first-password num">([^<]+)<', page))
    assert (await new.send("/login", login="water", password=first))[:2] == (303, "/desk")


async def test_another_post_holds_from_the_next_log_in(log_in: LogIn, browser: Open) -> None:
    guard = await log_in("guard")
    fields = {"role": "operator", "unit": "", "reason": "调到热线"}
    assert (await guard.send("/admin/accounts/water/change", **fields))[0] == 303
    assert (await (await browser()).send("/login", login="water", password=PASSWORD))[:2] == (303, "/console")
    page = await guard.get("/admin/accounts/water")
    assert "承办人 → 话务员" in page
    assert (await guard.send("/admin/accounts/water/change", **fields | {"role": "audit_admin"}))[0] == 403


async def test_what_cannot_be_done_is_told_on_the_page(log_in: LogIn) -> None:
    guard = await log_in("guard")
    told = {
        "/admin/accounts/admin/lock": (409, "最后一位能登录的系统管理员"),
        "/admin/accounts/guard/lock": (403, "不能管理自己的账号"),
        "/admin/accounts/admin/reset": (403, "只能在服务器上"),
        "/admin/accounts/nobody/lock": (404, "没有找到"),
        "/admin/accounts/water/praise": (404, "没有找到"),
    }
    for path, (expected, words) in told.items():
        status, _, page = await guard.send(path, reason="离职")
        assert (status, words in page) == (expected, True), path
    status, _, page = await guard.send("/admin/accounts", login="water", name="李四", role="operator")
    assert (status, "已经有了" in page) == (409, True)
    status, _, page = await guard.send("/admin/accounts", login="lisi", name="李四", role="handler", unit="没有的局")
    assert (status, 'value="李四"' in page) == (422, True)


@pytest.mark.parametrize("role", ["system", "complainant", "nonsense", "", "SYSTEM", "操作员"])
async def test_a_role_nobody_can_be_given_is_refused_with_a_sentence(
    log_in: LogIn, pool: asyncpg.Pool, role: str
) -> None:
    guard = await log_in("guard")
    status, _, page = await guard.send("/admin/accounts", login="lisi", name="李四", role=role)
    assert (status, "角色（要从列表里选）填写有误" in page) == (422, True)
    status, _, page = await guard.send("/admin/accounts/water/change", role=role, reason="调动")
    assert (status, "角色（要从列表里选）填写有误" in page) == (422, True)
    assert await pool.fetchval("select count(*) from account where login = 'lisi' or role = $1", role) == 0


@pytest.mark.parametrize("login", ["operator", "dispatcher", "water", "supervisor", "inspector", "leader", "admin"])
async def test_pages_on_accounts_are_for_their_administrators(log_in: LogIn, login: str) -> None:
    worker = await log_in(login)
    for path in ("/admin/accounts", "/admin/accounts/water", "/admin/account-events"):
        await worker.get(path, status=403)
    assert (await worker.send("/admin/accounts/water/reset"))[0] == 403
    assert (await worker.send("/admin/accounts", login="x1", name="李四", role="operator"))[0] == 403


async def test_the_auditor_reads_the_record_and_keeps_no_account(log_in: LogIn) -> None:
    guard, auditor = await log_in("guard"), await log_in("auditor")
    await guard.send("/admin/accounts/water/lock", reason="离职")
    page = await auditor.get("/admin/account-events?login=water")
    assert "停用" in page
    assert "guard同志" in page
    assert "没有记录" in await auditor.get("/admin/account-events?login=school")
    await auditor.get("/admin/account-events?before=yesterday", status=422)
    await auditor.get("/admin/accounts", status=403)
    assert (await auditor.send("/admin/accounts/water/unlock"))[0] == 403


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/149.0 Safari/537.36 Edg/149.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) MicroMessenger/8.0 Safari/604.1", "微信 · 苹果手机"),
        ("curl/8.5", "其他浏览器"),
        ("", "其他浏览器"),
    ],
    ids=["edge", "wechat", "curl", "nothing"],
)
def test_a_browser_in_two_words(agent: str, told: str) -> None:
    assert browser_of(agent) == told


async def test_accounts_are_looked_up_and_turned_by_pages(log_in: LogIn, pool: asyncpg.Pool) -> None:
    guard = await log_in("guard")
    await pool.execute(
        "insert into account (region_id, account_id, login, name, role, password_hash, created_at, password_set_at) "
        "select 1, gen_random_uuid(), 'extra' || n, '新人' || n, 'operator', '', now(), now() from generate_series(1, 60) n"
    )
    first, second = await guard.get("/admin/accounts"), await guard.get("/admin/accounts?page=2")
    assert "共 75 个" in first
    shown = [set(re.findall(r"/admin/accounts/([a-z0-9_]+)\"", page)) for page in (first, second)]
    assert [len(logins) for logins in shown] == [50, 25]
    assert not shown[0] & shown[1]
    found = await guard.get("/admin/accounts?q=%E6%B0%B4%E5%8A%A1&as=handler")
    assert re.findall(r"/admin/accounts/([a-z0-9_]+)\"", found) == ["water"]
    assert "没有符合条件的账号" in await guard.get("/admin/accounts?q=nobody")


@pytest.mark.parametrize("before", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "2026-11-23", "x"])
async def test_a_moment_that_is_none_is_refused_on_the_record(log_in: LogIn, before: str) -> None:
    auditor = await log_in("auditor")
    await auditor.get(f"/admin/account-events?before={before}", status=422)


async def test_filters_are_not_called_optional(log_in: LogIn) -> None:
    for login, path in (("guard", "/admin/accounts"), ("auditor", "/admin/looks")):
        page = await (await log_in(login)).get(path)
        for form in re.findall(r'<form method="get".*?</form>', page, re.DOTALL):
            assert "选填" not in form


async def test_an_account_is_allowed_more_log_ins_on_its_page(log_in: LogIn, pool: asyncpg.Pool) -> None:
    guard = await log_in("guard")
    status, _, page = await guard.send("/admin/accounts/water/sessions", sessions="99", reason="值班")
    assert (status, "同时登录几处（1–20）" in page) == (422, True)
    assert (await guard.send("/admin/accounts/water/sessions", sessions="3", reason="值班"))[0] == 303
    page = await guard.get("/admin/accounts/water")
    assert "3 处" in page
    assert "同时登录的处数</strong>：3 处，值班" in page
    await guard.send("/admin/accounts/water/sessions", sessions="", reason="不再值班")
    assert await pool.fetchval("select sessions from account where login = 'water'") is None
