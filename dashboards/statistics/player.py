"""Where somebody is in a past day, and how fast they go through it: one look at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from backend.reports.replayed_day import ReplayedDay, Then

SPEEDS = (1, 10, 60, 300)
"""Seconds of the day that go by in one of ours."""
LOOK_SECONDS = 0.5
"""From look to look while it is played."""

Draw = Callable[[Then], Awaitable[None]]


class Player:
    """Draws the day as it was, wherever its visitor is; `seconds` is a clock of ours."""

    def __init__(
        self,
        day: ReplayedDay,
        at: datetime,
        speed: int,
        draw: Draw,
        seconds: Callable[[], float],
    ) -> None:
        self._day, self._draw, self._seconds = day, draw, seconds
        self._from, self._since = day.within(at), seconds()
        self.speed = speed if speed in SPEEDS else SPEEDS[0]
        self.plays = False
        self._wished = asyncio.Event()

    @property
    def moment(self) -> datetime:
        """Where in the day they are now; at its end it stands still."""
        if not self.plays:
            return self._from
        gone = (self._seconds() - self._since) * self.speed
        return self._day.within(self._from + timedelta(seconds=gone))

    @property
    def pace(self) -> int:
        """How fast they go now."""
        return self.speed if self.plays else 0

    def play(self) -> None:
        """Go on; from the end, begin anew."""
        is_over = self._from >= self._day.head.until
        self._go_on_from(self._day.begins_at if is_over else self.moment, plays=True)

    def pause(self) -> None:
        self._go_on_from(self.moment, plays=False)

    def seek(self, moment: datetime) -> None:
        """Be there at once; whoever played plays on from there."""
        self._go_on_from(self._day.within(moment), plays=self.plays)

    def choose(self, speed: int) -> None:
        """Go on so fast. Another speed than those there are changes nothing."""
        if speed in SPEEDS:
            here = self.moment
            self.speed = speed
            self._go_on_from(here, plays=self.plays)

    async def run(self) -> None:
        """Draw until cancelled. What is wished for meanwhile is looked at next; of many wishes only
        the last is."""
        then: Then | None = None
        while True:
            self._wished.clear()
            if self.moment >= self._day.head.until:
                self._from, self.plays = self._day.head.until, False
            then = await self._day.at(self.moment, then)
            await self._draw(then)
            await self._rest()

    def _go_on_from(self, moment: datetime, *, plays: bool) -> None:
        self._from, self._since, self.plays = moment, self._seconds(), plays
        self._wished.set()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS if self.plays else None):
                await self._wished.wait()
        except TimeoutError:
            return
