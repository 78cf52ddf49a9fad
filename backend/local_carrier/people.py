"""What scripted people do with their phones: answer or not, press keys, speak, lose patience."""

import asyncio
from collections.abc import Callable, Sequence

from backend.local_carrier.background import Background
from backend.local_carrier.calls import Calls
from backend.local_carrier.clock import Clock, within
from backend.local_carrier.handsets import Handset, Step
from backend.local_carrier.legs import Leg, LegStatus
from backend.local_carrier.phones import ScriptedPhone, Voice

UNANSWERED_AS = {
    "busy": LegStatus.BUSY,
    "rejects": LegStatus.BUSY,
    "fails": LegStatus.FAILED,
}
"""A person who rejects sounds busy to the network (SIP 486 or 603)."""


class People:
    """`is_attended(leg)`: whether somebody is with that caller."""

    def __init__(
        self,
        calls: Calls,
        clock: Clock,
        background: Background,
        is_attended: Callable[[Leg], bool],
    ) -> None:
        self._calls, self._clock, self._background = calls, clock, background
        self._is_attended = is_attended

    def at(self, handset: Handset, voice: Voice) -> "PhoneOfSomebody":
        return PhoneOfSomebody(handset, voice, self)

    def follow(self, leg: Leg, script: Sequence[Step], patience: float | None) -> None:
        """From the moment of the answer on, the person does what the script says."""
        if script:
            self._background.start(self._act(leg, script))
        if patience is not None:
            self._background.start(self._lose_patience(leg, patience))

    def is_rung(self, leg: Leg, handset: Handset) -> None:
        self._background.start(self._take_or_leave(leg, handset))

    async def _take_or_leave(self, leg: Leg, handset: Handset) -> None:
        leg.become(LegStatus.RINGING)
        if handset.manner in ("never", "by-hand"):
            return
        if await within(self._clock, leg.outcome, handset.after):
            return  # whoever called is gone, or somebody at the lab was quicker
        refusal = UNANSWERED_AS.get(handset.manner)
        if refusal is not None:
            leg.refuse(refusal)
            return
        leg.answered_by = handset.answered_by
        leg.pick_up()
        self.follow(leg, handset.script, None)

    async def _act(self, leg: Leg, script: Sequence[Step]) -> None:
        if not await _answered(leg):
            return
        for step in script:
            if await self._ends_within(leg, step.after):
                return
            if step.press:
                leg.press(step.press)
            if step.say:
                leg.speak(step.say)
            if step.hang_up:
                await self._calls.hung_up_by_far_end(leg)

    async def _lose_patience(self, leg: Leg, seconds: float) -> None:
        """The caller hangs up, unless somebody is with them when their patience ends."""
        if await self._ends_within(leg, seconds) or self._is_attended(leg):
            return
        leg.note("lost patience")
        await self._calls.hung_up_by_far_end(leg)

    async def _ends_within(self, leg: Leg, seconds: float) -> bool:
        over = asyncio.ensure_future(leg.over.wait())
        try:
            return await within(self._clock, over, seconds)
        finally:
            over.cancel()


class PhoneOfSomebody(ScriptedPhone):
    """A handset that we ring."""

    def __init__(self, handset: Handset, voice: Voice, people: People) -> None:
        super().__init__("handset", voice)
        self._handset, self._people = handset, people

    def ring(self, leg: Leg) -> None:
        self._people.is_rung(leg, self._handset)


async def _answered(leg: Leg) -> bool:
    """Waits until the call is answered; False if it ended unanswered."""
    if leg.status is LegStatus.IN_PROGRESS or not leg.is_live:
        return leg.is_live
    changed: asyncio.Future[LegStatus] = asyncio.get_running_loop().create_future()

    def watch(_: Leg, status: LegStatus) -> None:
        if status is not LegStatus.RINGING and not changed.done():
            changed.set_result(status)

    leg.watchers.append(watch)
    try:
        return await changed is LegStatus.IN_PROGRESS
    finally:
        leg.watchers.remove(watch)
