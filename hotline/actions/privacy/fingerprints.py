"""Keyed hashes by which a person or a query code is found again without being readable (PROCEDURE §6)."""

from __future__ import annotations

from hotline.actions.region.context import RegionContext
from hotline.domain.messaging.message import Incoming


def contact_hash(context: RegionContext, contact: str) -> bytes:
    """How a number or WeChat id is found again without being readable."""
    return context.vault.fingerprint(contact, "contact")


def contact_hashes(context: RegionContext, contact: str) -> list[bytes]:
    """The same by every finding key: while keys change, rows stand under the old one and the new one."""
    return context.vault.fingerprints(contact, "contact")


def query_code(context: RegionContext, client_key: str) -> str:
    """Six digits for the person only, for a filing just made."""
    return _query_codes(context, client_key)[0]


def _query_codes(context: RegionContext, client_key: str) -> list[str]:
    prints = context.vault.fingerprints(client_key, "query-code")
    return [f"{int.from_bytes(one[:8]) % 1_000_000:06d}" for one in prints]


def code_of(context: RegionContext, number: str, client_key: str, stored: bytes) -> str | None:
    """The code a filing was told, whichever finding key it came from; None when it came from none that is known."""
    codes = _query_codes(context, client_key)
    return next((code for code in codes if stored in code_hashes(context, number, code)), None)


def code_hash(context: RegionContext, number: str, code: str) -> bytes:
    """What is stored of a query code."""
    return context.vault.fingerprint(f"{number}:{code}", "query-code-hash")


def code_hashes(context: RegionContext, number: str, code: str) -> list[bytes]:
    """What may be stored of a query code while keys change."""
    return context.vault.fingerprints(f"{number}:{code}", "query-code-hash")


def person_hash(context: RegionContext, incoming: Incoming) -> bytes:
    """Return the fingerprint of a person of a channel; the conversation of that person has the same."""
    return context.vault.fingerprint(incoming.person, f"person.{incoming.channel}")


def person_hashes(context: RegionContext, incoming: Incoming) -> list[bytes]:
    """Return the fingerprints of a person of a channel by every finding key in use."""
    return context.vault.fingerprints(incoming.person, f"person.{incoming.channel}")
