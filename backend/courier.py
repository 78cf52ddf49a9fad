"""Carries instructions from the outbox to the carrier: at least once, one call's in order.

The switchboard nudges it after a commit; the sweeper does so for whatever was left lying.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import uniform
from uuid import UUID

from backend.carrier.rest import Access, Carrier, CarrierBusy, CarrierRefused
from backend.clock import Clock
from backend.domain import signals
from backend.domain.handover import NotTaken
from backend.domain.instructions import (
    EndOutbound,
    HangUpCaller,
    Instruction,
    PlaceOutbound,
    TellNobodyAnswers,
)
from backend.domain.refusals import NoSuchCall
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
Learn = Callable[[UUID, UUID, signals.CarrierSignal], Awaitable[None]]
"""Told what an answer of the carrier means for a call."""


class Courier:
    """One errand per call at a time; different calls do not wait for each other."""

    def __init__(
        self,
        database: Database,
        carrier: Carrier,
        access: FindAccess,
        clock: Clock,
        learn: Learn,
    ) -> None:
        self._learn = learn
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
        name = type(order.instruction).__name__
        problem: str | None = None
        told: signals.CarrierSignal | None = None
        try:
            told = await self._carry_out(tenant, order)
        except CarrierBusy as busy:
            if self._may_wait(order):
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
            if isinstance(order.instruction, PlaceOutbound):
                told = signals.OutboundEnded(order.instruction.outbound, NotTaken.FAILED)
        if told is not None:
            with contextlib.suppress(NoSuchCall):
                await self._learn(tenant, call_id, told)
        async with self._database.work(tenant) as work:
            await outbox.done(work, order.id, self._clock(), problem)
        return True

    async def _carry_out(self, tenant: UUID, order: outbox.Order) -> signals.CarrierSignal | None:
        access = await self._access(tenant)
        if access is None:
            raise CarrierRefused("no carrier account is connected")
        if isinstance(order.instruction, PlaceOutbound):
            async with self._database.work(tenant) as work:
                if await outbox.is_called_off(work, order.instruction):
                    raise CarrierRefused("it was called off before the carrier had taken it")
        return await self._carrier.carry_out(
            tenant,
            access,
            order.instruction,
            again=order.attempts > 1,
        )

    def _may_wait(self, order: outbox.Order) -> bool:
        if isinstance(order.instruction, PlaceOutbound):
            # The first try may have got through though nobody said so: one more look finds out.
            return order.attempts == 1 or not self._is_too_late(order.instruction)
        return order.attempts < _patience(order.instruction)

    def _is_too_late(self, instruction: Instruction) -> bool:
        return isinstance(instruction, PlaceOutbound) and self._clock() >= instruction.until


def _patience(instruction: Instruction) -> int:
    ends_the_call = isinstance(instruction, HangUpCaller | TellNobodyAnswers | EndOutbound)
    return LAST_PATIENCE if ends_the_call else PATIENCE


def _wait_seconds(attempts: int) -> float:
    doubled = 0.25 * 2 ** min(attempts, 10)
    return min(LONGEST_WAIT_SECONDS, doubled) * uniform(0.7, 1.3)  # noqa: S311
