"""Identifiers by the seed's dice: a run repeats to the last row."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from random import Random
from uuid import UUID

from hotline.store import ids

FIRST_MS = 1_760_000_000_000
VERSION, VARIANT = 7 << 76, 2 << 62


@contextlib.contextmanager
def numbered(seed: int) -> Iterator[None]:
    """UUIDs of version 7 that only this seed decides, each after the one before as one process makes them."""
    real, ids.uuid7 = ids.uuid7, _maker(seed)
    try:
        yield
    finally:
        ids.uuid7 = real


def _maker(seed: int) -> Callable[[], UUID]:
    dice, at = Random(f"{seed}:ids"), FIRST_MS

    def make() -> UUID:
        nonlocal at
        at += 1
        return UUID(int=at << 80 | VERSION | dice.getrandbits(12) << 64 | VARIANT | dice.getrandbits(62))

    return make
