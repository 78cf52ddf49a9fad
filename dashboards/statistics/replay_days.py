"""Days that somebody plays: told once for all who may see the same of them, and kept a while."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator

from msgspec import Struct

from backend.reports.replay_message import DayEnd, DayHead, OfDay
from backend.reports.replayed_day import ReplayedDay
from dashboards.statistics.backend_client import Backend
from dashboards.statistics.visitors import Known, Rights

MOST_LINES = 600_000
"""Of journals, kept at once: some sixty megabytes. The day that nobody asked for longest goes."""
FRESH_SECONDS = 30.0
"""So long a day that goes on is not told anew."""
LINES_A_TURN = 25
"""Read in one turn: about a millisecond."""


class Telling:
    """A day that is being told, or has been."""

    def __init__(self, told: AsyncIterator[tuple[OfDay, bytes]]) -> None:
        self.began_at = _seconds()
        self.day: ReplayedDay | None = None
        self.task = asyncio.create_task(self._listen(told))
        self.task.add_done_callback(_no_news)

    @property
    def share(self) -> float:
        """How much of it is told by now."""
        if self.day is None or self.day.head.lines == 0:
            return 0.0
        return self.day.lines / self.day.head.lines

    @property
    def lines(self) -> int:
        return 0 if self.day is None else self.day.head.lines

    @property
    def is_worth_keeping(self) -> bool:
        """Not once it has failed, or has grown since."""
        if not self.task.done():
            return True
        if self.day is None or self.task.cancelled() or self.task.exception() is not None:
            return False
        goes_on = self.day.head.until < self.day.head.end
        return not goes_on or _seconds() - self.began_at < FRESH_SECONDS

    async def _listen(self, told: AsyncIterator[tuple[OfDay, bytes]]) -> ReplayedDay:
        said: OfDay | None = None
        number = 0
        async for said, text in told:
            if isinstance(said, DayHead):
                self.day = ReplayedDay(said)
            elif self.day is not None:
                self.day.hear(said, text)
            number += 1
            if number % LINES_A_TURN == 0:
                await asyncio.sleep(0)
        if self.day is None or not isinstance(said, DayEnd):
            raise ConnectionError("the day broke off")
        await self.day.close()
        return self.day


class _Asked(Struct, frozen=True):
    rights: Rights
    day: str


class ReplayDays:
    """All days that this process holds."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._told: OrderedDict[_Asked, Telling] = OrderedDict()

    def tell(self, known: Known, day: str) -> Telling:
        """That day (today, if it is empty), from the memory of this process or told by the backend
        with that visitor's right. Its task raises `Refused`, and what `Backend` does."""
        asked = _Asked(known.rights, day)
        telling = self._told.get(asked)
        if telling is None or not telling.is_worth_keeping:
            telling = self._told[asked] = Telling(self._backend.replay(known.cookie, day))
        self._told.move_to_end(asked)
        self._forget()
        return telling

    def _forget(self) -> None:
        """Whoever plays a forgotten day holds it until they leave."""
        while len(self._told) > 1 and sum(one.lines for one in self._told.values()) > MOST_LINES:
            self._told.popitem(last=False)


def _no_news(task: asyncio.Task[ReplayedDay]) -> None:
    """Whoever still waits is told why it failed; if nobody does, that is nobody's business."""
    if not task.cancelled():
        task.exception()


def _seconds() -> float:
    return asyncio.get_running_loop().time()
