"""A company as it is now: its calls, its agents, and today's figures; what wallboards show."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from backend.clock import Clock
from backend.domain.rules import Rules
from backend.measures.intervals import Size, Slot, local_day, slots
from backend.measures.tally import Tally
from backend.reports.live_message import Live
from backend.reports.live_view import LATELY, Counted, live_of
from backend.reports.questions import counting_of
from backend.store import boards
from backend.store.books import last_entered
from backend.store.company_rules import load_rules
from backend.store.tallies import By, Counts, Scope, count, tallies_of
from backend.store.tenancy import Database, Work

AT_LEAST_EVERY = timedelta(seconds=5)
"""Figures also change without a line in the journal: who waits becomes overdue, a file is read."""


class _Known(Struct, frozen=True):
    """What the database counted of today, at one state of the books."""

    at: datetime
    rules: Rules
    counted: Counted


class Watch:
    """Looks at one company again and again; counts anew only what can have changed."""

    def __init__(
        self, archive: Database, tenant: UUID, clock: Clock, *, sees_numbers: bool
    ) -> None:
        self._archive, self._tenant, self._clock = archive, tenant, clock
        self._sees_numbers = sees_numbers
        self._known: _Known | None = None

    async def look(self) -> Live:
        """The company now. Raises `DatabaseAway`."""
        now = self._clock()
        async with self._archive.work(self._tenant) as work:
            board = await boards.snapshot(work, UUID(int=0), now)
            rules, entered = await load_rules(work), await last_entered(work)
            known = self._known
            fresh = None
            if known is None or not _still_true(known, entered, rules, now):
                fresh = await _ask(work, rules, now)
        if fresh is not None:
            known = self._known = await _add_up(fresh, rules, entered, now)
        assert known is not None  # noqa: S101 (it was, or has just been counted)
        return live_of(board, known.counted, now, sees_numbers=self._sees_numbers)


def _still_true(known: _Known, entered: int, rules: Rules, now: datetime) -> bool:
    is_fresh = now - known.at < AT_LEAST_EVERY
    return known.counted.books == entered and known.rules == rules and is_fresh


class _Asked(Struct, frozen=True):
    quarters: tuple[Slot, ...]
    by_queue: Counts
    by_agent: Counts
    by_quarter: Counts
    of_lately: Counts


async def _ask(work: Work, rules: Rules, now: datetime) -> _Asked:
    zone = ZoneInfo(rules.time_zone)
    today = local_day(now, zone)
    whole = slots(today, today, zone, Size.WHOLE)
    quarters = tuple(slot for slot in slots(today, today, zone, Size.QUARTER) if slot.start <= now)
    lately = (Slot(now - LATELY, now + AT_LEAST_EVERY, ""),)
    counting = counting_of(rules)

    async def counts(cut: Sequence[Slot], by: By) -> Counts:
        overdue_since = now - timedelta(seconds=counting.threshold_seconds)
        return await count(work, cut, by, Scope(), counting, overdue_since)

    return _Asked(
        quarters,
        await counts(whole, By.QUEUE),
        await counts(whole, By.AGENT),
        await counts(quarters, By.NOTHING),
        await counts(lately, By.NOTHING),
    )


async def _add_up(asked: _Asked, rules: Rules, entered: int, now: datetime) -> _Known:
    by_queue = await tallies_of(asked.by_queue)
    by_agent = await tallies_of(asked.by_agent)
    by_quarter = await tallies_of(asked.by_quarter)
    of_lately = await tallies_of(asked.of_lately)
    counted = Counted(
        books=entered,
        time_zone=rules.time_zone,
        counting=counting_of(rules),
        queues={queue or "": tally for (_, queue), tally in by_queue.items()},
        agents={agent or "": tally for (_, agent), tally in by_agent.items()},
        quarters=tuple(
            (slot.start, by_quarter.get((number, None), Tally()))
            for number, slot in enumerate(asked.quarters)
        ),
        lately=of_lately.get((0, None), Tally()),
    )
    return _Known(now, rules, counted)
