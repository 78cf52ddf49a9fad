"""Calls that REST creates. They leave one after the other, as many a second as their account may;
until its turn comes a call is queued, and REST is told how long that will be.
"""

import msgspec

from backend.local_carrier.accounts import Account
from backend.local_carrier.calls import Calls
from backend.local_carrier.clock import Clock, within
from backend.local_carrier.conferences import Conferences
from backend.local_carrier.keys import press_keys
from backend.local_carrier.legs import Leg, LegStatus
from backend.local_carrier.rooms import Conference, Seat
from backend.local_carrier.twiml.conference import ConferenceNoun
from backend.local_carrier.twiml.dial import LONGEST_SECONDS, Dial
from backend.local_carrier.twiml.perform import Document
from backend.local_carrier.twiml.stage import GoTo

LONGEST_QUEUE_SECONDS = 24 * 3600
GREETING_SECONDS = 4.0
"""So long an answering machine speaks before its beep."""


class QueueTooLong(Exception):
    """More calls wait for their turn than leave within a day."""


class TooManyCalls(Exception):
    """The account has as many calls under way as it may."""


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """How a created call goes on."""

    leg: Leg
    timeout: int
    then: GoTo | Document
    keys: str = ""
    """To press once the call is answered."""
    awaits_beep: bool = False
    """If a machine answers, the call goes on when it may be spoken to."""


class Placing:
    def __init__(self, clock: Clock, calls: Calls, conferences: Conferences) -> None:
        self._clock, self._calls, self._conferences = clock, calls, conferences
        self._last_turn: dict[str, float] = {}
        conferences.ended.append(self._release_expected)

    def check(self, account: Account) -> None:
        """Raises `TooManyCalls`, or `QueueTooLong`, if that account may not call now."""
        most = account.limits.concurrent_calls
        if most is not None and self._calls.live_of(account) >= most:
            raise TooManyCalls
        if self._wait(account) > LONGEST_QUEUE_SECONDS:
            raise QueueTooLong

    def place(self, placed: Placed) -> None:
        """The call exists from now on; it rings when its turn comes."""
        self._enter(placed.leg)
        placed.leg.begin_script(self._run(placed))

    def place_into(self, leg: Leg, seat: Seat, timeout: int) -> Conference:
        """The same, to sit in a conference. Raises `CannotJoin` if its label is taken."""
        conference = self._conferences.expect(leg, seat)
        sit_down = Dial(
            noun=ConferenceNoun(seat),
            action=None,
            method="POST",
            time_limit=leg.time_limit or LONGEST_SECONDS,
            hangup_on_star=False,
            answer_on_bridge=False,
            recorded=None,
        )
        self.place(Placed(leg=leg, timeout=timeout, then=[sit_down]))
        return conference

    def _enter(self, leg: Leg) -> None:
        leg.queue_seconds = self._wait(leg.account)
        self._last_turn[leg.account.sid] = self._clock.seconds() + leg.queue_seconds
        self._calls.remember(leg)

    def _wait(self, account: Account) -> float:
        last = self._last_turn.get(account.sid)
        if last is None:
            return 0.0
        return max(0.0, last + 1 / account.limits.calls_per_second - self._clock.seconds())

    async def _run(self, placed: Placed) -> None:
        leg = placed.leg
        if await within(self._clock, leg.outcome, leg.queue_seconds):
            await self._calls.end(leg, leg.outcome.result())  # nobody wants it any more
            return
        if not await self._calls.ring(leg, placed.timeout):
            return
        leg.answered_by = leg.answered_by or "unknown"
        await press_keys(leg, placed.keys)
        if placed.awaits_beep and leg.answered_by == "machine_start":
            await self._clock.sleep(GREETING_SECONDS)
            leg.answered_by = "machine_end_beep"
        self._calls.perform(leg, placed.then)

    def _release_expected(self, conference: Conference) -> None:
        """The room is closed: whoever was still being rung for it is not needed any more."""
        for sid in list(conference.expected):
            leg = self._calls.find(sid)
            if leg is not None:
                leg.refuse(LegStatus.CANCELED)
        conference.expected.clear()
