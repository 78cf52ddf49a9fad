"""What happened to us: callbacks of the carrier, commands of people, the passing of time."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.domain.agent import AgentStatus
from backend.domain.handover import NotTaken, TalkWith
from backend.domain.monitoring import MonitorMode


class CallerArrived(Struct, frozen=True, tag=True):
    """A caller reached one of the tenant's numbers."""

    caller_leg: str
    caller: str
    number: str


class CallerJoined(Struct, frozen=True, tag=True):
    """The caller's leg is in the conference."""

    leg: str


class CallerLeft(Struct, frozen=True, tag=True):
    """The caller's leg is gone: hung up, or its conference ended."""

    leg: str
    failed: bool = False


class AgentJoined(Struct, frozen=True, tag=True):
    """An agent's leg is in the conference: the carrier's proof that they have the call, or are
    consulted in it."""

    leg: str
    agent_id: UUID


class AgentLegLeft(Struct, frozen=True, tag=True):
    """An agent's leg left the conference; `call_over` if because the whole conference ended."""

    leg: str
    agent_id: UUID
    call_over: bool = False


class ConferenceEnded(Struct, frozen=True, tag=True):
    """The room is closed; nobody is left in it."""


class ConferenceNoted(Struct, frozen=True, tag=True):
    """Something in the room that changes no call; it only takes its place in the sequence."""


class OutboundPlaced(Struct, frozen=True, tag=True):
    """The carrier has taken a leg to a number outside. `outbound` is our name, `leg` its own."""

    outbound: UUID
    leg: str


class OutboundRinging(Struct, frozen=True, tag=True):
    outbound: UUID
    leg: str


class OutboundAnswered(Struct, frozen=True, tag=True):
    """Somebody outside has answered, and is in the conference."""

    outbound: UUID
    leg: str


class OutboundEnded(Struct, frozen=True, tag=True):
    """A leg to a number outside is over; `why` if it was not answered, or failed. `call_over` if
    it ended because the whole conference did."""

    outbound: UUID
    why: NotTaken | None = None
    call_over: bool = False


class AgentDialled(Struct, frozen=True, tag=True):
    """An agent calls out. `number` is as it was typed; without a wish for a `caller_id` the
    company's first number is shown."""

    agent_id: UUID
    call_id: UUID
    number: str
    caller_id: str | None = None


class AgentAnswered(Struct, frozen=True, tag=True):
    agent_id: UUID


class AgentDeclined(Struct, frozen=True, tag=True):
    agent_id: UUID


class AgentParked(Struct, frozen=True, tag=True):
    """`slot` is the wish of the person; None takes the lowest free one."""

    agent_id: UUID
    slot: int | None = None


class AgentPickedUp(Struct, frozen=True, tag=True):
    agent_id: UUID


class AgentHungUp(Struct, frozen=True, tag=True):
    agent_id: UUID


class AgentHeld(Struct, frozen=True, tag=True):
    """The caller hears music; the agent keeps the call."""

    agent_id: UUID


class AgentResumed(Struct, frozen=True, tag=True):
    """The agent talks with the caller again; one who was set aside is taken up like a new call."""

    agent_id: UUID


class AgentSetAside(Struct, frozen=True, tag=True):
    """The caller stays on hold, and the agent leaves the room for another call."""

    agent_id: UUID


class AgentTransferred(Struct, frozen=True, tag=True):
    """A cold transfer: the call rings at `to`, at a `number` outside as it was typed, or at
    everybody of `team` who is free, and the agent has left it."""

    agent_id: UUID
    to: UUID | None = None
    number: str | None = None
    team: UUID | None = None


class AgentConsulted(Struct, frozen=True, tag=True):
    """The beginning of a warm transfer: `to` is rung, or a `number` outside as it was typed, and
    the caller hears music."""

    agent_id: UUID
    to: UUID | None = None
    number: str | None = None


class AgentTalkedWith(Struct, frozen=True, tag=True):
    """While they consult: swap between caller and colleague, or talk with both."""

    agent_id: UUID
    talk_with: TalkWith


class AgentCompleted(Struct, frozen=True, tag=True):
    """The end of a warm transfer: the colleague has the call from now on. In a conference the
    others go on talking."""

    agent_id: UUID


class AgentCancelledConsult(Struct, frozen=True, tag=True):
    """The colleague is let go, and the agent talks with the caller again. If the colleague wishes
    it, they leave."""

    agent_id: UUID


class AgentLetGuestGo(Struct, frozen=True, tag=True):
    """Whoever has the call lets one guest of the conference go, or that guest leaves."""

    agent_id: UUID
    guest: UUID


class AgentNoted(Struct, frozen=True, tag=True):
    """The whole of what this agent notes about a call they handled; it replaces their own note
    and nobody else's."""

    agent_id: UUID
    text: str


class AgentDisposed(Struct, frozen=True, tag=True):
    """How it went, in one of the company's dispositions."""

    agent_id: UUID
    disposition: str


class AgentAskedForHelp(Struct, frozen=True, tag=True):
    agent_id: UUID


class AgentTookHelpBack(Struct, frozen=True, tag=True):
    agent_id: UUID


class SupervisorMonitored(Struct, frozen=True, tag=True):
    """A supervisor (who is an agent of the company too) comes into the call of another."""

    agent_id: UUID
    mode: MonitorMode


class SupervisorChangedMode(Struct, frozen=True, tag=True):
    agent_id: UUID
    mode: MonitorMode


class SupervisorLeft(Struct, frozen=True, tag=True):
    agent_id: UUID


class SupervisorTookOver(Struct, frozen=True, tag=True):
    """The supervisor has the call, and its agent has left it."""

    agent_id: UUID


class MonitorJoined(Struct, frozen=True, tag=True):
    """A supervisor's leg is in the conference, as a monitor's."""

    leg: str
    agent_id: UUID


class MonitorLegLeft(Struct, frozen=True, tag=True):
    """A leg that came as a monitor's left the conference."""

    leg: str
    agent_id: UUID
    call_over: bool = False


class MonitorTimeRanOut(Struct, frozen=True, tag=True):
    """The time that a monitor of the call had to come, or to come back, has passed."""


class GuestTimeRanOut(Struct, frozen=True, tag=True):
    """The time that a guest of the call had to come back has passed."""


class GuestWentOffline(Struct, frozen=True, tag=True):
    """No page of an agent who is a guest answers any more, though their voice may be there."""

    agent_id: UUID


class GuestCameOnline(Struct, frozen=True, tag=True):
    """A page of an agent who is a guest answers again."""

    agent_id: UUID


class AgentBecameFree(Struct, frozen=True, tag=True):
    """An agent can be offered calls from now on; asked of every call that rings."""

    agent_id: UUID


class AgentBecameUnavailable(Struct, frozen=True, tag=True):
    """An agent can no longer be rung; asked of every call that rings there, or that they have set
    aside. Who wraps up, or talks, `comes_back` to those all the same."""

    agent_id: UUID
    comes_back: bool = False


class TimeRanOut(Struct, frozen=True, tag=True):
    """The deadline that the call (or the agent's wrap-up) carried has passed."""


class AgentCameOnline(Struct, frozen=True, tag=True):
    """A page of this agent is open and answers."""


class AgentWentOffline(Struct, frozen=True, tag=True):
    """No page of this agent answers any more: at one web server since `left_at`, which means
    nothing if one has answered at another meanwhile; without it, anywhere."""

    left_at: datetime | None = None


class AgentWentAvailable(Struct, frozen=True, tag=True):
    pass


class AgentWentAway(Struct, frozen=True, tag=True):
    """`reason` is one of the company's, or none."""

    reason: str | None = None


class AgentSignedOut(Struct, frozen=True, tag=True):
    """The agent left on purpose; the next sign-in starts as away."""


class SupervisorSetStatus(Struct, frozen=True, tag=True):
    """A supervisor makes an agent available or away, and says why."""

    status: AgentStatus
    reason: str
    by: UUID


class AgentFinishedWrapUp(Struct, frozen=True, tag=True):
    pass


OutboundSignal = OutboundPlaced | OutboundRinging | OutboundAnswered | OutboundEnded


class AgentTookCall(Struct, frozen=True, tag=True):
    """They answered or picked up: somebody is there, and a wrap-up is over."""


class AgentDeclinedOffer(Struct, frozen=True, tag=True):
    """They do not take that call, but somebody is there."""


CarrierSignal = (
    CallerArrived
    | CallerJoined
    | CallerLeft
    | AgentJoined
    | AgentLegLeft
    | OutboundSignal
    | MonitorJoined
    | MonitorLegLeft
    | ConferenceEnded
    | ConferenceNoted
)
Command = (
    AgentDialled
    | AgentAnswered
    | AgentDeclined
    | AgentParked
    | AgentPickedUp
    | AgentHungUp
    | AgentHeld
    | AgentResumed
    | AgentSetAside
    | AgentTransferred
    | AgentConsulted
    | AgentTalkedWith
    | AgentCompleted
    | AgentCancelledConsult
    | AgentLetGuestGo
    | AgentNoted
    | AgentDisposed
    | AgentAskedForHelp
    | AgentTookHelpBack
    | SupervisorMonitored
    | SupervisorChangedMode
    | SupervisorLeft
    | SupervisorTookOver
)
AfterCallWork = AgentNoted | AgentDisposed
"""What whoever handled a call does about it, also when it is over."""
CallSignal = (
    CarrierSignal
    | Command
    | AgentBecameFree
    | AgentBecameUnavailable
    | TimeRanOut
    | MonitorTimeRanOut
    | GuestTimeRanOut
    | GuestWentOffline
    | GuestCameOnline
)
AgentSignal = (
    AgentCameOnline
    | AgentWentOffline
    | AgentWentAvailable
    | AgentWentAway
    | AgentSignedOut
    | AgentFinishedWrapUp
    | AgentTookCall
    | AgentDeclinedOffer
    | SupervisorSetStatus
    | TimeRanOut
)


class Callback(Struct, frozen=True):
    """A carrier's signal about one call, as it was received.

    `key` is the same for a repeat of the same callback. `sequence` is the carrier's number
    within `conference`; a signal without a conference has none. `received_at` is when it came
    (to the switchboard, once it is there), `happened_at` when what it tells happened.
    """

    call_id: UUID
    key: str
    signal: CarrierSignal
    received_at: datetime
    happened_at: datetime
    conference: str | None = None
    sequence: int | None = None
