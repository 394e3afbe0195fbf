"""One spelling for every way a number is written (vectors of Chinese and of German habits)."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.phone import Number, NumberKind, find_numbers, mask, normalise

MOBILE = Number("8613800138000", NumberKind.MOBILE)
OFFICE = Number("8651683881234", NumberKind.LANDLINE)
DESK = Number("8651683881234", NumberKind.LANDLINE, "801")


@pytest.mark.case("H2", "T37")
@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "138.0013.8000",
        "+86 138 0013 8000",
        "+86-13800138000",
        "(+86)13800138000",
        "0086138 0013 8000",
        "8613800138000",
        "013800138000",
        "１３８００１３８０００",
        "＋８６ １３８－００１３－８０００",
        "138–0013—8000",
        "\u202d13800138000\u202c",
        "13800138000\u200b",
        "电话：13800138000",
        "sip:13800138000@192.0.2.1:5060;user=phone",
        '"138" <sip:+8613800138000@gateway.example>',
        "sip:%2B8613800138000@gateway.example",
        "tel:+86-138-0013-8000",
    ],
)
def test_every_spelling_of_a_mobile_is_one_number(text: str) -> None:
    assert normalise(text) == MOBILE


@pytest.mark.case("H2", "T37")
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0516-83881234", OFFICE),
        ("0516 8388 1234", OFFICE),
        ("（0516）83881234", OFFICE),
        ("051683881234", OFFICE),
        ("51683881234", OFFICE),
        ("+86 516 83881234", OFFICE),
        ("+86 (0516) 83881234", OFFICE),
        ("+86 (0) 516 83881234", OFFICE),
        ("8651683881234", OFFICE),
        ("0516-83881234转801", DESK),
        ("0516-83881234 转 801", DESK),
        ("0516-83881234转分机801", DESK),
        ("0516-83881234-801", DESK),
        ("0516-83881234 ext. 801", DESK),
        ("0516-83881234#801", DESK),
        ("sip:051683881234@192.0.2.1", OFFICE),
        ("tel:+86-516-83881234;ext=801", DESK),
        ("010-65551234", Number("861065551234", NumberKind.LANDLINE)),
        ("0516-8388123", Number("865168388123", NumberKind.LANDLINE)),
    ],
)
def test_landline_keeps_area_and_extension(text: str, number: Number) -> None:
    assert normalise(text) == number


def test_local_number_takes_the_given_area_code() -> None:
    assert normalise("83881234", area_code="0516") == OFFICE
    assert normalise("8388 1234转801", area_code="0516") == DESK
    assert normalise("83881234") == Number("83881234", NumberKind.LANDLINE)
    assert normalise("025-83001234", area_code="0516") == Number("862583001234", NumberKind.LANDLINE)


@pytest.mark.case("H2")
@pytest.mark.parametrize("text", ["110", "119", "120", "10086", "12345", "12388", "95588", "96118", "114"])
def test_short_numbers_stand_as_dialled(text: str) -> None:
    assert normalise(text) == Number(text, NumberKind.SHORT)
    assert normalise(text, area_code="0516") == Number(text, NumberKind.SHORT)


@pytest.mark.parametrize("text", ["4001234567", "400-123-4567", "400 1234 567"])
def test_service_number_has_no_country(text: str) -> None:
    assert normalise(text) == Number("4001234567", NumberKind.SERVICE)


@pytest.mark.case("H2")
@pytest.mark.parametrize(
    "text",
    [
        "匿名",
        "未知号码",
        "anonymous",
        "Unknown",
        "No Caller ID",
        '"Anonymous" <sip:anonymous@anonymous.invalid>',
        '"Anonymous" <sip:13800138000@gateway.example>',
    ],
)
def test_withheld_number_is_none(text: str) -> None:
    assert normalise(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "+",
        "+86",
        "0",
        "test 123",
        "123",
        "1380013800",
        "138001380001",
        "0000-00000000",
        "sip:alice@gateway.example",
        "张三",
        "𠮷",
        "٣٤٥",
        "13800138000 / 13900139000",
        "1" * 5000,
        "(" * 5000,
    ],
)
def test_what_is_no_single_number_is_none(text: str) -> None:
    assert normalise(text) is None


@pytest.mark.parametrize(
    ("text", "digits", "national"),
    [
        ("+1 888 407 4747", "18884074747", "+18884074747"),
        ("00852 2123 4567", "85221234567", "+85221234567"),
        ("+49 (0) 30 60 00 00 00-0", "4930600000000", "+4930600000000"),
    ],
)
def test_foreign_number_keeps_its_country(text: str, digits: str, national: str) -> None:
    number = normalise(text)
    assert number == Number(digits, NumberKind.FOREIGN)
    assert number.national == national


@pytest.mark.case("H1", "T37")
@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("5754321", "5754321"),
        ("622 32281", "62232281"),
        ("0049 1234 123456789", "491234123456789"),
        ("022 1234567", "49221234567"),
        ("021-233-9123", "49212339123"),
        ("0150 12345678", "4915012345678"),
        ("(09)1234321", "4991234321"),
        ("+49 (0) 30 60 00 00 00-0", "4930600000000"),
        ("0043 (0) 30 60000000", "433060000000"),
        ("1-888-407-4747", "18884074747"),
    ],
)
def test_german_habits_read_with_german_rules(text: str, digits: str) -> None:
    number = normalise(text, region="DE")
    assert number is not None
    assert number.digits == digits


@pytest.mark.case("H1")
def test_german_text_without_a_number_has_none() -> None:
    assert normalise("test 123", region="DE") is None


def test_german_area_code_completes_a_local_number() -> None:
    number = normalise("5754321", region="DE", area_code="030")
    assert number is not None
    assert number.digits == "49305754321"


@pytest.mark.case("H2")
@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("先打13800138000,不通再打 139-0013-9000", ["8613800138000", "8613900139000"]),
        ("13800138000 13900139000", ["8613800138000", "8613900139000"]),
        ("座机0516-83881234，手机139 0013 9000", ["8651683881234", "8613900139000"]),
        ("0516-8388123 13800138000", ["865168388123", "8613800138000"]),
        ("１３８００１３８０００、13800138000", ["8613800138000"]),
        ("儿子在国外+1 888 407 4747", ["18884074747"]),
        ("打过12345和96118", ["12345", "96118"]),
        ("村部83881234转801", ["83881234"]),
        ("没有留电话", []),
    ],
)
def test_every_number_of_a_note_is_found_once(text: str, digits: list[str]) -> None:
    assert [number.digits for number in find_numbers(text)] == digits


@pytest.mark.parametrize(
    "text",
    [
        "工单20261121-00042",
        "2024-05-01 08:30受理",
        "20240501",
        "身份证320323199001011234",
        "欠款20000000元",
        "补偿12345元，欠95000多元",
        "2015-2016年度",
        "卡号6222021234567890123",
    ],
)
def test_dates_sums_and_identities_are_no_numbers(text: str) -> None:
    assert find_numbers(text) == []


@pytest.mark.case("H1")
def test_german_line_holds_two_numbers() -> None:
    found = find_numbers("call 0150 12345678 or 022 1234567", region="DE")
    assert [number.digits for number in found] == ["4915012345678", "49221234567"]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("13812345678", "138****5678"),
        ("8613812345678", "138****5678"),
        ("0516-83881234转801", "0516-****1234"),
        ("83881234", "****1234"),
        ("12345", "12345"),
        ("4001234567", "4001234567"),
        ("9501312345678", "950****5678"),
        ("+1 888 407 4747", "+1****4747"),
        ("张三", "****"),
        ("", "****"),
    ],
)
def test_masked_number_hides_the_middle(text: str, masked: str) -> None:
    assert mask(text) == masked
    number = normalise(text)
    assert number is None or mask(number) == masked


@settings(deadline=None)
@given(
    st.one_of(
        st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
        st.from_regex(r"0[3-9][1-9][0-9]-[2-8][0-9]{6,7}(转[0-9]{1,4})?", fullmatch=True),
        st.from_regex(r"0(10|2[0-9])-[2-8][0-9]{7}", fullmatch=True),
        st.from_regex(r"400[0-9]{7}", fullmatch=True),
    )
)
def test_what_is_written_is_read_back(text: str) -> None:
    number = normalise(text)
    assert number is not None
    assert number.text == text
    assert normalise(number.text) == number


@settings(deadline=None)
@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.data())
def test_separators_never_change_a_mobile(mobile: str, data: st.DataObject) -> None:
    separators = st.sampled_from(["", " ", "-"])
    written = "".join(digit + data.draw(separators) for digit in mobile).rstrip(" -")
    assert normalise(written) == normalise(mobile)


@settings(deadline=None)
@given(st.text(alphabet="0123456789+-() ./转x#sip:@;=ext元年\u202d１", max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    number = normalise(text)
    assert number is None or number.digits.isdigit()
    assert mask(text)
    for found in find_numbers(text):
        assert found.national
        assert normalise(found.text) == found


@pytest.mark.parametrize("unit", ["0", "1 ", "00 1-", "转 ", "1转", "+1 ", "0516-", "(0", "138 0013 800 "])
def test_long_hostile_text_is_read_quickly(unit: str) -> None:
    text = (unit * 10_000)[:10_000]
    began = time.perf_counter()
    find_numbers(text)
    normalise(text)
    assert time.perf_counter() - began < 2
