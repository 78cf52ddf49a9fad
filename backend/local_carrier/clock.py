"""The carrier's time: real, fast, or moved by hand.

Everything that the carrier waits for by itself (rings, pauses, patience, time limits) waits here.
Only what belongs to somebody else's clock does not: sockets, HTTP time-outs, tokens.

In fast time nothing is hurried: when all that is under way has come to rest, time jumps to the
next moment for which anybody waits. So a day passes as fast as its work can be done.
"""

import asyncio
import heapq
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Literal, Protocol

Kind = Literal["real", "fast", "hand"]

HIDDEN_TURNS = 4
"""A task that ended wakes others through callbacks, each a turn of the event loop in which no task
shows that it is about to go on (a gather within a gather, a `done` callback that settles another
future). No chain here is longer than three."""
NOT_WORK = "not_work"
"""Names, in their `opt`, the routes that time does not wait for, because they wait for it."""
A_SECOND = 1_000_000
"""Moments are whole microseconds: a tenth of a second ten times over is a second."""


class Clock(Protocol):
    kind: Kind

    def now(self) -> datetime: ...

    def seconds(self) -> float:
        """Seconds since the clock began; for measuring how long something took."""
        ...

    async def sleep(self, seconds: float) -> None: ...

    def work(self) -> AbstractContextManager[None]:
        """Around something under way outside: time does not jump meanwhile."""
        ...


class RealClock:
    kind: Kind = "real"

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def seconds(self) -> float:
        return time.monotonic() - self._began

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    @contextmanager
    def work(self) -> Generator[None]:
        yield


class MovedClock:
    """Time that stands still until it is moved, and then visits every moment in order.

    With `most` it never runs more than so many times as fast as real time.
    """

    def __init__(
        self, kind: Kind = "hand", *, begins: datetime | None = None, most: float | None = None
    ) -> None:
        self.kind: Kind = kind
        self._begins = begins or datetime.now(UTC)
        self._passed = 0
        self._most = most
        self._looked_at = time.monotonic()
        self._order = count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._under_way = 0
        self._nothing_under_way = asyncio.Event()
        self._nothing_under_way.set()
        self._somebody_new_sleeps = asyncio.Event()
        self._moving = asyncio.Lock()

    def now(self) -> datetime:
        self._flow()
        return self._begins + timedelta(microseconds=self._passed)

    def seconds(self) -> float:
        self._flow()
        return self._passed / A_SECOND

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        # Never less than this clock can tell: of what is left until a moment, a rest of 1e-16 may
        # remain in floating point, and whoever sleeps for it again and again would stop the clock.
        moment = max(self._in(seconds), self._passed + 1)
        wake = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (moment, next(self._order), wake))
        self._somebody_new_sleeps.set()
        await wake

    @contextmanager
    def work(self) -> Generator[None]:
        self._under_way += 1
        self._nothing_under_way.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._nothing_under_way.set()

    async def move(self, seconds: float) -> None:
        """Let so much time pass, with all that happens in it. Returns when that is over."""
        async with self._moving:
            until = self._in(seconds)
            await self._rest()
            while (due := self._next_moment()) is not None and due <= until:
                self._wake(due)
                await self._rest()
            self._passed = max(self._passed, until)

    async def run_ahead(self) -> None:
        """Jump from moment to moment for ever."""
        while True:
            await self._rest()
            self._flow()
            due = self._next_moment()
            if due is not None and (self._most is None or due <= self._passed):
                self._wake(due)
                continue
            self._somebody_new_sleeps.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._real_seconds_to(due)):
                    await self._somebody_new_sleeps.wait()

    @property
    def sleepers(self) -> int:
        """How many wait for a moment to come."""
        return sum(not wake.done() for _, _, wake in self._sleepers)

    def _in(self, seconds: float) -> int:
        self._flow()
        return self._passed + round(seconds * A_SECOND)

    def _flow(self) -> None:
        """A clock with a limit does not jump: its time flows, but stops at each moment for which
        anybody waits until that has come to its turn."""
        if self._most is None:
            return
        now, before = time.monotonic(), self._looked_at
        self._looked_at = now
        flown = self._passed + round((now - before) * self._most * A_SECOND)
        due = self._next_moment()
        self._passed = flown if due is None else min(flown, max(due, self._passed))

    def _real_seconds_to(self, moment: int | None) -> float | None:
        if moment is None or self._most is None:
            return None
        return (moment - self._passed) / A_SECOND / self._most

    def _next_moment(self) -> int | None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def _wake(self, moment: int) -> None:
        """Everybody who waits for this very moment, in the order in which they fell asleep."""
        self._passed = max(self._passed, moment)
        while self._sleepers and self._sleepers[0][0] <= moment:
            _, _, wake = heapq.heappop(self._sleepers)
            if not wake.done():
                wake.set_result(None)

    async def _rest(self) -> None:
        """Returns when nothing is under way outside and no task has anything left to do."""
        quiet_turns = 0
        while quiet_turns <= HIDDEN_TURNS:
            if self._under_way:
                await self._nothing_under_way.wait()
            at_rest = not self._under_way and _every_task_waits()
            quiet_turns = quiet_turns + 1 if at_rest else 0
            await asyncio.sleep(0)


async def within(clock: Clock, waited: "asyncio.Future[Any]", seconds: float) -> bool:
    """Wait for a future, but no longer than so many of the clock's seconds. True if it is done."""
    asleep = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait({waited, asleep}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        asleep.cancel()
    return waited.done()


@asynccontextmanager
async def running(clock: Clock) -> AsyncGenerator[None]:
    """Drives a fast clock while the block runs; other clocks need nobody."""
    if not isinstance(clock, MovedClock) or clock.kind != "fast":
        yield
        return
    driver = asyncio.create_task(clock.run_ahead())
    try:
        yield
    finally:
        driver.cancel()
        await asyncio.gather(driver, return_exceptions=True)


def _every_task_waits() -> bool:
    """Whether every task but this one waits for something that has not come yet.

    An event loop does not tell whether it has anything to do, but each of its tasks holds the
    future that it waits for; asyncio's own tasks, which uvloop's loop runs too, call it so.
    """
    this = asyncio.current_task()
    for task in asyncio.all_tasks():
        waited: asyncio.Future[Any] | None = getattr(task, "_fut_waiter", None)
        if task is not this and (waited is None or waited.done()):
            return False
    return True
