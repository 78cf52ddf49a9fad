"""uvicorn's websockets, with a short cut for what goes to everybody.

An announcement goes to every open board of a company. Sent the usual way, each board costs a
queue, a task's turn and a frame of its own; written straight to the transport, the same bytes
cost a third (see `benchmarks/fan_out.py`). The short cut is taken only while nothing else is on
its way to that board; otherwise the message waits in the board's queue as always.
"""

from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from backend.web.connections import Socket

EXTENSION = "patchbay.write"

WriteAtOnce = Callable[[bytes], bool]


class DirectFrames(WebSocketsSansIOProtocol):
    """Offers the application `write_at_once`, as an extension of the ASGI scope."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.handshake_complete:
            _extensions(self.scope)[EXTENSION] = self.write_at_once

    def write_at_once(self, frame: bytes) -> bool:
        """Write a whole frame, if nothing is waiting to be written. False if it was not."""
        quiet = self.handshake_complete and not (self.close_sent or self.disconnected)
        if not quiet or self.transport.is_closing() or self.transport.get_write_buffer_size():
            return False
        self.transport.write(frame)
        return True


def write_at_once(socket: Socket) -> WriteAtOnce | None:
    """That socket's short cut, or None under a server that has none."""
    return _extensions(socket.scope).get(EXTENSION)


def _extensions(scope: object) -> dict[str, Any]:
    """ASGI leaves it to the server whether a scope has extensions, and of what types."""
    return cast("dict[str, dict[str, Any]]", scope).setdefault("extensions", {})
