"""What is held of people, told to administrators; and a person's own copy, handed over by the dispatcher alone."""

import io
import json
import re

import asyncpg
import pytest
from docx import Document

from tests.build import Town, opened, signed
from tests.channels.desk.conftest import LogIn

KNOWN = {"name": "欧阳小明", "phone": "13812345678", "identity": "11010519491231002X", "address": "前进村7号"}


async def test_assessment_tells_every_personal_column_and_no_ticket(log_in: LogIn, town: Town) -> None:
    await opened(town, **KNOWN)
    page = await (await log_in("admin")).get("/admin/assessment")
    for told in ("phone_sealed", "联系、回访诉求人", "加密", "密钥散列", "1095 天", "话务员"):
        assert told in page
    for secret in (*KNOWN.values(), "水费比上月"):
        assert secret not in page
    assert not re.search(r"\{personal|kept:", page)


@pytest.mark.parametrize("login", ["operator", "dispatcher", "water", "leader"])
async def test_assessment_is_for_administrators(log_in: LogIn, login: str) -> None:
    await (await log_in(login)).get("/admin/assessment", status=403)


async def test_copy_holds_all_tickets_of_the_person_and_nobody_elses(
    log_in: LogIn, town: Town, pool: asyncpg.Pool
) -> None:
    first, second = await opened(town, **KNOWN), await signed(town, **KNOWN)
    other = await opened(town, phone="13900139000", name="李四")
    dispatcher = await log_in("dispatcher")
    path = f"/tickets/{first.ticket_id}/copy/person"
    assert path in await dispatcher.get(f"/tickets/{first.ticket_id}")
    status, _, text = await dispatcher.send(path, reason="本人到场，已核对身份证", form="json")
    assert status == 200
    copy = json.loads(text)
    assert [one["number"] for one in copy["tickets"]] == [first.number, second.number]
    assert {what: copy["tickets"][0]["person"][what] for what in KNOWN} == KNOWN
    assert other.number not in text
    assert "李四" not in text
    kept = await pool.fetch("select ticket_id, reason from view_log where what = 'export'")
    assert {row["ticket_id"] for row in kept} == {first.ticket_id, second.ticket_id}
    assert {row["reason"] for row in kept} == {"应本人要求：本人到场，已核对身份证"}


async def test_copy_comes_as_a_document_too(log_in: LogIn, town: Town) -> None:
    ticket = await opened(town, **KNOWN)
    dispatcher = await log_in("dispatcher")
    await dispatcher.get(f"/tickets/{ticket.ticket_id}")
    form = {"csrf": dispatcher.csrf, "reason": "本人要求", "form": "docx"}
    async with dispatcher.http.post(f"/tickets/{ticket.ticket_id}/copy/person", data=form) as answer:
        assert answer.status == 200
        assert "attachment" in answer.headers["Content-Disposition"]
        words = "\n".join(one.text for one in Document(io.BytesIO(await answer.read())).paragraphs)
    assert all(value in words for value in (*KNOWN.values(), ticket.number))


@pytest.mark.parametrize(
    ("login", "reason", "expected"),
    [("dispatcher", " ", 422), ("operator", "本人要求", 403), ("water", "本人要求", 403), ("admin", "本人要求", 403)],
)
async def test_copy_needs_the_right_and_a_reason(
    log_in: LogIn, town: Town, login: str, reason: str, expected: int
) -> None:
    ticket = await signed(town, **KNOWN)
    worker = await log_in(login)
    status, _, text = await worker.send(f"/tickets/{ticket.ticket_id}/copy/person", reason=reason, form="json")
    assert status == expected
    assert KNOWN["phone"] not in text
