"""Parsing of the operator's form: the filing, and how the call ends."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from channels.web.forms import Form
from hotline.actions.region.context import County, RegionContext
from hotline.domain.enums import Channel, Kind, Pace
from hotline.domain.errors import Malformed, Missing
from hotline.domain.intake import Filing

FIELDS = (
    "body", "phone", "name", "address", "identity", "kind", "matter_id", "place", "pace", "title", "accused_unit_id", "answer", "where",
)  # fmt: skip
ANSWER_LIMIT = 4000


class Way(StrEnum):
    """How a call ends: dispatched to a unit, answered at once, or redirected to another authority."""

    DISPATCH = "dispatch"
    ANSWER = "answer"
    REDIRECT = "redirect"


def read_filing(context: RegionContext, form: Form) -> Filing:
    """Return the call as a filing. Raises Malformed, Missing, TooLong."""
    return Filing(
        client_key=form.client_key or "",
        channel=Channel.PHONE,
        kind=form.choice("kind", Kind, "诉求类型", Kind.HELP),
        body=form.text("body"),
        title=form.text("title"),
        place=form.text("place"),
        matter_id=_matter_of(context.county, form.text("matter_id")),
        pace=form.choice("pace", Pace, "紧急程度", Pace.ORDINARY),
        confidential=form.flag("confidential"),
        accused_unit_id=unit_of(context.county, form.text("accused_unit_id"), "被反映单位"),
        name=form.text("name"),
        phone=form.text("phone"),
        address=form.text("address"),
        identity=form.text("identity"),
    )


def read_way(form: Form) -> tuple[Way, Mapping[str, str]]:
    """Return how the call ends, with the texts `answer` and `where`. Raises Malformed, Missing, TooLong."""
    way = form.choice("way", Way, "办理方式", Way.DISPATCH)
    if way is Way.ANSWER and not form.text("answer", ANSWER_LIMIT):
        raise Missing(what="当场答复的内容")
    if way is Way.REDIRECT and not form.text("where", ANSWER_LIMIT):
        raise Missing(what="告知的去向")
    return way, {"answer": form.text("answer"), "where": form.text("where")}


def _matter_of(county: County, text: str) -> str | None:
    """Return a matter by id or by its name in the list, None for ''. Raises Malformed for an unknown one."""
    if not text or text in county.matters:
        return text or None
    for matter_id in county.matters:
        if county.matter_name(matter_id) == text:
            return matter_id
    raise Malformed(what="事项分类（请从列表中选）")


def unit_of(county: County, text: str, what: str) -> UUID | None:
    """Return a unit by id or name, None for ''. Raises Malformed for an unknown or ambiguous name."""
    if not text:
        return None
    named = [unit.unit_id for unit in county.units.values() if unit.name == text or str(unit.unit_id) == text]
    if len(named) != 1:
        raise Malformed(what=f"{what}（请从列表中选）")
    return named[0]
