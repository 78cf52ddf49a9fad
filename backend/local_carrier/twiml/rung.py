"""Parties that a <Dial> rings: together or one after the other, with one winner.

Whoever answers first is connected, the others are canceled. A party may have a document of its
own (`url`), performed after the answer and before the caller is put through.
"""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import msgspec

from backend.local_carrier.audio.clips import Playback
from backend.local_carrier.audio.sources import FromPlay
from backend.local_carrier.audio.tones import ringing_tone
from backend.local_carrier.keys import press_keys
from backend.local_carrier.legs import Callbacks, Leg, LegStatus
from backend.local_carrier.twiml.bridged import not_bridged, outcome_so_far, part, talk
from backend.local_carrier.twiml.recorded import DialRecording
from backend.local_carrier.twiml.stage import Stage, Unreachable, Wish

TOLD_FIRST = (
    LegStatus.NO_ANSWER,
    LegStatus.BUSY,
    LegStatus.FAILED,
    LegStatus.CANCELED,
    LegStatus.COMPLETED,
)
"""Which outcome a <Dial> tells if several parties were not connected, each in its own way.
Completed: one that answered, but was gone before the caller was put through."""


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One noun: whom to ring, and what that party hears before the caller is put through."""

    to: str
    parameters: dict[str, str] = {}
    url: str = ""
    method: str = "POST"
    digits: str = ""
    """Keys that are pressed for the party once it has answered."""
    status_callback: str = ""
    status_callback_method: str = "POST"
    status_callback_events: frozenset[str] = frozenset()


Party = tuple[Rung, Leg]


class RungTogether(msgspec.Struct, frozen=True):
    rung: tuple[Rung, ...]
    caller_id: str | None
    timeout: int
    sequential: bool

    async def connect(
        self, stage: Stage, time_limit: int, recording: DialRecording
    ) -> dict[str, str]:
        """Ring, connect, and wait until it is over. Returns the fields for `action`."""
        parties: list[Party] = []
        try:
            for one in self.rung:
                parties.append((one, self._leg(stage, one)))
            recording.ringing()
            with _ringback(stage):
                winner = await self._winner(stage, parties)
            if winner is None:
                return _unanswered([leg for _, leg in parties])
            return await self._talk(stage, winner, time_limit, recording)
        except Unreachable as problem:
            stage.leg.note(f"cannot dial: {problem}")
            return not_bridged("failed")
        finally:
            await _release(stage, [leg for _, leg in parties])

    def part(self, stage: Stage) -> None:
        part(stage)

    def outcome_so_far(self, stage: Stage) -> dict[str, str]:
        return outcome_so_far(stage)

    def _leg(self, stage: Stage, one: Rung) -> Leg:
        status_callback = one.status_callback and stage.absolute(one.status_callback)
        callbacks = Callbacks(
            status_callback=status_callback,
            status_callback_method=one.status_callback_method,
            status_callback_events=one.status_callback_events,
        )
        wish = Wish(
            to=one.to, caller=self.caller_id, parameters=one.parameters, callbacks=callbacks
        )
        return stage.network.leg_to(wish, stage.leg)

    async def _winner(self, stage: Stage, parties: Sequence[Party]) -> Leg | None:
        if not self.sequential:
            return await self._first_of(stage, parties)
        for party in parties:
            if await self._first_of(stage, [party]) is not None:
                return party[1]
        return None

    async def _first_of(self, stage: Stage, parties: Sequence[Party]) -> Leg | None:
        """The first who answers and stays; the others are canceled at once."""
        ringing = {asyncio.create_task(self._put_through(stage, p)): p[1] for p in parties}
        waiting = set(ringing)
        winner: Leg | None = None
        try:
            while waiting and winner is None:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                winner = next((ringing[t] for t in ringing if t in done and t.result()), None)
            return winner
        finally:
            for task in ringing:
                task.cancel()
            await asyncio.gather(*ringing, return_exceptions=True)
            await _release(stage, [leg for leg in ringing.values() if leg is not winner])

    async def _put_through(self, stage: Stage, party: Party) -> bool:
        noun, leg = party
        if not await stage.network.ring(leg, self.timeout):
            return False
        await press_keys(leg, noun.digits)
        if noun.url:
            await stage.network.perform_aside(leg, stage.absolute(noun.url), noun.method)
        return _is_there(leg)

    async def _talk(
        self, stage: Stage, child: Leg, time_limit: int, recording: DialRecording
    ) -> dict[str, str]:
        await stage.answer()  # with answerOnBridge it was not answered yet
        if not _is_there(child):  # gone while the others were let go
            return _unanswered([child])
        bridge = stage.network.bridges.join(stage.leg, child)
        recording.answered()
        return await talk(stage, bridge, time_limit)


def _is_there(leg: Leg) -> bool:
    return leg.is_live and not leg.goes_its_own_way


async def _release(stage: Stage, legs: Sequence[Leg]) -> None:
    """Whoever still rings, or is there only because we dialled, is let go."""
    ends: list[asyncio.Future[None]] = []
    for leg in legs:
        if _is_there(leg):
            talks = leg.status is LegStatus.IN_PROGRESS
            status = LegStatus.COMPLETED if talks else LegStatus.CANCELED
            ends.append(stage.network.end(leg, status))
    await asyncio.gather(*ends)


@contextmanager
def _ringback(stage: Stage) -> Generator[None]:
    """A caller who is answered already hears that it rings elsewhere."""
    playback = Playback(ringing_tone(), FromPlay(url="ringing", ringback=True), loops=0)
    stage.leg.playback = playback
    try:
        yield
    finally:
        if stage.leg.playback is playback:
            stage.leg.playback = None


def _unanswered(legs: Sequence[Leg]) -> dict[str, str]:
    """Whom REST has taken away has completed its call, as far as the <Dial> is concerned."""
    ends = {LegStatus.COMPLETED if leg.is_live else leg.status: leg for leg in reversed(legs)}
    told = next(status for status in TOLD_FIRST if status in ends)
    return not_bridged(str(told)) | {"DialCallSid": ends[told].sid}
