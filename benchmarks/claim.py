"""From an agent's click to every other board: how soon all see that the call is taken.

All agents of one company have their boards open and are available; a caller rings at all of
them; one claims the call. Measured from sending the claim (POST /api/calls/{id}/claim) until the
last of the other boards has the event. The floor is a bare server that stores one plain row
durably and calls `websockets.broadcast` with the same bytes to as many sockets, in turns.
"""

import os
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from backend.domain.call import call_id_of
from backend.store.people import Role
from benchmarks.boards import Board, Watch, open_boards, open_one, open_sockets
from benchmarks.callers import call_comes_in
from benchmarks.floors.durable_insert import TABLE
from benchmarks.posting import Line, lines, post
from benchmarks.processes import ServerProcess, free_port, running
from benchmarks.product import Company, Member, Product, running_product
from benchmarks.report import Figure, Floor, Goal, say
from benchmarks.samples import milliseconds
from benchmarks.stage import Stage

NAME = "claim"
WARM_UP = 3


async def measure(stage: Stage) -> list[Figure]:
    count = stage.size(200, 50)
    times = stage.size(100, 20)
    claims: list[float] = []
    floors: list[float] = []
    event = b""
    async with (
        running_product(stage.postgres.web_url, stage.folder_for(NAME)) as product,
        bare_server(stage, storing=True) as bare,
    ):
        company = await product.company()
        agents = await product.members(company, count, Role.AGENT)
        say(f"{NAME}: opening {count} boards")
        boards = await open_boards(feed_of(product), [agent.cookie for agent in agents])
        sockets = await open_sockets(f"ws://127.0.0.1:{bare.port}/", count - 1)
        announcer = await open_one(f"ws://127.0.0.1:{bare.port}/announce")
        async with lines(product.server.port, 1) as (line,):
            for agent in agents:
                await become(product, line, agent, "available")
            say(f"{NAME}: {times} calls, each claimed by another agent")
            for turn in range(WARM_UP + times):
                call = await _ring(product, company, line, boards)
                claimer = turn % count
                others = [board for board in boards if board is not boards[claimer]]
                took, event = await _claim(product, line, agents[claimer], call, others)
                claims.append(took)
                floors.append(await announce(announcer, sockets, event))
    claimed, floor = milliseconds(claims[WARM_UP:]), milliseconds(floors[WARM_UP:])
    return [
        Figure(
            name=f"{NAME}-{of}",
            what=f"{of} from an agent's claim to the last of {count - 1} other boards",
            value=claimed[f"{of}_ms"],
            unit="ms",
            floor=Floor(
                f"{of} of one durable INSERT and websockets.broadcast", floor[f"{of}_ms"], "ms"
            ),
            goal=Goal("value", 50.0) if of == "p99" else None,
            samples=times,
            details={"boards": count, "event_bytes": len(event), "max_ms": claimed["max_ms"]},
        )
        for of in ("p50", "p99")
    ]


@asynccontextmanager
async def bare_server(stage: Stage, *, storing: bool) -> AsyncGenerator[ServerProcess]:
    """The floor's server; if `storing`, whatever it announces is first stored."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.floors.broadcast", str(port)]
    environment: dict[str, str] = {}
    if storing:
        connection = await asyncpg.connect(stage.postgres.owner_url)
        await connection.execute(TABLE)
        await connection.close()
        environment["DATABASE_URL"] = stage.postgres.owner_url
    log = stage.folder / f"broadcast-{os.getpid()}-{port}.log"
    async with running(command, port, log, environment) as server:
        yield server


def feed_of(product: Product) -> str:
    return f"{product.settings.public_url}/api/feed"


async def become(product: Product, line: Line, agent: Member, status: str) -> None:
    """The agent chooses a presence."""
    assert await line.ask(presence(product, agent, status)) == 200


def presence(product: Product, agent: Member, status: str) -> bytes:
    headers = {"Cookie": agent.cookie, "Content-Type": "application/json"}
    url = f"{product.settings.public_url}/api/presence"
    return post(url, f'{{"status":"{status}"}}'.encode(), headers, "PUT")


async def announce(announcer: Board, sockets: list[Board], message: bytes) -> float:
    """Let the bare server broadcast; seconds until the last socket has it."""
    watch = Watch(sockets, message)
    begin = time.perf_counter()
    announcer.say(message)
    return (await watch.heard()).last - begin


async def _ring(product: Product, company: Company, line: Line, boards: list[Board]) -> UUID:
    """A new caller, on all boards when this returns."""
    leg, request = call_comes_in(product, company)
    call = call_id_of(company.tenant, leg)
    watch = Watch(boards, b'"event":"call-offered","call":{"id":"' + str(call).encode())
    assert await line.ask(request) == 200
    await watch.heard()
    return call


async def _claim(
    product: Product, line: Line, agent: Member, call: UUID, others: list[Board]
) -> tuple[float, bytes]:
    """Claim that call; seconds until the last of `others` knows, and what they were told."""
    url = f"{product.settings.public_url}/api/calls/{call}/claim"
    request = post(url, b"", {"Cookie": agent.cookie})
    watch = Watch(others, b'"event":"call-claimed"')
    begin = time.perf_counter()
    status = await line.ask(request)
    heard = await watch.heard()
    assert status == 200, f"the claim was answered with {status}"
    return heard.last - begin, heard.message
