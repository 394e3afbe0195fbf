"""A minimal HTTP client that posts filings over keep-alive connections and records latencies.

A general client would use more CPU time than the server under test, on the same cores.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from urllib.parse import urlencode

import uvloop

BODY = "门口的自来水管从早上开始漏水，路面已经积水，老人出门不便，希望尽快派人来修。" * 5


def filing(host: str) -> bytes:
    """The bytes of one POST of the public form, with a fresh client key."""
    fields = {
        "client_key": uuid.uuid4().hex, "kind": "help", "body": BODY, "place": "城关镇解放路12号",
        "name": "测试", "phone": "13800000000",
    }  # fmt: skip
    body = urlencode(fields).encode()
    head = (
        f"POST /file HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def one_connection(host: str, port: int, until: float, latencies: list[float], faults: list[str]) -> None:
    """Send one filing after another until `until` (perf_counter seconds)."""
    reader, writer = await asyncio.open_connection(host, port)
    address = f"{host}:{port}"
    while time.perf_counter() < until:
        request = filing(address)
        started = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        if length:
            await reader.readexactly(length)
        latencies.append(time.perf_counter() - started)
        if not head.startswith(b"HTTP/1.1 303"):
            faults.append(head.split(b"\r\n", 1)[0].decode())
    writer.close()


async def load(host: str, port: int, connections: int, seconds: float) -> dict[str, object]:
    """Keep `connections` busy for `seconds`; returns latencies in seconds, the first faults and their number."""
    latencies: list[float] = []
    faults: list[str] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(one_connection(host, port, until, latencies, faults) for _ in range(connections)))
    return {"latencies": latencies, "faults": faults[:5], "fault_count": len(faults)}


if __name__ == "__main__":
    told_host, told_port, told_connections, told_seconds = sys.argv[1:]
    print(json.dumps(uvloop.run(load(told_host, int(told_port), int(told_connections), float(told_seconds)))))
