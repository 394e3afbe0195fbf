"""The page on which a closed ticket is kept beyond its time."""

from __future__ import annotations

import html
import re

from hotline.actions.intake import first_contact
from hotline.domain.tickets.ticket import Ticket
from tests.build import MONDAY, Town, opened
from tests.channels.desk.conftest import LogIn

FORM = {"until": "2033-01-01", "reason": "行政复议"}


async def closed(town: Town) -> Ticket:
    ticket = await opened(town)
    return await first_contact.answer_ticket(
        town.context, ticket.ticket_id, town.actor("operator"), MONDAY, {"answer": "已答复。"}
    )


async def test_hold_is_set_on_the_page_and_told_on_the_ticket_and_in_the_report(log_in: LogIn, town: Town) -> None:
    ticket, inspector = await closed(town), await log_in("inspector")
    page = f"/tickets/{ticket.ticket_id}/hold"
    assert page in await inspector.get(f"/tickets/{ticket.ticket_id}")
    assert (await inspector.send(page, **FORM))[:2] == (303, f"{page}?done=saved")
    for login, told in (("operator", f"/tickets/{ticket.ticket_id}"), ("inspector", page)):
        shown = html.unescape(await (await log_in(login)).get(told))
        assert "2033-01-01" in shown
        assert "行政复议" in shown
        assert "inspector同志" in shown
    report = await (await log_in("auditor")).get("/admin/assessment")
    assert ticket.number in report
    assert "行政复议" in report
    assert (await inspector.send(page, act="lift"))[0] == 303
    assert "2033-01-01" not in await (await log_in("operator")).get(f"/tickets/{ticket.ticket_id}")
    assert ticket.number not in await (await log_in("auditor")).get("/admin/assessment")


async def test_a_wrong_day_comes_back_with_what_was_typed(log_in: LogIn, town: Town) -> None:
    ticket, inspector = await closed(town), await log_in("inspector")
    for until in ("", "2020-01-01", "next year"):
        status, _, page = await inspector.send(f"/tickets/{ticket.ticket_id}/hold", until=until, reason="行政复议12号")
        assert status == 422
        assert "行政复议12号" in page


async def test_an_open_ticket_offers_no_hold_and_others_have_no_page(log_in: LogIn, town: Town) -> None:
    ticket = await opened(town)
    assert "/hold" not in await (await log_in("inspector")).get(f"/tickets/{ticket.ticket_id}")
    done = await closed(town)
    operator = await log_in("operator")
    assert "/hold" not in await operator.get(f"/tickets/{done.ticket_id}")
    await operator.get(f"/tickets/{done.ticket_id}/hold", status=403)


async def test_assessment_calls_every_column_by_a_chinese_name(log_in: LogIn) -> None:
    page = await (await log_in("admin")).get("/admin/assessment")
    names = re.findall(r'data-label="数据"><div>(.*?)<br>', page)
    assert len(names) > 20
    assert [name for name in names if not re.search(r"[\u4e00-\u9fff]", name)] == []
