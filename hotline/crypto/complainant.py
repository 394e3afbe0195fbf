"""Unsealing the person behind a ticket: the only place that does it.

Here, and not in `hotline/actions/privacy/`, because the delivery of messages, which lies below privacy, needs it too.
"""

from __future__ import annotations

from hotline.crypto.vault import Vault
from hotline.domain.privacy.complainant import Complainant


def unseal_complainant(
    vault: Vault, *, name: bytes | None = None, phone: bytes | None = None, identity: bytes | None = None,
    address: bytes | None = None, wechat: bytes | None = None,
) -> Complainant:  # fmt: skip
    """The person from the sealed values of the table `complainant`; None gives an empty text. Raises BrokenSeal."""
    sealed = {"name": name, "phone": phone, "identity": identity, "address": address, "wechat": wechat}
    return Complainant(**{what: vault.unseal(value, f"complainant.{what}") for what, value in sealed.items() if value})
