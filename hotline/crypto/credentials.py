"""Credentials: password hashes, password strength, one-time codes (TOTP), recovery codes."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Iterable
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from zxcvbn import zxcvbn

from hotline.domain.policy.login_rules import count_classes, plain_password

STEP_S = 30
DIGITS = 6
WINDOW = 1
SECRET_BYTES = 20
RECOVERY_CODES = 10
# A password with fewer guesses is found by a list of common ones.
FEWEST_GUESSES = 10**8
_RATED_SIGNS = 72
FEWEST_OTHER_SIGNS = 4
_YEAR = re.compile(r"(?:19|20)\d\d")
# A word of two to four syllables: what places and people are called. The county's name needs no table of readings.
_SYLLABLE = (
    "(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?"
    "(?:[iu]?ang|i?ong|eng|ing|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|ue|er|[aeiouv])"
)
_PINYIN = re.compile(f"(?<![a-z])(?:{_SYLLABLE}){{2,4}}(?![a-z])")
# Without 0, O, 1, I and L, which are easily confused on paper.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
# Words common in local passwords, in addition to the library's lists.
_HABITS = (
    "woaini", "5201314", "1314520", "521", "520", "1314", "aini", "woaiwojia", "wodemima", "mima", "nihao", "zhongguo",
    "admin", "root", "password", "huawei", "xiaomi", "tencent", "alibaba", "taobao", "weixin", "wechat", "iloveyou",
    "yangguang", "rexian", "hotline", "12345", "123321", "112233", "666666", "888888", "a123456", "aa123456", "abc123",
    "qwer1234", "1qaz2wsx", "1qaz@wsx", "zaq12wsx", "xianzhengfu", "zhengfu", "zhengwu", "gongan", "jiwei", "shizheng",
)  # fmt: skip
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Hash a password with argon2id and the library's defaults. Takes 0.1 s: call it in a thread."""
    return _hasher.hash(plain_password(password))


def matches(stored: str, password: str) -> bool:
    """Return whether the password matches the hash. A wrong one takes as long; call it in a thread."""
    try:
        return _hasher.verify(stored, plain_password(password))
    except (VerificationError, InvalidHashError):
        return False


def matches_any(stored: Iterable[str], password: str) -> bool:
    """Return whether the password matches one of the hashes; call it in a thread."""
    return any(matches(stored_hash, password) for stored_hash in stored)


@cache
def nobody() -> str:
    """Return a hash to verify for an unknown login, so that it takes as long as a wrong password."""
    return _hasher.hash(secrets.token_urlsafe(12))


def is_common(password: str, login: str, name: str, county: str = "") -> bool:
    """Return whether the password is easily guessed: from common lists, keyboard rows, dates, or login and name.

    Also when fewer than FEWEST_OTHER_SIGNS are left of it without local words: the county's name, in characters or
    as one word of pinyin, login, name, habits, years.
    """
    words = [word for word in (login, name, county, county[:-1]) if word]
    if len(_other_signs(password, words)) < FEWEST_OTHER_SIGNS:
        return True
    guesses: float = zxcvbn(password[:_RATED_SIGNS], user_inputs=[*words, *_HABITS])["guesses"]
    return guesses < FEWEST_GUESSES


def _other_signs(password: str, words: Iterable[str]) -> str:
    """Return what is left without these words, habits, years and one further word of pinyin."""
    left = password.casefold()
    for word in sorted({*(word.casefold() for word in words), *_HABITS}, key=len, reverse=True):
        left = left.replace(word, " ")
    return _PINYIN.sub("", _YEAR.sub(" ", left), count=1).replace(" ", "")


def new_password() -> str:
    """A random password to be shown once: 19 characters of all four kinds, in groups that can be read out over a
    telephone."""
    while True:
        groups = ["".join(secrets.choice(_ALPHABET.lower()) for _ in range(5)) for _ in range(3)]
        password = f"{groups[0]}-{groups[1].upper()}-{secrets.randbelow(90) + 10}{groups[2]}"
        # A group may happen to be digits alone, and then the policy's four kinds are not all there.
        if count_classes(password) == 4:
            return password


def new_secret() -> str:
    """Return a new TOTP secret in base32."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the 30-second step whose code this is, allowing one step before and after the present one; else None."""
    if len(code) != DIGITS or not (code.isascii() and code.isdecimal()):
        return None
    totp, present = _totp(secret), int(now.timestamp()) // STEP_S
    fitting = [
        step
        for step in range(present - WINDOW, present + WINDOW + 1)
        if secrets.compare_digest(totp.generate(step * STEP_S), code.encode())
    ]
    return max(fitting, default=None)


def code_of(secret: str, now: datetime) -> str:
    """Return the code an authenticator shows at this moment."""
    return _totp(secret).generate(int(now.timestamp())).decode()


def address_of_secret(secret: str, login: str, issuer: str) -> str:
    """Return the otpauth URI for the QR code."""
    return _totp(secret).get_provisioning_uri(login, issuer)


def _totp(secret: str) -> TOTP:
    # Every authenticator supports SHA-1, and HMAC with SHA-1 is secure.
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP_S, enforce_key_length=False)  # noqa: S303


def new_recovery_codes() -> tuple[str, ...]:
    """Return ten new recovery codes of ten characters."""
    signs = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    return tuple(f"{code[:5]}-{code[5:]}" for code in signs)


def plain_code(typed: str) -> str:
    """Normalise a recovery code before hashing: capitals, without dashes and blanks."""
    return "".join(sign for sign in plain_password(typed).upper() if sign in _ALPHABET)
