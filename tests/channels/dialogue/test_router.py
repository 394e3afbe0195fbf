"""First match wins; filters see what was meant, not how it was typed."""

from datetime import UTC, datetime

import pytest

from channels.dialogue.router import Router, Unanswered, kind, plain, push, regex, step, text
from hotline.actions.intake.conversation import ConversationState
from hotline.domain.messaging.message import Incoming, IncomingKind

START = ConversationState("start", {})
NOTHING = None


def message(words: str = "", of: IncomingKind = "text", told: str | None = None) -> Incoming:
    return Incoming("wechat", "1", "somebody", datetime(2026, 11, 21, tzinfo=UTC), of, words, push=told)


def router_saying(*rows: tuple[str, tuple[object, ...]]) -> Router[None, str]:
    router: Router[None, str] = Router()
    for answer, filters in rows:

        async def handler(_incoming: Incoming, _turn: ConversationState, _context: None, answer: str = answer) -> str:
            return answer

        router.on(*filters)(handler)  # type: ignore[arg-type]
    return router


async def test_first_match_wins() -> None:
    router = router_saying(("first", (kind("text"),)), ("second", (text("进度"),)))
    assert await router.feed(message("进度"), START, NOTHING) == "first"


async def test_all_filters_must_agree() -> None:
    router = router_saying(("both", (step("where"), regex("[0-9]"))), ("else", ()))
    assert await router.feed(message("1"), START, NOTHING) == "else"
    assert await router.feed(message("1"), ConversationState("where", {}), NOTHING) == "both"
    assert await router.feed(message("one"), ConversationState("where", {}), NOTHING) == "else"


async def test_included_router_is_asked_at_its_place() -> None:
    outer = router_saying(("before", (text("甲"),)))
    outer.include(router_saying(("inner", (kind("text"),))))
    outer.include(router_saying(("after", ())))
    answers = [await outer.feed(message(words), START, NOTHING) for words in ("甲", "乙")]
    assert answers == ["before", "inner"]
    assert await outer.feed(message(of="image"), START, NOTHING) == "after"


async def test_unmatched_message_is_a_fault() -> None:
    with pytest.raises(Unanswered, match="image at step start"):
        await router_saying(("words", (kind("text"),))).feed(message(of="image"), START, NOTHING)


@pytest.mark.parametrize("typed", ["进度", " 进度。", "「进度」", "进度!!", "进度\n"])
def test_word_is_known_in_any_dress(typed: str) -> None:
    assert text("进度")(message(typed), START, NOTHING)


@pytest.mark.parametrize("typed", ["进度怎样", "查进", "", "。"])
def test_other_words_are_not_taken_for_it(typed: str) -> None:
    assert not text("进度")(message(typed), START, NOTHING)


def test_menu_click_counts_as_the_word() -> None:
    assert text("进度", "progress")(message("PROGRESS", "push", "click:PROGRESS"), START, NOTHING)
    assert not text("进度")(message("进度", "push", "view:进度"), START, NOTHING)


@pytest.mark.parametrize(("typed", "read"), [("４", "4"), ("4。", "4"), ("（4）", "4"), (" ④ ", "4"), ("OK", "ok")])
def test_digits_are_read_as_meant(typed: str, read: str) -> None:
    assert plain(typed) == read


def test_regex_takes_the_whole_text() -> None:
    one_digit = regex("[1-4]")
    assert one_digit(message("4"), START, NOTHING)
    assert not one_digit(message("44"), START, NOTHING)
    assert not one_digit(message("4个人没来"), START, NOTHING)
    assert not one_digit(message("4", "push", "click:4"), START, NOTHING)


def test_push_without_names_is_any_push() -> None:
    assert push()(message(of="push", told="view"), START, NOTHING)
    assert push("subscribe")(message(of="push", told="subscribe"), START, NOTHING)
    assert not push("subscribe")(message(of="push", told="unsubscribe"), START, NOTHING)
    assert not push()(message("subscribe"), START, NOTHING)
