"""Every verb as a deed of anybody: what a person of any role sends to the hotline about one ticket."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from hotline.actions import interview
from hotline.actions.callback import verdicts
from hotline.actions.dispatch import handover, joint
from hotline.actions.handling import contact_correction, correction, unit_work
from hotline.actions.intake import first_contact
from hotline.actions.supervision import tiers
from hotline.domain.callback import Answers
from hotline.domain.enums import Kind, Role, Verdict
from hotline.domain.tickets.lifecycle import Verb
from hotline.domain.tickets.ticket import COMPLAINANT, Actor
from tests import build
from tests.build import Town

Draw = Callable[[st.SearchStrategy[Any]], Any]
WORDS: Mapping[str, str] = dict.fromkeys(
    ("text", "reason", "basis", "reply", "facts", "missing", "answer", "where", "until", "fulfilment", "part", "task"),
    "有话要说",
) | {"how": "relay"}
SPANS = [timedelta(minutes=1), timedelta(hours=3), timedelta(days=1), timedelta(days=4), timedelta(days=9)]
UNITS = ("水务局", "东湖水厂", "西湖水厂", "教育局", "永安镇", "前进村")


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who does it when to which ticket, in which town; `draw` fills in the form, `key` is the form's own."""

    town: Town
    ticket_id: UUID
    actor: Actor
    now: datetime
    key: str
    draw: Draw

    @property
    def head(self) -> tuple[Any, UUID, Actor, datetime]:
        return self.town.context, self.ticket_id, self.actor, self.now


Act = Callable[[Occasion], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Deed:
    """`verbs` are those it may leave in the history; none: it leaves no line there."""

    verbs: tuple[Verb, ...]
    act: Act


def _worded(action: Callable[..., Awaitable[Any]], **given: str) -> Act:
    return lambda o: action(*o.head, {**WORDS, **given}, client_key=o.key)


def _bare(action: Callable[..., Awaitable[Any]]) -> Act:
    return lambda o: action(*o.head, client_key=o.key)


async def _dispatch(o: Occasion) -> None:
    unit, *assisting = (o.town.unit(name) for name in o.draw(st.lists(st.sampled_from(UNITS), min_size=1, max_size=3)))
    await handover.dispatch_ticket(
        o.town.context, o.ticket_id, unit, o.actor, o.now, "归口办理", o.key, assisting=assisting, task="核实"
    )


async def _assign(o: Occasion) -> None:
    handler = o.town.actor(o.draw(st.sampled_from(["water", "east", "school"])))
    assert handler.account_id is not None
    await unit_work.assign_ticket(o.town.context, o.ticket_id, handler.account_id, o.actor, o.now, o.key)


async def _invite(o: Occasion) -> None:
    units = [o.town.unit(name) for name in o.draw(st.lists(st.sampled_from(UNITS), max_size=2))]
    await joint.invite_units(o.town.context, o.ticket_id, units, o.actor, o.now, WORDS, o.key)


async def _excuse(o: Occasion) -> None:
    unit = o.town.unit(o.draw(st.sampled_from(UNITS)))
    await joint.excuse_unit(o.town.context, o.ticket_id, unit, o.actor, o.now, WORDS, o.key)


async def _assist(o: Occasion) -> None:
    named = o.draw(st.sampled_from([None, None, *UNITS]))
    unit = o.town.unit(named) if named else None
    await joint.hand_in_part(o.town.context, o.ticket_id, o.actor, o.now, WORDS, o.key, unit_id=unit)


def _ruling(upheld: bool) -> Act:
    return lambda o: handover.rule_return(o.town.context, o.ticket_id, upheld, o.actor, o.now, WORDS, o.key)


def _extension(granted: bool) -> Act:
    return lambda o: unit_work.decide_extension(o.town.context, o.ticket_id, granted, o.actor, o.now, WORDS, o.key)


async def _merge(o: Occasion) -> None:
    target = await build.opened(o.town, o.now)
    await first_contact.merge_ticket(o.town.context, o.ticket_id, target.number, o.actor, o.now, o.key)


async def _park(o: Occasion) -> None:
    until = o.now + o.draw(st.sampled_from(SPANS))
    await unit_work.park_ticket(o.town.context, o.ticket_id, until, o.actor, o.now, WORDS, o.key)


async def _instruct(o: Occasion) -> None:
    due_on = (o.now + o.draw(st.sampled_from(SPANS[2:]))).date()
    await tiers.instruct_ticket(o.town.context, o.ticket_id, due_on, o.actor, o.now, WORDS, o.key)


async def _rate(o: Occasion) -> None:
    verdict = o.draw(st.sampled_from([Verdict.DISSATISFIED, *Verdict]))
    answers = Answers(True, verdict is not Verdict.DISSATISFIED, verdict, answer_at_fault=o.draw(st.booleans()))
    await verdicts.record_callback(o.town.context, o.ticket_id, answers, o.actor, o.now, o.key)


async def _plan(o: Occasion) -> None:
    meet_at = o.now + timedelta(hours=2)
    await interview.plan_interview(o.town.context, o.ticket_id, meet_at, o.actor, o.now, build.PLAN, o.key)


async def _hold(o: Occasion) -> None:
    outcome = o.draw(st.sampled_from(["explained", "unreasonable"]))
    minutes = build.MINUTES | {"outcome": outcome}
    await interview.hold_interview(o.town.context, o.ticket_id, o.now, None, o.actor, o.now, minutes, o.key)


async def _review(o: Occasion) -> None:
    await interview.review_interview(o.town.context, o.ticket_id, True, "超出规定", o.actor, o.now)


async def _verify(o: Occasion) -> None:
    verdict, at_fault = o.draw(st.sampled_from([Verdict.DISSATISFIED, *Verdict])), o.draw(st.booleans())
    await interview.verify_interview(o.town.context, o.ticket_id, verdict, at_fault, "", o.actor, o.now, o.key)


async def _reclassify(o: Occasion) -> None:
    kind, matter = o.draw(st.sampled_from(Kind)), o.draw(st.sampled_from(["water.bill", "danger", None]))
    await correction.reclassify_ticket(o.town.context, o.ticket_id, kind, matter, o.actor, o.now, WORDS, o.key)


V = Verb
DEEDS: dict[str, Deed] = {
    "ask_details": Deed((V.ASK_DETAILS,), _worded(first_contact.ask_details)),
    "add_details": Deed((V.ADD_DETAILS,), _worded(first_contact.add_details)),
    "answer": Deed((V.ANSWER,), _worded(first_contact.answer_ticket)),
    "redirect": Deed((V.REDIRECT,), _worded(first_contact.redirect_ticket)),
    "merge": Deed((V.MERGE,), _merge),
    "unmerge": Deed((V.UNMERGE,), _worded(correction.unmerge_ticket)),
    "reclassify": Deed((V.RECLASSIFY,), _reclassify),
    "withdraw": Deed((V.WITHDRAW,), _worded(first_contact.withdraw_ticket)),
    "dispatch": Deed((V.DISPATCH, V.REDISPATCH), _dispatch),
    "invite": Deed((V.INVITE,), _invite),
    "excuse": Deed((V.EXCUSE,), _excuse),
    "assist": Deed((V.ASSIST,), _assist),
    "assign": Deed((V.ASSIGN,), _assign),
    "return": Deed((V.RETURN,), _worded(handover.return_ticket)),
    "uphold": Deed((V.UPHOLD_RETURN,), _ruling(True)),
    "reject": Deed((V.REJECT_RETURN,), _ruling(False)),
    "sign": Deed((V.SIGN,), _bare(unit_work.sign_ticket)),
    "contact": Deed((V.CONTACT,), _worded(unit_work.record_contact)),
    "ask_extension": Deed((V.ASK_EXTENSION,), _worded(unit_work.ask_extension)),
    "grant": Deed((V.GRANT_EXTENSION,), _extension(True)),
    "refuse": Deed((V.REFUSE_EXTENSION,), _extension(False)),
    "reply": Deed((V.REPLY,), _worded(unit_work.reply_ticket)),
    "rate": Deed((V.REDO, V.OWE_INTERVIEW, V.CLOSE), _rate),
    "no_answer": Deed((V.NO_ANSWER, V.CLOSE), _bare(verdicts.record_no_answer)),
    "refusal": Deed((V.CLOSE,), _bare(verdicts.record_refusal)),
    "plan": Deed((V.PLAN_INTERVIEW,), _plan),
    "hold": Deed((V.HOLD_INTERVIEW,), _hold),
    "review": Deed((), _review),
    "verify": Deed((V.CLOSE, V.OWE_INTERVIEW), _verify),
    "correct": Deed((V.CORRECT_PERSON,), _worded(contact_correction.correct_person, address="前进村二号")),
    "remind": Deed((V.REMIND,), _bare(tiers.remind_unit)),
    "supervise": Deed((V.SUPERVISE,), _bare(tiers.supervise_ticket)),
    "instruct": Deed((V.INSTRUCT,), _instruct),
    "fulfil": Deed((V.FULFIL,), _worded(tiers.fulfil_instruction)),
    "park": Deed((V.PARK,), _park),
    "resume": Deed((V.RESUME,), _bare(unit_work.resume_ticket)),
    "comment": Deed((V.COMMENT,), _worded(unit_work.comment_ticket)),
}
# What usually comes next, so that lives are long: state → deed and who does it ("unit": somebody of its own).
NEXT: dict[str, tuple[tuple[str, str], ...]] = {
    "received": (("dispatch", "dispatcher"), ("dispatch", "dispatcher"), ("ask_details", "operator")),
    "awaiting_details": (("add_details", "complainant"),),
    "dispatched": (("sign", "unit"), ("sign", "unit"), ("return", "unit"), ("invite", "dispatcher")),
    "returned": (("uphold", "dispatcher"), ("reject", "dispatcher"), ("uphold", "inspector")),
    "signed": (
        ("contact", "unit"),
        ("reply", "unit"),
        ("reply", "unit"),
        ("ask_extension", "unit"),
        ("grant", "dispatcher"),
        ("invite", "dispatcher"),
        ("assist", "school"),
        ("excuse", "dispatcher"),
    ),
    "replied": (("rate", "operator"), ("rate", "complainant"), ("no_answer", "operator")),
    "interview_owed": (("plan", "unit"), ("hold", "unit")),
    "interview_held": (("verify", "supervisor"), ("verify", "inspector"), ("review", "dispatcher")),
    "parked": (("resume", "dispatcher"),),
}
OF_UNIT = {
    "水务局": "water",
    "东湖水厂": "east",
    "西湖水厂": "water",
    "教育局": "school",
    "永安镇": "town",
    "前进村": "town",
}


def everybody(town: Town) -> dict[str, Actor]:
    """One person of every role, some of several units, and the person who complains."""
    strangers = {role.value: build.an_actor(role) for role in Role if role.value not in town.people}
    return {**strangers, **town.people, "complainant": COMPLAINANT}
