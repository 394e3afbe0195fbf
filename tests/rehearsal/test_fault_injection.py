"""What the adversary of a drill notices when a message leaves twice."""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import UUID

import pytest

from hotline.domain.messaging.message import Delivery, Outgoing, Receipt
from hotline.domain.messaging.notices import NoticeKind, PostedNotice
from rehearsal.adversary import LIFE, Killed, Life
from rehearsal.fault_injection import FaultInjector

MESSAGE = Outgoing(
    UUID(int=1), "wechat", "somebody", (PostedNotice(NoticeKind.REPLIED, facts={"reply": "已经答复。"}),)
)


def injector(*answers: Delivery) -> FaultInjector:
    waiting = list(answers)

    async def send(_message: Outgoing) -> Receipt:
        return Receipt(waiting.pop(0))

    nothing: Any = None
    return FaultInjector(nothing, nothing, nothing, Random(1), send)


@pytest.mark.parametrize(
    ("answers", "doubled"),
    [
        ((Delivery.DELIVERED,), 0),
        ((Delivery.LATER, Delivery.DELIVERED), 0),
        ((Delivery.UNKNOWN, Delivery.DELIVERED), 1),
        ((Delivery.DELIVERED, Delivery.DELIVERED, Delivery.LATER), 1),
    ],
)
async def test_a_message_that_may_have_arrived_twice_is_counted(answers: tuple[Delivery, ...], doubled: int) -> None:
    adversary = injector(*answers)
    for _ in answers:
        await adversary._send(MESSAGE)
    assert adversary.doubled == doubled


@pytest.mark.parametrize(("after", "reached"), [(False, 0), (True, 1)])
async def test_a_worker_killed_at_a_message_sent_it_or_not(after: bool, reached: int) -> None:
    adversary = injector(Delivery.DELIVERED)
    token = LIFE.set(Life(lurks=1, after=after))
    with pytest.raises(Killed):
        await adversary._send(MESSAGE)
    LIFE.reset(token)
    assert adversary.reached.total() == reached
