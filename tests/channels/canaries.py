"""Values planted on tickets, and the eye that finds them again however they are spelt, in pages and documents alike."""

from __future__ import annotations

import html
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pypdf import PdfReader

from hotline.domain.privacy.personal_numbers import normalise_identity

WINDOW = 7
"""So many digits in a row of a protected number are too many: a mask shows three and four."""
_SPOKEN = str.maketrans("零〇一幺二三四五六七八九", "001123456789")
_NOTHING = re.compile(r"<[^>]{0,4000}>|[\s\-–—.·/()（）_,，、]")
_RARE = "骉犇羴鱻麤龘靐齉爨燚焱淼垚鑫森晶磊矗"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Canary:
    """What is known of a ticket's person, and a number that is told in words only."""

    name: str
    phone: str
    identity: str
    address: str
    told: str

    @property
    def sealed(self) -> Mapping[str, str]:
        """What is shown to nobody without a reason."""
        return {"name": self.name, "phone": self.phone, "identity": self.identity, "address": self.address}

    def body(self, mark: str) -> str:
        """Words as people write them: numbers plain, spaced, in full width and in Chinese; the own name and address."""
        spaced, wide = " ".join(self.told), "".join(chr(ord(sign) + 0xFEE0) for sign in self.told)
        spoken = "".join("零幺二三四五六七八九"[int(sign)] for sign in self.told)
        return (
            f"{mark}：水费不对，请打{self.told}，或者{spaced}，写作{wide}，念作{spoken}。"
            f"我是{self.name}，住{self.address}，证件{self.identity}，也可打{self.phone}。"
        )


def a_canary(number: int) -> Canary:
    """The canary of this number, unlike every other in each of its signs that count."""
    name = f"柳{_RARE[number]}{_RARE[-1 - number]}"
    digits = f"{(number * 7919 + 31_415_926) * 97 % 100_000_000:08d}"
    place, day = (number * 48_611 + 271_828) % 700_000 + 110_000, f"{number % 12 + 1:02d}{number % 9 + 11}"
    identity = _identity(f"{place}{1941 + number * 3}{day}{(number * 377 + 211) % 1000:03d}")
    address = f"{_RARE[number]}园街{number + 61}号院"
    return Canary(name, f"139{digits}", identity, address, f"137{digits[::-1]}")


def _identity(first: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True))
    found = first + "10X98765432"[total % 11]
    assert normalise_identity(found) == found
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer says: its words as they stand, and its digits alone, whatever stood between them."""

    words: str
    digits: str

    def shows(self, value: str) -> bool:
        """Whether a name or address stands there, or WINDOW digits of a number in a row."""
        if not value[:6].isdecimal():
            return value in self.words or value[1:] in self.words
        return any(value[at : at + WINDOW] in self.digits for at in range(len(value) - WINDOW + 1))


def told_by(text: str) -> Told:
    """The same words without what a page or a person may put between their signs."""
    plain = unicodedata.normalize("NFKC", html.unescape(text))
    return Told(plain, _NOTHING.sub("", plain).translate(_SPOKEN))


def readable(body: bytes) -> str:
    """The text of an answer; of a document, the text of each page or part, file names and properties too."""
    if body[:5] == b"%PDF-":
        read = PdfReader(io.BytesIO(body))
        return "\n".join([str(read.metadata), *(page.extract_text() for page in read.pages)])
    if body[:2] != b"PK":
        return body.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        return "\n".join(
            [*parts.namelist(), *(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())]
        )


def links_in(page: str) -> Iterator[str]:
    """Addresses of our own a page leads to: links, pictures, what it asks for by itself, and forms that only ask."""
    for found in re.finditer(r'\b(?:href|src|hx-get|data-href)="(/[^"#]*)', page):
        yield html.unescape(found[1])
    for form in re.finditer(r"<form\b[^>]*>.*?</form>", page, re.DOTALL):
        if 'method="get"' in form[0]:
            target = re.search(r'action="(/[^"]*)"', form[0])
            if target is not None:
                yield html.unescape(target[1])
