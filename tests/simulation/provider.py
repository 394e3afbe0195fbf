"""What befalls messages on their way, and what the product says while it is being sabotaged."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import structlog

from hotline.domain.messaging.message import Delivery, Outgoing, Receipt
from rehearsal.adversary import LIFE, nothing

FAULTS = {"job_failed", "clock_failed", "dispatch_failed", "callback_failed"}


@contextmanager
def listening() -> Iterator[None]:
    """Hear what the product logs as a fault, each with the life it happened in; nothing is printed."""

    def hear(_logger: Any, _method: str, line: Any) -> Any:
        life, fault = LIFE.get(), sys.exc_info()[1]
        # The provider's own faults are part of the play.
        if life is not None and line["event"] in FAULTS:
            life.faults.append(f"{line['event']}: {fault!r}")
        raise structlog.DropEvent

    kept = structlog.get_config()
    structlog.configure(processors=[hear])
    try:
        yield
    finally:
        structlog.configure(**kept)


@dataclass
class Provider:
    """A channel that takes, delays, refuses, loses its answer or breaks; it remembers what reached it."""

    dice: Random
    now: Any = None
    faults: bool = True
    broken: int = 0
    calls: list[tuple[Any, Any, str]] = field(default_factory=list)

    async def send(self, message: Outgoing) -> Receipt:
        life = LIFE.get()
        outcome = self.dice.choices(
            ["delivered", "slow", "later", "impossible", "unknown", "error"], [70, 8, 8, 5, 5, 4]
        )[0] if self.faults else "delivered"  # fmt: skip

        async def reach() -> None:
            self.calls.append((message.outbox_id, self.now, outcome))

        if life is not None and life.lurks is not None:
            life.fate, life.lurks = life.statements + life.lurks, None
        try:
            await (life.live(reach, nothing) if life else reach())
        except ConnectionResetError:
            # To the hotline a broken line to the provider is no different from a broken provider.
            self.broken += 1
            raise
        match outcome:
            case "delivered":
                return Receipt(Delivery.DELIVERED, provider_id=str(message.outbox_id))
            case "slow":
                await asyncio.sleep(0.001)
                return Receipt(Delivery.DELIVERED, provider_id=str(message.outbox_id))
            case "later":
                return Receipt(Delivery.LATER, reason="busy", retry_after_s=self.dice.choice([None, 30, 3600]))
            case "impossible":
                return Receipt(Delivery.IMPOSSIBLE, reason="refused")
            case "unknown":
                return Receipt(Delivery.UNKNOWN, reason="timeout")
        raise RuntimeError("the provider broke")
