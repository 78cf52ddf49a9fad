"""What others announced, fetched from the journal once for all boards of a tenant.

A wake-up may be lost: with a connection, with a process that died between its commit and its
telling. A board cannot see that the journal's end is missing, so the relay also looks by itself.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from backend.feed.hub import Hub, Numbered
from backend.logs import logger

log = logger("relay")

LOOK_EVERY_SECONDS = 5.0

Missing = Callable[[UUID, int], Awaitable[list[str] | None]]
"""The announcements of a tenant after a number, or None if there are too many."""


class Relay:
    """Told that a journal has grown; many tellings while one fetch is under way become one."""

    def __init__(self, hub: Hub, missing: Missing) -> None:
        self._hub = hub
        self._missing = missing
        self._fetching: dict[UUID, asyncio.Task[None]] = {}
        self._again: set[UUID] = set()

    def grown(self, tenant: UUID) -> None:
        """Another process wrote that tenant's journal."""
        if tenant in self._fetching:
            self._again.add(tenant)
        else:
            self._fetching[tenant] = asyncio.create_task(self._fetch(tenant))

    async def keep_looking(self) -> None:
        """Look into every journal whose boards are open here, again and again."""
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            for tenant in self._hub.tenants():
                if self._hub.stale is None and self._hub.last(tenant) is not None:
                    self.grown(tenant)

    def stop(self) -> None:
        for task in self._fetching.values():
            task.cancel()

    async def _fetch(self, tenant: UUID) -> None:
        try:
            while True:
                self._again.discard(tenant)
                await self._fetch_once(tenant)
                if tenant not in self._again:
                    return
        except Exception:
            log.exception("what others announced could not be fetched; the boards ask themselves")
            self._hub.resync(tenant)
        finally:
            del self._fetching[tenant]

    async def _fetch_once(self, tenant: UUID) -> None:
        last = self._hub.last(tenant)
        texts = None if last is None else await self._missing(tenant, last)
        if last is None or texts is None:
            self._hub.resync(tenant)
            return
        if not texts:
            return
        numbered = (Numbered.of(last + at, text) for at, text in enumerate(texts, 1))
        self._hub.publish(tenant, numbered)
