"""Parsing of the public forms: filings and answers to the callback."""

from __future__ import annotations

from channels.web.forms import Form
from hotline.actions.region.context import County
from hotline.domain.callback import Answers
from hotline.domain.enums import Channel, Kind, Verdict
from hotline.domain.errors import Malformed, Missing
from hotline.domain.intake import Filing

FIELDS = ("kind", "body", "place", "matter_id", "name", "phone", "address")
WORDS_LIMIT = 2000


def read_filing(county: County, form: Form) -> Filing:
    """Return the filing of a form. Raises Malformed, Missing, TooLong."""
    matter_id = form.text("matter_id") or None
    if matter_id is not None and matter_id not in county.matters:
        raise Malformed(what="事项分类")
    if not form.text("kind"):
        raise Missing(what="您要反映的是哪一类事")
    return Filing(
        client_key=form.client_key or "",
        channel=Channel.WEBSITE,
        kind=form.choice("kind", Kind, "诉求类型"),
        body=form.text("body"),
        place=form.text("place"),
        matter_id=matter_id,
        confidential=form.flag("confidential"),
        name=form.text("name"),
        phone=form.text("phone"),
        address=form.text("address"),
    )


def read_answers(form: Form) -> Answers:
    """Return the answers to the three questions (PROCEDURE §5). Raises Missing with all left open, Malformed."""
    questions = (("contacted", "承办单位是否联系过您"), ("solved", "事情是否解决"), ("verdict", "您是否满意"))
    missing = [what for name, what in questions if not form.text(name)]
    if missing:
        raise Missing(what="、".join(missing))
    return Answers(
        contacted=_yes(form, "contacted"),
        solved=_yes(form, "solved"),
        verdict=form.choice("verdict", Verdict, "满意程度"),
        answer_at_fault=form.flag("answer_at_fault"),
        unit_mark=form.number("unit_mark", "对承办单位的评分"),
        operator_mark=form.number("operator_mark", "对热线的评分"),
        words=form.text("words", WORDS_LIMIT),
    )


def _yes(form: Form, name: str) -> bool:
    if form.text(name) not in ("yes", "no"):
        raise Malformed(what="“是”或“否”的选择")
    return form.text(name) == "yes"
