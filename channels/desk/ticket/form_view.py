"""View models of the forms on a ticket's page: empty, or as typed with the errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from channels.desk.texts import CALLBACK_LABELS, CALLBACK_SENTENCES
from channels.desk.ticket.verb_forms import FORMS, Field, Options
from hotline.actions.region.context import RegionContext
from hotline.actions.tickets.case_file import CaseFile
from hotline.domain.dispatch.catalogue import choose_unit
from hotline.domain.dispatch.handover import refusal_of_addressee
from hotline.domain.dispatch.joint import answerable, owed_parts
from hotline.domain.errors import Malformed, Missing, Refusal
from hotline.domain.handling.unit_work import contact_ways
from hotline.domain.tickets.lifecycle import TABLE, Verb
from hotline.domain.tickets.ticket import Actor

EMPTY: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field with its value and its error, '' if there is none."""

    field: Field
    id: str
    value: str
    error: str
    options: Options


@dataclass(frozen=True, slots=True)
class FormView:
    """A form with its buttons; `twin` is (action, label) of the button for the opposite decision."""

    verb: str
    label: str
    say: str
    button: str
    action: str
    fields: tuple[FieldView, ...]
    client_key: str
    error: str = ""
    careful: bool = False
    files: str = ""
    twin: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused form: its verb, the values typed, and the refusal."""

    verb: str
    typed: Mapping[str, str]
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class FormContext:
    """The context of a ticket's forms: user, case file, refused form, and the unit suggested for dispatch."""

    context: RegionContext
    actor: Actor
    case_file: CaseFile
    page_key: str
    refused: Refused | None = None
    suggested: str = field(default="")


def form_label(verb: str) -> str:
    """Return the Chinese label of a verb."""
    return CALLBACK_LABELS[verb] if verb in CALLBACK_LABELS else TABLE[Verb(verb)].label


def form_view(desk: FormContext, verb: str) -> FormView:
    """Return the form of a verb on this ticket, with the values typed if it was refused."""
    form, back = FORMS[verb], _back(desk, verb)
    base = f"/tickets/{desk.case_file.ticket.ticket_id}"
    label = form_label(verb)
    typed = back.typed if back else EMPTY
    twin = (f"{base}/{form.twin}", form_label(form.twin)) if form.twin else None
    return FormView(
        verb=verb,
        label=label if not twin else f"{label}或驳回" if verb == "uphold_return" else f"{label}或不同意",
        say=form.say or CALLBACK_SENTENCES.get(verb, ""),
        button=form.button or label,
        action=f"{base}/{verb}",
        fields=tuple(_field(desk, verb, field, typed, back) for field in _asked(desk, verb)),
        client_key=typed.get("client_key") or f"{desk.page_key}-{verb}",
        error=back.refusal.sentence if back else "",
        careful=form.careful,
        files=form.files,
        twin=twin,
    )


def plain_form(ticket_id: UUID, verb: str, client_key: str) -> FormView:
    """Return an empty form of a verb for a list, which has no case files."""
    form, label = FORMS[verb], form_label(verb)
    fields = tuple(FieldView(f, f"f-{verb}-{f.name}-{ticket_id}", "", "", f.options) for f in form.fields)
    return FormView(
        verb=verb,
        label=label,
        say=form.say or CALLBACK_SENTENCES.get(verb, ""),
        button=form.button or label,
        action=f"/tickets/{ticket_id}/{verb}",
        fields=fields,
        client_key=client_key,
        careful=form.careful,
    )


def _asked(desk: FormContext, verb: str) -> tuple[Field, ...]:
    """Return the fields of a form; `assist` asks for the unit only if the user may answer for several."""
    alone = verb == "assist" and len(_part_options(desk, verb)) < 2
    return tuple(field for field in FORMS[verb].fields if not (alone and field.kind == "assisting"))


def _part_options(desk: FormContext, verb: str) -> Options:
    """The assisting units a form may name: to give a part, those the actor speaks for; else all whose part is owed."""
    county, parts = desk.context.county, desk.case_file.parts
    units = answerable(parts, county.scope(desk.actor)) if verb == "assist" else owed_parts(parts)
    return tuple((str(unit), county.unit_name(unit)) for unit in units)


def _back(desk: FormContext, verb: str) -> Refused | None:
    refused = desk.refused
    if refused is None:
        return None
    return refused if refused.verb in (verb, FORMS[verb].twin) else None


def _field(desk: FormContext, verb: str, field: Field, typed: Mapping[str, str], back: Refused | None) -> FieldView:
    value, options = typed.get(field.name, ""), field.options
    if field.kind == "unit":
        options = unit_options(desk.context, desk.case_file)
        if desk.suggested and not back and field.name == "unit":
            value = desk.suggested
            field = replace(field, hint="已按派单目录选好，可以改")
    if field.kind == "handler":
        options = tuple((str(one.account_id), one.name) for one in desk.case_file.staff)
    if field.kind == "matter":
        options = tuple((matter, desk.context.county.matter_name(matter)) for matter in desk.context.county.matters)
        value = value or desk.case_file.ticket.matter_id or ""
    if (verb, field.name) == ("reclassify", "kind"):
        value = value or desk.case_file.ticket.kind
    if field.kind == "assisting":
        options = _part_options(desk, verb)
        value = value or (options[0][0] if len(options) == 1 else "")
    if verb == "correct_person" and not back:
        value = str(getattr(desk.case_file.person, field.name, ""))
    if (verb, field.name) == ("contact", "how"):
        options = tuple(contact_ways(desk.case_file.ticket, desk.actor.role).items())
        value = value or (options[0][0] if len(options) == 1 else "")
    error = _fault(field, value, back.refusal) if back else ""
    return FieldView(field, f"f-{verb}-{field.name}", value, error, options)


def _fault(field: Field, value: str, refusal: Refusal) -> str:
    """Return the error of this field in the refusal, '' if the refusal is not about it."""
    if isinstance(refusal, Missing) and field.required and not value.strip():
        return "请填写这一项" if field.kind in ("line", "text") else "请选择这一项"
    what = str(refusal.facts.get("what", ""))
    return refusal.sentence if isinstance(refusal, Malformed) and what.startswith(field.label) else ""


def unit_options(context: RegionContext, case_file: CaseFile) -> Options:
    """Units a ticket may be handed to, or may assist: never the accused one or its sub-units, nor the lead (PROCEDURE §6)."""
    ticket, barred = case_file.ticket, context.county.barred(case_file.ticket.accused_unit_id)
    units = [
        unit for unit in context.county.units.values() if refusal_of_addressee(ticket, unit.unit_id, barred) is None
    ]
    ordered = sorted(
        units, key=lambda unit: (unit.office is not None, unit.sector, unit.parent_id is not None, unit.name)
    )
    return tuple((str(unit.unit_id), unit.name) for unit in ordered)


def suggest_unit(context: RegionContext, case_file: CaseFile) -> UUID | None:
    """Return the unit the catalogue suggests, excluding accused and former units; None if there is none."""
    former = {unit for unit, part in case_file.units.items() if part == "former"}
    barred = {*context.county.barred(case_file.ticket.accused_unit_id), *former}
    return choose_unit(context.county.catalogue, case_file.ticket, barred)
