"""Carries instructions from the outbox to the carrier: at least once, one call's in order.

The switchboard nudges it after a commit; the sweeper does so for whatever was left lying.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import uniform
from uuid import UUID

from backend.carrier.rest import Access, Carrier, CarrierBusy, CarrierRefused
from backend.clock import Clock
from backend.domain.instructions import HangUpCaller, Instruction, TellNobodyAnswers
from backend.logs import logger
from backend.store import outbox
from backend.store.tenancy import Database, DatabaseAway

log = logger("courier")

PATIENCE = 12
"""After so many tries, about five minutes, an instruction about a call in progress is given up."""
LAST_PATIENCE = 1500
"""One that ends a call is tried for about a day: no call at Twilio lasts longer, and until then
its caller may still be on the line (twilio.com/docs/voice/twiml/dial, timeLimit)."""
LONGEST_WAIT_SECONDS = 60.0

FindAccess = Callable[[UUID], Awaitable[Access | None]]


class Courier:
    """One errand per call at a time; different calls do not wait for each other."""

    def __init__(
        self, database: Database, carrier: Carrier, access: FindAccess, clock: Clock
    ) -> None:
        self._database = database
        self._carrier = carrier
        self._access = access
        self._clock = clock
        self._errands: dict[tuple[UUID, UUID], asyncio.Task[None]] = {}
        self._again: set[tuple[UUID, UUID]] = set()

    def nudge(self, tenant: UUID, calls: list[UUID]) -> None:
        """There may be instructions for these calls."""
        for call_id in calls:
            errand = (tenant, call_id)
            if errand in self._errands:
                self._again.add(errand)
            else:
                self._errands[errand] = asyncio.create_task(self._run(errand))

    async def idle(self) -> None:
        """Wait until every errand under way is done."""
        while self._errands:
            await asyncio.wait(list(self._errands.values()))

    async def stop(self) -> None:
        """Drop what is under way: the outbox still has it."""
        errands = list(self._errands.values())
        for errand in errands:
            errand.cancel()
        await asyncio.gather(*errands, return_exceptions=True)

    async def _run(self, errand: tuple[UUID, UUID]) -> None:
        try:
            while True:
                self._again.discard(errand)
                while await self._carry_next(*errand):
                    pass
                if errand not in self._again:
                    return
        except DatabaseAway as problem:
            log.warning("the outbox is away; the sweeper comes back to it", reason=str(problem))
        except Exception:
            log.exception("an errand failed; the sweeper comes back to it", call=str(errand[1]))
        finally:
            del self._errands[errand]

    async def _carry_next(self, tenant: UUID, call_id: UUID) -> bool:
        """Carry out the call's next instruction. False if there is none to do now."""
        async with self._database.work(tenant) as work:
            order = await outbox.take(work, call_id, self._clock())
        if order is None:
            return False
        access = await self._access(tenant)
        name = type(order.instruction).__name__
        problem: str | None = None
        try:
            if access is None:
                raise CarrierRefused("no carrier account is connected")
            await self._carrier.carry_out(tenant, access, order.instruction)
        except CarrierBusy as busy:
            if order.attempts < _patience(order.instruction):
                wait = _wait_seconds(order.attempts)
                log.warning("carrier busy", instruction=name, wait=round(wait, 1), why=str(busy))
                async with self._database.work(tenant) as work:
                    due = self._clock() + timedelta(seconds=wait)
                    await outbox.again(work, order.id, due, str(busy))
                return False
            problem = f"given up after {order.attempts} tries: {busy}"
        except CarrierRefused as refused:
            problem = str(refused)
        if problem is not None:
            log.error("instruction failed", instruction=name, call=str(call_id), why=problem)
        async with self._database.work(tenant) as work:
            await outbox.done(work, order.id, self._clock(), problem)
        return True


def _patience(instruction: Instruction) -> int:
    ends_the_call = isinstance(instruction, HangUpCaller | TellNobodyAnswers)
    return LAST_PATIENCE if ends_the_call else PATIENCE


def _wait_seconds(attempts: int) -> float:
    doubled = 0.25 * 2 ** min(attempts, 10)
    return min(LONGEST_WAIT_SECONDS, doubled) * uniform(0.7, 1.3)  # noqa: S311
