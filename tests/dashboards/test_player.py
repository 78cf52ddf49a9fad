"""Going through a past day: at any speed, to any moment, one look at a time."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from backend.domain.board import Snapshot, rules_shown
from backend.domain.rules import Rules
from backend.measures.tally import Counting
from backend.reports.replay_message import DayHead
from backend.reports.replayed_day import ReplayedDay, Then
from dashboards.statistics.player import Player

START = datetime(2026, 11, 25, tzinfo=UTC)
UNTIL = START + timedelta(hours=18)
NOON = START + timedelta(hours=12)
SECOND = timedelta(seconds=1)


class Watch:
    """A clock of ours that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Visitor:
    """Somebody before an empty day, and the moments that were drawn for them."""

    def __init__(self, speed: int = 1, at: datetime = NOON) -> None:
        self.watch, self.drawn = Watch(), list[datetime]()
        self.looks = asyncio.Event()
        self.player = Player(empty_day(), at, speed, self._draw, self.watch)

    async def _draw(self, then: Then) -> None:
        self.drawn.append(then.at)
        self.looks.set()

    async def sees(self, moment: datetime) -> None:
        """Wait until that is drawn, and nothing else after it."""
        async with asyncio.timeout(5):
            while not self.drawn or self.drawn[-1] != moment:
                self.looks.clear()
                await self.looks.wait()

    @asynccontextmanager
    async def looking(self) -> AsyncGenerator[None]:
        task = asyncio.create_task(self.player.run())
        try:
            yield
        finally:
            task.cancel()


def empty_day() -> ReplayedDay:
    board = Snapshot(0, START, UUID(int=0), 8, (), (), (), rules_shown(Rules()), (), ())
    end = START + timedelta(days=1)
    return ReplayedDay(DayHead(date(2026, 11, 25), "UTC", START, end, UNTIL, Counting(), board, 0))


async def test_it_stands_still_until_it_is_played_and_then_goes_as_fast_as_is_wished():
    visitor = Visitor(speed=60)
    visitor.watch.seconds += 100
    assert visitor.player.moment == NOON
    visitor.player.play()
    visitor.watch.seconds += 2
    assert visitor.player.moment == NOON + 120 * SECOND
    visitor.player.choose(10)
    visitor.watch.seconds += 3
    assert (visitor.player.moment, visitor.player.pace) == (NOON + 150 * SECOND, 10)
    visitor.player.pause()
    visitor.watch.seconds += 100
    assert (visitor.player.moment, visitor.player.pace) == (NOON + 150 * SECOND, 0)


async def test_a_speed_that_there_is_none_of_changes_nothing():
    assert Visitor(speed=7).player.speed == 1
    visitor = Visitor(speed=60)
    for speed in (0, -60, 7, 10**9):
        visitor.player.choose(speed)
    assert visitor.player.speed == 60


async def test_nobody_gets_out_of_the_day():
    player = Visitor().player
    for wished, there in ((START - SECOND, START), (UNTIL + SECOND, UNTIL), (NOON, NOON)):
        player.seek(wished)
        assert player.moment == there


async def test_who_scrubs_while_it_plays_plays_on_from_there():
    visitor = Visitor(speed=10)
    visitor.player.play()
    visitor.player.seek(START)
    visitor.watch.seconds += 1
    assert visitor.player.moment == START + 10 * SECOND


async def test_every_wish_is_drawn_soon_and_of_many_at_once_only_the_last():
    visitor = Visitor()
    async with visitor.looking():
        await visitor.sees(NOON)
        for wished in range(50):
            visitor.player.seek(START + wished * SECOND)
        await visitor.sees(START + 49 * SECOND)
    assert len(visitor.drawn) == 2


async def test_at_the_end_of_the_day_it_stands_still_and_begins_anew_if_it_is_played():
    visitor = Visitor(speed=300)
    async with visitor.looking():
        await visitor.sees(NOON)
        visitor.player.play()
        visitor.watch.seconds += 6 * 3600
        await visitor.sees(UNTIL)
        assert not visitor.player.plays
        visitor.player.play()
        await visitor.sees(START)
        assert visitor.player.plays
