"""What a password must be, what an account owes, and the policy's section on both."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.enums import Role
from hotline.domain.errors import BadPolicy
from hotline.domain.policy.limits import Policy
from hotline.domain.policy.login_rules import (
    ADMINISTRATORS,
    LOG_IN_ROLES,
    LoginRules,
    Owes,
    count_classes,
    faults_of_password,
    faults_of_section,
    plain_password,
)
from hotline.domain.policy.validation import body_of, faults_of
from tests.build import MONDAY

RULES = LoginRules()


def faults(password: str, login: str = "zhangsan", name: str = "张三", *, common: bool = False) -> str:
    return "；".join(faults_of_password(password, login, name, RULES, common=common))


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("Ab3!", "至少要 10 位"),
        ("abcdefghijk3", "至少要有 3 种"),
        ("xx-Zhangsan-77", "用户名或姓名"),
        ("张三-Rain-2077", "用户名或姓名"),
        ("A1!" + "x" * 200, "最多 200 位"),
    ],
    ids=["short", "two-classes", "login", "name", "endless"],
)
def test_a_weak_password_is_refused_with_the_reason(password: str, told: str) -> None:
    assert told in faults(password)


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert faults("zhangsan", common=True).count("；") == 3


@pytest.mark.parametrize("password", ["Lantern-reed-9", "春风十里Rain9-x", "kU7 reed lantern"])
def test_a_good_password_is_taken(password: str) -> None:
    assert faults(password) == ""


@pytest.mark.parametrize(
    ("password", "classes"), [("", 0), ("abc", 1), ("aB", 2), ("aB1", 3), ("aB1!", 4), ("春", 1), ("春天a1", 3)]
)
def test_classes_of_signs(password: str, classes: int) -> None:
    assert count_classes(password) == classes


@given(st.text(max_size=40))
def test_a_password_typed_in_wide_signs_is_the_same(text: str) -> None:
    assert plain_password(plain_password(text)) == plain_password(text)
    assert plain_password("Ｌａｎｔｅｒｎ９") == "Lantern9"


def test_a_password_ages_in_ninety_days_by_default() -> None:
    before, after = MONDAY - timedelta(days=90, seconds=-1), MONDAY - timedelta(days=90)
    assert RULES.owes(Role.HANDLER, before, False, False, MONDAY) is Owes.NOTHING
    assert RULES.owes(Role.HANDLER, after, False, False, MONDAY) is Owes.PASSWORD
    assert LoginRules(days=0).owes(Role.HANDLER, after, False, False, MONDAY) is Owes.NOTHING


@pytest.mark.parametrize("role", LOG_IN_ROLES)
def test_the_second_factor_is_owed_by_those_who_see_or_rule_much(role: Role) -> None:
    bound = {Role.SUPERVISOR, Role.INSPECTOR, Role.LEADER, *ADMINISTRATORS}
    owed = RULES.owes(role, MONDAY, False, False, MONDAY)
    assert owed is (Owes.FACTOR if role in bound else Owes.NOTHING)
    assert RULES.owes(role, MONDAY, False, True, MONDAY) is Owes.NOTHING


def test_a_password_from_somebody_else_comes_first() -> None:
    assert RULES.owes(Role.LEADER, MONDAY, True, False, MONDAY) is Owes.PASSWORD


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ([], "应当是一张表"),
        ({"strange": 1}, "accounts.strange：没有这一项"),
        ({"failures": 0}, "accounts.failures：应当是 3–20 的整数"),
        ({"days": True}, "accounts.days"),
        ({"shortest": "10"}, "accounts.shortest"),
        ({"second_factor": ["system"]}, "accounts.second_factor"),
        ({"second_factor": "leader"}, "accounts.second_factor"),
        ({"second_factor": [["x"]]}, "accounts.second_factor"),
    ],
    ids=["list", "strange", "too-few", "truth", "text", "machine", "word", "nested"],
)
def test_an_unfit_section_is_told(section: Any, told: str) -> None:
    assert told in "".join(faults_of_section(section))
    assert told in "".join(faults_of({"accounts": section}, ()))


def test_a_section_is_kept_as_it_was_given() -> None:
    section = {"days": 30, "second_factor": ["operator"]}
    policy = Policy.from_body(3, {"accounts": section})
    assert (policy.accounts.days, policy.accounts.second_factor) == (30, (Role.OPERATOR,))
    assert policy.accounts.failures == 5
    assert Policy.from_body(3, body_of(policy)) == policy
    assert list(faults_of(body_of(policy), ())) == []
    with pytest.raises(BadPolicy):
        Policy.from_body(1, {"accounts": {"strange": 1}})
