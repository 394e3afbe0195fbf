"""The handlers of a ticket's forms: one per verb, called by a single route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from aiohttp import web

from channels.desk.inbound import local_path
from channels.desk.ticket.page import refused_page, ticket_id_of
from channels.desk.ticket.verb_forms import FORMS, MOST_ASSISTING, act_of
from channels.desk.ticket.verb_request import VerbHandler, VerbRequest, with_fields, without_fields
from channels.web.app_keys import SETTINGS
from channels.web.forms import read_form
from channels.web.rate_limits import count_files
from channels.web.region import region_of
from channels.web.routes import Each, post
from channels.web.session import actor, check_csrf, now
from channels.web.uploads import ReadyFile, keep_files, ready_files
from hotline.actions import interview
from hotline.actions.callback import verdicts
from hotline.actions.dispatch import handover, joint
from hotline.actions.handling import contact_correction, correction, unit_work
from hotline.actions.intake import first_contact
from hotline.actions.intake.attachments import add_files, check_room
from hotline.actions.supervision import tiers
from hotline.domain.available import Act
from hotline.domain.callback import Answers
from hotline.domain.enums import Kind, Verdict
from hotline.domain.errors import Missing, NotFound, Refusal
from hotline.domain.intake import PERSON_NAMES
from hotline.domain.tickets.lifecycle import FIELD_NAMES, Verb, check_given
from hotline.holidays import ZONE


async def _dispatch(a: VerbRequest) -> object:
    unit_id = a.form.uuid("unit", FIELD_NAMES["unit"])
    if unit_id is None:
        raise Missing(what=FIELD_NAMES["unit"])
    return await handover.dispatch_ticket(
        a.context, a.ticket_id, unit_id, a.actor, a.now, a.form.text("reason"), a.key,
        assisting=_assisting(a), task=a.form.text("task"),
    )  # fmt: skip


def _assisting(a: VerbRequest) -> list[UUID]:
    named = (a.form.uuid(f"assisting_{n}", FIELD_NAMES["assisting"]) for n in range(1, MOST_ASSISTING + 1))
    return [unit_id for unit_id in named if unit_id is not None]


async def _invite(a: VerbRequest) -> object:
    given = {"task": a.form.text("task")}
    return await joint.invite_units(a.context, a.ticket_id, _assisting(a), a.actor, a.now, given, a.key)


async def _excuse(a: VerbRequest) -> object:
    unit_id = a.form.uuid("assisting", FIELD_NAMES["assisting"])
    given = {"reason": a.form.text("reason")}
    check_given(Verb.EXCUSE, given | {"assisting": unit_id})
    assert unit_id is not None
    return await joint.excuse_unit(a.context, a.ticket_id, unit_id, a.actor, a.now, given, a.key)


async def _assist(a: VerbRequest) -> object:
    unit_id, given = a.form.uuid("assisting", FIELD_NAMES["assisting"]), {"part": a.form.text("part")}
    return await joint.hand_in_part(a.context, a.ticket_id, a.actor, a.now, given, a.key, unit_id=unit_id)


async def _assign(a: VerbRequest) -> object:
    handler_id = a.form.uuid("handler", FIELD_NAMES["handler"])
    if handler_id is None:
        raise Missing(what=FIELD_NAMES["handler"])
    return await unit_work.assign_ticket(a.context, a.ticket_id, handler_id, a.actor, a.now, a.key)


def _ruling(verb: Verb, upheld: bool) -> VerbHandler:
    async def deed(a: VerbRequest) -> object:
        return await handover.rule_return(a.context, a.ticket_id, upheld, a.actor, a.now, a.given(verb), a.key)

    return deed


def _extension(verb: Verb, granted: bool) -> VerbHandler:
    async def deed(a: VerbRequest) -> object:
        return await unit_work.decide_extension(a.context, a.ticket_id, granted, a.actor, a.now, a.given(verb), a.key)

    return deed


async def _park(a: VerbRequest) -> object:
    given = a.given(Verb.PARK)
    check_given(Verb.PARK, given)
    return await unit_work.park_ticket(a.context, a.ticket_id, _until(a), a.actor, a.now, given, a.key)


def _until(a: VerbRequest) -> datetime:
    # A date alone means: from that morning on it is worked on again.
    text = a.form.text("until")
    return a.moment("until") if "T" in text else datetime.combine(a.day("until"), datetime.min.time(), ZONE)


async def _plan(a: VerbRequest) -> object:
    given = a.given(Verb.PLAN_INTERVIEW)
    check_given(Verb.PLAN_INTERVIEW, given)
    meet_at = a.moment("meet_at")
    return await interview.plan_interview(a.context, a.ticket_id, meet_at, a.actor, a.now, given, a.key)


async def _hold(a: VerbRequest) -> object:
    given = a.given(Verb.HOLD_INTERVIEW)
    check_given(Verb.HOLD_INTERVIEW, given)
    held_at, promised_on = a.moment("held_at"), a.form.day("promised_on", "承诺办结日期")
    return await interview.hold_interview(a.context, a.ticket_id, held_at, promised_on, a.actor, a.now, given, a.key)


async def _merge(a: VerbRequest) -> object:
    target = a.form.required("target", FIELD_NAMES["target"])
    return await first_contact.merge_ticket(a.context, a.ticket_id, target, a.actor, a.now, a.key)


async def _reclassify(a: VerbRequest) -> object:
    given = {"reason": a.form.text("reason")}
    check_given(Verb.RECLASSIFY, a.given(Verb.RECLASSIFY))
    kind, matter = a.form.choice("kind", Kind, FIELD_NAMES["kind"]), a.form.text("matter") or None
    return await correction.reclassify_ticket(a.context, a.ticket_id, kind, matter, a.actor, a.now, given, a.key)


async def _instruct(a: VerbRequest) -> object:
    given = a.given(Verb.INSTRUCT)
    check_given(Verb.INSTRUCT, given)
    return await tiers.instruct_ticket(a.context, a.ticket_id, a.day("due_on"), a.actor, a.now, given, a.key)


async def _callback(a: VerbRequest) -> object:
    names = {"contacted": "是否联系过", "solved": "是否解决", "verdict": FIELD_NAMES["verdict"]}
    lacking = [what for name, what in names.items() if not a.form.text(name)]
    if lacking:
        raise Missing(what="、".join(lacking))
    answers = Answers(
        contacted=a.form.flag("contacted"),
        solved=a.form.flag("solved"),
        verdict=a.form.choice("verdict", Verdict, FIELD_NAMES["verdict"]),
        answer_at_fault=a.form.flag("answer_at_fault"),
        unit_mark=a.form.number("unit_mark", "对单位评分"),
        operator_mark=a.form.number("operator_mark", "对热线评分"),
        words=a.form.text("words"),
    )
    return await verdicts.record_callback(a.context, a.ticket_id, answers, a.actor, a.now, a.key)


async def _review(a: VerbRequest) -> None:
    if a.form.text("agreed") not in ("yes", "no"):
        raise Missing(what="是否同意")
    await interview.review_interview(
        a.context, a.ticket_id, a.form.flag("agreed"), a.form.text("reason"), a.actor, a.now
    )


async def _verify(a: VerbRequest) -> object:
    a.form.required("verdict", FIELD_NAMES["verdict"])
    verdict = a.form.choice("verdict", Verdict, FIELD_NAMES["verdict"])
    return await interview.verify_interview(
        a.context, a.ticket_id, verdict, a.form.flag("unit_at_fault"), a.form.text("words"), a.actor, a.now, a.key
    )


async def _correct(a: VerbRequest) -> object:
    given = {name: a.form.text(name) for name in (*PERSON_NAMES, "reason")}
    return await contact_correction.correct_person(a.context, a.ticket_id, a.actor, a.now, given, a.key)


HANDLERS: Mapping[str, VerbHandler] = {
    "sign": without_fields(unit_work.sign_ticket),
    "assign": _assign,
    "contact": with_fields(Verb.CONTACT, unit_work.record_contact),
    "return": with_fields(Verb.RETURN, handover.return_ticket),
    "uphold_return": _ruling(Verb.UPHOLD_RETURN, True),
    "reject_return": _ruling(Verb.REJECT_RETURN, False),
    "ask_extension": with_fields(Verb.ASK_EXTENSION, unit_work.ask_extension),
    "grant_extension": _extension(Verb.GRANT_EXTENSION, True),
    "refuse_extension": _extension(Verb.REFUSE_EXTENSION, False),
    "invite": _invite,
    "excuse": _excuse,
    "assist": _assist,
    "reply": with_fields(Verb.REPLY, unit_work.reply_ticket),
    "plan_interview": _plan,
    "hold_interview": _hold,
    "park": _park,
    "resume": without_fields(unit_work.resume_ticket),
    "correct_person": _correct,
    "comment": with_fields(Verb.COMMENT, unit_work.comment_ticket),
    "dispatch": _dispatch,
    "redispatch": _dispatch,
    "merge": _merge,
    "unmerge": with_fields(Verb.UNMERGE, correction.unmerge_ticket),
    "reclassify": _reclassify,
    "withdraw": with_fields(Verb.WITHDRAW, first_contact.withdraw_ticket),
    "answer": with_fields(Verb.ANSWER, first_contact.answer_ticket),
    "redirect": with_fields(Verb.REDIRECT, first_contact.redirect_ticket),
    "ask_details": with_fields(Verb.ASK_DETAILS, first_contact.ask_details),
    "add_details": with_fields(Verb.ADD_DETAILS, first_contact.add_details),
    "supervise": without_fields(tiers.supervise_ticket),
    "remind": without_fields(tiers.remind_unit),
    "instruct": _instruct,
    "fulfil": with_fields(Verb.FULFIL, tiers.fulfil_instruction),
    "callback": _callback,
    "no_answer": without_fields(verdicts.record_no_answer),
    "refused": without_fields(verdicts.record_refusal),
    "review": _review,
    "verify": _verify,
}


async def do_verb(request: web.Request) -> web.StreamResponse:
    """`POST /tickets/{ticket_id}/{verb}`: carry out a verb; if refused, show the ticket with the form as typed."""
    who, verb = actor(request), request.match_info["verb"]
    ticket_id, form = ticket_id_of(request), await read_form(request)
    try:
        check_csrf(request, form.fields.get("csrf", ""))
        asked = VerbRequest(region_of(request), ticket_id, who, now(request), form)
        await count_files(request, form)
        files = await ready_files(form.files) if verb in FORMS and FORMS[verb].files else []
        await check_room(asked.context, ticket_id, [file.sha256 for file in files])
        await HANDLERS[verb](asked)
        await _keep_evidence(request.app[SETTINGS].files_dir, files, verb, asked)
    except NotFound:
        raise
    except Refusal as refusal:
        return await refused_page(request, ticket_id, verb, form, refusal)
    following = local_path(form.fields.get("next", "")) or f"/tickets/{ticket_id}"
    return web.Response(status=303, headers={"Location": _told(following, verb)})


async def _keep_evidence(folder: Path, files: Sequence[ReadyFile], verb: str, asked: VerbRequest) -> None:
    """Store the files of a form and attach them to its ticket, labelled with what they are evidence of."""
    if files:
        kept = await keep_files(folder, files)
        label = FORMS[verb].files.partition("（")[0]
        await add_files(asked.context, asked.ticket_id, kept, asked.actor, asked.now, label)


def _told(path: str, verb: str) -> str:
    before, _, fragment = path.partition("#")
    joint = "&" if "?" in before else "?"
    return f"{before}{joint}done={verb}" + (f"#{fragment}" if fragment else "")


RIGHTS: Mapping[str, Act] = {deed: act_of(deed) for deed in HANDLERS}
routes: Sequence[web.RouteDef] = (post("/tickets/{ticket_id}/{verb}", do_verb, Each("verb", RIGHTS)),)
