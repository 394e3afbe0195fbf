"""The audit administrator's page: who saw what, without a word of what a ticket says."""

import re
from datetime import timedelta

from hotline.actions.privacy.access_log import chain_entries, notify_unusual
from hotline.actions.search.case_view import reveal_person
from tests import build
from tests.build import MONDAY, Town
from tests.channels.desk.conftest import LogIn


async def test_every_look_is_a_line_with_its_reason_and_never_a_title(town: Town, log_in: LogIn) -> None:
    ticket = await build.opened(town, title="水费问题要查清")
    operator = await log_in("operator")
    await operator.get(f"/tickets/{ticket.ticket_id}")
    await operator.send(f"/tickets/{ticket.ticket_id}/reveal", reason="回拨核对地址")
    auditor = await log_in("auditor")
    page = await auditor.get("/admin/looks")
    assert page.count(ticket.number) == 3, "the ticket, the reveal, and the ticket shown with it"
    assert "回拨核对地址" in page
    assert "operator同志" in page
    assert "水费" not in page
    assert "王" not in re.sub(r"<[^>]+>", "", page)
    assert ticket.number not in await auditor.get("/admin/looks?what=file")
    assert ticket.number not in await auditor.get("/admin/looks?login=water")
    assert await auditor.get(f"/admin/looks?login=operator&number={ticket.number}&what=reveal") != page


async def test_odd_filters_show_the_usual_week(log_in: LogIn) -> None:
    auditor = await log_in("auditor")
    page = await auditor.get("/admin/looks?from=x&to=9999-99-99&what=%00&page=-1&number=' or 1=1")
    assert 'value="2026-11-17"' in page


async def test_nobody_else_opens_it(log_in: LogIn) -> None:
    for login in ("operator", "dispatcher", "supervisor", "inspector", "leader", "water_head", "admin", "guard"):
        await (await log_in(login)).get("/admin/looks", status=403)


async def test_the_unusual_stands_on_top_until_it_was_asked_about(town: Town, log_in: LogIn) -> None:
    ticket = await build.opened(town)
    for second in range(20):
        at = MONDAY + timedelta(seconds=second)
        await reveal_person(town.context, ticket.ticket_id, town.actor("operator"), at, "核对")
    await chain_entries(town.context, at, 200)
    await notify_unusual(town.context, at)
    auditor = await log_in("auditor")
    page = await auditor.get("/admin/looks")
    assert "一小时内查看联系方式 20 次" in page
    action = re.search(r'action="(/admin/looks/[^"]+/settle)"', page)
    assert action is not None
    assert (await auditor.send(action[1]))[:2] == (303, "/admin/looks?done=saved")
    assert "20 次" not in await auditor.get("/admin/looks")
    assert (await auditor.send("/admin/looks/nothing/settle"))[0] == 404
