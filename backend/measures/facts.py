"""What is known of a call once its journal is read: who waited, who had it, and for how long."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.domain.call import Direction


class Outcome(StrEnum):
    """What became of a caller in a queue."""

    ANSWERED = "answered"
    """An agent was there and both were joined."""
    ABANDONED = "abandoned"
    """They hung up while they waited, also while it rang at an agent."""
    CALLBACK = "callback"
    """They accepted to be called back."""
    VOICEMAIL = "voicemail"
    """They left a message."""
    FLOW_OUT = "flow_out"
    """They were sent on to another queue."""
    FORCED_OUT = "forced_out"
    """We ended it: nobody answered in time, or an agent turned it away."""
    FAILED = "failed"
    """The line broke off."""
    OPEN = "open"
    """They are still waiting."""


class Visit(Struct, frozen=True):
    """One stay of a caller in one queue; what is offered, answered and abandoned counts these.

    `wait_ms` is from entering to the outcome, ringing at agents included, never negative; while
    the visit is open it is None. Times are UTC.
    """

    call_id: UUID
    queue: str
    caller: str
    entered_at: datetime
    outcome: Outcome
    wait_ms: int | None = None
    number: int = 0
    """Which of the call's stays it is."""
    answered_by: str | None = None
    """The agent's id; a name, in a history that came from elsewhere."""
    ended_at: datetime | None = None
    """When the whole call was over."""
    is_skewed: bool = False
    """Two clocks disagreed: the wait would have been negative."""


class Part(StrEnum):
    """What an agent does in a call."""

    TALK = "talk"
    """They and the caller hear each other."""
    HOLD = "hold"
    """They have the call, and the caller hears music."""
    CONSULT = "consult"
    """They speak with a colleague about it, and the caller does not hear it."""
    DIAL = "dial"
    """They call out, and nobody has answered yet: busy, but in no handle time."""
    WRAP_UP = "wrap_up"
    """Work after it."""


class Span(Struct, frozen=True):
    """A stretch of an agent's time that belongs to a call; `end` is None while it lasts."""

    agent: str
    call_id: UUID
    part: Part
    start: datetime
    end: datetime | None


class Ending(StrEnum):
    """How an agent's share of a call came to its end."""

    OVER = "over"
    """With the call."""
    TRANSFERRED = "transferred"
    """They handed it to a colleague, a team, or a number outside."""
    PARKED = "parked"
    LEFT = "left"
    """A colleague has it, or went on without them."""
    OPEN = "open"


class Handling(Struct, frozen=True):
    """One agent's share of one call, from when they came in until they left; milliseconds.

    `handle_ms` is talk, hold, consult and wrap-up together. A history that came from elsewhere may
    tell the sum without its parts, or nothing: then they are None, never 0.
    """

    call_id: UUID
    entered_at: datetime
    """When the call came in: a share is counted then, whenever it was."""
    queue: str
    direction: Direction
    agent: str
    started_at: datetime
    ended_at: datetime | None
    ending: Ending
    talk_ms: int | None = None
    hold_ms: int | None = None
    consult_ms: int | None = None
    wrap_up_ms: int | None = None
    handle_ms: int | None = None
    number: int = 0
    """Which of the call's shares it is."""
    is_final: bool = True
    """Whether it is over, and the wrap-up too."""


class RingEnding(StrEnum):
    """Why it does not ring at an agent any more."""

    ANSWERED = "answered"
    """They took the call."""
    NOT_SELECTED = "not_selected"
    """A colleague was quicker."""
    DECLINED = "declined"
    MISSED = "missed"
    """It rang to the end."""
    ABANDONED = "abandoned"
    """The caller was gone first."""
    WITHDRAWN = "withdrawn"
    """They went away or were not reachable, or the call was taken back."""
    OPEN = "open"
    """It still rings."""


class Ring(Struct, frozen=True):
    """A stretch of time in which a call is offered to an agent; `ended_at` is None while it rings.

    Ring-all is a ring of each agent. Whether they were disturbed by it is not known here: who takes
    one call while others ring as well is rung by those until they end.
    """

    call_id: UUID
    agent: str
    started_at: datetime
    ended_at: datetime | None = None
    ending: RingEnding = RingEnding.OPEN
    number: int = 0
    """Which of the call's rings it is."""
