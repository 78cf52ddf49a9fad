"""The inbound voice webhook, from signed post to TwiML with the call stored durably.

CPU: eight kept connections post as fast as they are answered, in turns with the same posts to a
static Litestar handler that is served the same way; the web server's CPU time is read from
outside. Median of the turns, the first (warm-up) left out.
Times: 100 calls a second, open loop, each a new caller; beside it plain one-row durable INSERTs
at the same rate in the same minute, because the tail is the disk's.
Each is taken with the calls spread over several tenants, and with all of them of one tenant,
whose calls take their turn one after the other. After each turn all callers hang up (unmeasured),
and the calls are counted: a run in which one was not stored fails.
"""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from msgspec import Struct

from backend.store.people import Role
from benchmarks.boards import open_boards
from benchmarks.callers import call_comes_in, caller_hangs_up
from benchmarks.floors.durable_insert import durable_inserts
from benchmarks.posting import Line, closed_loop, lines, open_loop, post
from benchmarks.processes import ServerProcess, free_port, running
from benchmarks.product import Company, Product, running_product
from benchmarks.report import Figure, Floor, Goal, say
from benchmarks.samples import median, milliseconds, percentile
from benchmarks.stage import Stage

NAME = "voice-webhook"
CONNECTIONS = 8
TENANTS = 8
PER_SECOND = 100
STORED_WITHIN = 10.0
ENDED_WITHIN = 30.0


class Cost(Struct):
    """CPU time in us per request, one number for each turn."""

    web: list[float] = []
    postgres: list[float] = []


class Hotline(Struct):
    """The companies that calls come in for, in turn, and how many have come."""

    product: Product
    companies: list[Company]
    calls: int = 0

    def calls_come_in(self, count: int) -> list[tuple[Company, str, bytes]]:
        """The next callers: whom they call, the leg, the request."""
        self.calls += count
        return [
            (company, *call_comes_in(self.product, company))
            for company in (self.companies[n % len(self.companies)] for n in range(count))
        ]

    async def everybody_hangs_up(
        self, over: Sequence[Line], came: Sequence[tuple[Company, str, bytes]]
    ) -> None:
        """End these calls, after making sure that each is stored."""
        deadline = time.monotonic() + STORED_WITHIN
        while (stored := await self.product.count_calls(self.companies)) < self.calls:
            if time.monotonic() > deadline:
                raise RuntimeError(f"of {self.calls} calls only {stored} are stored")
            await asyncio.sleep(0.2)
        hang_ups = [caller_hangs_up(self.product, company, leg) for company, leg, _ in came]
        await closed_loop(over, hang_ups, expect=204)
        # The status alone waits a moment for the conference's end; what it sets going must be
        # over before anything else is measured.
        deadline = time.monotonic() + ENDED_WITHIN
        while await self.product.count_calls(self.companies, live=True):
            if time.monotonic() > deadline:
                raise RuntimeError("calls whose callers hung up are still live")
            await asyncio.sleep(0.2)


async def measure(stage: Stage) -> list[Figure]:
    async with (
        running_product(stage.postgres.web_url, stage.folder_for(NAME)) as product,
        static_handler(stage) as static,
    ):
        several = Hotline(product, [await product.company() for _ in range(TENANTS)])
        one = Hotline(product, [await product.company()])
        costs = await _cpu(stage, product, static, {"": several, "-one-tenant": one})
        on_duty = await _on_duty(product)
        costs |= await _cpu(stage, product, static, {"-on-duty": on_duty})
        times = await _times(stage, product, static, {"": several, "-one-tenant": one})
    return [*costs.values(), *times]


@asynccontextmanager
async def static_handler(stage: Stage) -> AsyncGenerator[ServerProcess]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.floors.static_handler", str(port)]
    async with running(command, port, stage.folder / "static.log") as server:
        yield server


async def _on_duty(product: Product) -> Hotline:
    """Companies of three agents each, whose boards are open and who are offered every call."""
    companies = [await product.company() for _ in range(TENANTS)]
    url = product.settings.public_url
    async with lines(product.server.port, 1) as (line,):
        for company in companies:
            agents = await product.members(company, 3, Role.AGENT)
            await open_boards(f"{url}/api/feed", [agent.cookie for agent in agents])
            for agent in agents:
                headers = {"Cookie": agent.cookie, "Content-Type": "application/json"}
                wish = b'{"status":"available"}'
                await line.ask(post(f"{url}/api/presence", wish, headers, "PUT"))
    return Hotline(product, companies)


async def _cpu(
    stage: Stage, product: Product, static: ServerProcess, hotlines: dict[str, Hotline]
) -> dict[str, Figure]:
    requests, turns = stage.size(1000, 200), stage.size(5, 3)
    floor = Cost([], [])
    costs = {kind: Cost([], []) for kind in hotlines}
    postgres = stage.postgres_processes
    async with (
        lines(product.server.port, CONNECTIONS) as to_product,
        lines(static.port, CONNECTIONS) as to_static,
    ):
        for turn in range(turns + 1):
            say(f"{NAME}: CPU, turn {turn} of {turns}")
            for kind, hotline in hotlines.items():
                came = hotline.calls_come_in(requests)
                posts = [request for _, _, request in came]
                await closed_loop(to_static, posts[:CONNECTIONS])  # dials again where need be
                before = static.cpu_seconds
                await closed_loop(to_static, posts)
                floor.web.append((static.cpu_seconds - before) / requests * 1e6)
                before, stored_before = product.server.cpu_seconds, postgres.cpu_seconds
                await closed_loop(to_product, posts)
                cost = costs[kind]
                cost.web.append((product.server.cpu_seconds - before) / requests * 1e6)
                spent = postgres.cpu_seconds - stored_before
                cost.postgres.append(spent / requests * 1e6)
                await hotline.everybody_hangs_up(to_product, came)
    statics = floor.web[len(hotlines) :]
    return {kind: _cpu_figure(kind, cost, statics, requests) for kind, cost in costs.items()}


def _cpu_figure(kind: str, cost: Cost, statics: list[float], requests: int) -> Figure:
    web = cost.web[1:]
    return Figure(
        name=f"{NAME}-cpu{kind}",
        what=f"CPU time of the web server per call that comes in, {KINDS[kind]}",
        value=median(web),
        unit="us",
        floor=Floor("a static Litestar handler, served the same way", median(statics), "us"),
        goal=Goal("ratio", 4.0),
        samples=len(web) * requests,
        details={
            "turns": len(web),
            "least_us": round(min(web), 1),
            "most_us": round(max(web), 1),
            "postgresql_cpu_us": round(median(cost.postgres[1:]), 1),
        },
    )


KINDS = {
    "": f"spread over {TENANTS} tenants",
    "-one-tenant": "all of one tenant",
    "-on-duty": f"spread over {TENANTS} tenants, three agents each with their boards open",
}


async def _times(
    stage: Stage, product: Product, static: ServerProcess, hotlines: dict[str, Hotline]
) -> list[Figure]:
    count = PER_SECOND * stage.size(15, 3)
    owner = stage.postgres.owner_url
    say(f"{NAME}: {PER_SECOND} calls a second, {len(hotlines) + 2} times {count}")
    inserts = await durable_inserts(owner, count // 2, PER_SECOND)
    figures: list[tuple[str, dict[str, float], list[float]]] = []
    statics: dict[str, float] = {}
    async with lines(product.server.port, CONNECTIONS) as to_product:
        for kind, hotline in hotlines.items():
            warm_up = hotline.calls_come_in(CONNECTIONS * 4)
            await closed_loop(to_product, [request for _, _, request in warm_up])
            came = hotline.calls_come_in(count)
            posts = [request for _, _, request in came]
            spooled, before = product.spooled, product.server.cpu_seconds
            loop = await open_loop(product.server.port, posts, PER_SECOND)
            spent = (product.server.cpu_seconds - before) / count
            details = {
                "cpu_us_at_this_rate": round(spent * 1e6, 1),
                "answered_before_stored": float(product.spooled - spooled),
                "sender_late_p99_ms": round(percentile(loop.late, 0.99) * 1000, 2),
            }
            figures.append((kind, details, loop.seconds))
            await hotline.everybody_hangs_up(to_product, [*warm_up, *came])
            if not statics:
                before = static.cpu_seconds
                bare = await open_loop(static.port, posts, PER_SECOND)
                spent = (static.cpu_seconds - before) / count
                statics = {
                    f"static_handler_{name}": value
                    for name, value in milliseconds(bare.seconds).items()
                }
                statics["static_handler_cpu_us_at_this_rate"] = round(spent * 1e6, 1)
    inserts += await durable_inserts(owner, count // 2, PER_SECOND)
    return [
        figure
        for kind, details, seconds in figures
        for figure in _time_figures(kind, seconds, inserts, details | statics)
    ]


def _time_figures(
    kind: str, seconds: list[float], inserts: list[float], details: dict[str, float]
) -> list[Figure]:
    took, disk = milliseconds(seconds), milliseconds(inserts)
    return [
        Figure(
            name=f"{NAME}-{of}{kind}",
            what=f"{of} from post to TwiML at {PER_SECOND} calls a second, {KINDS[kind]}",
            value=took[f"{of}_ms"],
            unit="ms",
            floor=Floor(f"{of} of a one-row durable INSERT", disk[f"{of}_ms"], "ms"),
            goal=Goal("value", at_most),
            samples=len(seconds),
            details=details,
        )
        for of, at_most in (("p50", 5.0), ("p99", 25.0), ("max", 200.0))
    ]
