"""What we announce: facts in the past tense, each one line of the journal."""

from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.domain.call import EndReason
from backend.domain.handover import NotTaken, TalkWith
from backend.domain.monitoring import MonitorMode


class Event(Struct, frozen=True, tag_field="event"):
    """One fact. Its tag is its name in the journal and in the feed."""

    @property
    def name(self) -> str:
        return str(self.__struct_config__.tag)


class CallArrived(Event, frozen=True, tag="call-arrived"):
    pass


class CallOffered(Event, frozen=True, tag="call-offered"):
    """It now rings at these agents too."""

    agents: tuple[UUID, ...]


class OfferRefused(Event, frozen=True, tag="offer-refused"):
    agent_id: UUID


class OfferWithdrawn(Event, frozen=True, tag="offer-withdrawn"):
    """It no longer rings at this agent, who is not reachable or went away."""

    agent_id: UUID


class CallDialled(Event, frozen=True, tag="call-dialled"):
    """An agent calls out, and is on the way into the conference."""

    agent_id: UUID


class CalleeCalled(Event, frozen=True, tag="callee-called"):
    """The agent is there, and the carrier was asked to ring the callee."""

    agent_id: UUID


class CalleeRings(Event, frozen=True, tag="callee-rings"):
    pass


class CallForwarded(Event, frozen=True, tag="call-forwarded"):
    """The caller talks with a number outside now; `agent_id` handed them there and has left."""

    agent_id: UUID


class CallClaimed(Event, frozen=True, tag="call-claimed"):
    agent_id: UUID


class ClaimExpired(Event, frozen=True, tag="claim-expired"):
    """The claimant's browser never arrived; the call rings again."""

    agent_id: UUID


class CallConnected(Event, frozen=True, tag="call-connected"):
    agent_id: UUID


class AgentLost(Event, frozen=True, tag="agent-lost"):
    """The agent's leg is gone though nobody hung up. The caller hears music meanwhile, or talks
    with a colleague who was asked into the call."""

    agent_id: UUID


class AgentRejoined(Event, frozen=True, tag="agent-rejoined"):
    agent_id: UUID


class CallReturned(Event, frozen=True, tag="call-returned"):
    """The lost agent did not come back in time; the call rings at everybody."""

    agent_id: UUID


class CallSetAside(Event, frozen=True, tag="call-set-aside"):
    """The caller is on hold, and the agent is free for another call."""

    agent_id: UUID


class HoldOverdue(Event, frozen=True, tag="hold-overdue"):
    """A call was set aside for too long, or its agent has gone; it rings at these agents."""

    agents: tuple[UUID, ...]


class CallParked(Event, frozen=True, tag="call-parked"):
    agent_id: UUID
    slot: int


class ParkOverdue(Event, frozen=True, tag="park-overdue"):
    """A parked call has waited too long; it rings at these agents."""

    slot: int
    agents: tuple[UUID, ...]


class CallPickedUp(Event, frozen=True, tag="call-picked-up"):
    agent_id: UUID
    slot: int


class CallHeld(Event, frozen=True, tag="call-held"):
    agent_id: UUID


class CallResumed(Event, frozen=True, tag="call-resumed"):
    agent_id: UUID


class CallTransferred(Event, frozen=True, tag="call-transferred"):
    """`agent_id` has left the call; it rings at `to`, or `to` is on the way into it. Without one
    it rings at a `team`, or at a number outside."""

    agent_id: UUID
    to: UUID | None
    team: UUID | None = None


class TransferFailed(Event, frozen=True, tag="transfer-failed"):
    """`to`, a `team`, or a number outside did not take the call that `agent_id` handed over."""

    agent_id: UUID
    to: UUID | None
    why: NotTaken
    team: UUID | None = None


class TransferReturned(Event, frozen=True, tag="transfer-returned"):
    """It rings again at the agent who handed it over."""

    agent_id: UUID


class ConsultStarted(Event, frozen=True, tag="consult-started"):
    """`agent_id` asks `to`, or a number outside, who is being rung. The caller hears music, or
    goes on talking if one more person is asked into a conference."""

    agent_id: UUID
    to: UUID | None


class ConsultRings(Event, frozen=True, tag="consult-rings"):
    """The number outside that is consulted rings."""


class ConsultAccepted(Event, frozen=True, tag="consult-accepted"):
    agent_id: UUID


class ConsultJoined(Event, frozen=True, tag="consult-joined"):
    """The colleague's voice is in the room; without one, that of somebody outside."""

    agent_id: UUID | None


class ConsultLost(Event, frozen=True, tag="consult-lost"):
    """The colleague's leg is gone though nobody hung up."""

    agent_id: UUID


class ConsultChanged(Event, frozen=True, tag="consult-changed"):
    """Whom `agent_id` talks with now."""

    agent_id: UUID
    talk_with: TalkWith


class ConsultEnded(Event, frozen=True, tag="consult-ended"):
    """The colleague `agent_id`, or the number outside, is not asked any more; `why` is null if that
    was a wish."""

    agent_id: UUID | None
    why: NotTaken | None


class ConsultCompleted(Event, frozen=True, tag="consult-completed"):
    """`agent_id` has left; `to` has the call."""

    agent_id: UUID
    to: UUID


class GuestLost(Event, frozen=True, tag="guest-lost"):
    """The leg of an agent who is a guest is gone though nobody hung up."""

    agent_id: UUID


class GuestRejoined(Event, frozen=True, tag="guest-rejoined"):
    agent_id: UUID


class GuestLeft(Event, frozen=True, tag="guest-left"):
    """`guest` is out of the conference: an agent, or without `agent_id` a leg outside. `why` is
    null if whoever has the call let them go."""

    guest: UUID
    agent_id: UUID | None
    why: NotTaken | None


class HelpAsked(Event, frozen=True, tag="help-asked"):
    agent_id: UUID


class HelpEnded(Event, frozen=True, tag="help-ended"):
    """Somebody has come, or the agent has taken it back."""

    agent_id: UUID | None


class MonitoringOver(StrEnum):
    """Why a supervisor does not monitor a call any more."""

    LEFT = "left"
    LOST = "lost"
    """Their browser did not come, or did not come back."""
    NO_AGENT = "no_agent"
    """The call was parked or rings: no agent has it."""
    CALL_OVER = "call_over"
    TOOK_OVER = "took_over"


class MonitoringStarted(Event, frozen=True, tag="monitoring-started"):
    """The supervisor `agent_id` comes into the call."""

    agent_id: UUID
    mode: MonitorMode


class MonitorJoined(Event, frozen=True, tag="monitor-joined"):
    """Their leg is in the room."""

    agent_id: UUID


class MonitorLost(Event, frozen=True, tag="monitor-lost"):
    agent_id: UUID


class MonitoringChanged(Event, frozen=True, tag="monitoring-changed"):
    agent_id: UUID
    mode: MonitorMode


class MonitoringEnded(Event, frozen=True, tag="monitoring-ended"):
    agent_id: UUID
    why: MonitoringOver


class CallTakenOver(Event, frozen=True, tag="call-taken-over"):
    """The supervisor `agent_id` has the call, which `before` had."""

    agent_id: UUID
    before: UUID


class CallEnded(Event, frozen=True, tag="call-ended"):
    """`agent_id` is the agent who hung up; None if the caller did, or time."""

    reason: EndReason
    agent_id: UUID | None = None


class CallNoted(Event, frozen=True, tag="call-noted"):
    """The agent wrote or changed their note. Its text is not here: the journal forgets nothing,
    and what was noted about a person must be possible to forget."""

    agent_id: UUID


class CallDisposed(Event, frozen=True, tag="call-disposed"):
    """The agent says how it went."""

    agent_id: UUID
    disposition: str


class AgentChanged(Event, frozen=True, tag="agent-changed"):
    """`wanted` is what they are after the call or the wrap-up they are in, `reason` why away."""

    status: str
    wanted: str = ""
    reason: str | None = None


class AgentSet(Event, frozen=True, tag="agent-set"):
    """The supervisor `by` set the agent's status. The feed tells who did, not why."""

    agent_id: UUID
    by: UUID
    status: str
    reason: str
