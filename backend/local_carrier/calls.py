"""Begins calls, takes them elsewhere, and ends them, whoever asks: TwiML, REST or a far end."""

import asyncio
import logging
from collections.abc import Callable

from backend.local_carrier.accounts import Account
from backend.local_carrier.conferences import Conferences, LeaveReason
from backend.local_carrier.legs import HungUp, Leg, LegStatus
from backend.local_carrier.twiml.dial import DialUnderway
from backend.local_carrier.twiml.perform import Document, perform_call
from backend.local_carrier.twiml.stage import End, GoTo, Stage
from backend.local_carrier.webhooks.delivery import Webhooks
from backend.local_carrier.webhooks.parameters import call_parameters, completion_parameters

KEPT_CALLS = 10_000

log = logging.getLogger(__name__)


class Calls:
    def __init__(
        self, webhooks: Webhooks, conferences: Conferences, stage_for: Callable[[Leg], Stage]
    ) -> None:
        self._webhooks, self._conferences, self._stage_for = webhooks, conferences, stage_for
        self._all: dict[str, Leg] = {}
        self._live: dict[str, Leg] = {}

    def of_account(self, account: Account) -> list[Leg]:
        return [leg for leg in self._all.values() if leg.account is account]

    def find(self, sid: str) -> Leg | None:
        return self._all.get(sid)

    def all(self) -> list[Leg]:
        return list(self._all.values())

    def live(self) -> list[Leg]:
        return list(self._live.values())

    def begin(self, leg: Leg) -> None:
        """A call has reached us: its voice URL is asked what to do."""
        self.remember(leg)
        self._live[leg.sid] = leg
        callbacks = leg.callbacks
        first = GoTo(callbacks.voice_url, callbacks.voice_method, leg.custom_parameters)
        leg.script = asyncio.create_task(self._perform(leg, first))

    def remember(self, leg: Leg) -> None:
        self._all[leg.sid] = leg
        if len(self._all) > KEPT_CALLS:
            oldest = next((sid for sid, old in self._all.items() if not old.is_live), None)
            if oldest is not None:
                del self._all[oldest]

    async def redirect(self, leg: Leg, to: GoTo | Document) -> None:
        """REST takes the call away from whatever it is doing, at once."""
        leg.note("taken elsewhere by REST")
        await self._interrupt(leg, "participant_updated_via_api")
        leg.script = asyncio.create_task(self._perform(leg, to))

    async def end(self, leg: Leg, status: LegStatus = LegStatus.COMPLETED) -> None:
        if not leg.become(status):
            return
        self._live.pop(leg.sid, None)
        await self._interrupt(leg, "participant_hung_up")
        callbacks = leg.callbacks
        if callbacks.status_callback:
            self._webhooks.notify(
                leg.sid,
                leg.account,
                callbacks.status_callback,
                completion_parameters(leg),
                method=callbacks.status_callback_method,
            )
        far_end, leg.far_end = leg.far_end, HungUp(leg.far_end.kind)
        leg.heard.clear()
        leg.said.clear()
        await far_end.ended(leg)

    async def hung_up_by_far_end(self, leg: Leg) -> None:
        answered = leg.status is LegStatus.IN_PROGRESS
        await self.end(leg, LegStatus.COMPLETED if answered else LegStatus.CANCELED)

    async def close(self) -> None:
        for leg in self.live():
            await self.end(leg)

    async def _perform(self, leg: Leg, start: GoTo | Document) -> None:
        try:
            end = await perform_call(self._stage_for(leg), start)
        except Exception:
            # The outermost line of a call: whatever breaks, its caller must not hang on for ever.
            log.exception("call %s broke while its TwiML was performed", leg.sid)
            end = End(LegStatus.FAILED)
        await self.end(leg, end.status)

    async def _interrupt(self, leg: Leg, reason: LeaveReason) -> None:
        script, leg.script = leg.script, None
        by_itself = script is asyncio.current_task()
        if script is not None and not by_itself:
            script.cancel()
        participant = self._conferences.seat_of(leg)
        if participant is not None:
            self._conferences.leave(participant, reason)
        leg.playback = None
        if isinstance(leg.dial, DialUnderway):
            # Told, but not asked: whatever it answers, the call is already somewhere else.
            fields = call_parameters(leg) | {"DialCallStatus": "answered"}
            self._webhooks.notify(
                leg.sid, leg.account, leg.dial.action, fields, method=leg.dial.method
            )
            leg.dial = None
        if script is not None and not by_itself:
            await asyncio.wait([script])
