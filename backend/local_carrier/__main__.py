"""`python -m backend.local_carrier --port 8081 --state DIR`: the phone network in a box."""

import argparse
import asyncio
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from socket import socket

import uvicorn

from backend.local_carrier.server import carrier
from backend.local_carrier.webrtc import offer_only


def main() -> None:
    arguments = _arguments()
    offer_only(arguments.media_address or ["127.0.0.1"])
    application = carrier(arguments.state, media=arguments.media)
    server = _CarrierServer(
        uvicorn.Config(
            application,
            host=arguments.host,
            port=arguments.port,
            log_level="warning",
            ws_ping_interval=None,  # the SDK's own heartbeat does this work
            timeout_graceful_shutdown=3,
        )
    )
    server.run()


class _CarrierServer(uvicorn.Server):
    """Says that it is ready when it is; ends with exit code 0 on the signals that ask it to end."""

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(
                f"Local carrier is ready: http://{self.config.host}:{self.config.port}/", flush=True
            )

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        # uvicorn's own raises the signal again after a clean end, which looks like a crash.
        loop = asyncio.get_running_loop()
        for asked_to_end in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(asked_to_end, self.handle_exit, asked_to_end, None)
        yield


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m backend.local_carrier", description=__doc__)
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--state", type=Path, required=True, help="folder of the state file")
    parser.add_argument(
        "--media", choices=("real", "null"), default="real", help="null: calls without any audio"
    )
    parser.add_argument(
        "--media-address",
        action="append",
        metavar="IP",
        help="an address offered to browsers for audio, may be repeated (default 127.0.0.1)",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
