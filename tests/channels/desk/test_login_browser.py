"""The way in as a browser goes it: password, another password, an authenticator, the bench; at the size of a telephone."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, async_playwright

from channels.web.app_keys import REGION_CONTEXT
from hotline.clock import MovedClock
from hotline.crypto import credentials
from tests.build import MONDAY, PASSWORD

NEW = "Lantern-reed-9"
CHROMIUM = shutil.which("chromium")
SHOTS = os.environ.get("HOTLINE_TEST_SHOTS")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")


@pytest.fixture
async def telephone(server: TestServer) -> AsyncIterator[Page]:
    """A browser of 390 × 844 without scripts of its own to help."""
    async with async_playwright() as play:
        chromium = await play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await chromium.new_page(
            viewport={"width": 390, "height": 844}, base_url=str(server.make_url("/")), locale="zh-CN"
        )
        yield page
        await chromium.close()


async def look(page: Page, name: str) -> None:
    """Nothing stands out sideways, everything has its name; kept as a picture where asked for."""
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, f"{name} is {wide} wide"
    unnamed = await page.eval_on_selector_all(
        "input:not([type=hidden]):not([readonly]), select, textarea",
        "fields => fields.filter(f => !f.labels.length).length",
    )
    assert unnamed == 0, f"{name} has fields without a label"
    if SHOTS:
        await page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


async def test_first_log_in_on_a_telephone(
    telephone: Page, server: TestServer, pool: asyncpg.Pool, clock: MovedClock
) -> None:
    context, page = server.app[REGION_CONTEXT], telephone
    await pool.execute("update policy set body = '{}'::jsonb")
    await pool.execute("update account set password_set_at = $1, must_change = login = 'leader'", MONDAY)
    await context.refresh(MONDAY, force=True)
    await page.goto("/briefs")
    await look(page, "login")
    await page.get_by_label("用户名").fill("leader")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/me/password?next=/briefs")
    await look(page, "password")
    await page.get_by_label("现在的密码").fill(PASSWORD)
    await page.get_by_label("新密码", exact=True).fill("leader")
    await page.get_by_label("再输一次新密码").fill("leader")
    await page.get_by_role("button", name="改密码").click()
    assert "至少要 10 位" in await page.inner_text("main")
    await look(page, "password_refused")
    await page.get_by_label("现在的密码").fill(PASSWORD)
    await page.get_by_label("新密码", exact=True).fill(NEW)
    await page.get_by_label("再输一次新密码").fill(NEW)
    await page.get_by_role("button", name="改密码").click()
    await page.wait_for_url("**/me/factor?next=/briefs")
    await look(page, "factor")
    drawn = await page.locator(".factor-code svg").bounding_box()
    assert drawn is not None
    assert 200 < drawn["width"] == drawn["height"] < 360
    assert await page.locator(".factor-code svg").get_attribute("viewBox"), "the drawing is cut off, not scaled"
    secret = (await page.get_by_test_id("secret").inner_text()).replace(" ", "")
    await page.get_by_label("动态码").fill(credentials.code_of(secret, clock.now()))
    await page.get_by_role("button", name="绑定").click()
    await look(page, "codes")
    assert await page.locator(".codes li").count() == 10
    await page.get_by_role("link", name="我已抄好").click()
    await page.wait_for_url("**/briefs")
    await page.get_by_role("link", name="leader同志").click()
    await page.wait_for_url("**/me")
    await look(page, "me")
    clock.advance(timedelta(minutes=1))
    await page.get_by_role("button", name="退出").click()
    await page.wait_for_url("**/login")
    await page.get_by_label("用户名").fill("leader")
    await page.get_by_label("密码").fill(NEW)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/login/factor")
    await look(page, "login_factor")
    await page.get_by_label("动态码").fill(credentials.code_of(secret, clock.now()))
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/briefs")


async def test_accounts_are_kept_on_a_telephone(telephone: Page) -> None:
    page = telephone
    await page.goto("/login")
    await page.get_by_label("用户名").fill("guard")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/admin/accounts")
    await page.get_by_text("新建账号").click()
    await look(page, "accounts")
    await page.get_by_role("link", name="water同志").first.click()
    await page.locator("summary", has_text="重设密码").click()
    await page.get_by_role("button", name="重设", exact=True).click()
    assert "只显示这一次" in await page.inner_text("main")
    await look(page, "account")
    await page.goto("/admin/account-events")
    assert "重设密码" in await page.inner_text("main")
    await look(page, "events")
