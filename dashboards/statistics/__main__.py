"""`python -m dashboards.statistics`: serves the statistics pages until it is told to end."""

import argparse
import asyncio
import signal

from dashboards.statistics.live import PROVE_SECONDS
from dashboards.statistics.server import FIRST, statistics_server
from dashboards.statistics.shell import PREFIX


def main() -> None:
    asyncio.run(_serve(_wishes()))


async def _serve(wishes: argparse.Namespace) -> None:
    server = statistics_server(
        port=wishes.port,
        address=wishes.address,
        backend=wishes.backend,
        public_origin=wishes.public_origin,
        prove_seconds=wishes.prove_seconds,
    )
    told_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for ending in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(ending, told_to_end.set)
    server.start()
    inside = f"http://{wishes.address}:{server.port}{PREFIX}/{FIRST}"
    print(f"Panel serves statistics, behind the product's own address, at {inside}", flush=True)
    await told_to_end.wait()
    server.stop()


def _wishes() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m dashboards.statistics", description=__doc__)
    parser.add_argument("--port", type=int, default=8083, help="0 for any free one")
    parser.add_argument("--address", default="127.0.0.1", help="where to listen")
    parser.add_argument("--backend", default="http://127.0.0.1:8080", help="who is asked")
    parser.add_argument(
        "--public-origin", default="http://localhost:8080", help="the origin browsers see"
    )
    parser.add_argument(
        "--prove-seconds",
        type=float,
        default=PROVE_SECONDS,
        help="how often each viewer's own right to look is asked for",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
