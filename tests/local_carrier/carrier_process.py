"""The carrier and its customer, each a web server on a free port, in the test's own loop."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from litestar import Litestar


def free_socket() -> socket.socket:
    # The protocol is named so that asyncio sends small answers at once (TCP_NODELAY).
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    return listener


@asynccontextmanager
async def served(application: Litestar) -> AsyncGenerator[str, None]:
    """The address at which the application answers while the block runs."""
    listener = free_socket()
    config = uvicorn.Config(application, log_level="warning", lifespan="on", ws_ping_interval=None)
    config.timeout_graceful_shutdown = 2
    server = _QuietServer(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await server.ready.wait()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.asked_to_end.set()
        await serving
        listener.close()


class _QuietServer(uvicorn.Server):
    """Leaves the signals to pytest, and says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready, self.asked_to_end = asyncio.Event(), asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        await self.asked_to_end.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's own, without its tenth of a second of courtesy to strangers."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await eventually(lambda: not self.server_state.connections, every=0.005)
        await self.lifespan.shutdown()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


async def eventually(look: Any, *, within: float = 5.0, every: float = 0.02) -> Any:
    """What `look` finds, asked again until it is truthy; fails with the last thing it saw."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        found = look()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"not within {within} s; last: {found!r}")
        await asyncio.sleep(every)
