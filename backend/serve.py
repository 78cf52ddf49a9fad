"""The web server: one process, one loop, which does nothing but answer."""

import signal
import sys

import uvicorn

from backend.settings import Settings

GRACE = 2  # seconds that open requests and sockets get when the server is told to end


def serve(settings: Settings) -> None:
    from backend.app import create_app

    # uvicorn raises the signal again when it is done: that must not cut off the last log lines.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws_per_message_deflate=False,  # the frames are small; deflating them costs a sixth more
        timeout_graceful_shutdown=GRACE,
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        lifespan="on",
    )
