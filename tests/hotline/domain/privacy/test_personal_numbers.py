"""Numbers of people in free words: found however they are spelt, gone where they are hidden, and nothing else is."""

import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hotline.domain.privacy.complainant import Complainant
from hotline.domain.privacy.personal_numbers import (
    HIDDEN,
    FoundNumbers,
    is_masked,
    kinds_told,
    mask_text,
    normalise_identity,
    redact,
)
from hotline.domain.privacy.visibility import mask_name, mask_number, masked_person
from hotline.phone import find_numbers, normalise

DIGITS = "0123456789"
mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
landlines = st.from_regex(r"0(?:10|2[0-9]|[3-9][0-9]{2})-?[2-8][0-9]{7}", fullmatch=True)
separators = st.sampled_from(["", " ", "-", "  ", "—", ".", "·", "\u200b", "　", "－"])
alphabets = st.sampled_from(
    [DIGITS, "０１２３４５６７８９", "〇一二三四五六七八九", "零幺二三四五六七八九", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"]
)
around = st.text(alphabet="请打电话找我在水厂东门，。！ abc\n", max_size=12)
prefixes = st.sampled_from(["", "+86 ", "0086-", "86", "(0086) "])


@st.composite
def spelt(draw: st.DrawFn, numbers: st.SearchStrategy[str]) -> tuple[str, str]:
    """A number and one of the ways people write it."""
    number, signs = draw(numbers), draw(alphabets)
    plain = number.replace("-", "")
    parts = [plain[:3], plain[3:7], plain[7:]]
    told = draw(separators).join(parts).translate(str.maketrans(DIGITS, signs))
    return plain, draw(prefixes) + told


def survivors(number: str, text: str) -> list[str]:
    """Runs of four digits of a number that can still be read in a text."""
    read = unicodedata.normalize("NFKC", text).translate(str.maketrans("〇零一幺二三四五六七八九", "001123456789"))
    runs = re.findall(r"\d{4,}", re.sub(r"[^\d\u4e00-\u9fff]", "", read))
    return [run[at : at + 4] for run in runs for at in range(len(run) - 3) if run[at : at + 4] in number]


@given(spelt(st.one_of(mobiles, landlines)), around, around)
def test_nothing_of_a_number_survives_however_it_is_written(number: tuple[str, str], before: str, after: str) -> None:
    plain, told = number
    masked = mask_text(f"{before}{told}{after}")
    assert HIDDEN in masked
    assert survivors(plain, masked) == []


@given(mobiles | landlines, around, around)
def test_whatever_the_telephone_reader_finds_is_hidden(number: str, before: str, after: str) -> None:
    text = f"{before}{number}{after}"
    for found in find_numbers(text):
        assert survivors(found.digits, mask_text(text)) == []


def identity_of(head: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return head + "10X98765432"[sum(int(d) * w for d, w in zip(head, weights, strict=True)) % 11]


identities = st.builds(
    lambda area, year, month, day, order: identity_of(f"{area}{year}{month:02}{day:02}{order:03}"),
    st.integers(110000, 659999), st.integers(1900, 2026), st.integers(1, 12), st.integers(1, 28), st.integers(0, 999),
)  # fmt: skip


@given(identities, st.sampled_from(["", " ", "-"]), around)
def test_identity_number_is_recognised_told_and_hidden(identity: str, gap: str, after: str) -> None:
    text = f"身份证{gap.join((identity[:6], identity[6:14], identity[14:]))}，{after}"
    assert FoundNumbers.IDENTITY in kinds_told(text)
    assert survivors(identity, mask_text(text)) == []
    assert normalise_identity(f" {identity.lower()} ") == identity


@given(identities, st.integers(0, 16), st.integers(1, 9))
def test_a_wrong_digit_is_no_identity_number(identity: str, place: int, more: int) -> None:
    wrong = f"{identity[:place]}{(int(identity[place]) + more) % 10}{identity[place + 1 :]}"
    assert normalise_identity(wrong) is None
    assert FoundNumbers.IDENTITY not in kinds_told(wrong)


@pytest.mark.parametrize("text", ["", "12345", "320324198013011234", "11010519491231002Y", "张三"])
def test_what_is_no_identity_number_is_none(text: str) -> None:
    assert normalise_identity(text) is None


def test_identity_number_of_fifteen_digits_is_one() -> None:
    assert normalise_identity("320324800101123") == "320324800101123"
    assert normalise_identity("320324801301123") is None


def test_bank_card_is_told_by_its_check_digit() -> None:
    assert kinds_told("卡号4111 1111 1111 1111") == (FoundNumbers.CARD,)
    assert kinds_told("卡号4111 1111 1111 1112") == ()


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21 水费每吨3.15元",
        "并入 20261121-00042",
        "打12345、10086都没人接",
        "3号楼1单元101室，停水3天",
        "2026年11月21日9时",
    ],
)
def test_dates_sums_addresses_and_ticket_numbers_stay(text: str) -> None:
    assert mask_text(text) == text


@given(st.text(max_size=40))
def test_hiding_twice_changes_nothing_more(text: str) -> None:
    assert mask_text(mask_text(text)) == mask_text(text)


@given(st.text(min_size=2, max_size=6, alphabet="王李张小明芳强东南西北"), around, around)
def test_known_words_of_the_person_are_gone(name: str, before: str, after: str) -> None:
    assert name not in redact(f"{before}我叫{name}{after}", (name, ""))


@given(mobiles | landlines)
def test_masked_field_shows_three_and_four_at_most(number: str) -> None:
    kept = normalise(number)
    assume(kept is not None)
    assert kept is not None
    masked = mask_number(kept.text)
    assert is_masked(masked)
    assert re.sub(r"\*+", "|", masked) == f"{kept.text[:3]}|{kept.text[-4:]}"


@given(st.text(min_size=2, max_size=12, alphabet=st.characters(categories=["Lo"])))
def test_masked_name_shows_its_first_sign_alone(name: str) -> None:
    assume("某" not in name)
    assert set(mask_name(name)) <= {name[0], "某"}


@given(identities)
def test_masked_person_shows_nothing_in_between(identity: str) -> None:
    known = {"name": "王小明", "phone": "13800138000", "identity": identity, "address": "前进村1号"}
    shown = masked_person(Complainant(**known))
    assert shown["name"] == "王某某"
    assert shown["identity"] == f"{identity[:3]}{'*' * 11}{identity[-4:]}"
    assert shown["address"] == "＊＊＊"
    assert all(is_masked(shown[what]) for what in ("phone", "identity", "address"))
