"""The page of one ticket, for staff of every role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from aiohttp import web

from channels.desk.texts import REVEAL_REASONS, WAITING
from channels.desk.ticket.available_actions import find_available
from channels.desk.ticket.form_view import FormContext, Refused, form_view, suggest_unit
from channels.desk.ticket.interview_view import interviews_of
from channels.desk.ticket.joint_view import own_part_clock, parts_of
from channels.desk.ticket.sections import (
    TableLine,
    accesses_of,
    callbacks_of,
    clocks_of,
    facts_of,
    files_of,
    hold_view,
    instructions_of,
    latest_reply,
    letters_of,
    main_clock,
    reminders_of,
    window_clock,
)
from channels.ui.deadline_view import ladder_view, window_marks, window_view
from channels.ui.history_view import path_steps, told_text
from channels.ui.limit_view import clock_due, explanation_view
from channels.ui.rendering import page
from channels.ui.ticket_rows import card_view, late_text, state_view
from channels.ui.time_format import said
from channels.web.forms import Form, read_form
from channels.web.rate_limits import count_account
from channels.web.region import region_of
from channels.web.routes import get, id_in, post
from channels.web.session import actor, check_csrf, now, remote_address
from hotline.actions.dispatch.joint import late_parts_of_tickets
from hotline.actions.intake.opening import new_client_key
from hotline.actions.privacy.number_hints import numbers_told
from hotline.actions.privacy.retention_hold import list_holds
from hotline.actions.region.context import County, RegionContext
from hotline.actions.search.case_view import read_ticket, reveal_person
from hotline.actions.supervision.cards import cards_of_tickets
from hotline.actions.tickets.case_file import CaseFile, Person
from hotline.domain.accounts.permissions import Right, may
from hotline.domain.dispatch.joint import owed_parts
from hotline.domain.enums import Rule
from hotline.domain.errors import NotFound, Refusal
from hotline.domain.policy.rate_limits import LimitedAction
from hotline.domain.privacy.retention_hold import refusal_of_hold
from hotline.domain.supervision.cards import COLOUR_NAMES
from hotline.domain.supervision.tiers import RULE_NAMES
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import Actor


@dataclass(frozen=True, slots=True)
class PersonView:
    """Argument of the template macro ui.person; `address` and `identity` are empty unless revealed."""

    name_masked: str
    phone_masked: str
    confidential: bool
    reveal_action: str | None
    address: str = ""
    identity: str = ""


def ticket_id_of(request: web.Request) -> UUID:
    """Return the ticket id in the path. Raises NotFound if it is not a UUID."""
    return id_in(request, "ticket_id")


async def show_ticket(request: web.Request) -> web.Response:
    """`GET /tickets/{ticket_id}`: show the ticket; the access is recorded. Raises NotFound."""
    return await _ticket_page(request, ticket_id_of(request))


async def leave_verb(request: web.Request) -> web.Response:
    """`GET /tickets/{ticket_id}/{verb}`: redirect to the ticket, as when the page of a posted form is reloaded."""
    raise web.HTTPSeeOther(f"/tickets/{ticket_id_of(request)}")


async def refused_page(request: web.Request, ticket_id: UUID, verb: str, form: Form, refusal: Refusal) -> web.Response:
    """Return the ticket's page with the form of `verb` as typed and the refusal beside it."""
    return await _ticket_page(request, ticket_id, refusal.status, refused=Refused(verb, form.fields, refusal))


async def reveal(request: web.Request) -> web.Response:
    """`POST /tickets/{ticket_id}/reveal`: show the complainant unmasked, for a recorded reason; a fragment for htmx."""
    form, ticket_id, who = await read_form(request), ticket_id_of(request), actor(request)
    try:
        check_csrf(request, form.fields.get("csrf", ""))
        await count_account(request, LimitedAction.ACCOUNT_REVEAL)
        given = form.text("reason")
        reason = REVEAL_REASONS.get(given, given)
        person = await reveal_person(region_of(request), ticket_id, who, now(request), reason, remote_address(request))
    except NotFound:
        raise
    except Refusal as refusal:
        return await refused_page(request, ticket_id, "reveal", form, refusal)
    if request.headers.get("HX-Request"):
        view = PersonView(
            person.name,
            person.phone,
            confidential=False,
            reveal_action=None,
            address=person.address,
            identity=person.identity,
        )
        return page(request, "tickets/person.html", person=view)
    return await _ticket_page(request, ticket_id, revealed=person)


async def _ticket_page(
    request: web.Request,
    ticket_id: UUID,
    status: int = 200,
    *,
    refused: Refused | None = None,
    revealed: Person | None = None,
) -> web.Response:
    context, who, moment = region_of(request), actor(request), now(request)
    case_file = await read_ticket(context, ticket_id, who, moment, remote_address(request))
    desk = FormContext(context, who, case_file, new_client_key(), refused)
    return page(
        request,
        "tickets/ticket.html",
        status,
        ticket=case_file.ticket,
        title=case_file.ticket.title,
        words=case_file.body,
        state=state_view(case_file.ticket.state),
        person=_person(case_file, revealed),
        revealed=revealed is not None,
        held=await _held(context, case_file, who, moment),
        may_hold=refusal_of_hold(case_file.ticket, who) is None,
        may_copy=may(who.role, Right.EXPORT_PERSON),
        opened=request.query.get("opened") == "1",
        told=told_text(numbers_told(context, case_file.ticket), case_file.ticket.confidential),
        **_history(case_file, context.county, moment),
        **await _marks(context, case_file, who, moment),
        **_forms(desk, context, moment),
        **_clocks(context, case_file, who, moment),
    )


def _history(case_file: CaseFile, county: County, moment: datetime) -> dict[str, Any]:
    """Return the sections of the page about the ticket's history."""
    return {
        "answer": latest_reply(case_file),
        "facts": facts_of(case_file, county, moment),
        "path": path_steps(case_file.events, moment, False, channel=case_file.ticket.channel),
        "interviews": interviews_of(case_file, moment),
        "callbacks": callbacks_of(case_file, moment),
        "instructions": instructions_of(case_file),
        "letters": letters_of(case_file, county),
        "files": files_of(case_file),
        "clocks": clocks_of(case_file, county),
        "reminders": reminders_of(case_file, county),
        "looks": accesses_of(case_file),
    }


async def _marks(context: RegionContext, case_file: CaseFile, who: Actor, moment: datetime) -> dict[str, Any]:
    """Return the cards of the ticket, its parts, and which of them are overdue."""
    county, ticket_id = context.county, case_file.ticket.ticket_id
    cards = (await cards_of_tickets(context, [ticket_id], who, moment)).get(ticket_id, ())
    late = (await late_parts_of_tickets(context, [ticket_id], who, moment)).get(ticket_id, ())
    told = [
        TableLine((COLOUR_NAMES[one.colour], county.unit_name(one.unit_id), one.reason, f"{said(one.since, moment)}起"))
        for one in cards
    ]
    return {
        "card": card_view(cards),
        "cards": told,
        "late": late_text(late, county),
        "parts": parts_of(case_file, county, moment, late),
    }


async def _held(context: RegionContext, case_file: CaseFile, who: Actor, moment: datetime) -> dict[str, str] | None:
    """Return the hold in force on a closed ticket, or None; an open ticket is never erased, so it needs none."""
    if case_file.ticket.open:
        return None
    rows = await list_holds(context, case_file.ticket.ticket_id, who, moment)
    return next((hold_view(row, moment) for row in rows if row["in_force"]), None)


def _forms(desk: FormContext, context: RegionContext, moment: datetime) -> dict[str, Any]:
    """Return the form of the next action, the other forms, and the sentence of a refusal that no form shows."""
    case_file, refused = desk.case_file, desk.refused
    offers = find_available(case_file, desk.actor, moment)
    if "dispatch" in (offers.first, *offers.others):
        suggested = suggest_unit(context, case_file)
        desk = replace(desk, suggested=str(suggested) if suggested else "")
    first = form_view(desk, offers.first) if offers.first else None
    others = [form_view(desk, verb) for verb in offers.others]
    placed = any(form.error for form in (*others, *([first] if first else [])))
    return {
        "first": first,
        "others": others,
        "waiting": _waiting(desk),
        "sentence": refused.refusal.sentence if refused and not placed else "",
    }


def _waiting(desk: FormContext) -> str:
    """Return what the ticket waits for; on a joint ticket in progress, the units that still owe their part."""
    state, owed = desk.case_file.ticket.state, owed_parts(desk.case_file.parts)
    if state is not State.SIGNED or not owed:
        return WAITING[state]
    return f"等协办单位提交协办意见：{'、'.join(desk.context.county.unit_name(unit) for unit in owed)}。"


def _clocks(context: RegionContext, case_file: CaseFile, who: Actor, moment: datetime) -> dict[str, Any]:
    """Return the due time with its explanation, the window with its marks, and the ladder of tiers."""
    county, ticket = context.county, case_file.ticket
    calendar, policy = county.rules.calendar, county.rules.policy
    own = own_part_clock(case_file, county.scope(who))
    main, clock = own or main_clock(case_file), window_clock(case_file)
    window = None
    if clock is not None and ticket.parked_until is None:
        marks = window_marks(clock, case_file.reminders, case_file.interviews, policy, calendar, moment)
        window = window_view(clock, moment, calendar, tier=ticket.tier, marks=marks)
    return {
        "due": clock_due(main, moment, calendar) if main else None,
        "limit_due": clock_due(clock, moment, calendar) if clock else None,
        "due_label": RULE_NAMES[Rule(main["rule"])] if main else "",
        "account": explanation_view(clock, calendar) if clock else None,
        "account_label": RULE_NAMES[Rule(clock["rule"])] if clock else "",
        "window": window,
        "ladder": ladder_view(case_file.supervisions, ticket.tier, moment) if case_file.supervisions else None,
    }


def _person(case_file: CaseFile, revealed: Person | None) -> PersonView | None:
    """Return the complainant, masked or revealed; None if the user may not see the complainant at all."""
    person, ticket = revealed or case_file.person, case_file.ticket
    if not person.shown:
        return None
    offered = (
        person.may_reveal and revealed is None and any((person.name, person.phone, person.address, person.identity))
    )
    return PersonView(
        name_masked=person.name or "未留姓名",
        phone_masked=person.phone,
        confidential=ticket.confidential,
        reveal_action=f"/tickets/{ticket.ticket_id}/reveal" if offered else None,
        address=person.address if revealed else "",
        identity=person.identity if revealed else "",
    )


routes: Sequence[web.RouteDef] = (
    get("/tickets/{ticket_id}", show_ticket, Right.READ_TICKET),
    get("/tickets/{ticket_id}/{verb}", leave_verb, Right.READ_TICKET),
    post("/tickets/{ticket_id}/reveal", reveal, Right.REVEAL),
)
