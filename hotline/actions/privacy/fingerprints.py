"""Keyed hashes by which a person or a query code is found again without being readable (PROCEDURE §6)."""

from __future__ import annotations

from hotline.actions.region.context import Office


def contact_hash(office: Office, contact: str) -> bytes:
    """How a number or WeChat id is found again without being readable."""
    return office.vault.fingerprint(contact, "contact")


def contact_hashes(office: Office, contact: str) -> list[bytes]:
    """The same by every finding key: while keys change, rows stand under the old one and the new one."""
    return office.vault.fingerprints(contact, "contact")


def query_code(office: Office, client_key: str) -> str:
    """Six digits for the person only, for a filing just made."""
    return _query_codes(office, client_key)[0]


def _query_codes(office: Office, client_key: str) -> list[str]:
    prints = office.vault.fingerprints(client_key, "query-code")
    return [f"{int.from_bytes(one[:8]) % 1_000_000:06d}" for one in prints]


def code_of(office: Office, number: str, client_key: str, stored: bytes) -> str | None:
    """The code a filing was told, whichever finding key it came from; None when it came from none that is known."""
    codes = _query_codes(office, client_key)
    return next((code for code in codes if stored in code_hashes(office, number, code)), None)


def code_hash(office: Office, number: str, code: str) -> bytes:
    """What is stored of a query code."""
    return office.vault.fingerprint(f"{number}:{code}", "query-code-hash")


def code_hashes(office: Office, number: str, code: str) -> list[bytes]:
    """What may be stored of a query code while keys change."""
    return office.vault.fingerprints(f"{number}:{code}", "query-code-hash")
