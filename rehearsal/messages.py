"""Read messages from CSV files and plan when, by which channel and from whom each comes in."""

from __future__ import annotations

import bisect
import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from hotline.actions.region.csv_reader import BadRow, read_csv
from hotline.domain.enums import Channel, Kind
from hotline.domain.intake import BODY_LIMIT, TITLE_LIMIT
from hotline.domain.text import clean

ZONE = ZoneInfo("Asia/Shanghai")
GRAIN = timedelta(minutes=10)
CHANNEL_SHARES = ((Channel.PHONE, 0.60), (Channel.WECHAT, 0.85), (Channel.WEBSITE, 1.0))
COUNTY = Path(__file__).parent / "county"
KNOWN_AGAIN = 0.08  # share of callers who called before
_KIND_WORDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (Kind.TIP_OFF, ("举报", "揭发", "贪污", "受贿")),
    (Kind.COMPLAINT, ("投诉", "乱收费", "推诿", "不作为", "欺骗", "扰民", "违规", "霸王")),
    (Kind.SUGGESTION, ("建议", "希望能够", "能否增加")),
    (Kind.PRAISE, ("表扬", "锦旗", "点赞")),
    (Kind.INQUIRY, ("咨询", "请问", "想了解", "是否可以", "政策")),
)
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余杜叶程魏苏吕丁任卢姚"
_GIVEN = "安 宝山 春梅 德才 冬生 芳 福来 桂香 国强 海燕 红军 慧 建国 金花 军 兰英 丽 立新 明 平 秋菊 润生 淑珍 天佑 伟 晓燕 秀兰 雪 彦 永福 玉梅 志远"


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `created_at` is local and naive, None when unknown."""

    index: int
    body: str
    title: str = ""
    category: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Inflow:
    """The messages read and the rows that could not be used."""

    messages: tuple[Message, ...]
    bad: tuple[BadRow, ...]


@dataclass(frozen=True, slots=True)
class Caller:
    """An invented person."""

    name: str
    phone: str
    openid: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message with its moment (aware UTC, a multiple of GRAIN), channel and caller."""

    at: datetime
    message: Message
    channel: Channel
    kind: Kind
    caller: Caller
    matter_id: str | None
    place: str = ""
    confidential: bool = False

    @property
    def index(self) -> int:
        """The number of the message."""
        return self.message.index


@dataclass(frozen=True, slots=True)
class _Matter:
    matter_id: str
    level1: str
    words: tuple[str, ...]
    rest: bool
    urgent: bool


def read_messages(paths: Sequence[Path]) -> Inflow:
    """Read files with columns created_at, title, body, category; only body must be there.

    Rows without body, undecodable, wrongly quoted, with an impossible date or a body the hotline could not take
    are listed in `bad`. Raises UnreadableSheet for a file that cannot be used at all.
    """
    messages: list[Message] = []
    bad: list[BadRow] = []
    for path in paths:
        sheet = read_csv(path, ["body"])
        bad.extend(sheet.bad)
        for row in sheet.rows:
            made = _message(len(messages), row.cells)
            if isinstance(made, Message):
                messages.append(made)
            else:
                bad.append(BadRow(path.name, row.line, made))
    return Inflow(tuple(messages), tuple(sorted(bad, key=lambda row: (row.file, row.line))))


def _message(index: int, cells: Mapping[str, str]) -> Message | str:
    body = cells.get("body", "")
    if not clean(body):
        return "没有正文"
    if len(clean(body)) > BODY_LIMIT:
        return f"正文超过 {BODY_LIMIT} 字"
    created_at = None
    if cells.get("created_at"):
        created_at = _moment(cells["created_at"])
        if created_at is None:
            return "日期不对"
    return Message(index, body, cells.get("title", ""), cells.get("category", ""), created_at)


def _moment(text: str) -> datetime | None:
    """Parse a local date with or without time, with dashes or slashes; None when it is neither."""
    try:
        value = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        day, _, clock = text.replace("/", "-").partition(" ")
        try:
            year, month, number = (int(part) for part in day.split("-"))
            hour, minute = ([int(part) for part in clock.split(":")] + [0, 0])[:2] if clock else (0, 0)
            value = datetime(year, month, number, hour, minute)  # noqa: DTZ001 - local, as the file says it
        except (ValueError, TypeError):
            return None
    return value.astimezone(ZONE).replace(tzinfo=None) if value.tzinfo else value


def plan_arrivals(messages: Sequence[Message], start: date, weeks: int, seed: int) -> tuple[Arrival, ...]:
    """Moment, channel and caller of each message within `weeks` weeks from `start`; deterministic for a seed.

    A message with a date keeps weekday and time of day, in the week of its rank; the others are spread by `busyness`.
    """
    moments = _dated(messages, start, weeks) | _undated(messages, start, weeks, seed)
    callers = _callers(len(messages), seed)
    arrivals = [_arrive(message, moments[message.index], callers[message.index], seed) for message in messages]
    return tuple(sorted(arrivals, key=lambda arrival: (arrival.at, arrival.index)))


def _dated(messages: Sequence[Message], start: date, weeks: int) -> dict[int, datetime]:
    known = sorted(
        ((m.created_at, m.index) for m in messages if m.created_at is not None), key=lambda pair: (pair[0], pair[1])
    )
    moments = {}
    for rank, (created_at, index) in enumerate(known):
        week = rank * weeks // len(known)
        ahead = (created_at.weekday() - start.weekday()) % 7
        moments[index] = _at(start + timedelta(days=7 * week + ahead), created_at.time())
    return moments


def _undated(messages: Sequence[Message], start: date, weeks: int, seed: int) -> dict[int, datetime]:
    waiting = [message.index for message in messages if message.created_at is None]
    random.Random(f"order:{seed}").shuffle(waiting)
    slots = [start + timedelta(days=day) for day in range(7 * weeks)]
    hours = [(day, hour) for day in slots for hour in range(24)]
    totals: list[float] = []
    for day, hour in hours:
        totals.append((totals[-1] if totals else 0.0) + busyness(day, hour))
    moments = {}
    for rank, index in enumerate(waiting):
        want = (rank + 0.5) / len(waiting) * totals[-1]
        place = min(bisect.bisect_left(totals, want), len(hours) - 1)
        day, hour = hours[place]
        within = 1 - (totals[place] - want) / busyness(day, hour)
        moments[index] = _at(day, time(hour, int(within * 59.99)))
    return moments


def busyness(day: date, hour: int) -> float:
    """Relative number of contacts in this hour; 1 for an hour of an office morning."""
    if hour < 7 or hour >= 22:
        weight = 0.03
    elif 8 <= hour < 12 or 14 <= hour < 18:
        weight = 1.0
    else:
        weight = 0.35
    return weight * (0.4 if day.weekday() > 4 else 1.0)


def _at(day: date, clock: time) -> datetime:
    minute = clock.minute - clock.minute % (GRAIN.seconds // 60)
    local = datetime.combine(day, time(clock.hour, minute), ZONE)
    return local.astimezone(ZoneInfo("UTC"))


def _arrive(message: Message, at: datetime, caller: Caller, seed: int) -> Arrival:
    dice = random.Random(f"{seed}:{message.index}:arrival")
    roll, place_roll, hide_roll = dice.random(), dice.random(), dice.random()
    channel = next(channel for channel, until in CHANNEL_SHARES if roll < until)
    kind = choose_kind(message)
    # Nobody answers the telephone at night.
    hour = at.astimezone(ZONE).hour
    if channel is Channel.PHONE and (hour < 6 or hour >= 23):
        channel = Channel.WECHAT if place_roll < 0.6 else Channel.WEBSITE
    return Arrival(
        at=at,
        message=message,
        channel=channel,
        kind=kind,
        caller=caller,
        matter_id=choose_matter(message),
        place=dice.choice(places()) if place_roll < 0.45 else "",
        confidential=kind is Kind.TIP_OFF or hide_roll < 0.05,
    )


def choose_kind(message: Message) -> Kind:
    """The kind of the contact by its words, Kind.HELP when none fits."""
    text = f"{message.title} {message.body[:600]}"
    return next((kind for kind, words in _KIND_WORDS if any(word in text for word in words)), Kind.HELP)


def choose_matter(message: Message) -> str | None:
    """The matter whose words fit the text best, within its category; None when none fits.

    Urgent matters are found in any category, in the first 80 characters.
    """
    known = [matter for matter in _matters() if matter.level1 == message.category]
    candidates = [m for m in _matters() if m.urgent or not known or m in known]
    text = f"{message.title * 2} {message.body}"
    best = max(candidates, key=lambda matter: _weigh(matter, text))
    if _weigh(best, text) > 0:
        return best.matter_id
    return known[-1].matter_id if known else None


def _weigh(matter: _Matter, text: str) -> float:
    heard = text[:80] if matter.urgent else text
    weight = sum(min(heard.count(word), 3) * len(word) for word in matter.words)
    return weight * (0.4 if matter.rest else 1)


@cache
def _matters() -> tuple[_Matter, ...]:
    with (COUNTY / "matters.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            _Matter(
                row["matter_id"],
                row["level1"],
                tuple(row["words"].split()),
                rest=row["level2"].startswith("其他"),
                urgent=row["pace"] != "ordinary",
            )
            for row in csv.DictReader(file)
        )


@cache
def places() -> tuple[str, ...]:
    """Names of the county's towns, used as places."""
    with (COUNTY / "towns.csv").open(encoding="utf-8", newline="") as file:
        return tuple(row["place"] for row in csv.DictReader(file))


def _callers(count: int, seed: int) -> tuple[Caller, ...]:
    dice = random.Random(f"callers:{seed}")
    callers: list[Caller] = []
    for _ in range(count):
        if callers and dice.random() < KNOWN_AGAIN:
            callers.append(dice.choice(callers))
        else:
            callers.append(_caller(dice))
    return tuple(callers)


def _caller(dice: random.Random) -> Caller:
    name = dice.choice(_SURNAMES) + dice.choice(_GIVEN.split())
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789-_"
    openid = "o" + "".join(dice.choice(letters) for _ in range(27))
    # 199 0 is a mobile prefix of the right form; six further digits make it nobody's in particular.
    return Caller(name, f"1990{dice.randrange(10**7):07d}", openid)


def title_of(message: Message) -> str:
    """The title, cut to the length of the form's field; when empty the hotline makes one from the text."""
    return clean(message.title)[:TITLE_LIMIT]


def per_channel(arrivals: Iterable[Arrival]) -> dict[Channel, int]:
    """Number of arrivals by channel."""
    counts = {channel: 0 for channel, _ in CHANNEL_SHARES}
    for arrival in arrivals:
        counts[arrival.channel] += 1
    return counts
