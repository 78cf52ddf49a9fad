"""The carrier's time: real, fast, or moved by hand.

Everything that the carrier waits for by itself (rings, pauses, patience, retries of a generator)
waits here. Only what belongs to somebody else's clock does not: sockets, HTTP time-outs, tokens.

In fast time nothing is hurried: when all that is under way has come to rest, time jumps to the
next moment for which anybody waits. So a day passes as fast as its work can be done.
"""

import asyncio
import heapq
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Literal, Protocol

Kind = Literal["real", "fast", "hand"]

QUIET_TURNS = 12
"""Turns of the event loop without work in flight, before the carrier is taken to be at rest. The
longest chain from a timer to the webhook that it sends is shorter than that."""


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
    """Time that stands still until it is moved, and then visits every moment in order."""

    def __init__(self, kind: Kind = "hand", begins: datetime | None = None) -> None:
        self.kind: Kind = kind
        self._begins = begins or datetime.now(UTC)
        self._passed = 0.0
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._under_way = 0
        self._moving = asyncio.Lock()
        self._somebody_sleeps = asyncio.Event()

    def now(self) -> datetime:
        return self._begins + timedelta(seconds=self._passed)

    def seconds(self) -> float:
        return self._passed

    async def sleep(self, seconds: float) -> None:
        wake = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._passed + seconds, next(self._order), wake))
        self._somebody_sleeps.set()
        await wake

    @contextmanager
    def work(self) -> Generator[None]:
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    async def move(self, seconds: float) -> None:
        """Let so much time pass, with all that happens in it. Returns when it is over."""
        async with self._moving:
            until = self._passed + seconds
            await self._rest()
            while (due := self._next_moment()) is not None and due <= until:
                self._wake(due)
                await self._rest()
            self._passed = until

    async def run_ahead(self, most: float | None) -> None:
        """Jump from moment to moment for ever, at most `most` times as fast as real time."""
        real_began, began = time.monotonic(), self._passed
        while True:
            async with self._moving:
                await self._rest()
                due = self._next_moment()
                if due is not None:
                    if most is not None:
                        ahead = (due - began) / most - (time.monotonic() - real_began)
                        await asyncio.sleep(max(0.0, ahead))
                    self._wake(self._next_moment() or due)
                    continue
            self._somebody_sleeps.clear()
            await self._somebody_sleeps.wait()

    def _next_moment(self) -> float | None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def _wake(self, moment: float) -> None:
        """Everybody who waits for this very moment."""
        self._passed = max(self._passed, moment)
        while self._sleepers and self._sleepers[0][0] <= moment:
            _, _, wake = heapq.heappop(self._sleepers)
            if not wake.done():
                wake.set_result(None)

    async def _rest(self) -> None:
        quiet = 0
        while quiet < QUIET_TURNS:
            if self._under_way:
                quiet = 0
                await asyncio.sleep(0.0005)
            else:
                quiet += 1
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
async def running(clock: Clock, most: float | None = None) -> AsyncGenerator[None]:
    """Drives a fast clock while the block runs; other clocks need nobody."""
    if not isinstance(clock, MovedClock) or clock.kind != "fast":
        yield
        return
    driver = asyncio.create_task(clock.run_ahead(most))
    try:
        yield
    finally:
        driver.cancel()
        await asyncio.gather(driver, return_exceptions=True)
