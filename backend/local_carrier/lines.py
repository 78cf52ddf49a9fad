"""A line between two numbers of this carrier: one account dials another's number.

Each side has a leg of its own, as with Twilio: outbound for who dials, inbound for who is
dialled. What one side says the other hears.
"""

from collections import deque
from collections.abc import Callable

from backend.local_carrier.audio.frames import Samples
from backend.local_carrier.calls import Calls
from backend.local_carrier.legs import FarEndKind, Leg, LegStatus

LATE_FRAMES = 6
BeginInbound = Callable[["LineEnd"], Leg | None]
"""Begins the dialled side's call, with that end for its far end. None if it cannot be."""


class LineEnd:
    kind: FarEndKind = "line"
    has_ears = True

    def __init__(self, calls: Calls, begin: BeginInbound | None = None) -> None:
        self._calls, self._begin = calls, begin
        self._arrived: deque[Samples] = deque(maxlen=LATE_FRAMES)
        self._other: LineEnd | None = None
        self._leg: Leg | None = None

    def next_frame(self) -> Samples | None:
        return self._arrived.popleft() if self._arrived else None

    def hear(self, frame: Samples) -> None:
        if self._other is not None:
            self._other._arrived.append(frame)

    def ring(self, leg: Leg) -> None:
        """The dialled side's call begins; its TwiML decides whether it is answered."""
        assert self._begin is not None  # noqa: S101  only the dialling end is ever rung
        self._leg = leg
        other = LineEnd(self._calls)
        self._other, other._other = other, self
        other._leg = self._begin(other)
        leg.on_key_sent = other._press
        if other._leg is None:
            leg.refuse(LegStatus.FAILED)
        else:
            leg.become(LegStatus.RINGING)

    def _press(self, key: str) -> None:
        if self._leg is not None:
            self._leg.press(key)

    async def answered(self) -> None:
        """The dialled side has answered; to the dialling side that is news already known."""
        if self._begin is None and self._other is not None and self._other._leg is not None:
            self._other._leg.pick_up()

    async def ended(self, leg: Leg) -> None:
        other, self._other = self._other, None
        if other is None or other._leg is None or not other._leg.is_live:
            return
        if other._leg.direction != "inbound" and other._leg.status is not LegStatus.IN_PROGRESS:
            other._leg.refuse(
                leg.status if leg.status is not LegStatus.CANCELED else LegStatus.BUSY
            )
        else:
            await self._calls.hung_up_by_far_end(other._leg)
