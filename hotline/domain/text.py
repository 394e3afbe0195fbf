"""Free text as it may be kept: every door cleans with `clean`, so no page, message or document meets other characters."""

from __future__ import annotations

import re

_LINE_END = re.compile("\r\n|[\r\x85\u2028\u2029]")
# Planes 0 to 16 each end in two code points that Unicode never assigns.
_NON_CHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane | 0xFFFE)}{chr(plane | 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls except tab and line feed
    "\ud800-\udfff"  # lone surrogates, which UTF-8 cannot hold
    "\xad\u200b\u2060-\u2065\ufeff\ufff9-\ufffb"  # zero width
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # text direction: they show words in another order than stored
    f"\U000e0000-\U000e007f{_NON_CHARACTERS}"
    "]+"
)
# Joiners are part of emoji and of Uyghur or Tibetan words, but only inside a word.
_STRAY_JOINER = re.compile("(?<!\\S)[\u200c\u200d]+|[\u200c\u200d]+(?!\\S)")
# Fillers, joiners and variation selectors have no shape of their own.
_BLANK = re.compile(
    "[\\s\u034f\u115f\u1160\u180b-\u180f\u200c\u200d\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]*"
)


def clean(text: str) -> str:
    """Return the text stripped, with Unix line ends and without characters that are invisible, reorder it or are invalid.

    Zero-width joiners (U+200C, U+200D) are kept inside a word or an emoji. A text with nothing visible becomes ''.
    """
    kept = _STRAY_JOINER.sub("", drop_invisible(text)).strip()
    return "" if _BLANK.fullmatch(kept) else kept


def drop_invisible(text: str) -> str:
    """Return the text with Unix line ends and without controls, bidi marks, zero-width and non-characters."""
    return _INVISIBLE.sub("", _LINE_END.sub("\n", text))
