"""A past day of a company, to be played: a line of JSON for each thing that happened in it."""

from collections.abc import AsyncGenerator
from datetime import date

from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery
from litestar.response import Stream

from backend.clock import Clock
from backend.domain.rules import Rules
from backend.reports.replay import DayPlan, plan_day, told
from backend.store.tenancy import Database
from backend.web.live_figures import Streams
from backend.web.reports import Reader, archive_in_turns, current_reader, rules_of_reader

NDJSON = "application/x-ndjson"


@get("/replay", media_type=NDJSON)
async def replay(
    reader: NamedDependency[Reader],
    archive: NamedDependency[Database],
    rules: NamedDependency[Rules],
    clock: NamedDependency[Clock],
    streams: NamedDependency[Streams],
    day: FromQuery[date | None] = None,
) -> Stream:
    """A day of the company's calendar (else: today so far) as its board and its figures were:
    how it began, its visits and agents' shares, and its journal in order."""
    streams.must_have_room(reader.tenant, reader.session)
    async with archive.work(reader.tenant) as work:
        plan = await plan_day(work, rules, day, clock(), sees_numbers=reader.sees_numbers)
    lines = _as_one_of(streams, archive, plan, reader.session)
    await anext(lines)  # it counts from now on
    return Stream(lines, media_type=NDJSON, headers={"Cache-Control": "no-store"})


async def _as_one_of(
    streams: Streams, archive: Database, plan: DayPlan, session: bytes
) -> AsyncGenerator[bytes]:
    """Nothing once it is open, and then the day. It counts among the company's streams, and among
    that session's or key's, while it is sent."""
    with streams.one_of(plan.tenant, session):
        yield b""
        async for part in told(archive, plan):
            yield part


replay_router = Router(
    "/api/reports",
    route_handlers=[replay],
    dependencies={
        "reader": Provide(current_reader),
        "archive": Provide(archive_in_turns),
        "rules": Provide(rules_of_reader),
    },
)
