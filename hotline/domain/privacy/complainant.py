"""The person behind a ticket, in clear (PROCEDURE §6)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Complainant:
    """What a person told of themselves; an empty text for what they did not tell, or what is not needed here."""

    name: str = ""
    phone: str = ""
    identity: str = ""
    address: str = ""
    wechat: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """What people may write of the person in a text: to be redacted where the person must not be known."""
        return tuple(text for text in (self.name, self.phone, self.identity, self.address) if text)
