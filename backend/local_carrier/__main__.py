"""`python -m backend.local_carrier --port 8081 --state DIR`: the phone network in a box."""

import argparse
import asyncio
import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import msgspec
import uvicorn
from litestar import Litestar

from backend.local_carrier.clock import Clock, MovedClock, RealClock
from backend.local_carrier.numbering import whole
from backend.local_carrier.server import carrier
from backend.local_carrier.webrtc import offer_only


def main() -> None:
    parser = _parser()
    arguments = parser.parse_args()
    if arguments.clock != "real" and arguments.media != "null":
        parser.error(f"--clock {arguments.clock} needs --media null: audio takes its own time")
    if arguments.most is not None and arguments.clock != "fast":
        parser.error("--most is only for --clock fast")
    try:
        listener = _listener(arguments.host, arguments.port)
    except OSError as problem:
        parser.error(f"cannot listen on {arguments.host}:{arguments.port}: {problem.strerror}")
    with listener:
        port: int = listener.getsockname()[1]
        here = f"http://{_in_an_address(arguments.host)}:{port}"
        try:
            arguments.state.mkdir(parents=True, exist_ok=True)
            application = carrier(
                arguments.state,
                media=arguments.media,
                clock=_clock(arguments.clock, arguments.most),
                address=arguments.public_url or here,
                names=_names(arguments.host, arguments.public_url or here),
            )
        except (OSError, msgspec.MsgspecError) as problem:
            parser.error(f"cannot use the state in {arguments.state}: {problem}")
        offer_only(arguments.media_address or ["127.0.0.1"])
        _CarrierServer(_config(application, arguments.host, port)).run(sockets=[listener])


def _config(application: Litestar, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        host=host,
        port=port,
        log_level="warning",
        ws_ping_interval=None,  # the SDK's own heartbeat does this work
        timeout_graceful_shutdown=3,
        timeout_keep_alive=75,  # a client gives up its idle connections before; see HttpWire
    )


class _CarrierServer(uvicorn.Server):
    """Says that it is ready when it is; ends with exit code 0 on the signals that ask it to end."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            host = _in_an_address(self.config.host)
            print(f"Local carrier is ready: http://{host}:{self.config.port}/", flush=True)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        # uvicorn's own raises the signal again after a clean end, which looks like a crash.
        loop = asyncio.get_running_loop()
        for asked_to_end in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(asked_to_end, self.handle_exit, asked_to_end, None)
        yield


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line says why it does not start."""
        self.exit(2, f"{self.prog}: {message}\n")


def _parser() -> _Parser:
    parser = _Parser(prog="python -m backend.local_carrier", description=__doc__)
    parser.add_argument("--port", type=_port, default=8081)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--state", type=Path, required=True, help="folder of the state file")
    parser.add_argument(
        "--public-url",
        type=_web_address,
        metavar="URL",
        help="begins the links to recordings and media (default http://HOST:PORT)",
    )
    parser.add_argument(
        "--media", choices=("real", "null"), default="real", help="null: calls without any audio"
    )
    parser.add_argument(
        "--media-address",
        action="append",
        type=_ip,
        metavar="IP",
        help="an address offered to browsers for audio, may be repeated (default 127.0.0.1)",
    )
    parser.add_argument(
        "--clock",
        choices=("real", "fast", "hand"),
        default="real",
        help="fast: time jumps to whatever comes next; hand: POST /lab/clock moves it",
    )
    parser.add_argument(
        "--most",
        type=_speed,
        metavar="N",
        help="a fast clock runs at most N times as fast as real time (default: no limit)",
    )
    return parser


def _clock(kind: str, most: float | None) -> Clock:
    match kind:
        case "fast":
            return MovedClock("fast", most=most)
        case "hand":
            return MovedClock("hand")
        case _:
            return RealClock()


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, or asyncio takes it for something else and leaves Nagle's delay on.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # Linux says only now that somebody else listens there
    except OSError:
        listener.close()
        raise
    return listener


def _names(host: str, public_url: str) -> list[str]:
    return [host, urlsplit(public_url).hostname or host]


def _in_an_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _port(text: str) -> int:
    port = whole(text)
    if port is None or port > 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port")
    return port


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise argparse.ArgumentTypeError(f"{text} is not like https://carrier.example.com")
    return text.rstrip("/")


def _ip(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is not an IP address") from error


def _speed(text: str) -> float:
    try:
        times = float(text)
    except ValueError:
        times = 0.0
    if not 0 < times < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return times


if __name__ == "__main__":
    main()
