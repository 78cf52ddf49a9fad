"""Web servers in the test's own event loop, and waiting for what will be."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from litestar import Litestar


def free_socket() -> socket.socket:
    """A socket bound to a free port of this machine."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener


@asynccontextmanager
async def served_on(listener: socket.socket, application: Litestar) -> AsyncGenerator[None]:
    """Serve the application on that socket while the block runs."""
    config = uvicorn.Config(
        application,
        log_config=None,
        lifespan="on",
        access_log=False,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=2,
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
        server.should_exit = True
        await serving
        listener.close()


class _QuietServer(uvicorn.Server):
    """Leaves the signals to pytest, and says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.ready.set()

    def install_signal_handlers(self) -> None: ...


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
