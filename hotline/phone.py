"""Phone numbers as people write them, normalised to one form so that the same caller is found again."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

import phonenumbers

CHINA = "CN"
CHINA_CODE = "86"
LOCAL_LENGTH = 8
LONGEST_FIELD = 200
HIDDEN = "****"

_WITHHELD = re.compile(
    "匿名|未知|不详|隐藏|保密|未显示|无号码|拒绝显示"
    "|anonymous|unknown|withheld|private|restricted|unavailable|blocked|no ?caller ?id",
    re.IGNORECASE,
)
_URI = re.compile(r"\b(?:sips?|tel):([^@>;\s]+)(?:;ext=([0-9]+))?", re.IGNORECASE)
_EXTENSION = r"[ \-,]*(?:转接?|轉接?|分机号?|分機號?|ext(?:ension)?\.?|x|\#)(?:[ :]*(?:分机号?|分機號?))?[ :]*"
_WITH_EXTENSION = re.compile(rf"(.*[0-9)]){_EXTENSION}([0-9]{{1,6}})$", re.IGNORECASE)
_DASH_EXTENSION = re.compile(r"(.*[0-9]{7,8})-([0-9]{1,5})$")
_DIALLED = re.compile(r"[0-9+()\[\] ./\-]+")
_TRUNK_IN_BRACKETS = re.compile(r"^((?:\+|00)[0-9 ]+)\(0\)")
_ONLY_DIGITS = re.compile(r"[^0-9]")

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SERVICE = re.compile(r"[48]00[0-9]{7}")
_LOCAL = re.compile(r"[2-8][0-9]{6,7}")
_SHORT = re.compile(r"11[0-9]|12[0-2]|1[012][0-9]{3}|11[68][0-9]{3}|106[0-9]{5,17}|9[56][0-9]{3,14}")
_LANDLINE = re.compile(r"(?:10|2[0-9])[2-8][0-9]{7}|[3-9][0-9]{2}[2-8][0-9]{6,7}")
_SHORTEST_LOCAL = 5
_SHORTEST_FOREIGN = 11

# In a text, a bare group of digits counts as a number unless it looks like a date, a sum or a count.
_IN_TEXT = re.compile(
    rf"""(?<![0-9.+])(?:
      (?:(?:\+|00)?\(?86\)?[ \-]{{0,3}})? 0?1[3-9](?:[ \-]?[0-9]){{9}}
    | [48]00(?:[ \-]?[0-9]){{7}}
    | (?:(?:\+|00)?\(?86\)?[ \-]{{0,3}}\(?0?[1-9][0-9]{{1,2}}\)?|\(?0[1-9][0-9]{{1,2}}\)?)[ \-]{{0,3}}
      [2-8](?:[ \-]?[0-9]){{6,7}} (?:{_EXTENSION}[0-9]{{1,6}}|-[0-9]{{1,5}})?
    | (?!(?:19|20)[0-9]{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])) [2-8][0-9]{{6,7}}
      (?:{_EXTENSION}[0-9]{{1,6}}|-[0-9]{{1,5}}(?![0-9]))?
    | 123[0-9]{{2}} | 121(?:10|17|23) | 100(?:10|86|99) | 9[56][0-9]{{3,4}}
    )(?![0-9])(?!-[0-9])(?![ ]?[多余]?[元块万亿年月日号米亩户人个吨斤次张件度%平])""",
    re.VERBOSE | re.IGNORECASE,
)


class NumberKind(StrEnum):
    """Kinds of phone numbers."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    SERVICE = "service"
    SHORT = "short"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Number:
    """A phone number.

    `digits` hold country code and number without plus or leading zeros (8613800138000, 8651683881234). Short numbers,
    and local ones with an unknown area code, stand as they are dialled.
    """

    digits: str
    kind: NumberKind
    extension: str | None = None

    @property
    def national(self) -> str:
        """The number as dialled in China: 13800138000, 0516-83881234, 12345, +18884074747."""
        area, rest = self._parts()
        return f"{area}-{rest}" if self.kind is NumberKind.LANDLINE and area else area + rest

    @property
    def text(self) -> str:
        """`national` with the extension; `normalise` parses it back."""
        return f"{self.national}转{self.extension}" if self.extension else self.national

    def _parts(self) -> tuple[str, str]:
        if self.kind is NumberKind.FOREIGN:
            code = phonenumbers.parse("+" + self.digits).country_code
            return f"+{code}", self.digits[len(str(code)) :]
        if self.kind not in (NumberKind.MOBILE, NumberKind.LANDLINE) or len(self.digits) <= LOCAL_LENGTH:
            return "", self.digits
        rest = self.digits.removeprefix(CHINA_CODE)
        if self.kind is NumberKind.MOBILE:
            return "", rest
        cut = 2 if rest.startswith(("10", "2")) else 3
        return "0" + rest[:cut], rest[cut:]


def normalise(text: str, *, region: str = CHINA, area_code: str | None = None) -> Number | None:
    """Parse the one number of a field; None if it is withheld, empty, invalid, or more than one.

    `region` is the country of a number without country code, `area_code` (0516) the area of a local number.
    """
    cleaned = _clean(text[:LONGEST_FIELD])
    if len(text) > LONGEST_FIELD or _WITHHELD.search(cleaned):
        return None
    cleaned, extension = _split_extension(_uri_to_text(cleaned))
    if not _DIALLED.fullmatch(cleaned):
        found = find_numbers(text, region=region, area_code=area_code)
        return found[0] if len(found) == 1 else None
    number = _read(cleaned, region, area_code)
    if number is None and region == CHINA and extension is None and (split := _DASH_EXTENSION.match(cleaned)):
        number, extension = _read(split[1], region, area_code), split[2]
    return number and Number(number.digits, number.kind, extension)


def find_numbers(text: str, *, region: str = CHINA, area_code: str | None = None) -> list[Number]:
    """Return every number in a text, each once, in order; dates, sums and counts are ignored."""
    cleaned = _clean(text)
    pieces = [(match.start(), match[0]) for match in _IN_TEXT.finditer(cleaned)] if region == CHINA else []
    rest = _IN_TEXT.sub(lambda match: "\n" * len(match[0]), cleaned) if region == CHINA else cleaned
    if region != CHINA or "+" in rest or "00" in rest:
        pieces += [(match.start, match.raw_string) for match in phonenumbers.PhoneNumberMatcher(rest, region)]
    numbers = (normalise(piece, region=region, area_code=area_code) for _, piece in sorted(pieces))
    return list(dict.fromkeys(number for number in numbers if number))


def mask(number: Number | str) -> str:
    """Mask a number as staff see it without a reason (PROCEDURE §6): 138****5678. Public service numbers stay whole."""
    known = normalise(number) if isinstance(number, str) else number
    if known is None:
        return HIDDEN
    if known.kind is NumberKind.SERVICE or (known.kind is NumberKind.SHORT and len(known.digits) < LOCAL_LENGTH):
        return known.national
    area, rest = known._parts()
    if known.kind in (NumberKind.MOBILE, NumberKind.SHORT):
        area = rest[:3]
    return f"{area}{'-' if known.kind is NumberKind.LANDLINE and area else ''}{HIDDEN}{rest[-4:]}"


def _clean(text: str) -> str:
    """Normalise full-width characters and dashes, and drop invisible marks, which phones put around copied numbers."""
    plain = unicodedata.normalize("NFKC", text)
    kept = ("-" if unicodedata.category(c) == "Pd" or c == "−" else c for c in plain)
    return "".join(c for c in kept if unicodedata.category(c) != "Cf").strip()


def _uri_to_text(text: str) -> str:
    uri = _URI.search(text)
    if uri is None:
        return text
    return unquote(uri[1]) + (f" ext {uri[2]}" if uri[2] else "")


def _split_extension(text: str) -> tuple[str, str | None]:
    match = _WITH_EXTENSION.fullmatch(text)
    return (match[1], match[2]) if match else (text, None)


def _read(dialled: str, region: str, area_code: str | None) -> Number | None:
    """Parse dialled digits: split off country and trunk prefixes, then classify the number."""
    dialled = _TRUNK_IN_BRACKETS.sub(r"\1", dialled)
    digits = _ONLY_DIGITS.sub("", dialled)
    if digits.startswith("00") or dialled.lstrip(" (").startswith("+"):
        return _international(digits.removeprefix("00"))
    if region == CHINA:
        return _chinese_from_abroad(digits) or _chinese(digits, area_code)
    return _elsewhere(digits, region, area_code)


def _international(digits: str) -> Number | None:
    if digits.startswith(CHINA_CODE):
        return _chinese_long(digits.removeprefix(CHINA_CODE).removeprefix("0"))
    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse("+" + digits))
    except phonenumbers.NumberParseException:
        return None
    return Number(digits, NumberKind.FOREIGN) if possible else None


def _chinese_from_abroad(digits: str) -> Number | None:
    # Exchanges deliver numbers with 86 but without a plus.
    long_enough = digits.startswith(CHINA_CODE) and len(digits) > _SHORTEST_FOREIGN
    return _chinese_long(digits.removeprefix(CHINA_CODE).removeprefix("0")) if long_enough else None


def _chinese(digits: str, area_code: str | None) -> Number | None:
    if digits.startswith("0"):
        return _chinese_long(digits[1:])
    if _SHORT.fullmatch(digits) and not _MOBILE.fullmatch(digits):
        return Number(digits, NumberKind.SHORT)
    if _SERVICE.fullmatch(digits):
        return Number(digits, NumberKind.SERVICE)
    if _LOCAL.fullmatch(digits):
        return Number(_with_area(CHINA_CODE, area_code, digits), NumberKind.LANDLINE)
    return _without_zero(digits)


def _chinese_long(national: str) -> Number | None:
    """Parse a mobile or service number, or a landline with its area code, without the leading zero."""
    if _MOBILE.fullmatch(national):
        return Number(CHINA_CODE + national, NumberKind.MOBILE)
    if _SERVICE.fullmatch(national):
        return Number(national, NumberKind.SERVICE)
    return Number(CHINA_CODE + national, NumberKind.LANDLINE) if _LANDLINE.fullmatch(national) else None


def _without_zero(national: str) -> Number | None:
    number = _chinese_long(national)
    if number is None or number.kind is not NumberKind.LANDLINE:
        return number
    # An area code without its zero is accepted only if such a number can exist.
    parsed = phonenumbers.PhoneNumber(country_code=int(CHINA_CODE), national_number=int(national))
    return number if phonenumbers.is_valid_number(parsed) else None


def _elsewhere(digits: str, region: str, area_code: str | None) -> Number | None:
    code = str(phonenumbers.country_code_for_region(region))
    if digits.startswith("0"):
        return _international(code + digits[1:])
    if len(digits) >= _SHORTEST_FOREIGN and (abroad := _international(digits)):
        return abroad
    if len(digits) < _SHORTEST_LOCAL:
        return None
    kind = NumberKind.FOREIGN if area_code else NumberKind.LANDLINE
    return Number(_with_area(code, area_code, digits), kind)


def _with_area(country: str, area_code: str | None, local: str) -> str:
    return country + area_code.removeprefix("0") + local if area_code else local
