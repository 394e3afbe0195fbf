"""The list of who has seen a ticket: staff alone; when the person looked stands in the audit administrator's record only."""

from __future__ import annotations

import json
import re

import pytest

from hotline.actions.dispatch.handover import dispatch_ticket
from hotline.actions.intake.opening import open_ticket
from hotline.actions.privacy.data_export import copy_person
from hotline.actions.search.case_view import read_progress
from hotline.db import transaction
from hotline.domain.accounts.permissions import Right, may
from hotline.domain.privacy.access_patterns import What
from hotline.domain.tickets.ticket import COMPLAINANT, Ticket
from hotline.store.privacy import access_log
from tests.build import MONDAY, PEOPLE, REGION, Town, a_filing, moment, owner_of
from tests.channels.desk.conftest import LogIn, find

LOOKED_AT = moment("2026-11-23", "08:17")
OWN = (What.PROGRESS, What.LETTER, What.FILE)
OF_LIST = r"(<details><summary>谁看过.*?</details>)"


@pytest.fixture
async def looked(town: Town) -> Ticket:
    """A ticket of the water bureau whose person read progress, letter and file: four looks of their own."""
    opened = await open_ticket(town.context, a_filing(), COMPLAINANT, MONDAY)
    ticket, dispatcher = opened.ticket, town.actor("dispatcher")
    await dispatch_ticket(town.context, ticket.ticket_id, town.unit("水务局"), dispatcher, MONDAY)
    await read_progress(town.context, ticket.number, opened.query_code, LOOKED_AT, "203.0.113.9")
    async with transaction(owner_of(town)) as conn:
        for what in OWN:
            await access_log.insert_entry(conn, REGION, LOOKED_AT, None, ticket.ticket_id, what)
    return ticket


@pytest.mark.parametrize("login", [login for login, role, _ in PEOPLE if may(role, Right.READ_TICKET)])
async def test_no_role_reads_on_the_ticket_when_the_person_looked(log_in: LogIn, looked: Ticket, login: str) -> None:
    worker = await log_in(login)
    async with worker.http.get(f"/tickets/{looked.ticket_id}") as answer:
        page = await answer.text()
    assert answer.status == (404 if login in ("east", "school", "town") else 200)
    assert "08:17" not in page
    if answer.status == 200:
        listed = find(OF_LIST, page)
        assert "谁看过（1）" in listed
        assert f"{login}同志" in listed, "whoever reads it stands in it"
        assert "诉求人" not in listed


async def test_copy_handed_out_by_staff_does_not_tell_it(log_in: LogIn, looked: Ticket) -> None:
    dispatcher = await log_in("dispatcher")
    await dispatcher.get(f"/tickets/{looked.ticket_id}")
    status, _, text = await dispatcher.send(
        f"/tickets/{looked.ticket_id}/copy/person", reason="本人到窗口要求", form="json"
    )
    assert status == 200
    looks = json.loads(text)["tickets"][0]["looks"]
    assert [(look["role"], look["what"]) for look in looks if look["at"].endswith("08:17")] == []
    assert {look["role"] for look in looks} == {"dispatcher"}


async def test_export_at_the_command_line_is_listed_as_such_and_does_not_tell_it(
    log_in: LogIn, town: Town, looked: Ticket
) -> None:
    copy = await copy_person(town.context, looked.number, None, MONDAY, "本人来信要求")
    assert [(look["role"], look["what"]) for look in copy["tickets"][0]["looks"]] == [("command line", "export")]
    listed = find(OF_LIST, await (await log_in("water")).get(f"/tickets/{looked.ticket_id}"))
    assert "服务器命令行" in listed
    assert "诉求人" not in listed.replace("应本人要求", "")


async def test_audit_administrator_reads_it(log_in: LogIn, looked: Ticket) -> None:
    page = await (await log_in("auditor")).get(f"/admin/looks?number={looked.number}")
    assert len(re.findall("08:17", page)) >= len(OWN) + 1
    assert "诉求人" in page
    assert "203.0.113.9" in page
