"""Reading messages from whatever CSV is handed in, and when they come in."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from hotline.actions.region.csv_reader import UnreadableCsv
from hotline.domain.enums import Channel, Kind
from rehearsal.messages import ZONE, Arrival, Message, choose_kind, choose_matter, plan_arrivals, read_messages

MONDAY = date(2026, 9, 7)


def _file(tmp_path: Path, content: str | bytes, name: str = "messages.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_unknown_columns_and_a_byte_order_mark_do_no_harm(tmp_path: Path) -> None:
    path = _file(tmp_path, "\ufeffid,Body,likes,category\n1,路灯坏了,9,城乡建设\n")
    inflow = read_messages([path])
    assert inflow.messages == (Message(0, "路灯坏了", "", "城乡建设", None),)
    assert inflow.bad == ()


def test_lines_within_quotes_and_odd_signs_are_kept(tmp_path: Path) -> None:
    body = "第一行\n第二行 ©㎡〝—\u3000🙂 ''; drop"
    path = _file(tmp_path, f'title,body\r\n,"{body}"\r\n')
    assert read_messages([path]).messages[0].body == body


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("2026-01-01,题目,,", "没有正文"),
        ("2026-13-45,题目,有事,", "日期不对"),
        ("昨天,题目,有事,", "日期不对"),
        (',题目,"没有收尾的引号,', "引号不配对"),
        (',题目,"半截"引号,', "引号不配对"),
        (",题目,有,太多,列了", "有 5 列，列名只有 4 个"),
        (f",题目,{'长' * 12001},", "正文超过 12000 字"),
    ],
)
def test_a_bad_row_is_told_by_its_line_and_costs_only_itself(tmp_path: Path, line: str, why: str) -> None:
    path = _file(tmp_path, f"created_at,title,body,category\n,甲,第一件,\n{line}\n,乙,第二件,\n")
    inflow = read_messages([path])
    assert [message.body for message in inflow.messages] == ["第一件", "第二件"]
    assert [(row.file, row.line, row.why) for row in inflow.bad] == [("messages.csv", 3, why)]


def test_bytes_that_are_no_utf8_spoil_only_their_row(tmp_path: Path) -> None:
    path = _file(tmp_path, "title,body\n甲,好的\n".encode() + "乙,乱码\n".encode("gbk") + "丙,也好\n".encode())
    inflow = read_messages([path])
    assert [message.title for message in inflow.messages] == ["甲", "丙"]
    assert inflow.bad[0].why == "不是 UTF-8 编码"


def test_a_body_of_ten_thousand_signs_is_taken(tmp_path: Path) -> None:
    path = _file(tmp_path, f"body\n{'字' * 10_000}\n")
    assert len(read_messages([path]).messages[0].body) == 10_000


def test_a_file_without_body_column_or_none_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableCsv, match="body"):
        read_messages([_file(tmp_path, "title,text\n甲,乙\n")])
    with pytest.raises(UnreadableCsv, match="body"):
        read_messages([_file(tmp_path, "")])
    with pytest.raises(UnreadableCsv, match="读不到"):
        read_messages([tmp_path / "missing.csv"])


def test_several_files_are_numbered_through(tmp_path: Path) -> None:
    paths = [_file(tmp_path, "body\n一\n二\n", "a.csv"), _file(tmp_path, "body\n三\n", "b.csv")]
    assert [(m.index, m.body) for m in read_messages(paths).messages] == [(0, "一"), (1, "二"), (2, "三")]


def _arrivals(messages: list[Message], weeks: int = 4, seed: int = 1) -> tuple[Arrival, ...]:
    return plan_arrivals(messages, MONDAY, weeks, seed)


def test_the_same_seed_gives_the_same_arrivals_and_another_seed_others() -> None:
    messages = [Message(i, f"第{i}件事，路灯坏了") for i in range(200)]
    assert _arrivals(messages) == _arrivals(messages)
    assert _arrivals(messages, seed=2) != _arrivals(messages)


def test_every_message_arrives_once_within_the_weeks_in_order() -> None:
    messages = [Message(i, "有事", created_at=datetime(2015 + i % 5, 3, 1, 9) if i % 2 else None) for i in range(300)]  # noqa: DTZ001
    arrivals = _arrivals(messages, weeks=3)
    assert sorted(arrival.index for arrival in arrivals) == list(range(300))
    moments = [arrival.at for arrival in arrivals]
    assert moments == sorted(moments)
    assert datetime.combine(MONDAY, time(0), ZONE) <= moments[0]
    assert moments[-1] < datetime.combine(MONDAY + timedelta(weeks=3), time(0), ZONE)


def test_a_known_date_keeps_its_weekday_and_time_of_day() -> None:
    said = datetime(2019, 5, 16, 21, 30)  # noqa: DTZ001 - a Thursday, local as files have it
    arrival = _arrivals([Message(0, "有事", created_at=said)])[0]
    local = arrival.at.astimezone(ZONE)
    assert (local.weekday(), local.hour, local.minute) == (3, 21, 30)


def test_messages_without_date_fall_evenly_on_weeks_and_mostly_on_office_hours() -> None:
    local = [arrival.at.astimezone(ZONE) for arrival in _arrivals([Message(i, "有事") for i in range(2000)])]
    assert all(abs(count - 500) < 25 for count in Counter(at.isocalendar().week for at in local).values())
    context = sum(at.weekday() < 5 and at.hour in (8, 9, 10, 11, 14, 15, 16, 17) for at in local)
    assert context > 0.55 * len(local)


def test_about_sixty_in_a_hundred_telephone_and_nobody_does_at_night() -> None:
    arrivals = _arrivals([Message(i, "有事") for i in range(2000)])
    shares = Counter(arrival.channel for arrival in arrivals)
    assert 1100 < shares[Channel.PHONE] < 1260
    assert 440 < shares[Channel.WECHAT] < 600
    assert 240 < shares[Channel.WEBSITE] < 380
    night = [a for a in arrivals if a.at.astimezone(ZONE).hour < 6]
    assert night
    assert all(arrival.channel is not Channel.PHONE for arrival in night)


def test_invented_numbers_have_the_form_of_mobiles_and_some_callers_come_again() -> None:
    callers = [arrival.caller for arrival in _arrivals([Message(i, "有事") for i in range(500)])]
    assert all(len(caller.phone) == 11 and caller.phone.startswith("1990") for caller in callers)
    assert 0.8 * 500 < len(set(callers)) < 500


@pytest.mark.parametrize(
    ("text", "category", "matter"),
    [
        ("小区停水两天了", "", "SD01"),
        ("老板拖欠工资三个月", "劳动和社会保障", "LS01"),
        ("楼下烧烤店油烟太大", "环境保护", "HB02"),
        ("说不清的事", "交通运输", "JT07"),
        ("说不清的事", "", None),
        ("说不清的事", "没有的分类", None),
    ],
)
def test_the_words_choose_the_matter_within_the_field(text: str, category: str, matter: str | None) -> None:
    assert choose_matter(Message(0, text, category=category)) == matter


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("举报有人受贿", Kind.TIP_OFF),
        ("请问怎么办", Kind.INQUIRY),
        ("建议加灯", Kind.SUGGESTION),
        ("停电了", Kind.HELP),
    ],
)
def test_the_words_choose_the_kind(text: str, kind: Kind) -> None:
    assert choose_kind(Message(0, text)) is kind
