"""Logging: colour on a terminal, JSON elsewhere; never phone numbers, names or identity numbers.

Everything that is logged — own events, records of libraries, tracebacks — passes `hide_personal_data` last. Names
cannot be recognised among other words, so they are hidden by their key: log personal data only under its own key, never
inside a sentence.
"""

from __future__ import annotations

import logging
import re
import sys
import uuid
from collections.abc import Mapping
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[已隐藏]"
SMALLEST_PHONE = 13_000_000_000
SHORTEST_NUMBER = 7

PERSONAL_KEYS = frozenset(
    {"name", "phone", "mobile", "contact", "caller", "address", "place", "location", "id_number", "id_card", "identity"}
    | {"title", "body", "text", "content", "note", "message", "question", "answer", "reply", "form", "query", "params"}
    | {"openid", "person", "recipient", "complainant", "args"}
    | {"password", "token", "secret", "key", "cookie", "authorization"}
)
OWN_KEYS = frozenset(
    {"timestamp", "level", "logger", "ticket", "ticket_id", "request", "request_id", "job", "job_id"}
    | {"outbox", "outbox_id", "message_id"}
)

_GAP = r"[\s\-\u2010-\u2015\u2212\uff0d_.\u00b7\u30fb()\uff08\uff09\u200b-\u200d\ufeff]{0,3}"
_COUNTRY = rf"(?:[+\uff0b]?(?:[0\uff10]{{2}})?[8\uff18][6\uff16]{_GAP})?"
_TWO_TO_NINE, _ONE_TO_NINE = r"[2-9\uff12-\uff19]", r"[1-9\uff11-\uff19]"
_NUMERAL = "[零〇一二三四五六七八九幺]"
_FEWEST_DIGITS = re.compile(r"(?:\d\D*?){7}|" + _NUMERAL + "{11}")
_NUMBERS = re.compile(
    "|".join(
        (
            # Kept, since they only look like personal numbers: UUID, timestamp, network address.
            r"(?P<keep>(?<![0-9a-fA-F])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9a-fA-F])"
            r"|(?<!\d)(?:19|20)\d\d-[01]\d-[0-3]\d(?:[T ][0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?)?(?!\d)"
            r"|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]))",
            # Identity number: 18 characters, or the former 15 digits.
            rf"(?P<card>(?<!\d){_ONE_TO_NINE}(?:{_GAP}\d){{16}}{_GAP}[\dXx\uff38\uff58](?![\dA-Za-z])"
            rf"|(?<!\d){_ONE_TO_NINE}\d{{14}}(?!\d))",
            # Mobile number, however grouped, with or without country code, or in Chinese numerals.
            rf"(?P<mobile>(?<!\d)(?:{_COUNTRY}|[0\uff10])[1\uff11]{_GAP}[3-9\uff13-\uff19](?:{_GAP}\d){{9}}(?!\d)"
            rf"|(?<!{_NUMERAL})[一幺][三四五六七八九]{_NUMERAL}{{9}}(?!{_NUMERAL}))",
            # Landline with its area code, or the seven or eight digits of a local number (but not a date).
            rf"(?P<landline>(?<!\d){_COUNTRY}[0\uff10]{_ONE_TO_NINE}?\d{{1,2}}{_GAP}"
            rf"{_TWO_TO_NINE}\d{{2,3}}{_GAP}\d{{4}}(?!\d)"
            rf"|(?<![\da-zA-Z_.:/-])(?!20\d{{6}}(?!\d)){_TWO_TO_NINE}\d{{2,3}}[- ]?\d{{4}}(?![\da-zA-Z_.:-]))",
        )
    )
)
_QUOTED = re.compile(
    "|".join(
        (
            r"(?P<openid>(?<![\w-])o(?=[\w-]*[A-Z0-9])[A-Za-z0-9_-]{27}(?![\w-]))",
            r"(?P<secret>(?<=://)[^\s/@:]*:[^\s/@]+(?=@)"
            r"|(?<=token=)[^&\s'\"]+|(?<=secret=)[^&\s'\"]+|(?<=password=)[^&\s'\"]+|(?<=openid=)[^&\s'\"]+)",
            # Row values in PostgreSQL errors, and input values in pydantic errors.
            r"(?P<row>(?<=DETAIL:)(?s:.+?)(?=\n(?:HINT|QUERY|CONTEXT|\n|  File )|\Z))",
            r"(?P<input>(?<=input_value=).+?(?=, input_type=))",
        )
    )
)
_SHOWN = {"card": "[证件号]", "mobile": "[电话]", "landline": "[电话]", "openid": "[微信号]"}


def configure(
    style: Literal["auto", "console", "json"] = "auto", level: str = "info", out: TextIO | None = None
) -> None:
    """Send all logs, of structlog and of the standard library, to `out` (default standard error).

    `auto` means colour on a terminal, else JSON, one object a line. A later call replaces an earlier one.
    """
    out = out or sys.stderr
    console = style == "console" or (style == "auto" and out.isatty())
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_shared(), structlog.stdlib.ExtraAdder()],
            processors=_last(colours=console and out.isatty(), console=console),
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.captureWarnings(True)
    # Requests and jobs are logged by this project; the libraries' own lines would repeat them.
    for noisy in ("aiohttp.access", "arq.worker", "urllib3", "asyncio"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level.upper())))


def hide_personal_data(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace values under personal keys, and personal numbers in any string at any depth (PROCEDURE §6)."""
    return {key: value if key in OWN_KEYS else _hidden(key, value) for key, value in event.items()}


def hide_in_text(text: str) -> str:
    """Replace phone numbers, identity numbers, openids and secrets in a text by a word in brackets."""
    if len(text) < SHORTEST_NUMBER:
        return text
    text = _QUOTED.sub(_replacement, text)
    # The long pattern is slow and only tried on texts with enough digits.
    return _NUMBERS.sub(_replacement, text) if _FEWEST_DIGITS.search(text) else text


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _last(*, colours: bool, console: bool) -> list[Processor]:
    chain: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        hide_personal_data,
    ]
    if console:
        plain = structlog.dev.plain_traceback
        return [*chain, structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=plain)]
    return [*chain, structlog.processors.JSONRenderer(ensure_ascii=False)]


def _hidden(key: str, value: Any) -> Any:
    if key.lower() in PERSONAL_KEYS and value not in (None, "", True, False):
        return HIDDEN
    match value:
        case bool() | float() | None | uuid.UUID():
            return value
        case int():
            return value if value < SMALLEST_PHONE else _hidden(key, str(value))
        case str():
            return hide_in_text(value)
        case Mapping():
            return {hide_in_text(str(name)): _hidden(str(name), inner) for name, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_hidden("", inner) for inner in value]
        case _:
            return hide_in_text(str(value))


def _replacement(found: re.Match[str]) -> str:
    kind = found.lastgroup or ""
    return found.group() if kind == "keep" else _SHOWN.get(kind, HIDDEN)
