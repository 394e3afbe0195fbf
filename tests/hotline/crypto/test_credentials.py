"""Hashes, guessable passwords, codes of an authenticator, recovery codes."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from hotline.crypto import credentials
from hotline.domain.policy.login_rules import LoginRules, faults_of_password
from tests.build import MONDAY

# The product's hasher; tests/conftest.py replaces it by a cheap one.
REAL = credentials._hasher
# The published test vectors of time-based codes (SHA-1, last six of eight digits).
SECRET = base64.b32encode(b"12345678901234567890").decode()
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
]


@pytest.mark.parametrize(("second", "code"), VECTORS)
def test_codes_are_those_of_every_authenticator(second: int, code: str) -> None:
    now = datetime.fromtimestamp(second, UTC)
    assert credentials.code_of(SECRET, now) == code
    assert credentials.step_of(SECRET, code, now) == second // 30


@pytest.mark.parametrize(("late_by", "taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_may_come_one_step_early_or_late(late_by: int, taken: bool) -> None:
    code = credentials.code_of(SECRET, MONDAY)
    assert (credentials.step_of(SECRET, code, MONDAY + timedelta(seconds=late_by)) is not None) is taken


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345"])
def test_what_is_no_code_is_none(code: str) -> None:
    assert credentials.step_of(SECRET, code, MONDAY) is None


@pytest.mark.parametrize(
    "password",
    [
        "Aa123456789!", "Passw0rd123!", "Woaini@1314", "5201314Aaa!", "Qwer1234!@#$", "Yangguang12345", "Admin@123456",
        "Abc123456!", "Huawei@123", "1qaz@WSX1234", "A1!A1!A1!A1!", "zhangsan@1234", "",
    ],
)  # fmt: skip
def test_what_is_tried_first_is_common(password: str) -> None:
    assert credentials.is_common(password, "zhangsan", "张三")


@pytest.mark.parametrize(
    "password",
    [
        "Qinghexian12345!", "Qinghexian2026!", "Qinghe12345!", "QingHe@2026", "青禾县12345Aa", "青禾Hotline1!",
        "Zhangsan2026!!", "Rexian12345@Qinghe", "2026Qinghexian!", "Xianzhengfu@2027",
    ],
)  # fmt: skip
def test_the_name_of_the_county_with_its_number_or_a_year_is_common(password: str) -> None:
    assert credentials.is_common(password, "zhangsan", "张三", "青禾县")


@pytest.mark.parametrize(
    "password", ["Lantern-reed-9", "kU7 reed lantern", "Teal-42-harbor", "x" * 50 + "Lantern-reed-9"]
)
def test_what_is_nobodys_habit_is_not(password: str) -> None:
    assert not credentials.is_common(password, "zhangsan", "张三", "青禾县")


def test_a_password_made_here_is_one_that_would_be_taken() -> None:
    for _ in range(50):
        password = credentials.new_password()
        common = credentials.is_common(password, "li", "李四")
        assert faults_of_password(password, "li", "李四", LoginRules(classes=4), common=common) == ()


def test_a_hash_fits_its_password_only_however_it_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "_hasher", REAL)
    stored = credentials.hash_password("Ｌantern-reed-9")
    assert stored.startswith("$argon2id$")
    assert not PasswordHasher().check_needs_rehash(stored)
    assert credentials.matches(stored, "Lantern-reed-9")
    assert not credentials.matches(stored, "lantern-reed-9")
    assert not credentials.matches("no hash", "Lantern-reed-9")


def test_recovery_codes_are_ten_and_read_in_any_hand() -> None:
    codes = credentials.new_recovery_codes()
    assert len(set(codes)) == 10
    assert all(credentials.plain_code(f" {code.lower()} ") == code.replace("-", "") for code in codes)


def test_the_address_names_who_and_where() -> None:
    address = credentials.address_of_secret(SECRET, "zhangsan", "阳光县阳光热线")
    assert address.startswith("otpauth://totp/")
    assert "zhangsan" in address
    assert SECRET in address


def test_a_new_password_has_all_four_kinds_even_when_a_group_is_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    signs = iter("23456" * 3 + "abcde" * 3)
    monkeypatch.setattr(credentials.secrets, "choice", lambda _signs: next(signs))
    assert credentials.new_password().startswith("abcde-ABCDE-")
