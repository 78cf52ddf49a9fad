"""Web servers in the test's own event loop, and waiting for what will be."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from litestar.types import ASGIApp

from backend.serve import KEEP_ALIVE
from backend.web.direct_frames import DirectFrames


def free_socket() -> socket.socket:
    """A socket bound to a free port of this machine."""
    # Named, or asyncio takes it for something else than TCP and leaves Nagle's delay on.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    return listener


@asynccontextmanager
async def served(application: ASGIApp) -> AsyncGenerator[str]:
    """The address at which the application answers while the block runs."""
    listener = free_socket()
    async with served_on(listener, application, ws_ping_interval=None):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@asynccontextmanager
async def served_on(
    listener: socket.socket, application: ASGIApp, **settings: Any
) -> AsyncGenerator[None]:
    """Serve the application on that socket while the block runs; `settings` are uvicorn's."""
    config = uvicorn.Config(
        application,
        log_config=None,
        lifespan="on",
        access_log=False,
        ws=DirectFrames,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=KEEP_ALIVE,
        **settings,
    )
    server = _QuietServer(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        ready.cancel()
        await serving
        raise RuntimeError("the application did not start")
    try:
        yield
    finally:
        server.asked_to_end.set()
        await serving
        listener.close()


TURNS_TO_SEE_THE_LAST_GOODBYE = 50


class _QuietServer(uvicorn.Server):
    """Leaves the signals to pytest, says when it is ready, and ends when it is asked to."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready, self.asked_to_end = asyncio.Event(), asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.ready.set()

    async def main_loop(self) -> None:
        await self.asked_to_end.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Without the tenth of a second that uvicorn waits even if nobody is connected: it would
        be a fifth of the time that all tests take."""
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        if not await self._is_left_alone():
            # What is left are lines that a client keeps for its next request, as the carrier does.
            for connection in list(self.server_state.connections):
                connection.shutdown()
            if not await self._is_left_alone():
                await super().shutdown(sockets)
                return
        await self.lifespan.shutdown()

    async def _is_left_alone(self) -> bool:
        """Whether everybody has gone within a few turns of the event loop."""
        state = self.server_state
        for _ in range(TURNS_TO_SEE_THE_LAST_GOODBYE):
            if not state.connections and not state.tasks:
                return True
            await asyncio.sleep(0)
        return False

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


async def eventually(look: Any, *, within: float = 5.0, every: float = 0.02) -> Any:
    """What `look` finds, asked again until it is truthy; fails with the last thing it saw."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while True:
        found = look()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        if loop.time() > deadline:
            raise AssertionError(f"not within {within} s; last: {found!r}")
        await asyncio.sleep(every)


class Line:
    """A TCP line to somewhere, which can be cut and mended."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._writers: set[asyncio.StreamWriter] = set()
        self._whole = True
        self.address = ""

    def cut(self) -> None:
        self._whole = False
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        self._whole = True

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        there_reader, there_writer = await asyncio.open_connection(self._host, self._port)
        self._writers |= {writer, there_writer}
        await asyncio.gather(_pump(reader, there_writer), _pump(there_reader, writer))
        self._writers -= {writer, there_writer}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def cuttable(address: str) -> AsyncGenerator[Line]:
    """A line to that address; its own address is on it."""
    parts = urlsplit(address)
    line = Line(parts.hostname or "", parts.port or 80)
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    line.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        line.cut()
        server.close()
