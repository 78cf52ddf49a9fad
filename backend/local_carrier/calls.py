"""Begins calls, rings far ends, takes calls elsewhere, and ends them, whoever asks: TwiML, REST
or a far end. Every change of a leg's status is reported from here, and nowhere else."""

import asyncio
import logging
from collections.abc import Callable, Coroutine

from backend.local_carrier.accounts import Account
from backend.local_carrier.background import Background
from backend.local_carrier.bridges import Bridges
from backend.local_carrier.clock import Clock, within
from backend.local_carrier.conferences import Conferences
from backend.local_carrier.legs import FarEnd, HungUp, Leg, LegStatus, ProgressEvent
from backend.local_carrier.queues import Queues
from backend.local_carrier.rooms import LeaveReason
from backend.local_carrier.twiml.perform import Document, perform_call
from backend.local_carrier.twiml.stage import End, GoTo, Stage, Underway
from backend.local_carrier.webhooks.delivery import Webhooks
from backend.local_carrier.webhooks.parameters import call_parameters, progress_parameters

KEPT_CALLS = 10_000
RING_BUFFER_SECONDS = 5.0
"""Twilio adds about so much to every time-out of a ringing phone."""

log = logging.getLogger(__name__)

EVENT_OF: dict[LegStatus, ProgressEvent] = {
    LegStatus.RINGING: "ringing",
    LegStatus.IN_PROGRESS: "answered",
}


class Calls:
    def __init__(
        self,
        clock: Clock,
        webhooks: Webhooks,
        conferences: Conferences,
        bridges: Bridges,
        queues: Queues,
        background: Background,
        stage_for: Callable[[Leg], Stage],
    ) -> None:
        self._clock, self._webhooks, self._stage_for = clock, webhooks, stage_for
        self._conferences, self._bridges, self._queues = conferences, bridges, queues
        self._background = background
        self._all: dict[str, Leg] = {}
        self._live: dict[str, Leg] = {}

    # Look-ups

    def of_account(self, account: Account) -> list[Leg]:
        return [leg for leg in self._all.values() if leg.account is account]

    def find(self, sid: str) -> Leg | None:
        return self._all.get(sid)

    def all(self) -> list[Leg]:
        return list(self._all.values())

    def live(self) -> list[Leg]:
        return list(self._live.values())

    def live_of(self, account: Account) -> int:
        return sum(leg.account is account for leg in self._live.values())

    def forget(self, leg: Leg) -> None:
        """Of a call that is over, nobody will ask again."""
        self._all.pop(leg.sid, None)

    # Beginning

    def begin(self, leg: Leg) -> None:
        """A call has reached us: its voice URL is asked what to do."""
        self.remember(leg)
        self.perform(leg, GoTo(*_first_document(leg), leg.custom_parameters))

    def perform(self, leg: Leg, document: GoTo | Document) -> None:
        """From now on the leg does what that TwiML says, and ends with it."""
        leg.begin_script(self._perform(leg, document))

    def remember(self, leg: Leg) -> None:
        """The leg exists, for REST and the lab; what becomes of it is reported."""
        self._all[leg.sid] = self._live[leg.sid] = leg
        leg.watchers.append(self._report_change)
        if len(self._all) > KEPT_CALLS:
            oldest = next((sid for sid, old in self._all.items() if not old.is_live), None)
            if oldest is not None:
                del self._all[oldest]

    async def ring(self, leg: Leg, seconds: float) -> bool:
        """Ring the far end. True if it answered; else the leg has ended, and its status says how.

        Cancelled, it stops ringing: the leg is canceled.
        """
        if not leg.is_live:
            return False
        self.report(leg, "initiated")
        leg.far_end.ring(leg)
        try:
            await within(self._clock, leg.outcome, seconds + RING_BUFFER_SECONDS)
        except asyncio.CancelledError:
            await self.end(leg, LegStatus.CANCELED)
            raise
        outcome = leg.outcome.result() if leg.outcome.done() else LegStatus.NO_ANSWER
        if outcome is not LegStatus.IN_PROGRESS:
            await self.end(leg, outcome)
            return False
        leg.become(LegStatus.RINGING)  # a far end may answer without ever having rung
        if not leg.become(LegStatus.IN_PROGRESS):
            return False
        await leg.far_end.answered()
        return leg.is_live

    # Changing and ending

    # Both take effect at once. Whoever waits until all has come to its end may be cancelled
    # meanwhile (a <Dial> whose own call is hung up); what was begun goes on all the same.

    def redirect(self, leg: Leg, to: GoTo | Document) -> "asyncio.Future[None]":
        """REST takes the call away from whatever it is doing."""
        leg.note("taken elsewhere by REST")
        leg.goes_its_own_way = True
        self._take_out(leg, "participant_updated_via_api")
        return self._to_the_end(self._go_elsewhere(leg, to))

    def end(self, leg: Leg, status: LegStatus = LegStatus.COMPLETED) -> "asyncio.Future[None]":
        if not leg.become(status):
            return _nothing_to_wait_for()
        self._live.pop(leg.sid, None)
        self.limit(leg, None)
        stopped = self._take_out(leg, "participant_hung_up")
        self.report(leg, "completed")  # after what it was in has been told
        far_end, leg.far_end = leg.far_end, HungUp(leg.far_end.kind)
        leg.heard.clear()
        leg.said.clear()
        return self._to_the_end(_put_down(leg, far_end, stopped))

    async def hung_up_by_far_end(self, leg: Leg) -> None:
        if leg.status is LegStatus.IN_PROGRESS or leg.has_picked_up:
            await self.end(leg)
        elif leg.direction == "inbound":
            await self.end(leg, LegStatus.CANCELED)
        else:
            leg.refuse(LegStatus.BUSY)

    async def end_all_of(self, account: Account) -> None:
        for leg in self.live():
            if leg.account is account:
                await self.end(leg)

    async def close(self) -> None:
        for leg in self.live():
            await self.end(leg)

    def report(self, leg: Leg, event: ProgressEvent) -> None:
        """Tell the customer, if that is one of the events that were asked for."""
        callbacks = leg.callbacks
        if not callbacks.status_callback or event not in callbacks.status_callback_events:
            return
        fields = progress_parameters(leg, event)
        leg.progress_told += 1
        self._webhooks.notify(
            leg.sid,
            leg.account,
            callbacks.status_callback,
            fields,
            method=callbacks.status_callback_method,
        )

    def limit(self, leg: Leg, seconds: int | None) -> None:
        """The call ends so many seconds after its answer (or from now on, if it is answered)."""
        leg.time_limit = seconds
        if leg.alarm is not None:
            leg.alarm.cancel()
            leg.alarm = None
        if seconds is not None and leg.status is LegStatus.IN_PROGRESS:
            leg.alarm = asyncio.create_task(self._end_in_time(leg, seconds))

    # The rest, in the order in which it is called

    def _report_change(self, leg: Leg, status: LegStatus) -> None:
        if status in EVENT_OF:
            self.report(leg, EVENT_OF[status])
        if status is LegStatus.IN_PROGRESS:
            self.limit(leg, leg.time_limit)

    async def _perform(self, leg: Leg, start: GoTo | Document) -> None:
        try:
            end = await perform_call(self._stage_for(leg), start)
        except Exception:
            # The outermost line of a call: whatever breaks, its caller must not hang on for ever.
            log.exception("call %s broke while its TwiML was performed", leg.sid)
            end = End(LegStatus.FAILED)
        await self.end(leg, _as_it_ended(leg, end.status))

    async def _end_in_time(self, leg: Leg, seconds: int) -> None:
        await self._clock.sleep(seconds)
        leg.note(f"its time limit of {seconds} s is over")
        leg.alarm = None
        await self.end(leg)

    def _to_the_end(self, work: Coroutine[object, object, None]) -> "asyncio.Future[None]":
        return asyncio.shield(self._background.start(work))

    async def _go_elsewhere(self, leg: Leg, to: GoTo | Document) -> None:
        while stopped := self._take_out(leg, "participant_updated_via_api"):
            # Not only what it did before: somebody else may have taken it elsewhere meanwhile.
            await asyncio.wait(stopped)
        if leg.is_live:
            self.perform(leg, to)

    def _take_out(self, leg: Leg, reason: LeaveReason) -> "set[asyncio.Task[None]]":
        """Take the leg out of everything that it is in. Returns what must still come to its end;
        never the task that asks, which will by itself."""
        this = asyncio.current_task()
        stopped = {task for task in leg.performing if task is not this}
        for task in stopped:
            if not task.cancelling():  # twice would break how it clears up
                task.cancel()
        leg.script = None
        if isinstance(leg.dial, Underway):
            self._tell_cut_short(leg, leg.dial)
            leg.dial = None
        participant = self._conferences.seat_of(leg)
        if participant is not None:
            self._conferences.leave(participant, reason)
        self._conferences.give_up(leg)
        bridge = self._bridges.of(leg)
        if bridge is not None:
            self._bridges.part(bridge, "taken elsewhere" if leg.is_live else "hung up")
        self._queues.leave(leg, "redirected" if leg.is_live else "hangup")
        leg.on_digit = leg.on_speech = None
        leg.playback = None
        return stopped

    def _tell_cut_short(self, leg: Leg, underway: Underway) -> None:
        """Told, but not asked: whatever it answers, the call is already somewhere else."""
        fields = call_parameters(leg) | underway.when_cut_short(leg)
        self._webhooks.notify(leg.sid, leg.account, underway.url, fields, method=underway.method)


def _nothing_to_wait_for() -> "asyncio.Future[None]":
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done


async def _put_down(leg: Leg, far_end: FarEnd, stopped: "set[asyncio.Task[None]]") -> None:
    if stopped:
        await asyncio.wait(stopped)
    await far_end.ended(leg)


def _first_document(leg: Leg) -> tuple[str, str]:
    return leg.callbacks.voice_url, leg.callbacks.voice_method


def _as_it_ended(leg: Leg, status: LegStatus) -> LegStatus:
    """A call that was to be answered with somebody else's, and never was, ends as theirs did."""
    if leg.status is LegStatus.RINGING and status is LegStatus.COMPLETED:
        return leg.unanswered_as or status
    return status
