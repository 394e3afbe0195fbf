"""Every channel has words for each kind of notice that may reach it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import cast

import pytest

import channels.desk.notice_texts as desk
import channels.phone.texts as phone
import channels.wechat.texts as wechat
from channels import registry
from channels.wechat.protocol import TEMPLATE_CHARS, TEXT_BYTES
from channels.wechat.texts import SUMMARIES, TemplateValue, template_values, word_notices
from hotline.domain.messaging.notices import Audience, Notice, NoticeKind, PostedNotice, kinds_for
from tests.notices import build_examples, post

Word = Callable[[PostedNotice], str]
STAFF, COMPLAINANT = (Audience.UNIT, Audience.PERSON, Audience.ROLE), (Audience.COMPLAINANT,)
# On the telephone an operator tells what did not reach the person on another channel.
CHANNELS: Mapping[str, tuple[Word, Mapping[NoticeKind, str], tuple[Audience, ...]]] = {
    "desk": (desk.word_notice, desk.NOTICE_WORDS, STAFF),
    "wechat": (wechat.word_notice, wechat.NOTICE_WORDS, COMPLAINANT),
    "phone": (phone.word_notice, phone.NOTICE_WORDS, COMPLAINANT),
}
SILENT = {"website"}
"""Channels that carry no notice: the progress page shows the ticket itself."""
EXAMPLES = build_examples()
TO_COMPLAINANT = [notice for notice in EXAMPLES if notice.to == Audience.COMPLAINANT]


def examples_for(channel: str) -> list[Notice]:
    audiences = CHANNELS[channel][2]
    return [notice for notice in EXAMPLES if notice.to.partition(":")[0] in audiences]


def check_words(channel: str) -> None:
    """Every fact is told, nothing is left unresolved, and no two forms sound alike."""
    word = CHANNELS[channel][0]
    for notice in examples_for(channel):
        text = word(post(notice))
        written = {
            fact for name, fact in notice.facts.items() if name in ("reply", "title", "where", "missing", "target")
        }
        assert all(str(fact) in text for fact in written), text
        rest = text
        for fact in written:
            rest = rest.replace(str(fact), "")
        assert not set("{}") & set(rest), text
        assert "None" not in rest
        assert post(notice).number in text or notice.kind is NoticeKind.BRIEF


def test_every_channel_is_looked_at() -> None:
    assert {channel.name for channel in registry.CHANNELS} == set(CHANNELS) | SILENT


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_channel_words_every_kind_that_may_reach_it(channel: str) -> None:
    _, table, audiences = CHANNELS[channel]
    assert {notice.kind for notice in examples_for(channel)} == kinds_for(*audiences)
    assert set(table) == kinds_for(*audiences)
    check_words(channel)


@pytest.mark.parametrize(
    ("channel", "kind"), [(name, kind) for name, (_, table, _) in CHANNELS.items() for kind in table]
)
def test_a_kind_without_words_is_found_out(channel: str, kind: NoticeKind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(cast(MutableMapping[NoticeKind, str], CHANNELS[channel][1]), kind)
    with pytest.raises(KeyError):
        check_words(channel)


@pytest.mark.parametrize("channel", CHANNELS)
def test_other_facts_are_other_words(channel: str) -> None:
    told = {(notice.kind, tuple(sorted(notice.facts.items()))): notice for notice in examples_for(channel)}
    texts = [CHANNELS[channel][0](post(notice)) for notice in told.values()]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_sentence_of_an_earlier_version_is_told_as_it_stands(channel: str) -> None:
    sentence = "您的诉求（20261123-00001）已有答复：换了水表{1}。"
    assert CHANNELS[channel][0](PostedNotice(NoticeKind.REPLIED, "20261123-00001", text=sentence)) == sentence


@pytest.mark.parametrize("notice", TO_COMPLAINANT, ids=lambda notice: notice.kind)
def test_fields_of_a_template_message_keep_to_the_platforms_limits(notice: Notice) -> None:
    values = template_values([post(notice)])
    assert set(values) == set(TemplateValue)
    assert 0 < len(values[TemplateValue.SUMMARY]) <= TEMPLATE_CHARS
    assert values[TemplateValue.NUMBER] == "20261123-00001"
    assert len(word_notices([post(notice)]).encode()) <= TEXT_BYTES


def test_a_template_message_words_every_kind_and_counts_several() -> None:
    assert set(SUMMARIES) == kinds_for(Audience.COMPLAINANT)
    several = template_values([post(notice) for notice in TO_COMPLAINANT])[TemplateValue.SUMMARY]
    assert str(len(TO_COMPLAINANT)) in several
    assert len(several) <= TEMPLATE_CHARS


def test_several_notices_become_one_numbered_message() -> None:
    posted = [post(notice) for notice in TO_COMPLAINANT[:3]]
    first, *lines = word_notices(posted).splitlines()
    assert first == "您有3件事项："
    assert lines == [f"{place}. {wechat.word_notice(notice)}" for place, notice in enumerate(posted, 1)]
