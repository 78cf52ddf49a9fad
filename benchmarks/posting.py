"""Requests over kept connections: in a closed loop (as fast as answers come) and in an open one
(as fast as callers come, whatever the answers do).

The client is bare so that it does not compete with the server that it measures: requests are
whole bytes made beforehand, of an answer only the status and the end are looked for.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import cast
from urllib.parse import urlsplit

from msgspec import Struct

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length:"


class Refused(Exception):
    """An answer had another status than the one that was awaited."""


class OpenLoop(Struct, frozen=True):
    """`seconds`: how long each answer took. `late`: how much later than planned each was sent,
    which is this client's fault and not in `seconds`."""

    seconds: list[float]
    late: list[float]


def post(
    url: str, body: bytes, headers: Mapping[str, str] | None = None, method: str = "POST"
) -> bytes:
    """A request as it goes over the wire."""
    parts = urlsplit(url)
    all_headers = {"Host": parts.netloc, **(headers or {}), "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in all_headers.items())
    return f"{method} {parts.path} HTTP/1.1\r\n{head}\r\n".encode() + body


class Line(asyncio.Protocol):
    """A kept connection, one request at a time; dialled again if the server hung up meanwhile."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("the server hung up"))

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, found, body = self._got.partition(END_OF_HEAD)
        if not found or self._answer is None or self._answer.done():
            return
        if len(body) >= _length(head):
            self._got = b""
            self._answer.set_result(int(head[9:12]))

    async def dial(self) -> asyncio.Transport:
        """Connect, or connect again."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_connection(lambda: self, "127.0.0.1", self._port)
        return self._transport

    async def ask(self, request: bytes) -> int:
        """Send a request. Returns the answer's status when all of it is here.

        The server hangs up on a quiet connection, perhaps just as the request is on its way: then
        it was not read, and is sent once more.
        """
        try:
            return await self._ask_once(request)
        except ConnectionResetError:
            return await self._ask_once(request)

    async def _ask_once(self, request: bytes) -> int:
        transport = self._transport
        if transport is None or transport.is_closing():
            transport = await self.dial()
        self._answer = asyncio.get_running_loop().create_future()
        transport.write(request)
        return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


@asynccontextmanager
async def lines(port: int, count: int) -> AsyncGenerator[list[Line]]:
    """That many connections to a server on this machine."""
    opened = [Line(port) for _ in range(count)]
    for line in opened:
        await line.dial()
    try:
        yield opened
    finally:
        for line in opened:
            line.close()


async def closed_loop(over: Sequence[Line], requests: Sequence[bytes], expect: int = 200) -> None:
    """Send all, each connection its next one as soon as it has its answer."""
    left = iter(requests)
    await asyncio.gather(*(_work_off(line, left, expect) for line in over))


async def open_loop(
    port: int, requests: Sequence[bytes], per_second: float, expect: int = 200
) -> OpenLoop:
    """Send all at that rate. No request waits for another's answer: a busy connection is passed
    over, and a new one opened if need be."""
    seconds: list[float] = []
    late: list[float] = []
    async with lines(port, 32) as idle:

        async def one(request: bytes, planned: float) -> None:
            line = idle.pop() if idle else Line(port)
            sent = time.perf_counter()
            late.append(sent - planned)
            status = await line.ask(request)
            seconds.append(time.perf_counter() - sent)
            idle.append(line)
            if status != expect:
                raise Refused(f"an answer had status {status}")

        begin = time.perf_counter() + 0.05
        async with asyncio.TaskGroup() as group:
            for number, request in enumerate(requests):
                planned = begin + number / per_second
                await asyncio.sleep(max(0.0, planned - time.perf_counter()))
                group.create_task(one(request, planned))
    return OpenLoop(seconds, late)


async def _work_off(line: Line, left: Iterator[bytes], expect: int) -> None:
    for request in left:
        status = await line.ask(request)
        if status != expect:
            raise Refused(f"an answer had status {status}")


def _length(head: bytes) -> int:
    for header in head.split(b"\r\n"):
        if header.lower().startswith(LENGTH):
            return int(header[len(LENGTH) :])
    return 0
