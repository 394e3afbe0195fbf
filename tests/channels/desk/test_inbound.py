"""Log-in and log-out over real HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from channels.desk.inbound import local_path
from hotline.clock import MovedClock
from hotline.domain.errors import Malformed
from tests.build import PASSWORD
from tests.channels.desk.conftest import Worker

Open = Callable[[], Awaitable[Worker]]


@pytest.mark.parametrize(
    ("login", "bench"),
    [
        ("operator", "/console"),
        ("dispatcher", "/console/dispatch"),
        ("water", "/desk"),
        ("supervisor", "/supervision"),
        ("inspector", "/supervision"),
        ("leader", "/briefs"),
        ("admin", "/admin"),
    ],
)
async def test_log_in_leads_to_own_bench(browser: Open, login: str, bench: str) -> None:
    status, location, _ = await (await browser()).send("/login", login=login, password=PASSWORD)
    assert (status, location) == (303, bench)


async def test_wrong_name_and_wrong_password_look_alike(browser: Open) -> None:
    worker = await browser()
    _, _, wrong_password = await worker.send("/login", login="water", password="winter-rain")
    status, _, wrong_name = await worker.send("/login", login="waterx", password="winter-rain")
    assert status == 401
    assert "用户名或密码不对" in wrong_name
    assert wrong_name.replace("waterx", "water") == wrong_password


async def test_typed_login_is_kept_and_password_is_not(browser: Open) -> None:
    _, _, text = await (await browser()).send("/login", login="water", password="winter-rain")
    assert 'value="water"' in text
    assert "winter-rain" not in text


@pytest.mark.parametrize("login", ["", "x" * 65, "water\x00", "' or 1=1 --"])
async def test_odd_login_is_only_wrong(browser: Open, login: str) -> None:
    status, _, _ = await (await browser()).send("/login", login=login, password="nothing")
    assert status == 401


async def test_cookie_is_out_of_reach_of_scripts(browser: Open) -> None:
    worker = await browser()
    form = {"login": "water", "password": PASSWORD}
    async with worker.http.post("/login", data=form, allow_redirects=False) as answer:
        cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


async def test_log_out_ends_the_session(browser: Open) -> None:
    worker = await browser()
    await worker.log_in("water")
    cookies = {c.key: c.value for c in worker.http.cookie_jar}
    assert (await worker.send("/logout"))[:2] == (303, "/login")
    worker.http.cookie_jar.update_cookies(cookies)
    await worker.get("/desk", status=303)


async def test_idle_session_ends(browser: Open, clock: MovedClock) -> None:
    worker = await browser()
    await worker.log_in("water")
    clock.advance(timedelta(minutes=31))
    await worker.get("/desk", status=303)


async def test_stranger_is_sent_to_log_in_and_back(browser: Open) -> None:
    worker = await browser()
    async with worker.http.get("/desk?state=signed", allow_redirects=False) as answer:
        login_page = answer.headers["Location"]
    assert login_page == "/login?next=/desk?state%3Dsigned"
    text = await worker.get(login_page)
    assert 'name="next" value="/desk?state=signed"' in text
    _, location, _ = await worker.send("/login", login="water", password=PASSWORD, next="/desk?state=signed")
    assert location == "/desk?state=signed"


@pytest.mark.parametrize("given", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", "desk", ""])
def test_only_own_paths_are_followed(given: str) -> None:
    assert local_path(given) == ""


def test_line_break_in_path_is_refused() -> None:
    with pytest.raises(Malformed):
        local_path("/desk\r\nSet-Cookie: a=b")
