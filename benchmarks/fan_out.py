"""One event to every open board of one company, against `websockets.broadcast`.

The event goes through the real product: an agent changes their presence (PUT /api/presence), and
the switchboard, the hub and each board's feed socket do the rest. The boards belong to an analyst,
whose coming and going changes nothing. In turns with it a bare server sends the very same bytes
to as many sockets with `websockets.broadcast`, on the same kind of event loop.

CPU per socket: the server's CPU time for an event, less that of the same command with no board
but the agent's own, divided by the sockets. Time: from sending the command to the last receiver,
less the median of the same with no other board. Medians; warm-up left out.
"""

import asyncio
import time
from collections.abc import Iterator
from itertools import cycle

from msgspec import Struct, field

from backend.store.people import Role
from benchmarks.boards import Board, Watch, open_boards, open_one, open_sockets
from benchmarks.claim import bare_server, feed_of, presence
from benchmarks.posting import Line, lines
from benchmarks.processes import ServerProcess
from benchmarks.product import Member, Product, running_product
from benchmarks.report import Figure, Floor, Goal, say
from benchmarks.samples import median
from benchmarks.stage import Stage

NAME = "fan-out"
SOCKETS = (500, 2000)
WARM_UP = 3
SETTLED = 0.03
"""Seconds after the last receiver in which the server finishes what the event set going."""


class Spent(Struct):
    """One number for each event: the server's CPU seconds, and seconds to the last receiver."""

    cpu: list[float] = []
    last: list[float] = []

    def clear_of(self, alone: "Spent", sockets: int) -> tuple[float, float]:
        """What the sockets alone cost: CPU in us for each, and ms to the last of them.

        Fails if they cost nothing: then the machine was too busy to tell.
        """
        cpu = (median(self.cpu[WARM_UP:]) - median(alone.cpu[WARM_UP:])) / sockets
        last = median(self.last[WARM_UP:]) - median(alone.last[WARM_UP:])
        if cpu <= 0 or last <= 0:
            raise ValueError(f"{sockets} sockets seem to cost nothing; is the machine busy?")
        return cpu * 1e6, last * 1e3


class Company(Struct):
    """The agent whose presence changes, and where that can be said and seen."""

    product: Product
    agent: Member
    line: Line
    statuses: Iterator[str] = field(default_factory=lambda: cycle(("available", "away")))

    async def change(self, boards: list[Board], spent: Spent) -> bytes:
        """One event to these boards. Returns it as it was sent."""
        watch = Watch(boards, b'"event":"agent-changed"')
        server = self.product.server
        before, begin = server.cpu_seconds, time.perf_counter()
        status = await self.line.ask(presence(self.product, self.agent, next(self.statuses)))
        heard = await watch.heard()
        await asyncio.sleep(SETTLED)
        assert status == 200, f"the change of presence was answered with {status}"
        spent.cpu.append(server.cpu_seconds - before)
        spent.last.append(heard.last - begin)
        return heard.message


async def measure(stage: Stage) -> list[Figure]:
    events = stage.size(40, 8)
    figures: list[Figure] = []
    async with (
        running_product(stage.postgres.web_url, stage.folder_for(NAME)) as product,
        bare_server(stage, storing=False) as bare,
        lines(product.server.port, 1) as (line,),
    ):
        tenant = await product.company()
        (agent,) = await product.members(tenant, 1, Role.AGENT)
        (analyst,) = await product.members(tenant, 1, Role.ANALYST)
        company = Company(product, agent, line)
        boards = await open_boards(feed_of(product), [agent.cookie])
        sockets = await open_sockets(f"ws://127.0.0.1:{bare.port}/", 1)
        announcer = await open_one(f"ws://127.0.0.1:{bare.port}/announce")
        alone, bare_alone = Spent([], []), Spent([], [])
        await _take_turns(company, boards, alone, bare, announcer, sockets, bare_alone, events)
        for count in SOCKETS:
            say(f"{NAME}: opening {count} boards")
            missing = count + 1 - len(boards)
            boards += await open_boards(feed_of(product), [analyst.cookie] * missing)
            sockets += await open_sockets(f"ws://127.0.0.1:{bare.port}/", missing)
            ours, theirs = Spent([], []), Spent([], [])
            say(f"{NAME}: {events} events to {count} boards")
            size = await _take_turns(
                company, boards, ours, bare, announcer, sockets, theirs, events
            )
            cost = ours.clear_of(alone, count), theirs.clear_of(bare_alone, count)
            figures += _figures(count, *cost, events=events, size=size)
    return figures


async def _take_turns(
    company: Company,
    boards: list[Board],
    ours: Spent,
    bare: ServerProcess,
    announcer: Board,
    sockets: list[Board],
    theirs: Spent,
    events: int,
) -> int:
    """An event through the product, the same bytes by broadcast, and again. Gives their size."""
    event = b""
    for _ in range(WARM_UP + events):
        event = await company.change(boards, ours)
        watch = Watch(sockets, event)
        before, begin = bare.cpu_seconds, time.perf_counter()
        announcer.say(event)
        heard = await watch.heard()
        await asyncio.sleep(SETTLED)
        theirs.cpu.append(bare.cpu_seconds - before)
        theirs.last.append(heard.last - begin)
    return len(event)


def _figures(
    count: int, ours: tuple[float, float], theirs: tuple[float, float], *, events: int, size: int
) -> list[Figure]:
    kinds = (
        ("cpu", "CPU time of the server per socket", "us"),
        ("last", "time to the last receiver", "ms"),
    )
    return [
        Figure(
            name=f"{NAME}-{count}-{kind}",
            what=f"one event to {count} boards of one company: {what}",
            value=mine,
            unit=unit,
            floor=Floor("websockets.broadcast of the same bytes", floor, unit),
            goal=Goal("ratio", 1.5),
            samples=events,
            details={"event_bytes": size},
        )
        for (kind, what, unit), mine, floor in zip(kinds, ours, theirs, strict=True)
    ]
