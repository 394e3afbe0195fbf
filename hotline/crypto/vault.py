"""Encryption of personal data: sealed values, fingerprints for lookup, and signed tokens.

Every working key is derived from a secret of the keyring by HKDF, so that one reveals nothing about another. Sealing
and finding use separate secrets, so that a new sealing key leaves all fingerprints valid.
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
    """The value was changed, belongs to another context, or was sealed with an unknown key."""


class _Seal(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...
    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...


class _SM4GCM:
    """SM4-GCM with the interface of AESGCM: the tag follows the ciphertext."""

    __slots__ = ("_algorithm",)

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Return the ciphertext followed by the tag of 16 bytes."""
        work = ciphers.Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        work.authenticate_additional_data(associated_data)
        return work.update(data) + work.finalize() + work.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Return the plaintext. Raises InvalidTag."""
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
        """Return the keyed hash of the framed text, 32 bytes."""
        return self._hash(self._find, framed)

    def sign(self, framed: bytes) -> str:
        """Return the keyed hash in URL-safe base64 without padding, 43 characters."""
        return base64.urlsafe_b64encode(self._hash(self._sign, framed)).rstrip(b"=").decode()

    def _hash(self, key: bytes, framed: bytes) -> bytes:
        if self._digest is Digest.SHA256:
            return hmac.digest(key, framed, "sha256")
        work = HMAC(key, SM3())
        work.update(framed)
        return work.finalize()


class Vault:
    """Seals, fingerprints and signs with the keys of a keyring, or of a single 32-byte master key.

    The keys are read again from `source` when a value is sealed with an unknown key.
    """

    __slots__ = ("_finders", "_header", "_mark", "_seals", "_source")

    def __init__(self, keys: Keyring | bytes, source: KeySource | None = None) -> None:
        self._source = source
        self._mark = source.mark() if source else None
        self._take(keys if isinstance(keys, Keyring) else Keyring.of(keys))

    @classmethod
    def open(cls, source: KeySource) -> Vault:
        """Open a vault that follows its key file. Raises KeyringFault."""
        return cls(source.read(), source)

    def _take(self, keyring: Keyring) -> None:
        self._seals = {header_of(key): _open_seal(key) for key in keyring.seals}
        self._header = next(header_of(key) for key in keyring.seals if key.number == keyring.sealing)
        finds = sorted(keyring.finds, key=lambda key: key.number != keyring.finding)
        self._finders = tuple(_Finder(key) for key in finds)

    @property
    def header(self) -> int:
        """The first byte of newly sealed values: the cipher (highest bit) and the key's number."""
        return self._header

    def refresh(self) -> bool:
        """Read the keys again if the file has changed, and return whether it had.

        Raises KeyringFault and keeps the old keys.
        """
        mark = self._source.mark() if self._source else None
        if mark is None or mark == self._mark or self._source is None:
            return False
        self._take(self._source.read())
        self._mark = mark
        return True

    def seal(self, text: str, context: str = "") -> bytes:
        """Encrypt a text: header, nonce, ciphertext and tag, 29 bytes longer than the text in UTF-8.

        `context` (such as `complainant.phone`) is authenticated but not stored: `unseal` needs the same one.
        """
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._seals[self._header].encrypt(nonce, text.encode(), context.encode())
        return bytes([self._header]) + nonce + sealed

    def unseal(self, sealed: bytes, context: str = "") -> str:
        """Decrypt a sealed value. Raises BrokenSeal if a bit, the context or the key differs."""
        nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        if len(rest) < TAG_BYTES:
            raise BrokenSeal("cut short")
        try:
            return self._seal_of(sealed[0]).decrypt(nonce, rest, context.encode()).decode()
        except InvalidTag:
            raise BrokenSeal("changed, or of another context") from None

    def _seal_of(self, header: int) -> _Seal:
        # Another process may already use a new key that this one has not read yet.
        if header not in self._seals:
            try:
                self.refresh()
            except KeyringFault:
                raise BrokenSeal("unknown key, and the key file cannot be read") from None
        if header not in self._seals:
            raise BrokenSeal("unknown key")
        return self._seals[header]

    def fingerprint(self, text: str, context: str = "") -> bytes:
        """Return the 32-byte keyed hash of a text in a context; it cannot be guessed without the key."""
        return self._finders[0].fingerprint(_framed(context, text))

    def fingerprints(self, text: str, context: str = "") -> list[bytes]:
        """Return the fingerprint by every known finding key, the one in use first."""
        framed = _framed(context, text)
        return [finder.fingerprint(framed) for finder in self._finders]

    def sign(self, text: str, context: str = "") -> str:
        """Return a signature of the text: 43 characters, safe in URLs and forms."""
        return self._finders[0].sign(_framed(context, text))

    def verify(self, text: str, signature: str, context: str = "") -> bool:
        """Return whether the signature belongs to this text and context, in constant time."""
        framed, encoded = _framed(context, text), signature.encode(errors="replace")
        return any(hmac.compare_digest(finder.sign(framed).encode(), encoded) for finder in self._finders)


def header_of(key: SealingKey) -> int:
    """Return the first byte of every value this key seals."""
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
