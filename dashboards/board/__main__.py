"""`python -m dashboards.board`: serves the board's page until it is told to end."""

import argparse
import asyncio
import signal

from dashboards.board.page import PAGE, PREFIX, board_server


def main() -> None:
    wishes = _wishes()
    asyncio.run(_serve(wishes))


async def _serve(wishes: argparse.Namespace) -> None:
    server = board_server(
        port=wishes.port,
        address=wishes.address,
        backend=wishes.backend,
        public_origin=wishes.public_origin,
        signalling=wishes.signalling,
    )
    told_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for ending in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(ending, told_to_end.set)
    server.start()
    inside = f"http://{wishes.address}:{server.port}{PREFIX}{PAGE}"
    print(f"Panel serves its pages, behind the product's own address, at {inside}", flush=True)
    await told_to_end.wait()
    server.stop()


def _wishes() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m dashboards.board", description=__doc__)
    parser.add_argument("--port", type=int, default=8082, help="0 for any free one")
    parser.add_argument("--address", default="127.0.0.1", help="where to listen")
    parser.add_argument("--backend", default="http://127.0.0.1:8080", help="who knows the visitors")
    parser.add_argument(
        "--public-origin", default="http://localhost:8080", help="the origin browsers see"
    )
    parser.add_argument(
        "--signalling",
        default="",
        help="host:port of a carrier's browser signalling; Twilio's if empty",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
