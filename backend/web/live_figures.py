"""A company as it is now, once or as a stream: a line of JSON whenever something has changed."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from uuid import UUID

import msgspec
from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.response import Stream
from msgspec.structs import replace

from backend.clock import Clock
from backend.domain.refusals import Refusal
from backend.feed.hub import Goodbye, Hub, Listener
from backend.reports.live import Watch
from backend.reports.live_message import Live
from backend.store.tenancy import Database, DatabaseAway
from backend.web.connections import HttpRequest
from backend.web.reports import Reader, current_onlooker, current_reader
from backend.web.turns import Turns

STREAMS = 20
"""Of one company at once: a process that shows wallboards needs one for each role."""
STREAMS_OF_ONE = 4
"""... and of one session or key: that process opens one by somebody's, and a page that is loaded
anew may overlap with itself."""
LASTS = 60.0
"""Seconds until a stream ends and is asked for anew, so that no right outlives its loss."""
SOON, LATER = 0.3, 1.0
"""Seconds until the next look: while the books are behind the journal, and else."""
HEARTBEAT = 5.0
"""A line comes at least so often, so that whoever reads knows that this is still so."""
TOGETHER = 0.05
"""What happens within so many seconds is told in one line."""

_encode = msgspec.json.Encoder().encode


class TooManyStreams(Refusal):
    """Too many streams of this company's figures are open, in all or by you. Close one first."""

    code = "too-many-streams"
    status = 429


class Streams:
    """How many are open, by company, and by whose session or key, where that counts."""

    def __init__(self) -> None:
        self._open: Counter[tuple[UUID, bytes]] = Counter()

    def must_have_room(self, tenant: UUID, session: bytes = b"") -> None:
        """Raises `TooManyStreams`."""
        of_company = sum(many for (one, _), many in self._open.items() if one == tenant)
        of_one = self._open[tenant, session] if session else 0
        if of_company >= STREAMS or of_one >= STREAMS_OF_ONE:
            raise TooManyStreams

    @contextmanager
    def one_of(self, tenant: UUID, session: bytes = b"") -> Generator[None]:
        """One of that company is open while the block runs."""
        self._open[tenant, session] += 1
        try:
            yield
        finally:
            self._open[tenant, session] -= 1
            self._open += Counter()  # without those of nobody


@get("/now")
async def now(
    reader: NamedDependency[Reader],
    request: HttpRequest,
    live_archive: NamedDependency[Database],
    clock: NamedDependency[Clock],
) -> Live:
    """The company's calls, agents and figures of today, as they are now."""
    turns: Turns = request.app.state.look_turns
    in_turns = live_archive.in_turns(turns.of(reader.tenant, reader.session))
    return await Watch(in_turns, reader.tenant, clock, sees_numbers=reader.sees_numbers).look()


@get("/live", include_in_schema=False)
async def live(
    onlooker: NamedDependency[Reader],
    live_archive: NamedDependency[Database],
    hub: NamedDependency[Hub],
    clock: NamedDependency[Clock],
    streams: NamedDependency[Streams],
) -> Stream:
    """The same again and again, a line each, within a second of every change. To look on does not
    count as using a session."""
    watch = Watch(live_archive, onlooker.tenant, clock, sees_numbers=onlooker.sees_numbers)
    streams.must_have_room(onlooker.tenant, onlooker.session)
    lines = _lines(watch, Listener(onlooker.tenant, UUID(int=0), onlooker.session), hub, streams)
    await anext(lines)  # it counts from now on, before anybody else is asked whether there is room
    return Stream(lines, media_type="application/x-ndjson", headers={"Cache-Control": "no-store"})


async def _lines(
    watch: Watch, listener: Listener, hub: Hub, streams: Streams
) -> AsyncGenerator[bytes]:
    """Nothing once it is open, and then one after the other until the reader is gone, signs out, or
    has to ask anew. While the database is away there are none, and the reader sees how old the last
    one is."""
    ends_at = _seconds() + LASTS
    told, told_at = None, 0.0
    with streams.one_of(listener.tenant, listener.session), hub.entered(listener):
        yield b""
        while _seconds() < ends_at:
            seen = await _look(watch)
            is_due = _differs(seen, told) or _seconds() - told_at > HEARTBEAT
            if seen is not None and is_due:
                told, told_at = seen, _seconds()
                yield _encode(seen) + b"\n"
            behind = seen is not None and seen.books < seen.journal
            if await _is_dismissed(listener, SOON if behind else LATER):
                return


async def _look(watch: Watch) -> Live | None:
    try:
        return await watch.look()
    except DatabaseAway:
        return None


def _seconds() -> float:
    return asyncio.get_running_loop().time()


def _differs(seen: Live | None, told: Live | None) -> bool:
    return seen is not None and (told is None or replace(seen, at=told.at) != told)


async def _is_dismissed(listener: Listener, within: float) -> bool:
    """Wait until something happens, but not longer; whether the reader has to go."""
    try:
        async with asyncio.timeout(within):
            message = await listener.next()
    except TimeoutError:
        return False
    if isinstance(message, Goodbye):
        return True
    await asyncio.sleep(TOGETHER)
    return any(isinstance(each, Goodbye) for each in listener.take_all())


live_router = Router(
    "/api/reports",
    route_handlers=[now, live],
    dependencies={"reader": Provide(current_reader), "onlooker": Provide(current_onlooker)},
)
