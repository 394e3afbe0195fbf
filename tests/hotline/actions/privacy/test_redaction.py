"""A confidential matter told in every free word there is: the unit meets nothing of the person anywhere."""

import dataclasses
from typing import Any, get_args, get_type_hints, is_typeddict

import pytest

from hotline.actions.callback import verdicts
from hotline.actions.handling import unit_work
from hotline.actions.intake import attachments, first_contact, opening
from hotline.actions.intake.attachments import KeptFile
from hotline.actions.messaging import inbox
from hotline.actions.privacy.number_hints import numbers_told
from hotline.actions.privacy.redaction import FREE
from hotline.actions.search import case_view
from hotline.actions.supervision import tiers
from hotline.actions.tickets.case_file import CaseFile
from hotline.domain.callback import Answers
from hotline.domain.enums import Kind, Verdict
from hotline.domain.privacy.personal_numbers import FoundNumbers
from hotline.domain.tickets.ticket import COMPLAINANT
from tests import build
from tests.build import MONDAY, PLAN, TUESDAY, WEDNESDAY, Town
from tests.hotline.actions.conftest import Look

NAME, PHONE, IDENTITY, HOME = "欧阳小明", "13812345678", "11010519491231002X", "前进村幸福路7号"
PLANTED = f"我是{NAME}，住{HOME}，电话{PHONE}，又写作138-1234-5678，证件{IDENTITY}"
TRACES = (NAME, HOME, PHONE, "1234-5678", "12345678", IDENTITY, "19491231")


def text_of(value: Any) -> str:
    """All that can be read in rows and plain data."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return "\n".join(text_of(getattr(value, field.name)) for field in dataclasses.fields(value))
    if isinstance(value, list | tuple):
        return "\n".join(text_of(one) for one in value)
    if hasattr(value, "items"):
        return "\n".join(text_of(one) for _, one in value.items())
    return str(value)


@pytest.fixture
async def secret(town: Town) -> Any:
    """A confidential ticket on which the person's data was written into every free field."""
    context, water, operator = town.context, town.actor("water"), town.actor("operator")
    ticket = await build.signed(
        town, name=NAME, phone=PHONE, identity=IDENTITY, address=HOME, confidential=True,
        title=f"{NAME}来电{PHONE}", body=PLANTED, place=f"{HOME}旁，找{PHONE}",
    )  # fmt: skip
    ticket_id = ticket.ticket_id
    await unit_work.comment_ticket(context, ticket_id, operator, MONDAY, {"text": PLANTED})
    await unit_work.comment_ticket(context, ticket_id, COMPLAINANT, MONDAY, {"text": PLANTED})
    named = KeptFile(f"{PHONE}-{NAME}.jpg", "image/jpeg", 10, bytes(32))
    await attachments.add_files(context, ticket_id, [named], COMPLAINANT, MONDAY, f"{NAME}拍")
    await case_view.reveal_person(context, ticket_id, operator, MONDAY, f"给{PHONE}回电")
    await unit_work.reply_ticket(context, ticket_id, water, TUESDAY, {"reply": f"已答复{PHONE}", "facts": "现场核实"})
    answers = Answers(True, False, Verdict.DISSATISFIED, words=PLANTED)
    await verdicts.record_callback(context, ticket_id, answers, operator, TUESDAY)
    await build.held(town, await _again(town, ticket_id), WEDNESDAY, minutes=PLANTED, official=f"局长，联系人{PHONE}")
    instructed = {"text": f"请{PHONE}速办"}
    await tiers.instruct_ticket(
        context, ticket_id, WEDNESDAY.date().replace(month=12), town.actor("leader"), WEDNESDAY, instructed
    )
    return await _again(town, ticket_id)


async def _again(town: Town, ticket_id: Any) -> Any:
    return (await case_view.read_ticket(town.context, ticket_id, town.actor("operator"), WEDNESDAY)).ticket


@pytest.mark.parametrize("who", ["water", "water_head", "leader"])
async def test_dossier_of_a_confidential_ticket_holds_no_trace_of_the_person(town: Town, secret: Any, who: str) -> None:
    case_file = await case_view.read_ticket(town.context, secret.ticket_id, town.actor(who), WEDNESDAY)
    read = text_of(case_file)
    assert [trace for trace in TRACES if trace in read] == []
    assert not case_file.person.shown
    # What is needed to read the history is still there.
    assert secret.number in read
    assert PLAN["cause"] in read


async def test_hotline_and_the_person_read_the_words_as_they_were(town: Town, secret: Any) -> None:
    case_file = await case_view.read_ticket(town.context, secret.ticket_id, town.actor("operator"), WEDNESDAY)
    assert case_file.body == PLANTED
    async with town.context.pool.acquire() as conn:
        own = await case_view._gather(town.context, conn, secret, COMPLAINANT, WEDNESDAY)
    assert own.body == PLANTED


@pytest.mark.parametrize("who", ["water", "water_head"])
async def test_notices_and_lists_of_the_unit_hold_no_trace(town: Town, secret: Any, look: Look, who: str) -> None:
    actor = town.actor(who)
    told = [row["payload"] for row in await look.outbox(secret) if row["recipient"].startswith(("unit:", "role:"))]
    assert told
    assert [trace for trace in TRACES if trace in text_of(told)] == []
    listed = await inbox.list_notices(town.context, actor, WEDNESDAY)
    assert [trace for trace in TRACES if trace in text_of([dict(row) for row in listed])] == []


async def test_title_never_holds_name_number_or_address(town: Town) -> None:
    ticket = await build.opened(town, name=NAME, phone=PHONE, address=HOME, body=f"{NAME}说{HOME}停水，请回{PHONE}。")
    assert [trace for trace in TRACES if trace in ticket.title] == []
    assert "停水" in ticket.title
    assert NAME in ticket.body


async def test_answer_of_the_ticket_that_went_on_brings_no_other_persons_number(town: Town) -> None:
    first = await build.opened(town)
    filing = build.a_filing(phone="13900139000")
    mine = await opening.open_ticket(town.context, filing, COMPLAINANT, MONDAY)
    await first_contact.merge_ticket(
        town.context, mine.ticket.ticket_id, first.number, town.actor("dispatcher"), MONDAY
    )
    await first_contact.answer_ticket(
        town.context, first.ticket_id, town.actor("operator"), MONDAY, {"answer": f"已联系{PHONE}"}
    )
    case_file = await case_view.read_progress(town.context, mine.ticket.number, mine.query_code, MONDAY)
    assert PHONE not in text_of(case_file.events)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("水管坏了，请打13812345678", (FoundNumbers.PHONE,)),
        ("打12345没人接，400-810-0000也一样", ()),
        (f"证件{IDENTITY}", (FoundNumbers.IDENTITY,)),
        (
            f"卡号4111 1111 1111 1111，电话0516-83881234，证件{IDENTITY}",
            (FoundNumbers.PHONE, FoundNumbers.IDENTITY, FoundNumbers.CARD),
        ),
        ("2026年11月21日停水3天", ()),
    ],
)
async def test_who_files_is_told_which_numbers_stand_in_the_words(
    town: Town, body: str, told: tuple[FoundNumbers, ...]
) -> None:
    ticket = await build.opened(town, body=body, kind=Kind.HELP, title="停水")
    assert numbers_told(town.context, ticket) == told


def test_every_column_to_redact_is_one_of_its_rows() -> None:
    rows = {part: get_args(get_type_hints(CaseFile)[part])[0] for part in FREE}
    typed = {part: get_type_hints(row) for part, row in rows.items() if is_typeddict(row)}
    assert "views" in typed
    assert {part: [name for name in FREE[part] if name not in columns] for part, columns in typed.items()} == {
        part: [] for part in typed
    }
