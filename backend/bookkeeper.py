"""Reads the journals and keeps the books, from which every figure is counted; rolls up the days
that are over, a few of one company at a time; and reads old journals once more for what the books
did not keep when they were read.

Beside the road of calls, never on it: it only reads what was committed, on a connection of its
own. What it writes can be made anew from the journal, so a crash, a repeat or a second process
changes nothing.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from traceback import format_tb
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.clock import Clock
from backend.logs import logger
from backend.measures.folding import CallFacts, facts_of_call, status_spans
from backend.measures.intervals import Size, Slot, day_start, local_day, slots
from backend.reports.questions import counting_of
from backend.store import books
from backend.store.changed_quarters import changed_before, changed_companies, is_alone
from backend.store.company_rules import load_rules
from backend.store.rings import (
    calls_without_rings,
    companies_without_rings,
    enter_rings,
    rings_are_known_from,
)
from backend.store.roll_ups import roll_up
from backend.store.tenancy import Database, DatabaseAway, Work

log = logger("bookkeeper")

EVERY_SECONDS = 0.25
REST = timedelta(seconds=30)
"""A company that the database does not answer for is left alone for so long."""
SURELY_OVER = timedelta(hours=26)
"""Every company's day to which that moment belonged has ended since, whatever its clock."""
DAYS_AT_ONCE, MARKS_AT_ONCE = 31, 500
"""Of a company, rolled up in one transaction; a day and night full of calls has a hundred marks."""
LINES_AT_ONCE = 25
"""Of a company, before the next one has its turn. Few, because whoever answers the carrier waits
for the same loop: a batch of 200 made a caller's p99 56 ms instead of 10."""


class Bookkeeper:
    """Runs beside the web server; several may run at once, and take turns for a company."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._resting: dict[UUID, datetime] = {}
        self._not_rolled_up: dict[UUID, datetime] = {}
        self._without_rings: dict[UUID, datetime] = {}

    async def run(self) -> None:
        """Read on until cancelled."""
        while True:
            try:
                await self.read_on()
                await self.roll_up_some()
                await self.read_some_old_rings()
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

    async def roll_up_some(self) -> bool:
        """Roll up a few days of one company of whose past something has changed; whether there was
        one."""
        now = self._clock()
        changed = await changed_companies(self._database, now - SURELY_OVER)
        for tenant in changed:
            if self._not_rolled_up.get(tenant, now) <= now and await self._roll_up(tenant):
                return True
        return False

    async def _roll_up(self, tenant: UUID) -> bool:
        try:
            async with self._database.work(tenant) as work:
                return await roll_up_days(work, self._clock())
        except Exception as problem:
            self._not_rolled_up[tenant] = self._clock() + REST
            if isinstance(problem, DatabaseAway):
                raise
            _tell("a company's days could not be rolled up", tenant, problem)
            return False

    async def read_some_old_rings(self) -> bool:
        """Enter the rings of a few calls of one company that were in its books before rings were;
        whether there was one. Nobody waits for them, and whoever rang since then does."""
        now = self._clock()
        for tenant in await companies_without_rings(self._database):
            if self._without_rings.get(tenant, now) <= now and await self._read_old_rings(tenant):
                return True
        return False

    async def _read_old_rings(self, tenant: UUID) -> bool:
        try:
            async with self._database.work(tenant) as work:
                return await read_some_rings(work, LINES_AT_ONCE)
        except Exception as problem:
            self._without_rings[tenant] = self._clock() + REST
            if isinstance(problem, DatabaseAway):
                raise
            _tell("the rings of a company's old calls could not be read", tenant, problem)
            return False

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


async def read_some_rings(work: Work, limit: int) -> bool:
    """Enter the rings of the latest calls that the books know without them, of at most `limit`
    lines; whether there were any, and nobody else reads. Nothing else of these calls changes."""
    old = await calls_without_rings(work, limit)
    if old is None:
        return False
    told = await books.lines_of_calls(work, old.calls, old.known)
    rings = [ring for lines in told.values() for ring in facts_of_call(lines).rings]
    await enter_rings(work, old.calls, rings)
    await rings_are_known_from(work, old.first)
    return True


async def roll_up_days(work: Work, now: datetime, most: int = DAYS_AT_ONCE) -> bool:
    """Roll up the earliest of a company's days that are over and have changed, and those right
    after it, at most so many; whether there was one, and nobody else changes or rolls up."""
    if not await is_alone(work):
        return False
    rules = await load_rules(work)
    zone = ZoneInfo(rules.time_zone)
    marks = await changed_before(work, day_start(local_day(now, zone), zone), MARKS_AT_ONCE)
    if not marks:
        return False
    await roll_up(work, _days_of(marks, zone, most), counting_of(rules))
    return True


def _days_of(marks: Sequence[datetime], zone: ZoneInfo, most: int) -> Sequence[Slot]:
    """The day of the first of these moments, and those with one that follow without a gap, at most
    so many.

    Where a clock is put back over midnight (Newfoundland's was), a moment may lie in the day after
    the one that the clock shows.
    """
    shown = local_day(marks[0], zone)
    days = slots(shown, shown + timedelta(days=most), zone, Size.DAY)
    starts = [day.start for day in days]
    marked = {bisect_right(starts, mark) - 1 for mark in marks if mark < days[-1].end}
    first = last = min(marked)
    while last + 1 in marked:
        last += 1
    return days[first : last + 1][:most]
