"""A past day of a company that can be looked at as it was at any instant, in any order.

It is told line by line (`replay_message`), and then says of each moment what the board showed and
what a wallboard showed. Pure but for letting others have their turn: it never keeps the loop for
more than a few milliseconds, whatever a day is like.
"""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from backend.domain.board import Announcement, Snapshot
from backend.measures.intervals import Size, slots
from backend.measures.tally import Counting, Tally
from backend.reports.live_message import Figures, Live
from backend.reports.live_view import figures_of, live_of
from backend.reports.replay_journal import ReplayJournal
from backend.reports.replay_message import DayEnd, DayHead, DayShare, DayVisit, OfDay
from backend.reports.replay_tallies import ReplayTallies, Sums

A_MOMENT_BEFORE = timedelta(seconds=5)
"""Whoever opens a day sees its first call come in."""
MOST_REMEMBERED = 5_000


class Then(Struct, frozen=True):
    """The company at a moment: its board and what a wallboard showed. `over` is for the day, that
    goes on from there."""

    at: datetime
    board: Snapshot
    live: Live
    over: Sums


class ReplayedDay:
    """A day, once it has been told."""

    def __init__(self, head: DayHead) -> None:
        self.head = head
        zone = ZoneInfo(head.time_zone)
        quarters = slots(head.day, head.day, zone, Size.QUARTER)
        self._journal = ReplayJournal(head.board, head.start)
        self._tallies = ReplayTallies(quarters, head.counting, head.time_zone)
        self._figures = Remembered()
        self.came_in: tuple[int, ...] = ()
        """How many callers, in each quarter of an hour."""

    @property
    def lines(self) -> int:
        """How many of the journal are told by now."""
        return len(self._journal)

    @property
    def begins_at(self) -> datetime:
        """A moment before the first thing that happened."""
        moments = [self._journal.moment_of(0)] if self.lines else []
        if self._tallies.begins_at is not None:
            moments.append(self._tallies.begins_at)
        return self.within(min(moments) - A_MOMENT_BEFORE) if moments else self.head.start

    def hear(self, told: OfDay, text: bytes) -> None:
        """The next thing that is told of the day, and how it is written."""
        match told:
            case Announcement():
                self._journal.add(told, text)
            case DayVisit(visit):
                self._tallies.add_visit(visit)
            case DayShare(share):
                self._tallies.add_share(share)
            case DayHead() | DayEnd():
                pass

    async def close(self) -> None:
        """All is told."""
        self._journal.close()
        await self._tallies.close()
        self.came_in = tuple(self._tallies.came_in())

    def within(self, moment: datetime) -> datetime:
        """That moment, or the nearest that can be played."""
        return min(max(moment, self.head.start), self.head.until)

    async def at(self, moment: datetime, known: Then | None = None) -> Then:
        """The company as it was then. Whoever looks again hands in what is `known` from before:
        going on from there is sooner than beginning anew."""
        board = await self._journal.at(moment, known and known.board)
        over, counted = await self._tallies.at(moment, known and known.over, board.number)
        await asyncio.sleep(0)
        # Whose numbers may not be seen whole has none in what was told.
        live = live_of(board, counted, moment, sees_numbers=True, figured=self._figures)
        return Then(moment, replace(board, at=moment), live, over)


class Remembered:
    """Figures of tallies that were asked for before: from one second to the next few change."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Tally, Figures]] = {}

    def __call__(self, tally: Tally, counting: Counting) -> Figures:
        known = self._known.get(id(tally))
        if known is not None:
            return known[1]
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        figures = figures_of(tally, counting)
        self._known[id(tally)] = tally, figures  # kept, or another could have its id
        return figures
