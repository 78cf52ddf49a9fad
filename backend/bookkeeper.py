"""Reads the journals and keeps the books, from which every figure is counted.

Beside the road of calls, never on it: it only reads what was committed. What it writes can be
made anew from the journal, so a crash, a repeat or a second process changes nothing.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from backend.clock import Clock
from backend.logs import logger
from backend.measures.folding import facts_of_call, status_spans
from backend.store import books
from backend.store.tenancy import Database, DatabaseAway, Work

log = logger("bookkeeper")

EVERY_SECONDS = 0.25
REST = timedelta(minutes=1)
"""A company whose journal cannot be read is left alone for so long, and holds up nobody else."""
LINES_AT_ONCE = 200
"""So that no company's busy day keeps others waiting, nor the loop that answers the carrier."""


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
        """Read what every company's journal has grown by."""
        for tenant in await books.unread_journals(self._database):
            if self._resting.get(tenant, self._clock()) > self._clock():
                continue
            try:
                await self._read(tenant)
            except DatabaseAway:
                raise
            except Exception:
                log.exception("a journal could not be read; it is tried later", tenant=str(tenant))
                self._resting[tenant] = self._clock() + REST

    async def _read(self, tenant: UUID) -> None:
        more = True
        while more:
            async with self._database.work(tenant) as work:
                more = await read_some(work, LINES_AT_ONCE)


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
    await books.enter_facts(
        work,
        {
            call: facts_of_call(told[call], [one for one in wrap_ups if one.wrap_up_of == call])
            for call in sorted(calls)
        },
    )
    await books.close_at(work, found.last)
    return len(lines) == limit
