"""The web server: one process, one loop, which does nothing but answer."""

import asyncio
import signal
import sys
from urllib.parse import urlsplit

import uvicorn

from backend.settings import Settings

GRACE = 2  # seconds that open requests and sockets get when the server is told to end
KEEP_ALIVE = 75
"""Seconds after which a connection that nobody uses is closed: later than whoever calls gives it up
(a load balancer after 60, aiohttp after 15). Closed from here, it is closed just as a webhook is on
its way, and no client sends a POST a second time (RFC 9112, 9.3.1)."""


def serve(settings: Settings) -> None:
    from backend import demo
    from backend.app import create_app
    from backend.web.direct_frames import DirectFrames

    if problem := asyncio.run(_unfit(settings)):
        sys.exit(problem)
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
        timeout_keep_alive=KEEP_ALIVE,
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        lifespan="on",
    )


async def _unfit(settings: Settings) -> str | None:
    """Why the product must not run on this database; None if it may, or if nobody answers yet."""
    from backend.store.tenancy import Database, DatabaseAway, NotFit, check_fitness

    database = await Database.connect(settings.database_url or "", 1)
    try:
        await check_fitness(database)
    except NotFit as problem:
        return str(problem)
    except DatabaseAway:
        return None
    finally:
        await database.close()
    return None


def _shows_demo(settings: Settings) -> bool:
    """The sign-in page lists the demo's passwords, but only to this machine's own browsers."""
    at_home = urlsplit(settings.public_url).hostname in ("localhost", "127.0.0.1")
    return settings.demo == "yes" and settings.carrier == "local" and at_home
