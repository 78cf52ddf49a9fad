"""Many open boards in one process: websockets so bare that 2,000 of them leave the server the CPU.

A board greets, answers pings, and looks in each message for the bytes that are being waited for.
"""

import asyncio
import struct
import time
from collections.abc import Iterable
from typing import cast
from urllib.parse import urlsplit

from msgspec import Struct

HELLO = b'{"type":"hello","since":null}'
PING, PONG = b'{"type":"ping"}', b'{"type":"pong"}'
SNAPSHOT = b'{"type":"snapshot"'
TEXT, CLOSE, WS_PING, WS_PONG = 0x81, 0x88, 0x89, 0x8A
OPENED_AT_ONCE = 32


class Heard(Struct, frozen=True):
    """When the first and the last of the boards had what they waited for, and what it was."""

    first: float
    last: float
    message: bytes


class Watch:
    """Waits until every one of `boards` has received a message with `mark` in it."""

    def __init__(self, boards: Iterable["Board"], mark: bytes) -> None:
        self.mark = mark
        self._waiting = set(boards)
        self._first: float | None = None
        self._heard: asyncio.Future[Heard] = asyncio.get_running_loop().create_future()
        for board in self._waiting:
            board.watch = self

    def found(self, board: "Board", message: bytes) -> None:
        now = time.perf_counter()
        self._first = self._first or now
        board.watch = None
        self._waiting.discard(board)
        if not self._waiting and not self._heard.done():
            self._heard.set_result(Heard(self._first, now, message))

    async def heard(self, within: float = 30.0) -> Heard:
        async with asyncio.timeout(within):
            return await self._heard


class Board(asyncio.Protocol):
    """One websocket; `greeting` is said as soon as it is open."""

    def __init__(self, url: str, cookie: str, greeting: bytes | None) -> None:
        self._url = urlsplit(url)
        self._cookie = cookie
        self._greeting = greeting
        self._transport: asyncio.Transport | None = None
        self._got = b""
        self._is_open = False
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.watch: Watch | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        cookie = f"Cookie: {self._cookie}\r\n" if self._cookie else ""
        self._transport.write(
            f"GET {self._url.path or '/'} HTTP/1.1\r\nHost: {self._url.netloc}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{cookie}\r\n".encode()
        )

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionResetError("the server hung up"))
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._got = self._got + data if self._got else data
        if not self._is_open:
            head, found, rest = self._got.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head[:16]:
                self.opened.set_exception(ConnectionRefusedError(head[:100].decode()))
                return
            self._is_open, self._got = True, rest
            self.opened.set_result(None)
            if self._greeting is not None:
                self.say(self._greeting)
        while self._got:
            frame = _first_frame(self._got)
            if frame is None:
                return
            kind, message, end = frame
            self._got = self._got[end:]
            self._receive(kind, message)

    def say(self, message: bytes, kind: int = TEXT) -> None:
        """Send a frame. Its mask is zero, which is no disguise but saves this client the work."""
        if self._transport is None:
            return
        if len(message) < 126:
            head = struct.pack("!BB4x", kind, 0x80 | len(message))
        else:
            head = struct.pack("!BBH4x", kind, 0x80 | 126, len(message))
        self._transport.write(head + message)

    def close(self) -> None:
        self.say(struct.pack("!H", 1000), CLOSE)
        if self._transport is not None:
            self._transport.close()

    def _receive(self, kind: int, message: bytes) -> None:
        if kind == WS_PING:
            self.say(message, WS_PONG)
        elif kind == TEXT and message == PING:
            self.say(PONG)
        elif kind == TEXT and self.watch is not None and self.watch.mark in message:
            self.watch.found(self, message)


async def open_boards(url: str, cookies: Iterable[str]) -> list[Board]:
    """A feed for each cookie, each with its first snapshot."""
    return await _open(url, cookies, HELLO)


async def open_sockets(url: str, count: int) -> list[Board]:
    """Websockets that only listen."""
    return await _open(url, [""] * count, None)


async def open_one(url: str, cookie: str = "") -> Board:
    loop, where = asyncio.get_running_loop(), urlsplit(url)
    greeting = HELLO if cookie else None
    _, board = await loop.create_connection(
        lambda: Board(url, cookie, greeting), where.hostname or "", where.port or 80
    )
    if greeting is not None:
        first = Watch([board], SNAPSHOT)
        await board.opened
        await first.heard()
    await board.opened
    return board


async def _open(url: str, cookies: Iterable[str], greeting: bytes | None) -> list[Board]:
    turn = asyncio.Semaphore(OPENED_AT_ONCE)

    async def one(cookie: str) -> Board:
        async with turn:
            return await open_one(url, cookie if greeting is not None else "")

    return list(await asyncio.gather(*(one(cookie) for cookie in cookies)))


def _first_frame(got: bytes) -> tuple[int, bytes, int] | None:
    """The first whole frame of what a server sent: its kind, its content, and where it ends."""
    if len(got) < 2:
        return None
    length, begin = got[1], 2
    if length == 126:
        if len(got) < 4:
            return None
        length, begin = struct.unpack_from("!H", got, 2)[0], 4
    elif length == 127:
        if len(got) < 10:
            return None
        length, begin = struct.unpack_from("!Q", got, 2)[0], 10
    end = begin + length
    if len(got) < end:
        return None
    return got[0], got[begin:end], end
