"""The keyring: a single key in a setting, or a key file with several keys, of which one seals new values.

A line of the file: purpose, number, algorithm, secret in base64, and `present` for the key in use of each purpose:

    seal 1 aes-256-gcm BASE64
    seal 2 sm4-gcm BASE64 present
    find 1 hmac-sha256 BASE64 present
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

SECRET_BYTES = 32
HIGHEST_NUMBER = 127
PRESENT = "present"
REFERENCE = "file:"
OTHERS = 0o077
_HEAD = "# 热线的密钥文件：只能由运行热线的用户读写（0600）。另存一份，与数据库备份分开保管。\n"


class KeyringFault(Exception):
    """The keys cannot be used; the text is a Chinese sentence and contains no secret."""


class Cipher(StrEnum):
    """Algorithms for sealing."""

    AES = "aes-256-gcm"
    SM4 = "sm4-gcm"


class Digest(StrEnum):
    """Algorithms for fingerprints."""

    SHA256 = "hmac-sha256"
    SM3 = "hmac-sm3"


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A key for sealing with one cipher; `number` is 1 to 127."""

    number: int
    cipher: Cipher
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FindingKey:
    """A key for fingerprints and signatures; `number` is 1 to 127."""

    number: int
    digest: Digest
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Keyring:
    """All keys that can still open values; `sealing` and `finding` are the numbers of the keys in use."""

    seals: tuple[SealingKey, ...]
    finds: tuple[FindingKey, ...]
    sealing: int
    finding: int

    @classmethod
    def of(cls, secret: bytes) -> Keyring:
        """Return the keyring of a single 32-byte master key. Raises KeyringFault."""
        _check_secret(secret)
        return cls((SealingKey(1, Cipher.AES, secret),), (FindingKey(1, Digest.SHA256, secret),), 1, 1)

    def with_seal(self, cipher: Cipher) -> Keyring:
        """Return the keyring with a new sealing key, not yet in use. Raises KeyringFault when all numbers are taken."""
        new = SealingKey(_free(key.number for key in self.seals), cipher, secrets.token_bytes(SECRET_BYTES))
        return replace(self, seals=(*self.seals, new))

    def with_find(self, digest: Digest) -> Keyring:
        """Return the keyring with a new finding key, not yet in use. Raises KeyringFault when all numbers are taken."""
        new = FindingKey(_free(key.number for key in self.finds), digest, secrets.token_bytes(SECRET_BYTES))
        return replace(self, finds=(*self.finds, new))

    def newest(self) -> Keyring:
        """Return the keyring with the last added key of each purpose in use."""
        return replace(self, sealing=self.seals[-1].number, finding=self.finds[-1].number)

    def without_seal(self, number: int) -> Keyring:
        """Return the keyring without this sealing key. Raises KeyringFault if it is in use or does not exist."""
        if number == self.sealing or number not in {key.number for key in self.seals}:
            raise KeyringFault(f"没有可以停用的 {number} 号密钥：在用的不能停用。")
        return replace(self, seals=tuple(key for key in self.seals if key.number != number))

    def without_find(self, number: int) -> Keyring:
        """Return the keyring without this finding key. Raises KeyringFault if it is in use or does not exist."""
        if number == self.finding or number not in {key.number for key in self.finds}:
            raise KeyringFault(f"没有可以停用的 {number} 号查找密钥：在用的不能停用。")
        return replace(self, finds=tuple(key for key in self.finds if key.number != number))


@dataclass(frozen=True, slots=True)
class KeySource:
    """The source of the keys: a single secret, or the path of a key file."""

    secret: bytes | None = field(default=None, repr=False)
    path: Path | None = None

    @classmethod
    def of(cls, text: str) -> KeySource:
        """Parse `file:/path` or a master key in base64. Raises KeyringFault."""
        if text.startswith(REFERENCE):
            return cls(path=Path(text.removeprefix(REFERENCE)).absolute())
        return cls(secret=_secret_of(text))

    def read(self) -> Keyring:
        """Read the keys. Raises KeyringFault."""
        if self.path is None:
            return Keyring.of(self.secret or b"")
        return read_keyring(self.path)

    def mark(self) -> tuple[int, int, int] | None:
        """Return a value that differs once the file has changed; None without a readable file."""
        try:
            stat = self.path.stat() if self.path else None
        except OSError:
            return None
        return (stat.st_ino, stat.st_mtime_ns, stat.st_size) if stat else None


def read_keyring(path: Path) -> Keyring:
    """Read a key file. Raises KeyringFault, also for a file that other users may read or write."""
    try:
        text, mode = path.read_text(encoding="utf-8"), path.stat().st_mode
    except (OSError, UnicodeDecodeError) as fault:
        raise KeyringFault(f"密钥文件 {path} 读不了：{getattr(fault, 'strerror', None) or '不是文本'}") from None
    if os.name == "posix" and mode & OTHERS:
        raise KeyringFault(f"密钥文件 {path} 别人也能读写，请先运行 chmod 600 {path}")
    try:
        return parse_keyring(text)
    except KeyringFault as fault:
        raise KeyringFault(f"密钥文件 {path}：{fault}") from None


def parse_keyring(text: str) -> Keyring:
    """Parse the text of a key file. Raises KeyringFault with the number of the wrong line."""
    seals: list[SealingKey] = []
    finds: list[FindingKey] = []
    present: dict[str, list[int]] = {"seal": [], "find": []}
    for at, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        try:
            purpose, number = _read_line(words, seals, finds)
        except (KeyringFault, ValueError):
            raise KeyringFault(f"第 {at} 行不合要求") from None
        if words[4:] == [PRESENT]:
            present[purpose].append(number)
    return _checked(seals, finds, present)


def _read_line(words: Sequence[str], seals: list[SealingKey], finds: list[FindingKey]) -> tuple[str, int]:
    if len(words) < 4 or words[4:] not in ([], [PRESENT]):
        raise ValueError
    purpose, number, secret = words[0], int(words[1]), _secret_of(words[3])
    taken = {key.number for key in (seals if purpose == "seal" else finds)}
    if purpose not in ("seal", "find") or number in taken or not 1 <= number <= HIGHEST_NUMBER:
        raise ValueError
    if purpose == "seal":
        seals.append(SealingKey(number, Cipher(words[2]), secret))
    else:
        finds.append(FindingKey(number, Digest(words[2]), secret))
    return purpose, number


def _checked(seals: list[SealingKey], finds: list[FindingKey], present: dict[str, list[int]]) -> Keyring:
    for purpose, numbers in present.items():
        if len(numbers) != 1:
            raise KeyringFault(f"要有且只有一行 {purpose} 注明 {PRESENT}")
    return Keyring(tuple(seals), tuple(finds), present["seal"][0], present["find"][0])


def compose_keyring(keyring: Keyring) -> str:
    """Return the text of a key file."""
    lines = [("seal", key.number, key.cipher.value, key.secret, keyring.sealing) for key in keyring.seals]
    lines += [("find", key.number, key.digest.value, key.secret, keyring.finding) for key in keyring.finds]
    return _HEAD + "".join(
        f"{purpose} {number} {algorithm} {base64.b64encode(secret).decode()}{f' {PRESENT}' if number == used else ''}\n"
        for purpose, number, algorithm, secret, used in lines
    )


def write_keyring(path: Path, keyring: Keyring) -> None:
    """Replace a key file atomically, readable by its owner alone. Raises KeyringFault."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(compose_keyring(keyring))
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            owner = path.stat()
            os.chown(beside, owner.st_uid, owner.st_gid)
        beside.replace(path)
    except OSError as fault:
        beside.unlink(missing_ok=True)
        raise KeyringFault(f"密钥文件 {path} 写不了：{fault.strerror}") from None


def _free(taken: Iterable[int]) -> int:
    used = set(taken)
    free = next((number for number in range(max(used, default=0) + 1, HIGHEST_NUMBER + 1)), None)
    free = free or next((number for number in range(1, HIGHEST_NUMBER + 1) if number not in used), None)
    if free is None:
        raise KeyringFault("密钥编号已经用完，请先停用旧的密钥。")
    return free


def _secret_of(text: str) -> bytes:
    try:
        secret = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise KeyringFault("不是 base64") from None
    _check_secret(secret)
    return secret


def _check_secret(secret: bytes) -> None:
    if len(secret) != SECRET_BYTES:
        raise KeyringFault(f"密钥应当是 {SECRET_BYTES} 字节")
