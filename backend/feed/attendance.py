"""Who is there: proven by pages that answer, not by what a page last said.

A person is online while one of their boards answers this process's pings. When the last one is
gone they stay online for a moment, because a page that is being reloaded is back in a second.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from backend.clock import Clock
from backend.logs import logger

log = logger("attendance")

GRACE_SECONDS = 5.0
SEEN_EVERY_SECONDS = 10.0

Person = tuple[UUID, UUID]
"""A tenant and a person in it."""

ComeOrGo = Callable[[UUID, UUID, datetime | None], Awaitable[None]]
"""Told of a tenant's person that they are here; or since when no page of theirs is."""
Seen = Callable[[UUID, list[UUID]], Awaitable[None]]


class Attendance:
    """The people whose boards are open here. `change(tenant, person, left_at)` is told of comings
    and goings, `seen(tenant, people)` at intervals; both may fail and are tried again."""

    def __init__(
        self, change: ComeOrGo, seen: Seen, clock: Clock, *, grace: float = GRACE_SECONDS
    ) -> None:
        self._change = change
        self._seen = seen
        self._clock = clock
        self._grace = grace
        self._boards: dict[Person, int] = {}
        self._left_at: dict[Person, datetime] = {}
        self._leaving: dict[Person, asyncio.Task[None]] = {}

    async def come(self, tenant: UUID, person: UUID) -> None:
        """One more board of this person is open."""
        who = (tenant, person)
        leaving = self._leaving.pop(who, None)
        if leaving is not None:
            leaving.cancel()
        self._boards[who] = self._boards.get(who, 0) + 1
        await self._change(tenant, person, None)

    def go(self, tenant: UUID, person: UUID) -> None:
        """One of this person's boards is closed."""
        who = (tenant, person)
        left = self._boards.get(who, 0) - 1
        if left > 0:
            self._boards[who] = left
            return
        self._boards.pop(who, None)
        if who not in self._leaving:
            self._left_at[who] = self._clock()
            self._leaving[who] = asyncio.create_task(self._leave_after_a_moment(who))

    async def keep_proving(self) -> None:
        """Note again and again who is there. Runs until cancelled."""
        while True:
            await asyncio.sleep(SEEN_EVERY_SECONDS)
            try:
                await self.prove()
            except Exception:
                log.exception("presence could not be noted; it is tried again")

    async def prove(self) -> None:
        """Note who is there now. Whoever was taken for silent meanwhile is online again; whose
        moment is over by the clock is offline, though the clock may have been moved."""
        for who, task in list(self._leaving.items()):
            is_over = self._clock() - self._left_at[who] >= timedelta(seconds=self._grace)
            # Another may have come back, or have left by themselves, while one was waited for.
            if is_over and self._leaving.get(who) is task:
                task.cancel()
                await self._leave(who)
        by_tenant: dict[UUID, list[UUID]] = {}
        for tenant, person in self._boards:
            by_tenant.setdefault(tenant, []).append(person)
        for tenant, people in by_tenant.items():
            await self._seen(tenant, people)

    def stop(self) -> None:
        for task in self._leaving.values():
            task.cancel()

    async def _leave_after_a_moment(self, who: Person) -> None:
        await asyncio.sleep(self._grace)
        await self._leave(who)

    async def _leave(self, who: Person) -> None:
        self._leaving.pop(who, None)
        try:
            await self._change(*who, self._left_at[who])
        except Exception:
            # The sweeper finds whoever has not been seen for half a minute.
            log.exception("a person's leaving could not be noted")
