"""Messages between a person and the hotline, independent of the channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from hotline.domain.messaging.notices import NoticeKind, PostedNotice

IncomingKind = Literal["text", "image", "voice", "video", "location", "link", "push", "unknown"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message from a person.

    `message_id` is the same for every delivery of the same message; `person` is the channel's identifier of the person
    (an openid, a phone number); `sent_at` is aware UTC. `text` is what was typed, spoken or shared; `media_id` names a
    picture, voice or video stored by the channel; `push` is set for kind `push` only: `subscribe`, `unsubscribe`,
    `click:KEY` …
    """

    channel: str
    message_id: str
    person: str
    sent_at: datetime
    kind: IncomingKind
    text: str = ""
    media_id: str | None = None
    push: str | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to a person or an official, with one notice or several that leave together.

    The channel words the `notices`. `outbox_id` is the row of the first; `recipient` is the channel's identifier of the
    recipient; `url` links to the ticket; `template` names the template of a channel that does not allow free text.
    """

    outbox_id: UUID
    channel: str
    recipient: str
    notices: tuple[PostedNotice, ...]
    url: str | None = None
    template: str | None = None

    @property
    def kind(self) -> NoticeKind:
        """The kind of the first notice."""
        return self.notices[0].kind


class Delivery(StrEnum):
    """How a delivery ended. `unknown`: it may have arrived, so it is never repeated automatically."""

    DELIVERED = "delivered"
    LATER = "later"
    IMPOSSIBLE = "impossible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A channel's result of one delivery; `retry_after_s` (seconds) is a hint for `later`."""

    delivery: Delivery
    provider_id: str | None = None
    reason: str | None = None
    retry_after_s: int | None = None


class FollowUp(StrEnum):
    """What staff did about an undelivered message."""

    TOLD = "told"
    KNOWN = "known"
    UNREACHED = "unreached"
    AGAIN = "again"


def follow_ups(*, refused: bool) -> tuple[FollowUp, ...]:
    """What may be done about a message that was refused, or that may have arrived: the same words twice are worse than
    a call."""
    return tuple(one for one in FollowUp if refused or one is not FollowUp.AGAIN)


FOLLOW_UP_NAMES: Mapping[FollowUp, str] = {
    FollowUp.TOLD: "已电话告知本人",
    FollowUp.KNOWN: "本人说已经知道",
    FollowUp.UNREACHED: "电话联系不上本人",
    FollowUp.AGAIN: "按原渠道再发一次",
}
