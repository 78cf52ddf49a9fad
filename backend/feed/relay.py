"""What other processes announced, fetched from the journal once for all boards of a tenant."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from backend.feed.hub import Hub, Numbered
from backend.logs import logger

log = logger("relay")

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
            # The boards notice the gap by the numbers and ask for themselves.
            log.exception("what another process announced could not be fetched")
        finally:
            del self._fetching[tenant]

    async def _fetch_once(self, tenant: UUID) -> None:
        last = self._hub.last(tenant)
        texts = None if last is None else await self._missing(tenant, last)
        if last is None or texts is None:
            self._hub.resync(tenant)
            return
        numbered = (Numbered.of(last + at, text) for at, text in enumerate(texts, 1))
        self._hub.publish(tenant, numbered)
