"""Keyed hashes (fingerprints) by which a complainant or query code is found without being stored in clear
(PROCEDURE §6).
"""

from __future__ import annotations

from hotline.actions.region.context import RegionContext
from hotline.domain.messaging.message import Incoming


def contact_hash(context: RegionContext, contact: str) -> bytes:
    """Return the fingerprint of a phone number or WeChat id under the present key."""
    return context.vault.fingerprint(contact, "contact")


def contact_hashes(context: RegionContext, contact: str) -> list[bytes]:
    """Return the fingerprints under every known key, the present one first: a rotation leaves rows under both keys."""
    return context.vault.fingerprints(contact, "contact")


def query_code(context: RegionContext, client_key: str) -> str:
    """Return the six-digit query code of a new filing, for the complainant only."""
    return _query_codes(context, client_key)[0]


def _query_codes(context: RegionContext, client_key: str) -> list[str]:
    fingerprints = context.vault.fingerprints(client_key, "query-code")
    return [f"{int.from_bytes(fingerprint[:8]) % 1_000_000:06d}" for fingerprint in fingerprints]


def code_of(context: RegionContext, number: str, client_key: str, stored: bytes) -> str | None:
    """Return the query code given for a filing, under whichever known key; None when its key is gone."""
    codes = _query_codes(context, client_key)
    return next((code for code in codes if stored in code_hashes(context, number, code)), None)


def code_hash(context: RegionContext, number: str, code: str) -> bytes:
    """Return the fingerprint that is stored of a query code."""
    return context.vault.fingerprint(f"{number}:{code}", "query-code-hash")


def code_hashes(context: RegionContext, number: str, code: str) -> list[bytes]:
    """Return the fingerprints of a query code under every known key, the present one first."""
    return context.vault.fingerprints(f"{number}:{code}", "query-code-hash")


def person_hash(context: RegionContext, incoming: Incoming) -> bytes:
    """Return the fingerprint of a person of a channel; the conversation of that person has the same."""
    return context.vault.fingerprint(incoming.person, f"person.{incoming.channel}")


def person_hashes(context: RegionContext, incoming: Incoming) -> list[bytes]:
    """Return the fingerprints of a person of a channel by every finding key in use."""
    return context.vault.fingerprints(incoming.person, f"person.{incoming.channel}")
