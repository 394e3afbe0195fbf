"""Everything somebody may do to a ticket: as the reference retells it, and as the hotline does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from hotline.actions import interview
from hotline.actions.callback import verdicts
from hotline.actions.dispatch import handover, joint
from hotline.actions.handling import correction, unit_work
from hotline.actions.intake import first_contact
from hotline.actions.supervision import tiers
from hotline.domain.callback import Answers
from hotline.domain.enums import Verdict
from hotline.domain.tickets.ticket import COMPLAINANT, Actor
from tests import build
from tests.build import ZONE, Town
from tests.simulation.house import HANDLERS
from tests.simulation.reference.deeds import Reference

MATTERS = ("water.bill", "water.bill", "school.fee", "water.outage", "danger", None)
KINDS = ("complaint", "complaint", "help", "inquiry", "suggestion", "tip_off")
UNITS = ("水务局", "西湖水厂", "教育局")
VERDICTS = ("satisfied", "basically_satisfied", "understood", "dissatisfied", "dissatisfied", "dissatisfied")

Done = Callable[..., Awaitable[Any]]


def utc(at: datetime) -> datetime:
    """A local wall time as the product wants it."""
    return at.replace(tzinfo=ZONE).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing somebody does: `told` to the reference, `done` to the hotline (town, ticket, now, client key)."""

    name: str
    told: Callable[[Reference, datetime], None]
    done: Done


def _plain(name: str, done: Done) -> Deed:
    return Deed(name, lambda ref, now: getattr(ref, name)(now), done)


def _handler(town: Town, lead: str | None) -> Actor:
    return town.actor(HANDLERS.get(lead or "", "water"))


def _office(town: Town, login: str) -> Actor:
    # Of an office without anybody who is told, somebody may still come by.
    return town.people.get(login) or build.an_actor(build.Role(login))


def _by_unit(name: str, ref: Reference, action: Done, *given: Any) -> Deed:
    lead = ref.lead

    async def done(town: Town, ticket_id: UUID, now: datetime, key: str) -> None:
        await action(town.context, ticket_id, _handler(town, lead), now, *given, client_key=key)

    return _plain(name, done)


def _by(login: str | None, action: Done, *given: Any) -> Done:
    async def done(town: Town, ticket_id: UUID, now: datetime, key: str) -> None:
        actor = town.actor(login) if login else COMPLAINANT
        await action(town.context, ticket_id, actor, now, *given, client_key=key)

    return done


def _dispatch(ref: Reference, _now: datetime, dice: Random) -> Deed:
    unit = dice.choice([unit for unit in UNITS if unit != ref.lead])

    async def done(town: Town, ticket_id: UUID, now: datetime, key: str) -> None:
        actor = town.actor("dispatcher")
        await handover.dispatch_ticket(town.context, ticket_id, town.unit(unit), actor, now, "归口办理", key)

    return Deed("dispatch", lambda ref, now: ref.dispatch(now, unit), done)


def _invite(ref: Reference, _now: datetime, dice: Random) -> Deed:
    unit = dice.choice([unit for unit in HANDLERS if unit not in ref.parts] or list(HANDLERS))

    async def done(town: Town, ticket_id: UUID, now: datetime, key: str) -> None:
        units, actor, given = [town.unit(unit)], town.actor("dispatcher"), {"task": "一同核实"}
        await joint.invite_units(town.context, ticket_id, units, actor, now, given, key)

    return Deed("invite", lambda ref, now: ref.invite(now, unit), done)


def _excuse(ref: Reference, _now: datetime, dice: Random) -> Deed:
    unit = dice.choice(ref.owing or list(HANDLERS))

    async def done(town: Town, ticket_id: UUID, now: datetime, key: str) -> None:
        given, actor = {"reason": "不涉及"}, town.actor("dispatcher")
        await joint.excuse_unit(town.context, ticket_id, town.unit(unit), actor, now, given, key)

    return Deed("excuse", lambda ref, now: ref.excuse(now, unit), done)


def _assist(ref: Reference, _now: datetime, dice: Random) -> Deed:
    unit = dice.choice(ref.owing or list(ref.parts) or list(HANDLERS))

    async def done(town: Town, ticket_id: UUID, now: datetime, key: str) -> None:
        actor, given = _handler(town, unit), {"part": "已核实。"}
        await joint.hand_in_part(town.context, ticket_id, actor, now, given, key, unit_id=town.unit(unit))

    return Deed("assist", lambda ref, now: ref.assist(now, unit), done)


def _ruling(upheld: bool, ref: Reference, _now: datetime, dice: Random) -> Deed:
    name, ruler = "uphold" if upheld else "reject", dice.choice(["dispatcher", "inspector"])

    async def done(town: Town, ticket_id: UUID, now: datetime, key: str) -> None:
        given = {"reason": "依据职责分工"}
        await handover.rule_return(town.context, ticket_id, upheld, _office(town, ruler), now, given, key)

    return Deed(name, lambda ref, now: getattr(ref, name)(now, ruler), done)


def _contact(ref: Reference, _now: datetime, _dice: Random) -> Deed:
    how = "relay" if ref.confidential else "phone"
    return _by_unit("contact", ref, unit_work.record_contact, {"how": how, "text": "已说明情况"})


def _extension(granted: bool, ref: Reference, _now: datetime, _dice: Random) -> Deed:
    async def done(town: Town, ticket_id: UUID, now: datetime, key: str) -> None:
        given, actor = {"reason": "情况复杂"}, town.actor("dispatcher")
        await unit_work.decide_extension(town.context, ticket_id, granted, actor, now, given, key)

    return _plain("grant" if granted else "refuse", done)


def _park(_ref: Reference, now: datetime, dice: Random) -> Deed:
    until = now + timedelta(days=dice.randint(0, 6), minutes=dice.choice([1, 30, 240, 611, 1440]))

    async def done(town: Town, ticket_id: UUID, now: datetime, key: str) -> None:
        given = {"reason": "等待汛期结束", "until": until.isoformat()}
        await unit_work.park_ticket(town.context, ticket_id, utc(until), town.actor("dispatcher"), now, given, key)

    return Deed("park", lambda ref, now: ref.park(now, until), done)


def _instruct(_ref: Reference, now: datetime, dice: Random) -> Deed:
    due_on = now.date() + timedelta(days=dice.randint(1, 8))

    async def done(town: Town, ticket_id: UUID, now: datetime, key: str) -> None:
        leader, given = _office(town, "leader"), {"text": "限期办好"}
        await tiers.instruct_ticket(town.context, ticket_id, due_on, leader, now, given, key)

    return Deed("instruct", lambda ref, now: ref.instruct(now, due_on), done)


def _rate(_ref: Reference, _now: datetime, dice: Random) -> Deed:
    verdict, at_fault = dice.choice(VERDICTS), dice.random() < 0.5
    answers = Answers(True, verdict != "dissatisfied", Verdict(verdict), answer_at_fault=at_fault)

    async def done(town: Town, ticket_id: UUID, now: datetime, key: str) -> None:
        await verdicts.record_callback(town.context, ticket_id, answers, town.actor("operator"), now, key)

    return Deed("rate", lambda ref, now: ref.rate(now, verdict, at_fault), done)


def _plan(ref: Reference, _now: datetime, _dice: Random) -> Deed:
    lead = ref.lead

    async def done(town: Town, ticket_id: UUID, now: datetime, key: str) -> None:
        meet_at = now + timedelta(hours=3)
        actor = _handler(town, lead)
        await interview.plan_interview(town.context, ticket_id, meet_at, actor, now, build.PLAN, key)

    return _plain("plan_interview", done)


def _hold(ref: Reference, _now: datetime, _dice: Random) -> Deed:
    lead = ref.lead

    async def done(town: Town, ticket_id: UUID, now: datetime, key: str) -> None:
        actor = _handler(town, lead)
        await interview.hold_interview(town.context, ticket_id, now, None, actor, now, build.MINUTES, key)

    return _plain("hold_interview", done)


def _review(_ref: Reference, _now: datetime, dice: Random) -> Deed:
    reviewer = dice.choice(["supervisor", "supervisor2", "dispatcher"])

    async def done(town: Town, ticket_id: UUID, now: datetime, _key: str) -> None:
        await interview.review_interview(town.context, ticket_id, True, "诉求超出规定", town.actor(reviewer), now)

    return Deed("review", lambda ref, now: ref.review(now, reviewer), done)


def _verify(_ref: Reference, _now: datetime, dice: Random) -> Deed:
    verdict, at_fault = dice.choice(VERDICTS), dice.random() < 0.6
    verifier = dice.choice(["supervisor", "inspector"])

    async def done(town: Town, ticket_id: UUID, now: datetime, key: str) -> None:
        who = _office(town, verifier)
        await interview.verify_interview(town.context, ticket_id, Verdict(verdict), at_fault, "", who, now, key)

    return Deed("verify", lambda ref, now: ref.verify(now, verdict, at_fault, verifier), done)


def _unit_deed(name: str, action: Done, *given: Any) -> Callable[[Reference, datetime, Random], Deed]:
    return lambda ref, _now, _dice: _by_unit(name, ref, action, *given)


def _reclassify(_ref: Reference, _now: datetime, dice: Random) -> Deed:
    kind, matter = dice.choice(KINDS), dice.choice(MATTERS)

    async def done(town: Town, ticket_id: UUID, now: datetime, key: str) -> None:
        given, actor = {"reason": "登记有误"}, town.actor("dispatcher")
        await correction.reclassify_ticket(town.context, ticket_id, build.Kind(kind), matter, actor, now, given, key)

    return Deed("reclassify", lambda ref, now: ref.reclassify(now, kind, matter), done)


def _merge(ref: Reference, _now: datetime, dice: Random) -> Deed:
    target = dice.choice(list(ref.family.refs.values()))

    async def done(town: Town, ticket_id: UUID, now: datetime, key: str) -> None:
        await first_contact.merge_ticket(town.context, ticket_id, target.number, town.actor("dispatcher"), now, key)

    return Deed("merge", lambda ref, now: ref.merge(now, target.ticket_id), done)


MAKERS: dict[str, Callable[[Reference, datetime, Random], Deed]] = {
    "dispatch": _dispatch,
    "reclassify": _reclassify,
    "merge": _merge,
    "uphold": partial(_ruling, True),
    "reject": partial(_ruling, False),
    "contact": _contact,
    "grant": partial(_extension, True),
    "refuse": partial(_extension, False),
    "park": _park,
    "invite": _invite,
    "excuse": _excuse,
    "assist": _assist,
    "instruct": _instruct,
    "rate": _rate,
    "plan_interview": _plan,
    "hold_interview": _hold,
    "review": _review,
    "verify": _verify,
    "sign": _unit_deed("sign", unit_work.sign_ticket),
    "return_it": _unit_deed("return_it", handover.return_ticket, {"reason": "不属职责", "basis": "三定方案"}),
    "reply": _unit_deed("reply", unit_work.reply_ticket, {"reply": "已经办好。", "facts": "现场核实。"}),
    "ask_extension": _unit_deed("ask_extension", unit_work.ask_extension, {"reason": "情况复杂"}),
}
PLAIN: dict[str, Deed] = {
    "ask_details": _plain("ask_details", _by("operator", first_contact.ask_details, {"missing": "水表号"})),
    "add_details": _plain("add_details", _by(None, first_contact.add_details, {"text": "水表号如下"})),
    "answer": _plain("answer", _by("operator", first_contact.answer_ticket, {"answer": "按规定办理。"})),
    "withdraw_it": _plain("withdraw_it", _by(None, first_contact.withdraw_ticket, {"reason": "已经解决"})),
    "unmerge": _plain("unmerge", _by("dispatcher", correction.unmerge_ticket, {"reason": "不是一件事"})),
    "unpark": _plain("unpark", _by("dispatcher", unit_work.resume_ticket)),
    "comment": _plain("comment", _by(None, unit_work.comment_ticket, {"text": "请快一点"})),
    "supervise": _plain("supervise", _by("supervisor", tiers.supervise_ticket)),
    "fulfil": _plain("fulfil", _by("supervisor", tiers.fulfil_instruction, {"fulfilment": "已经落实"})),
    "no_answer": _plain("no_answer", _by("operator", verdicts.record_no_answer)),
    "refusal": _plain("refusal", _by("operator", verdicts.record_refusal)),
}
