"""Text as a document can print it, whatever an old row holds: Chinese fonts have no glyph for emoji and many symbols."""

from __future__ import annotations

import re
import unicodedata

from hotline.domain.text import drop_invisible

# As chat programs write an emoji they cannot show.
EMOJI = "［表情］"
# The geta mark, printed where a typesetter lacks the character.
NO_GLYPH = "〓"
_SIGNS = str.maketrans({
    **dict.fromkeys("✅✓✔☑🗸🗹", "√"), **dict.fromkeys("❌✕✖✗✘❎☒", "×"), **dict.fromkeys("❗❕", "！"),
    **dict.fromkeys("❓❔", "？"), "➡": "→", "⬅": "←", "⬆": "↑", "⬇": "↓", "➕": "＋", "➖": "－", "⭐": "★", "☐": "□", "\t": " ",
})  # fmt: skip
# Joiners, fillers, variation selectors and the keycap have no shape of their own.
_SHAPELESS = re.compile("[\u034f\u115f\u1160\u200c\u200d\u20e3\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]+")
# Outside it: ASCII, CJK punctuation, kana, ideographs and full-width forms, which every Chinese font has.
_DOUBTFUL = re.compile("[^\n -~\u3000-\u303e\u3041-\u3096\u30a1-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff5e]")
# Marks stacked on one letter would print over the lines around it.
_MARK = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACKED = re.compile(f"({_MARK}{{3}}){_MARK}+")
_PICTURES = re.compile("[\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001fbff]")
_EMOJI_RUN = re.compile(f"(?:{EMOJI})+")


def printable(text: str) -> str:
    """Return the text without characters that print as an empty box or not at all.

    ✅ becomes √, a run of other emoji ［表情］, symbols without a glyph, private and unassigned characters 〓. Letters of
    every script stay: the installed fonts decide.
    """
    kept = _STACKED.sub(r"\1", _SHAPELESS.sub("", drop_invisible(text)).translate(_SIGNS))
    return _EMOJI_RUN.sub(EMOJI, _DOUBTFUL.sub(lambda found: _replace(found[0]), kept))


def _replace(sign: str) -> str:
    """Return what is printed for a character that a Chinese font may lack."""
    kind = unicodedata.category(sign)
    # Planes 2 and 3 hold ideographs only, some newer than this table of categories.
    if kind not in ("So", "Sk", "Co", "Cn") or sign in "©®™" or "\U00020000" <= sign < "\U00040000":
        return unicodedata.normalize("NFKC", sign) if "\U0001d400" <= sign < "\U0001d800" else sign
    # Chinese fonts cover GBK.
    if sign.encode("gbk", "ignore"):
        return sign
    plain = unicodedata.normalize("NFKC", sign)
    if plain != sign and not _DOUBTFUL.search(plain):
        return plain
    return EMOJI if _PICTURES.match(sign) else NO_GLYPH
