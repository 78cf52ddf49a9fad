"""Fifty wallboards of one company while calls come in: how soon they show it, and what they cost.

Each viewer loads the page, opens its websocket and pulls its document as a browser does; then
callers come in, one after the other. Measured from sending the voice webhook until the last of
the wallboards is told of the new number of callers who wait. The floor is a bare reader of the
stream from which all of them are drawn, in the same run: what the wallboards add is the
difference. Memory is what the process grows by for each viewer; the floor is a bare Bokeh page.
"""

import asyncio
import re
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import aiohttp
import msgspec
from msgspec import Struct

from backend.store.people import Role
from benchmarks.callers import call_comes_in
from benchmarks.idle_board import pages
from benchmarks.posting import lines
from benchmarks.processes import ServerProcess, free_port, running
from benchmarks.product import Company, Member, Product, running_product
from benchmarks.report import Figure, Floor, Goal, say
from benchmarks.samples import percentile
from benchmarks.stage import Stage

NAME = "wallboards"
WARM_UP = 5
QUIET = 2.0
PAUSE = 1.5
"""Between two callers: what they set going is over by then."""
WAITING = re.compile(r"Waiting\D{0,200}?(\d+)")


class Cost(Struct, frozen=True):
    """Seconds until all wallboards showed each caller, until a bare reader was told, and the share
    of a core that the process was busy meanwhile."""

    shown: list[float]
    told: list[float]
    busy: float


async def measure(stage: Stage) -> list[Figure]:
    count, calls = stage.size(50, 10), stage.size(20, 5)
    async with (
        running_product(stage.postgres.web_url, stage.folder_for(NAME)) as product,
        _statistics(stage, product) as process,
        _bare_page(stage) as bare,
    ):
        company = await product.company()
        people = await product.members(company, WARM_UP + count, Role.SUPERVISOR)
        inside = f"http://127.0.0.1:{process.port}/statistics/wallboard"
        outside = f"http://127.0.0.1:{bare.port}"
        async with (
            pages(inside, product.settings.public_url) as open_page,
            pages(f"{outside}/", outside) as open_bare,
        ):
            say(f"{NAME}: opening {count} wallboards")
            boards = [Wallboard(await open_page(one)) for one in people[:WARM_UP]]
            for _ in range(WARM_UP):
                await open_bare(None)
            await asyncio.sleep(QUIET)
            before = process.resident_bytes, bare.resident_bytes
            boards += [Wallboard(await open_page(one)) for one in people[WARM_UP:]]
            for _ in range(count):
                await open_bare(None)
            await asyncio.sleep(QUIET)
            each = (process.resident_bytes - before[0]) / count / 1000
            least = (bare.resident_bytes - before[1]) / count / 1000
            say(f"{NAME}: {calls} callers")
            cost = await _callers(product, company, process, boards, people[0], calls)
            whole = process.resident_bytes / 1000
    return [
        Figure(
            name=f"{NAME}-delay",
            what=f"a caller comes in until the last of {len(boards)} wallboards shows it, p95",
            value=percentile(cost.shown, 0.95) * 1000,
            unit="ms",
            floor=Floor(
                "until a bare reader of the stream is told",
                percentile(cost.told, 0.95) * 1000,
                "ms",
            ),
            goal=Goal("value", 1000.0),
            samples=calls,
            details={
                "p50_ms": percentile(cost.shown, 0.5) * 1000,
                "cpu_percent_of_a_core": cost.busy * 100,
            },
        ),
        Figure(
            name=f"{NAME}-memory",
            what=f"memory of the statistics' process per open wallboard, {count} of one company",
            value=each,
            unit="kB",
            floor=Floor("a Bokeh page with nothing on it", least, "kB"),
            goal=Goal("value", 3000.0),
            samples=count,
            details={"process_kB": whole},
        ),
    ]


class Wallboard:
    """An open page: when it was first told that so many wait."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._told: dict[int, asyncio.Future[float]] = {}
        self._reading = asyncio.create_task(self._read(socket))

    def told(self, waiting: int) -> asyncio.Future[float]:
        """The moment, on the clock of `time.perf_counter`."""
        return self._told.setdefault(waiting, asyncio.get_running_loop().create_future())

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            for found in WAITING.findall(message.data):
                moment = self.told(int(found))
                if not moment.done():
                    moment.set_result(time.perf_counter())


async def _callers(
    product: Product,
    company: Company,
    process: ServerProcess,
    boards: Sequence[Wallboard],
    reader: Member,
    calls: int,
) -> Cost:
    shown: list[float] = []
    told: list[float] = []
    async with _stream(product, reader) as stream, lines(product.server.port, 1) as (line,):
        began, busy = time.perf_counter(), process.cpu_seconds
        for number in range(1, calls + 1):
            _, request = call_comes_in(product, company)
            sent = time.perf_counter()
            await line.ask(request)
            async with asyncio.timeout(30):
                moments = await asyncio.gather(*(board.told(number) for board in boards))
                shown.append(max(moments) - sent)
                told.append(await stream.told(number) - sent)
            await asyncio.sleep(PAUSE)
        share = (process.cpu_seconds - busy) / (time.perf_counter() - began)
    return Cost(shown, told, share)


class _Stream:
    """A bare reader of the stream of live figures: when it was told that so many wait."""

    def __init__(self) -> None:
        self._told: dict[int, asyncio.Future[float]] = {}

    def told(self, waiting: int) -> asyncio.Future[float]:
        return self._told.setdefault(waiting, asyncio.get_running_loop().create_future())

    async def read(self, product: Product, reader: Member) -> None:
        address = f"{product.settings.public_url}/api/reports/live"
        async with aiohttp.ClientSession(read_bufsize=2**24) as http:
            while True:  # each stream ends after a minute
                async with http.get(address, headers={"Cookie": reader.cookie}) as answer:
                    async for text in answer.content:
                        moment = self.told(len(msgspec.json.decode(text)["calls"]))
                        if not moment.done():
                            moment.set_result(time.perf_counter())


@asynccontextmanager
async def _stream(product: Product, reader: Member) -> AsyncGenerator[_Stream]:
    stream = _Stream()
    reading = asyncio.create_task(stream.read(product, reader))
    try:
        yield stream
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


@asynccontextmanager
async def _statistics(stage: Stage, product: Product) -> AsyncGenerator[ServerProcess]:
    origin, port = product.settings.public_url, free_port()
    command = [
        *(sys.executable, "-m", "dashboards.statistics", "--port", str(port)),
        *("--backend", origin, "--public-origin", origin),
    ]
    async with running(command, port, stage.folder / "statistics.log") as process:
        yield process


@asynccontextmanager
async def _bare_page(stage: Stage) -> AsyncGenerator[ServerProcess]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.floors.bare_page", str(port)]
    async with running(command, port, stage.folder / "bare_page.log") as process:
        yield process
