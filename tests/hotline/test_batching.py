"""Batches: what arrives together is handled together, and one unfit item fails alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from hotline.batching import Batcher


class Recorder:
    """Handles numbers by doubling them, and remembers each batch; negative ones are unfit."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    async def handle(self, numbers: Sequence[int]) -> Sequence[int]:
        self.batches.append(list(numbers))
        await asyncio.sleep(0)
        if any(number < 0 for number in numbers):
            raise ValueError("unfit")
        return [2 * number for number in numbers]


async def test_each_item_gets_its_own_result() -> None:
    recorder = Recorder()
    batcher: Batcher[int, int] = Batcher(recorder.handle)
    assert await asyncio.gather(*(batcher.submit(number) for number in range(20))) == [2 * n for n in range(20)]
    assert len(recorder.batches) < 20


async def test_a_batch_is_never_larger_than_its_size() -> None:
    recorder = Recorder()
    batcher: Batcher[int, int] = Batcher(recorder.handle, size=3)
    await asyncio.gather(*(batcher.submit(number) for number in range(10)))
    assert max(len(batch) for batch in recorder.batches) == 3
    assert sorted(number for batch in recorder.batches for number in batch) == list(range(10))


async def test_an_unfit_item_fails_alone() -> None:
    batcher: Batcher[int, int] = Batcher(Recorder().handle, shared=(OSError,))
    results = await asyncio.gather(*(batcher.submit(number) for number in (1, -1, 2)), return_exceptions=True)
    assert [results[0], type(results[1]), results[2]] == [2, ValueError, 4]


async def test_a_shared_fault_fails_the_whole_batch_once() -> None:
    recorder = Recorder()
    batcher: Batcher[int, int] = Batcher(recorder.handle, shared=(ValueError,))
    results = await asyncio.gather(*(batcher.submit(number) for number in (1, -1)), return_exceptions=True)
    assert all(isinstance(result, ValueError) for result in results)
    assert len(recorder.batches) == 1


async def test_someone_who_gives_up_holds_up_nobody() -> None:
    batcher: Batcher[int, int] = Batcher(Recorder().handle)
    waiting = asyncio.create_task(batcher.submit(1))
    await asyncio.sleep(0)
    waiting.cancel()
    assert await batcher.submit(2) == 4
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_closing_waits_for_what_was_submitted() -> None:
    recorder = Recorder()
    batcher: Batcher[int, int] = Batcher(recorder.handle)
    waiting = asyncio.create_task(batcher.submit(1))
    await asyncio.sleep(0)
    await batcher.close()
    assert await waiting == 2
    await batcher.close()


async def test_an_item_submitted_as_the_worker_ends_is_handled() -> None:
    async def handle(numbers: Sequence[int]) -> Sequence[int]:
        return numbers

    batcher: Batcher[int, int] = Batcher(handle)
    for number in range(50):
        assert await asyncio.wait_for(batcher.submit(number), 5) == number
