"""Personal data under lock: sealed for keeping, fingerprinted for finding, and tokens signed.

Every key that is used comes from a secret of the keyring through HKDF: what one of them does tells nothing about the
others. Sealing and finding have secrets of their own, so that a new sealing key leaves every fingerprint as it is.
"""

from __future__ import annotations

import base64
import hmac
import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import ciphers
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SM3
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hotline.crypto.keyring import Cipher, Digest, FindingKey, Keyring, KeyringFault, KeySource, SealingKey

NONCE_BYTES = 12
TAG_BYTES = 16
SM4_BIT = 0x80


class BrokenSeal(Exception):
    """What was to be unsealed has been changed, belongs elsewhere or was sealed with an unknown key."""


class _Seal(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...
    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...


class _SM4GCM:
    """SM4 in GCM with the manners of AESGCM: the tag stands behind the ciphertext."""

    __slots__ = ("_algorithm",)

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        work = ciphers.Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        work.authenticate_additional_data(associated_data)
        return work.update(data) + work.finalize() + work.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        mode = modes.GCM(nonce, data[-TAG_BYTES:])
        work = ciphers.Cipher(self._algorithm, mode).decryptor()
        work.authenticate_additional_data(associated_data)
        return work.update(data[:-TAG_BYTES]) + work.finalize()


class _Finder:
    """Fingerprints and signatures of one finding key."""

    __slots__ = ("_digest", "_find", "_sign")

    def __init__(self, key: FindingKey) -> None:
        self._digest = key.digest
        self._find = _derive(key.secret, "fingerprint")
        self._sign = _derive(key.secret, "sign")

    def fingerprint(self, framed: bytes) -> bytes:
        return self._hash(self._find, framed)

    def sign(self, framed: bytes) -> str:
        return base64.urlsafe_b64encode(self._hash(self._sign, framed)).rstrip(b"=").decode()

    def _hash(self, key: bytes, framed: bytes) -> bytes:
        if self._digest is Digest.SHA256:
            return hmac.digest(key, framed, "sha256")
        work = HMAC(key, SM3())
        work.update(framed)
        return work.finalize()


class Vault:
    """Seals, fingerprints and signs with the keys of a keyring, or of a single master key of 32 bytes.

    `source` names where the keys came from: they are read again when something is met that no known key opens.
    """

    __slots__ = ("_finders", "_header", "_mark", "_seals", "_source")

    def __init__(self, keys: Keyring | bytes, source: KeySource | None = None) -> None:
        self._source = source
        self._mark = source.mark() if source else None
        self._take(keys if isinstance(keys, Keyring) else Keyring.of(keys))

    @classmethod
    def open(cls, source: KeySource) -> Vault:
        """A vault that follows its key file. Raises KeyringFault."""
        return cls(source.read(), source)

    def _take(self, keyring: Keyring) -> None:
        self._seals = {header_of(key): _open_seal(key) for key in keyring.seals}
        self._header = next(header_of(key) for key in keyring.seals if key.number == keyring.sealing)
        finds = sorted(keyring.finds, key=lambda key: key.number != keyring.finding)
        self._finders = tuple(_Finder(key) for key in finds)

    @property
    def header(self) -> int:
        """The first byte of all that is sealed now: which cipher (the highest bit) and which key."""
        return self._header

    def refresh(self) -> bool:
        """Take the keys from the file again when it was changed. Raises KeyringFault, and keeps those it has."""
        mark = self._source.mark() if self._source else None
        if mark is None or mark == self._mark or self._source is None:
            return False
        self._take(self._source.read())
        self._mark = mark
        return True

    def seal(self, text: str, context: str = "") -> bytes:
        """Encrypt: header, nonce, ciphertext with tag: 29 bytes more than the text in UTF-8.

        `context` (say `complainant.phone`) is bound in but not kept: unseal must name the same.
        """
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._seals[self._header].encrypt(nonce, text.encode(), context.encode())
        return bytes([self._header]) + nonce + sealed

    def unseal(self, sealed: bytes, context: str = "") -> str:
        """Give back what was sealed. Raises BrokenSeal when a bit, the context or the key differs."""
        nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        if len(rest) < TAG_BYTES:
            raise BrokenSeal("cut short")
        try:
            return self._seal_of(sealed[0]).decrypt(nonce, rest, context.encode()).decode()
        except InvalidTag:
            raise BrokenSeal("changed, or of another context") from None

    def _seal_of(self, header: int) -> _Seal:
        # Another process may have begun to use a new key before this one looked at the file again.
        if header not in self._seals:
            try:
                self.refresh()
            except KeyringFault:
                raise BrokenSeal("unknown key, and the key file cannot be read") from None
        if header not in self._seals:
            raise BrokenSeal("unknown key")
        return self._seals[header]

    def fingerprint(self, text: str, context: str = "") -> bytes:
        """32 bytes, equal for equal texts of one context; nothing can be guessed back without the key."""
        return self._finders[0].fingerprint(_framed(context, text))

    def fingerprints(self, text: str, context: str = "") -> list[bytes]:
        """The fingerprint by every finding key that is still known, the present one's first."""
        framed = _framed(context, text)
        return [finder.fingerprint(framed) for finder in self._finders]

    def sign(self, text: str, context: str = "") -> str:
        """A signature of the text: 43 characters that may stand in a URL or a form."""
        return self._finders[0].sign(_framed(context, text))

    def verify(self, text: str, signature: str, context: str = "") -> bool:
        """Whether the signature is ours and of this text and context; compared in constant time."""
        framed, given = _framed(context, text), signature.encode(errors="replace")
        return any(hmac.compare_digest(finder.sign(framed).encode(), given) for finder in self._finders)


def header_of(key: SealingKey) -> int:
    """The byte that stands in front of all this key seals."""
    return key.number | (SM4_BIT if key.cipher is Cipher.SM4 else 0)


def _open_seal(key: SealingKey) -> _Seal:
    if key.cipher is Cipher.SM4:
        return _SM4GCM(_derive(key.secret, "seal/sm4", 16))
    return AESGCM(_derive(key.secret, "seal"))


def _derive(secret: bytes, purpose: str, length: int = 32) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=f"hotline/{purpose}".encode()).derive(secret)


def _framed(context: str, text: str) -> bytes:
    # The length keeps ("ab", "c") and ("a", "bc") apart.
    head = context.encode()
    return len(head).to_bytes(4) + head + text.encode()
