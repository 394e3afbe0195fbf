"""Sentences, names of figures, and texts without the person."""

import pytest

from hotline.domain.brief.words import LONGEST, change_words, figure_name, hide, percent, say


def test_a_line_becomes_text() -> None:
    line = ["受理", {"n": "received"}, "件，按时", {"r": "reply"}, "，其余", {"r": "none"}]
    assert say(line, {"received": 12}, {"reply": 0.9523}) == "受理12件，按时95.2%，其余—"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "then", "words"),
    [(5, 5, "持平"), (0, 0, "持平"), (12, 10, "增加20.0%"), (9, 10, "减少10.0%"), (3, 0, "增加3件")],
)
def test_a_change_is_said_in_words(now: int, then: int, words: str) -> None:
    assert change_words(now, then) == words


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("received", "受理"),
        ("received.channel.wechat", "受理：微信"),
        ("received.kind.tip_off", "受理：举报"),
        ("received.matter.water.bill", "受理：城乡建设 · 水费"),
        ("received.day.2026-11-23.phone", "11月23日电话受理"),
        ("last_week.received.matter.water.bill", "上周受理：城乡建设 · 水费"),
        ("last_year.closed", "去年同期办结"),
        ("unit.7.reply.late", "水务局：逾期答复"),
    ],
)
def test_a_figure_has_a_name(key: str, name: str) -> None:
    assert figure_name(key, {"matter.water.bill": "城乡建设 · 水费", "unit.7": "水务局"}) == name


def test_the_person_is_taken_out_of_a_text() -> None:
    text = "王小明（13800138000）住东湖路8号，身份证 320311199001011234"
    assert hide(text, ["王小明", "13800138000", "东湖路8号"]) == "诉求人（诉求人）住诉求人，身份证 ＊＊＊＊＊＊"


def test_the_longest_known_word_goes_first() -> None:
    assert hide("东湖路8号院", ["东湖路8号", "东湖路8号院"]) == "诉求人"


def test_a_text_becomes_one_short_line() -> None:
    assert hide("一\n二  三", []) == "一 二 三"
    assert len(hide("长" * 500, [])) == LONGEST


@pytest.mark.parametrize(("value", "text"), [(None, "—"), (0.0, "0.0%"), (1.0, "100.0%"), (0.87654, "87.7%")])
def test_a_rate_is_written_in_per_cent(value: float | None, text: str) -> None:
    assert percent(value) == text
