"""Rate limiter: counts requests in Valkey for all processes together; alone in this process while Valkey is away."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from hotline.batching import Batcher
from hotline.domain.policy.rate_limits import RateLimit, spend

_log = structlog.get_logger()
ANSWER_S = 0.25
AWAY_S = 5.0
MOST_KEPT = 50_000
Waits = Sequence[float]

# `spend` for all buckets of each request: either all are charged or none.
_SCRIPT = """
local now, at, key, waits = tonumber(ARGV[1]), 2, 1, {}
while at <= #ARGV do
  local n, worst, after = tonumber(ARGV[at]), 0, {}
  for i = 0, n - 1 do
    local step, span, cost = tonumber(ARGV[at + 1 + i * 3]), tonumber(ARGV[at + 2 + i * 3]), tonumber(ARGV[at + 3 + i * 3])
    local free = tonumber(redis.call('get', KEYS[key + i]) or 0)
    after[i] = math.min(math.max(free, now), now + span) + step * cost
    worst = math.max(worst, after[i] - now - span)
  end
  if worst <= 0.5 then
    worst = 0
    for i = 0, n - 1 do
      redis.call('set', KEYS[key + i], string.format('%.3f', after[i]), 'px', math.max(1, math.ceil(after[i] - now)))
    end
  end
  waits[#waits + 1] = math.ceil(worst)
  at, key = at + 1 + n * 3, key + n
end
return waits
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a request costs one bucket; `key` must not contain personal data."""

    key: str
    rate: RateLimit
    cost: int = 1


_Request = tuple[Sequence[Cost], float]


class RateLimiter:
    """Charges buckets in Valkey; requests of the same moment are charged with one call."""

    def __init__(self, redis_url: str) -> None:
        self._client: Any = redis.Redis.from_url(
            redis_url, socket_timeout=ANSWER_S, socket_connect_timeout=ANSWER_S, max_connections=2
        )
        self._script = self._client.register_script(_SCRIPT)
        self._own: dict[str, float] = {}
        self._requests: Batcher[_Request, float] = Batcher(self._charge_batch)
        self._away_until = 0.0

    async def charge(self, costs: Sequence[Cost], now: datetime) -> timedelta:
        """Charge every bucket of a request, or none of them. Returns how long to wait, zero when it may be done now.

        While Valkey does not answer, this process counts alone; nothing is raised.
        """
        if not costs:
            return timedelta(0)
        return timedelta(milliseconds=await self._requests.submit((costs, now.timestamp() * 1000)))

    async def close(self) -> None:
        """Close the connections once every waiting request is answered."""
        await self._requests.close()
        await self._client.aclose()

    async def _charge_batch(self, requests: Sequence[_Request]) -> Waits:
        return await self._waits([costs for costs, _ in requests], requests[-1][1])

    async def _waits(self, groups: Sequence[Sequence[Cost]], now_ms: float) -> Waits:
        if monotonic() < self._away_until:
            return self._alone(groups, now_ms)
        try:
            waits: Waits = await self._script(
                keys=[cost.key for costs in groups for cost in costs], args=_args(groups, now_ms)
            )
            return waits
        except (RedisError, OSError, ValueError) as fault:
            self._away_until = monotonic() + AWAY_S
            _log.warning("rate_limiter_alone", fault=type(fault).__name__)
            return self._alone(groups, now_ms)

    def _alone(self, groups: Sequence[Sequence[Cost]], now_ms: float) -> Waits:
        if len(self._own) > MOST_KEPT:
            self._own = {key: free for key, free in self._own.items() if free > now_ms}
        if len(self._own) > MOST_KEPT:
            self._own.clear()
        return [self._charge_own(group, now_ms) for group in groups]

    def _charge_own(self, group: Sequence[Cost], now_ms: float) -> float:
        spent = [spend(one.rate, self._own.get(one.key, 0.0), now_ms, one.cost) for one in group]
        worst = max(wait for _, wait in spent)
        if worst == 0:
            self._own.update({one.key: after for one, (after, _) in zip(group, spent, strict=True)})
        return math.ceil(worst)


def _args(groups: Iterable[Sequence[Cost]], now_ms: float) -> list[float]:
    args: list[float] = [now_ms]
    for group in groups:
        args.append(len(group))
        for one in group:
            args += [one.rate.step_ms, one.rate.span_ms, min(one.cost, one.rate.count)]
    return args
