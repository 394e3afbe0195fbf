"""Personal data under lock: sealed for keeping, fingerprinted for finding, and tokens signed.

Three keys come from one master key through HKDF: what one of them does tells nothing about the others.
"""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = 32


class BrokenSeal(Exception):
    """What was to be unsealed has been changed, belongs elsewhere or was sealed with an unknown key."""


class Vault:
    """Seals, fingerprints and signs with keys derived from a master key of 32 bytes.

    `key_id` (0–255) stands in front of all it seals; `former` holds earlier master keys by their ids, for
    reading only. Fingerprints and signatures use the present key: a changed one needs them made anew.
    """

    __slots__ = ("_ciphers", "_find", "_key_id", "_sign")

    def __init__(self, master_key: bytes, *, key_id: int = 1, former: Mapping[int, bytes] | None = None) -> None:
        self._key_id = bytes([key_id])
        keys = {**(former or {}), key_id: master_key}
        self._ciphers = {bytes([number]): AESGCM(_derive(key, "seal")) for number, key in keys.items()}
        self._find = _derive(master_key, "fingerprint")
        self._sign = _derive(master_key, "sign")

    def seal(self, text: str, context: str = "") -> bytes:
        """Encrypt (AES-256-GCM): key id, nonce, ciphertext with tag: 29 bytes more than the text in UTF-8.

        `context` (say `complainant.phone`) is bound in but not kept: unseal must name the same.
        """
        nonce = os.urandom(NONCE_BYTES)
        return self._key_id + nonce + self._ciphers[self._key_id].encrypt(nonce, text.encode(), context.encode())

    def unseal(self, sealed: bytes, context: str = "") -> str:
        """Give back what was sealed. Raises BrokenSeal when a bit, the context or the key differs."""
        cipher, nonce, rest = (
            self._ciphers.get(sealed[:1]),
            sealed[1 : 1 + NONCE_BYTES],
            sealed[1 + NONCE_BYTES :],
        )
        if cipher is None or len(rest) < TAG_BYTES:
            raise BrokenSeal("unknown key or cut short")
        try:
            return cipher.decrypt(nonce, rest, context.encode()).decode()
        except InvalidTag:
            raise BrokenSeal("changed, or of another context") from None

    def fingerprint(self, text: str, context: str = "") -> bytes:
        """32 bytes, equal for equal texts of one context; nothing can be guessed back without the key."""
        return hmac.digest(self._find, _framed(context, text), "sha256")

    def sign(self, text: str, context: str = "") -> str:
        """A signature of the text: 43 characters that may stand in a URL or a form."""
        digest = hmac.digest(self._sign, _framed(context, text), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def verify(self, text: str, signature: str, context: str = "") -> bool:
        """Whether the signature is ours and of this text and context; compared in constant time."""
        return hmac.compare_digest(self.sign(text, context).encode(), signature.encode(errors="replace"))


def _derive(master_key: bytes, purpose: str) -> bytes:
    if len(master_key) != KEY_BYTES:
        raise ValueError(f"a master key has {KEY_BYTES} bytes")
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"hotline/{purpose}".encode()).derive(master_key)


def _framed(context: str, text: str) -> bytes:
    # The length keeps ("ab", "c") and ("a", "bc") apart.
    head = context.encode()
    return len(head).to_bytes(4) + head + text.encode()
