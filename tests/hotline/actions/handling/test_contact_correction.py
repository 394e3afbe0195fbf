"""Correcting what is kept of a person: what is masked or empty stays, what is changed is found again."""

from collections.abc import Mapping

import pytest

from hotline.actions.handling.contact_correction import correct_person
from hotline.actions.search import case_view, ticket_lists
from hotline.domain.errors import Malformed, Missing, NotAllowed
from hotline.domain.intake import PERSON_NAMES
from hotline.domain.tickets.ticket import Ticket
from tests import build
from tests.build import MONDAY, TUESDAY, Town
from tests.hotline.actions.conftest import Look

IDENTITY = "11010519491231002X"
KNOWN = {"name": "王小明", "phone": "13800138000", "identity": IDENTITY, "address": "前进村1号"}


async def person(town: Town, ticket: Ticket) -> dict[str, str]:
    shown = await case_view.reveal_person(town.context, ticket.ticket_id, town.actor("operator"), MONDAY, "核实")
    return {what: getattr(shown, what) for what in PERSON_NAMES}


async def correct(
    town: Town, ticket: Ticket, who: str = "operator", reason: str = "本人来电更正", **given: str
) -> None:
    await correct_person(town.context, ticket.ticket_id, town.actor(who), TUESDAY, given | {"reason": reason})


@pytest.fixture
async def ticket(town: Town) -> Ticket:
    return await build.opened(town, **KNOWN)


async def test_identity_number_given_at_intake_is_kept_and_revealed(town: Town, ticket: Ticket) -> None:
    assert await person(town, ticket) == KNOWN


async def test_false_identity_number_is_refused_at_intake(town: Town) -> None:
    with pytest.raises(Malformed):
        await build.opened(town, identity="110105194912310021")


@pytest.mark.case("P24", "T29")
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"name": "王某某", "phone": "138****8000", "identity": "110***********002X", "address": "＊＊＊"},
        {"name": " ", "phone": "", "address": "**"},
        KNOWN,
    ],
    ids=["nothing", "masked", "blank", "same"],
)
async def test_form_that_shows_masked_values_changes_nothing(
    town: Town, ticket: Ticket, look: Look, given: Mapping[str, str]
) -> None:
    with pytest.raises(Missing, match="要更正的内容"):
        await correct(town, ticket, **given)
    assert await person(town, ticket) == KNOWN
    assert await look.events(ticket) == ["open"]


@pytest.mark.case("P24")
@pytest.mark.parametrize(
    ("what", "fresh"),
    [("name", "王大明"), ("phone", "13900139000"), ("identity", "320324800101123"), ("address", "前进村2号")],
)
async def test_one_value_is_corrected_and_the_masked_others_stay(
    town: Town, ticket: Ticket, what: str, fresh: str
) -> None:
    masked = {"name": "王某某", "phone": "138****8000", "identity": "110***********002X", "address": "＊＊＊"}
    await correct(town, ticket, **masked | {what: fresh})
    assert await person(town, ticket) == KNOWN | {what: fresh}


async def test_corrected_number_is_the_one_the_person_is_found_by(town: Town, ticket: Ticket) -> None:
    await correct(town, ticket, phone="139 0013 9000")
    operator = town.actor("operator")
    assert await ticket_lists.list_caller(town.context, "13800138000", operator, TUESDAY) == []
    assert len(await ticket_lists.list_caller(town.context, "13900139000", operator, TUESDAY)) == 1


async def test_history_tells_what_and_why_and_no_value(town: Town, ticket: Ticket) -> None:
    await correct(town, ticket, phone="13900139000", name="王大明")
    case_file = await case_view.read_ticket(town.context, ticket.ticket_id, town.actor("operator"), TUESDAY)
    event = case_file.events[-1]
    assert event["details"] == {"reason": "本人来电更正", "corrected": "姓名、联系电话"}
    assert event["public_text"] == "诉求人的联系方式已更正。"


async def test_correction_needs_a_reason_and_the_right_role(town: Town, look: Look) -> None:
    ticket = await build.dispatched(town, **KNOWN)
    with pytest.raises(Missing, match="理由"):
        await correct(town, ticket, reason=" ", name="王大明")
    with pytest.raises(NotAllowed):
        await correct(town, ticket, who="water", name="王大明")
    with pytest.raises(Malformed):
        await correct(town, ticket, phone="不知道")
    assert await person(town, ticket) == KNOWN


async def test_repeated_form_corrects_once(town: Town, ticket: Ticket, look: Look) -> None:
    for _ in range(2):
        await correct_person(
            town.context,
            ticket.ticket_id,
            town.actor("operator"),
            TUESDAY,
            {"name": "王大明", "reason": "更正"},
            "form-1",
        )
    assert await look.events(ticket) == ["open", "correct_person"]
