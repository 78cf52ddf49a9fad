"""Takes the carrier's callbacks, whatever state the database is in.

The answer to a webhook never depends on the outcome here: a callback that is not stored within
`DEADLINE_SECONDS` is written to the spool, the carrier gets its answer, and the callback goes
down the road later. What was stored after all is then only a repeat.
"""

import asyncio
from uuid import UUID

from backend.domain.signals import Callback
from backend.logs import logger
from backend.store.tenancy import DatabaseAway
from backend.switchboard import Switchboard
from backend.web.spool import Spool, Spooled

log = logger("intake")

DEADLINE_SECONDS = 0.15
REPLAY_EVERY_SECONDS = 0.5


class Intake:
    """Between the webhooks and the switchboard.

    The spool flushes to a disk that may be the very reason why it is needed, so it does that in a
    thread: one slow callback must not delay the others.
    """

    def __init__(self, switchboard: Switchboard, spool: Spool) -> None:
        self._switchboard = switchboard
        self._spool = spool
        self._late: set[asyncio.Task[None]] = set()
        self._database_away = False

    async def take(self, tenant: UUID, callback: Callback) -> None:
        """Remember and apply it, or spool it. Never raises; waits for the database no longer than
        the deadline, and then for one flush of the disk."""
        spooled = Spooled(tenant, callback)
        if self._database_away:
            await self._spool_it(spooled)
            return
        task = asyncio.create_task(self._switchboard.take_callback(tenant, callback))
        await asyncio.wait({task}, timeout=DEADLINE_SECONDS)
        if not task.done():
            log.warning("slow database; the callback is spooled", key=callback.key)
            self._late.add(task)
            task.add_done_callback(self._finished_late)
            await self._spool_it(spooled)
            return
        await self._check(task, spooled)

    async def keep_replaying(self) -> None:
        """Send spooled callbacks down the road as soon as they can be stored."""
        while True:
            try:
                await self.replay()
            except DatabaseAway:
                self._database_away = True
            except Exception:
                log.exception("the spool could not be replayed; it is tried again")
            await asyncio.sleep(REPLAY_EVERY_SECONDS)

    async def replay(self) -> None:
        """One attempt at everything in the spool. Raises `DatabaseAway` if it still is."""
        for spooled in await asyncio.to_thread(self._spool.everything):
            try:
                await self._switchboard.take_callback(spooled.tenant, spooled.callback)
            except DatabaseAway:
                raise
            except Exception:
                log.exception("a spooled callback failed", key=spooled.callback.key)
                self._spool.failed(spooled)
            else:
                self._spool.remove(spooled)
        self._database_away = False

    async def _check(self, task: asyncio.Task[None], spooled: Spooled) -> None:
        problem = task.exception()
        if problem is None:
            return
        if isinstance(problem, DatabaseAway):
            # The next ones do not wait for a time-out each; the replay finds the way back.
            self._database_away = True
        else:
            log.error("a callback failed", key=spooled.callback.key, exc_info=problem)
        await self._spool_it(spooled)

    def _finished_late(self, task: asyncio.Task[None]) -> None:
        self._late.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._database_away |= isinstance(task.exception(), DatabaseAway)

    async def _spool_it(self, spooled: Spooled) -> None:
        try:
            await asyncio.to_thread(self._spool.put, spooled)
        except OSError:
            # The caller is answered all the same; the sweeper asks the carrier what became of it.
            log.exception("the disk takes no callbacks", key=spooled.callback.key)
