"""The form that corrects a person: it shows masked values, and sending it back as it is changes nothing."""

import re

import pytest

from tests.build import Town, opened, signed
from tests.channels.desk.conftest import LogIn

KNOWN = {"name": "王小明", "phone": "13800138000", "identity": "11010519491231002X", "address": "前进村1号"}
FIELDS = ("name", "phone", "identity", "address")


def values(page: str) -> dict[str, str]:
    """What the fields of the form show."""
    form = page.partition('/correct_person"')[2].partition("</form>")[0]
    tags = {name: re.search(rf'<input[^>]*name="{name}"[^>]*>', form) for name in FIELDS}
    return {
        name: found[1] if tag and (found := re.search(r'value="([^"]*)"', tag[0])) else "" for name, tag in tags.items()
    }


@pytest.mark.case("P24", "T29")
async def test_form_shows_masked_values_and_sent_as_it_is_changes_nothing(log_in: LogIn, town: Town) -> None:
    ticket = await opened(town, **KNOWN)
    operator = await log_in("operator")
    page = await operator.get(f"/tickets/{ticket.ticket_id}")
    shown = values(page)
    assert shown == {"name": "王某某", "phone": "138****8000", "identity": "110***********002X", "address": "＊＊＊"}
    status, _, text = await operator.do(ticket.ticket_id, "correct_person", reason="核对", **shown)
    assert status == 422
    assert "空着或带星号的项不改" in text
    status, _, text = await operator.do(ticket.ticket_id, "reveal", reason="contact")
    assert all(value in text for value in KNOWN.values())


async def test_one_field_is_corrected_through_the_page(log_in: LogIn, town: Town) -> None:
    ticket = await opened(town, **KNOWN)
    operator = await log_in("operator")
    shown = values(await operator.get(f"/tickets/{ticket.ticket_id}"))
    status, _, _ = await operator.do(
        ticket.ticket_id, "correct_person", reason="搬家", **shown | {"address": "前进村9号"}
    )
    assert status == 303
    _, _, text = await operator.do(ticket.ticket_id, "reveal", reason="contact")
    assert "前进村9号" in text
    assert "13800138000" in text
    page = await operator.get(f"/tickets/{ticket.ticket_id}")
    assert "更正了：住址" in page
    assert "前进村9号" not in page


async def test_unit_is_not_offered_the_form(log_in: LogIn, town: Town) -> None:
    ticket = await signed(town, **KNOWN)
    assert "correct_person" not in await (await log_in("water")).get(f"/tickets/{ticket.ticket_id}")


async def test_numbers_in_the_words_are_told_once_after_filing(log_in: LogIn, town: Town) -> None:
    ticket = await opened(town, body="水管坏了，请打13812345678")
    operator = await log_in("operator")
    assert "诉求内容里写有电话号码" in await operator.get(f"/tickets/{ticket.ticket_id}?opened=1")
    assert "诉求内容里写有" not in await operator.get(f"/tickets/{ticket.ticket_id}")
