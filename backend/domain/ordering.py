"""In which order the carrier's callbacks are applied, whatever order they arrive in.

Twilio numbers the events of a conference and warns that they may arrive in any order
(twilio.com/docs/voice/twiml/conference, SequenceNumber). So a call's callbacks have places:
the arrival, then the conference's events by number, then the end of the caller's leg. One that
comes before its place waits there; a gap is waited for at most `PATIENCE`, because a callback
may also be lost. One whose place has passed is late and changes nothing; but who came in is there,
whenever we hear of it: only their leaving undoes that, and it is remembered of a leg that was never
seen (`decision.forget`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from backend.domain.call import Call
from backend.domain.signals import (
    AgentJoined,
    Callback,
    CallerArrived,
    CallerJoined,
    MonitorJoined,
    OutboundAnswered,
    OutboundEnded,
    OutboundRinging,
)

PATIENCE = timedelta(seconds=2)
ENTERS = (CallerJoined, AgentJoined, MonitorJoined, OutboundAnswered)
ORPHANED = timedelta(seconds=60)
"""A callback about a call that never arrived is laid aside after this."""


def next_in_order(call: Call | None, waiting: Sequence[Callback], now: datetime) -> Callback | None:
    """The one of the `waiting` callbacks that can be applied now, or None.

    It is one that is in its place, or is late, or has waited for `PATIENCE`.
    """
    if call is None:
        return next((c for c in waiting if _opens(c) or now - c.received_at >= ORPHANED), None)
    candidates = sorted(waiting, key=_place)
    return next(
        (c for c in candidates if _is_due(call, c) or now - c.received_at >= PATIENCE), None
    )


def has_its_place(call: Call | None, callback: Callback) -> bool:
    """Whether that callback still means something: its call is known, its place not passed."""
    if call is None:
        return _opens(callback)
    if callback.sequence is None or call.heard is None or call.conference is None:
        return True
    if callback.conference != call.conference:
        # A room that was closed is made anew when somebody enters; the rest is of one that is past.
        return isinstance(callback.signal, ENTERS)
    return callback.sequence > call.heard or _brings_somebody_in(call, callback)


def _brings_somebody_in(call: Call, callback: Callback) -> bool:
    """Whether it tells of a leg that nobody else stands for: an agent whose page was reloaded is
    there by the newer leg, and the older one is on its way out."""
    if not isinstance(callback.signal, ENTERS):
        return False
    agent = getattr(callback.signal, "agent_id", None)
    return agent is None or all(leg.agent_id != agent or leg.left_at for leg in call.legs)


def _opens(callback: Callback) -> bool:
    return isinstance(callback.signal, CallerArrived)


def _is_due(call: Call, callback: Callback) -> bool:
    if _opens(callback):
        return True
    if callback.sequence is None:
        return _goes_before_the_room(callback) or call.conference_over or not call.is_live
    if call.conference is None or call.heard is None:
        # The first event is "start" or the first "join"; carriers count from 0 or from 1.
        return callback.sequence <= 1
    if callback.conference != call.conference:
        return True
    return callback.sequence <= call.heard + 1


def _goes_before_the_room(callback: Callback) -> bool:
    """What becomes of a leg before it is in the conference has no number there."""
    signal = callback.signal
    unanswered = isinstance(signal, OutboundEnded) and signal.why is not None
    return unanswered or isinstance(signal, OutboundRinging)


def _place(callback: Callback) -> tuple[int, int]:
    if _opens(callback):
        return (0, 0)
    if callback.sequence is None:
        return (2, 0)
    return (1, callback.sequence)
