"""Time as a caller: what nobody told us, because nothing happened.

Every second it asks what is due: calls whose deadline has passed, wrap-ups that are over, agents
whose pages fell silent, callbacks that wait for one that does not come, instructions left lying,
and calls that nothing was heard of, about which the carrier is asked. Each goes down the same
road as everything else.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from uuid import UUID

from backend.carrier.rest import Access, Carrier, CarrierBusy
from backend.clock import Clock
from backend.courier import Courier
from backend.domain import signals
from backend.domain.call import CallState
from backend.domain.refusals import NoSuchCall
from backend.logs import logger
from backend.store import boards
from backend.store.due import Due, work_that_is_due
from backend.store.tenancy import Database, DatabaseAway
from backend.switchboard import Switchboard

log = logger("sweeper")

EVERY_SECONDS = 1.0
QUESTIONS = 8
"""Open at the carrier at once; instructions must find their way through."""
ASK_AGAIN_AFTER = timedelta(seconds=60)

FindAccess = Callable[[UUID], Awaitable[Access | None]]


class Recently:
    """Remembers for a while who was asked. Costs the same however many there are."""

    def __init__(self, memory: timedelta) -> None:
        self._memory = memory
        self._noted: dict[UUID, datetime] = {}

    def note(self, one: UUID, now: datetime) -> None:
        self._noted.pop(one, None)  # a dict keeps its order: the oldest must stay in front
        self._noted[one] = now

    def has(self, one: UUID, now: datetime) -> bool:
        while self._noted:
            oldest = next(iter(self._noted))
            if now - self._noted[oldest] < self._memory:
                break
            del self._noted[oldest]
        return one in self._noted


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
        self._asked = Recently(ASK_AGAIN_AFTER)
        self._asking: dict[UUID, asyncio.Task[None]] = {}
        self._few_at_once = asyncio.Semaphore(QUESTIONS)

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

    async def sweep(self) -> int:
        """Do everything that is due now; what needs an answer of the carrier goes on beside it.

        Returns how many questions found no turn; they are due again in the next round.
        """
        stuck: set[UUID] = set()
        put_off = 0
        for due in await work_that_is_due(self._database, self._clock()):
            if due.tenant in stuck:
                continue
            try:
                put_off += not await self._do(due)
            except DatabaseAway:
                # One tenant's work may be held up (a lock); three are the database itself.
                stuck.add(due.tenant)
                if len(stuck) == 3:
                    raise
            except Exception:
                # One call that cannot be dealt with must not hold up everybody else's.
                log.exception("something due could not be done", kind=due.kind, id=str(due.id))
        return put_off

    async def idle(self) -> None:
        """Wait for every question that is still open at the carrier."""
        while self._asking:
            await asyncio.wait(list(self._asking.values()))

    async def stop(self) -> None:
        questions = list(self._asking.values())
        for question in questions:
            question.cancel()
        await asyncio.gather(*questions, return_exceptions=True)

    async def _do(self, due: Due) -> bool:
        """False if it has to wait for a turn."""
        match due.kind:
            case "call":
                await self._time_ran_out(due)
            case "monitor":
                self._start_asking(due, self._ask_then_give_up_monitor(due))
            case "guest":
                self._start_asking(due, self._ask_then_give_up_guest(due))
            case "wrap-up":
                await self._switchboard.attend(due.tenant, due.id, signals.TimeRanOut())
            case "silent-agent":
                await self._switchboard.attend(due.tenant, due.id, signals.AgentWentOffline())
            case "callback":
                await self._switchboard.apply_waiting(due.tenant, due.id)
            case "instruction":
                self._courier.nudge(due.tenant, [due.id])
            case "silent-call":
                return self._ask_if_turn(due)
            case _:
                raise AssertionError(f"the store names a kind of work nobody knows: {due.kind}")
        return True

    async def _time_ran_out(self, due: Due) -> None:
        """Who seems not to have come, an agent or somebody outside, may be there: the callback may
        be lost.

        So the carrier is asked before a call is taken out of somebody's hands.
        """
        async with self._database.work(due.tenant) as work:
            found = await boards.find_card(work, due.id)
        outside = found.transfer.outbound if found is not None and found.transfer else None
        awaited = found is not None and found.state is not CallState.HELD and found.agent_id
        if awaited or outside is not None:
            self._start_asking(due, self._ask_then_give_up(due))
        else:
            await self._switchboard.time_ran_out(due.tenant, due.id)

    def _ask_if_turn(self, due: Due) -> bool:
        if self._asked.has(due.id, self._clock()):
            return True
        if len(self._asking) >= QUESTIONS:
            return False
        self._start_asking(due, self._ask_about(due))
        return True

    def _start_asking(self, due: Due, question: Coroutine[None, None, None]) -> None:
        """Beside the sweep: a carrier that is slow must not hold up anybody's deadline."""
        if due.id in self._asking:
            question.close()
            return
        task = asyncio.create_task(self._logged(due, question))
        self._asking[due.id] = task
        task.add_done_callback(lambda _: self._asking.pop(due.id))

    async def _logged(self, due: Due, question: Coroutine[None, None, None]) -> None:
        try:
            async with self._few_at_once:
                await question
        except (CarrierBusy, DatabaseAway, NoSuchCall) as problem:
            log.warning("a question stays open", call=str(due.id), why=str(problem))
        except Exception:
            log.exception("a question to the carrier failed", call=str(due.id))

    async def _ask_then_give_up(self, due: Due) -> None:
        try:
            await self._ask_about(due)
        except CarrierBusy as busy:
            log.warning("carrier does not say who is there", call=str(due.id), why=str(busy))
        await self._switchboard.time_ran_out(due.tenant, due.id)

    async def _ask_then_give_up_monitor(self, due: Due) -> None:
        try:
            await self._ask_about(due)
        except CarrierBusy as busy:
            log.warning("carrier does not say who listens", call=str(due.id), why=str(busy))
        await self._switchboard.monitor_time_ran_out(due.tenant, due.id)

    async def _ask_then_give_up_guest(self, due: Due) -> None:
        try:
            await self._ask_about(due)
        except CarrierBusy as busy:
            log.warning("carrier does not say who is a guest", call=str(due.id), why=str(busy))
        await self._switchboard.guest_time_ran_out(due.tenant, due.id)

    async def _ask_about(self, due: Due) -> None:
        self._asked.note(due.id, self._clock())
        access = await self._access(due.tenant)
        if access is None:
            return
        async with self._database.work(due.tenant) as work:
            legs = await boards.legs_of(work, due.id, self._clock())
        if legs is None:
            return
        told = await self._carrier.look_up(access, due.id, legs.caller, legs.outside, legs.seated)
        for signal in told:
            await self._switchboard.learn(due.tenant, due.id, signal)
