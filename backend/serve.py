"""The web server: one process, one loop, which does nothing but answer."""

import signal
import sys
from urllib.parse import urlsplit

import uvicorn

from backend.settings import Settings

GRACE = 2  # seconds that open requests and sockets get when the server is told to end


def serve(settings: Settings) -> None:
    from backend import demo
    from backend.app import create_app
    from backend.web.direct_frames import DirectFrames

    # uvicorn raises the signal again when it is done: that must not cut off the last log lines.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    uvicorn.run(
        create_app(settings, demo=demo.accounts(settings) if _shows_demo(settings) else ()),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws=DirectFrames,
        ws_max_size=1024 * 1024,
        ws_per_message_deflate=False,  # the frames are small; deflating them costs a sixth more
        timeout_graceful_shutdown=GRACE,
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        lifespan="on",
    )


def _shows_demo(settings: Settings) -> bool:
    """The sign-in page lists the demo's passwords, but only to this machine's own browsers."""
    at_home = urlsplit(settings.public_url).hostname in ("localhost", "127.0.0.1")
    return settings.demo == "yes" and settings.carrier == "local" and at_home
