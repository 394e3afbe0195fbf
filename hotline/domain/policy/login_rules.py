"""Login rules: the policy's section `accounts`, password checks, and what an account must do before it may work.

The defaults are those expected at protection level three (等级保护三级).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hotline.domain.enums import Role
from hotline.domain.errors import BadPolicy, Refusal

PASSWORD_LIMIT = 200
SHORTEST_PART = 3
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
LOG_IN_ROLES = tuple(role for role in Role if role not in (Role.SYSTEM, Role.COMPLAINANT))
_TWO_FACTORS = (Role.SUPERVISOR, Role.INSPECTOR, Role.LEADER, *sorted(ADMINISTRATORS))
# Minimum and maximum of each integer in the policy's section `accounts`.
NUMBERS: Mapping[str, tuple[int, int]] = {
    "shortest": (8, 64),
    "classes": (1, 4),
    "days": (0, 3650),
    "remembered": (0, 24),
    "failures": (3, 20),
    "lock_minutes": (1, 1440),
    "idle_minutes": (1, 720),
    "absolute_hours": (1, 24),
    "sessions": (1, 20),
}


class WeakPassword(Refusal):
    """这个密码不能用：{faults}。"""

    status = 422


class HeldOff(Refusal):
    """连续多次没有登录成功，这个用户名已锁定到{until}。到时再试，或请安全管理员解锁。"""

    status = 429


class WrongCredential(Refusal):
    """{what}不对，请核对后再试。"""

    status = 422


class LastAdministrator(Refusal):
    """这是最后一位能登录的{role}，不能停用，也不能改任其他角色。先为另一个人建立同样的账号。"""


class OwnAccount(Refusal):
    """不能管理自己的账号，请另一位安全管理员办理。"""

    status = 403


class AdministratorByHand(Refusal):
    """三类管理员的账号只能在服务器上用 hotline user 建立、改任和重设，页面上不能办理。"""

    status = 403


class Owes(StrEnum):
    """What a logged-in user must do before anything else."""

    NOTHING = ""
    PASSWORD = "password"  # noqa: S105 - a word of the list
    FACTOR = "factor"


@dataclass(frozen=True, slots=True)
class LoginRules:
    """The policy's section `accounts`.

    `days` 0: passwords do not expire; `remembered` 0: old passwords may be reused; `sessions`: how many at the same
    time.
    """

    shortest: int = 10
    classes: int = 3
    days: int = 90
    remembered: int = 5
    failures: int = 5
    lock_minutes: int = 15
    idle_minutes: int = 30
    absolute_hours: int = 12
    sessions: int = 1
    second_factor: tuple[Role, ...] = _TWO_FACTORS

    @property
    def lock(self) -> timedelta:
        """How long a login stays locked after too many failures."""
        return timedelta(minutes=self.lock_minutes)

    @property
    def idle(self) -> timedelta:
        """Idle time after which a session ends."""
        return timedelta(minutes=self.idle_minutes)

    @property
    def absolute(self) -> timedelta:
        """Age at which a session ends regardless of use."""
        return timedelta(hours=self.absolute_hours)

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> LoginRules:
        """Build the rules from a stored section; missing keys get the defaults. Raises BadPolicy."""
        strange = set(body) - {field.name for field in fields(cls)}
        if strange:
            raise BadPolicy(what="、".join(f"accounts.{name}" for name in sorted(strange)))
        values = dict(body)
        if "second_factor" in values:
            values["second_factor"] = tuple(Role(role) for role in values["second_factor"])
        return cls(**values)

    @property
    def body(self) -> dict[str, Any]:
        """The section as stored and exported."""
        return asdict(self) | {"second_factor": [role.value for role in self.second_factor]}

    def owes(self, role: Role, password_set_at: datetime, must_change: bool, enrolled: bool, now: datetime) -> Owes:
        """Return what the account must do first: change its password, then enrol its second factor."""
        aged = self.days > 0 and now - password_set_at >= timedelta(days=self.days)
        if must_change or aged:
            return Owes.PASSWORD
        return Owes.FACTOR if role in self.second_factor and not enrolled else Owes.NOTHING


def faults_of_section(body: Any) -> Iterator[str]:
    """Yield every fault of the section `accounts` as '位置：问题' in Chinese."""
    if not isinstance(body, Mapping):
        yield "accounts：应当是一张表"
        return
    for name, value in body.items():
        if name == "second_factor":
            known = isinstance(value, list) and all(role in LOG_IN_ROLES for role in value)
            if not known:
                yield f"accounts.{name}：应当是角色的列表，如 [{', '.join(LOG_IN_ROLES[:2])}]"
        elif name not in NUMBERS:
            yield f"accounts.{name}：没有这一项"
        else:
            lowest, highest = NUMBERS[name]
            if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
                yield f"accounts.{name}：应当是 {lowest}–{highest} 的整数"


def plain_login(typed: str) -> str:
    """Normalise a login to the form in which it is stored: NFKC, lower case, without blanks around it.

    Telephones capitalise the first letter, and a Chinese keyboard may type full-width letters.
    """
    return unicodedata.normalize("NFKC", typed).strip().lower()


def plain_password(typed: str) -> str:
    """Normalise a password to NFKC before hashing, so that it is the same from any keyboard."""
    return unicodedata.normalize("NFKC", typed)


def faults_of_password(password: str, login: str, name: str, rules: LoginRules, *, common: bool) -> tuple[str, ...]:
    """Return the faults of a new password in Chinese; `common`: it is in the list of common passwords."""
    faults = []
    if len(password) < rules.shortest:
        faults.append(f"至少要 {rules.shortest} 位")
    if len(password) > PASSWORD_LIMIT:
        faults.append(f"最多 {PASSWORD_LIMIT} 位")
    if count_classes(password) < rules.classes:
        faults.append(f"大写字母、小写字母、数字、符号里至少要有 {rules.classes} 种")
    if any(part in password.casefold() for part in _own_words(login, name)):
        faults.append("不能含有自己的用户名或姓名")
    if common:
        faults.append("太常见，容易被猜中")
    return tuple(faults)


def _own_words(login: str, name: str) -> list[str]:
    short = {login.casefold()} - {""}
    return [word for word in (*short, name.casefold()) if len(word) >= SHORTEST_PART or (word and not word.isascii())]


def count_classes(password: str) -> int:
    """Count the character classes used: capital letters, small letters, digits, others (Chinese included)."""
    kinds = {
        "A" if sign.isascii() and sign.isupper()
        else "a" if sign.isascii() and sign.islower()
        else "0" if sign.isascii() and sign.isdecimal()
        else "!"
        for sign in password
    }  # fmt: skip
    return len(kinds)
