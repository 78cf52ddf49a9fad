"""Time as a caller: what nobody told us, because nothing happened.

Every second it asks what is due: calls whose deadline has passed, wrap-ups that are over, agents
whose pages fell silent, callbacks that wait for one that does not come, instructions left lying,
and calls that nothing was heard of, about which the carrier is asked. Each goes down the same
road as everything else.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from backend.carrier.rest import Access, Carrier, CarrierBusy
from backend.clock import Clock
from backend.courier import Courier
from backend.domain import signals
from backend.domain.refusals import NoSuchCall
from backend.logs import logger
from backend.store import boards
from backend.store.due import Due, work_that_is_due
from backend.store.tenancy import Database, DatabaseAway
from backend.switchboard import Switchboard

log = logger("sweeper")

EVERY_SECONDS = 1.0
ASK_AGAIN_AFTER = timedelta(seconds=15)

FindAccess = Callable[[UUID], Awaitable[Access | None]]


class Sweeper:
    """Runs beside the web server; several may run at once, since every signal is guarded."""

    def __init__(
        self,
        database: Database,
        switchboard: Switchboard,
        courier: Courier,
        carrier: Carrier,
        access: FindAccess,
        clock: Clock,
    ) -> None:
        self._database = database
        self._switchboard = switchboard
        self._courier = courier
        self._carrier = carrier
        self._access = access
        self._clock = clock
        self._asked: dict[UUID, datetime] = {}

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            try:
                await self.sweep()
            except DatabaseAway:
                log.warning("database away; sweeping again in a moment")
            except Exception:
                log.exception("a sweep failed")
            await asyncio.sleep(EVERY_SECONDS)

    async def sweep(self) -> None:
        """Do everything that is due now. One failing thing does not stop the others."""
        for due in await work_that_is_due(self._database, self._clock()):
            try:
                await self._do(due)
            except NoSuchCall:
                continue
            except CarrierBusy as busy:
                log.warning("carrier does not answer", call=str(due.id), why=str(busy))

    async def _do(self, due: Due) -> None:
        match due.kind:
            case "call":
                await self._time_ran_out(due)
            case "wrap-up":
                await self._switchboard.attend(due.tenant, due.id, signals.TimeRanOut())
            case "silent-agent":
                await self._switchboard.attend(due.tenant, due.id, signals.AgentWentOffline())
            case "callback":
                await self._switchboard.apply_waiting(due.tenant, due.id)
            case "instruction":
                self._courier.nudge(due.tenant, [due.id])
            case "silent-call":
                await self._ask_about(due, not_before=ASK_AGAIN_AFTER)
            case _:
                raise AssertionError(f"the store names a kind of work nobody knows: {due.kind}")

    async def _time_ran_out(self, due: Due) -> None:
        """An agent who seems not to have come may be there: the callback may be lost.

        So the carrier is asked before a call is taken out of somebody's hands.
        """
        async with self._database.work(due.tenant) as work:
            found = await boards.find_call(work, due.id)
        if found is not None and found[0].agent_id is not None:
            await self._ask_about(due, not_before=timedelta())
        await self._switchboard.time_ran_out(due.tenant, due.id)

    async def _ask_about(self, due: Due, *, not_before: timedelta) -> None:
        now = self._clock()
        last = self._asked.get(due.id)
        if last is not None and now - last < not_before:
            return
        self._asked = {
            call: at for call, at in self._asked.items() if now - at < ASK_AGAIN_AFTER * 4
        }
        self._asked[due.id] = now
        access = await self._access(due.tenant)
        if access is None:
            return
        async with self._database.work(due.tenant) as work:
            leg = await boards.caller_leg(work, due.id)
        if leg is None:
            return
        for signal in await self._carrier.look_up(access, due.id, leg):
            await self._switchboard.learn(due.tenant, due.id, signal)
