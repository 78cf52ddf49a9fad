"""Reads the journals and keeps the books, from which every figure is counted.

Beside the road of calls, never on it: it only reads what was committed, on a connection of its
own. What it writes can be made anew from the journal, so a crash, a repeat or a second process
changes nothing.
"""

import asyncio
from datetime import datetime, timedelta
from traceback import format_tb
from uuid import UUID

from backend.clock import Clock
from backend.logs import logger
from backend.measures.folding import CallFacts, facts_of_call, status_spans
from backend.store import books
from backend.store.tenancy import Database, DatabaseAway, Work

log = logger("bookkeeper")

EVERY_SECONDS = 0.25
REST = timedelta(seconds=30)
"""A company that the database does not answer for is left alone for so long."""
LINES_AT_ONCE = 25
"""Of a company, before the next one has its turn. Few, because whoever answers the carrier waits
for the same loop: a batch of 200 made a caller's p99 56 ms instead of 10."""


class Bookkeeper:
    """Runs beside the web server; several may run at once, and take turns for a company."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._resting: dict[UUID, datetime] = {}

    async def run(self) -> None:
        """Read on until cancelled."""
        while True:
            try:
                await self.read_on()
            except DatabaseAway as away:
                log.debug("no journal is read while the database is away", why=str(away))
            except Exception:
                log.exception("the journals could not be read; the next round tries again")
            await asyncio.sleep(EVERY_SECONDS)

    async def read_on(self) -> None:
        """Read all that every company's journal has grown by, some lines of each in turn."""
        grown = [
            tenant
            for tenant in await books.unread_journals(self._database)
            if not self._rests(tenant)
        ]
        while grown:
            grown = [tenant for tenant in grown if await self._read_some(tenant)]

    def _rests(self, tenant: UUID) -> bool:
        return tenant in self._resting and self._clock() < self._resting[tenant]

    async def _read_some(self, tenant: UUID) -> bool:
        """Whether there is more. What fails together is read line by line, and a line that fails by
        itself is left out."""
        try:
            return await self._read(tenant, LINES_AT_ONCE)
        except DatabaseAway as away:
            return self._rest(tenant, away)
        except Exception as problem:
            _tell("some lines of a journal could not be read together", tenant, problem)
        try:
            async with self._database.work(tenant) as work:
                last = await books.last_entered(work)
            return await self._read_one(tenant, last)
        except DatabaseAway as away:
            return self._rest(tenant, away)

    async def _read_one(self, tenant: UUID, last: int) -> bool:
        try:
            return await self._read(tenant, 1)
        except DatabaseAway:
            raise
        except Exception as problem:
            _tell("a line of a journal is left out of the books", tenant, problem)
            async with self._database.work(tenant) as work:
                await books.skip_line(work, last, type(problem).__name__, self._clock())
            return True

    async def _read(self, tenant: UUID, limit: int) -> bool:
        async with self._database.work(tenant) as work:
            return await read_some(work, limit)

    def _rest(self, tenant: UUID, away: DatabaseAway) -> bool:
        log.warning("a company's books have to wait", tenant=str(tenant), why=str(away))
        self._resting[tenant] = self._clock() + REST
        return False


def _tell(what: str, tenant: UUID, problem: Exception) -> None:
    """Not in the problem's own words: PostgreSQL puts the row that it refuses into them, and with
    it the caller's number."""
    where = "".join(format_tb(problem.__traceback__)[-2:])
    log.error(what, tenant=str(tenant), problem=type(problem).__name__, where=where)


async def read_some(work: Work, limit: int) -> bool:
    """Enter the next lines of a company's journal, at most `limit`; whether there may be more."""
    found = await books.new_lines(work, limit)
    if found is None:
        return False
    lines = found.lines
    known = await books.open_statuses(work, {line.agent.id for line in lines if line.agent})
    statuses = status_spans(lines, known)
    await books.enter_statuses(work, statuses)
    calls = {line.call.id for line in lines if line.call}
    calls |= {span.wrap_up_of for span in statuses if span.wrap_up_of}
    wrap_ups = await books.wrap_ups_of(work, calls)
    told = await books.lines_of_calls(work, calls, found.last)
    facts: dict[UUID, CallFacts] = {}
    for call in sorted(calls):
        after = [one for one in wrap_ups if one.wrap_up_of == call]
        facts[call] = facts_of_call(told[call], after)
        await asyncio.sleep(0)
    await books.enter_facts(work, facts)
    await books.close_at(work, found.last)
    return len(lines) == limit
