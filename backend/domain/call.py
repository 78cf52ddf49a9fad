"""A call as the caller lives it, and the legs that carry it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from msgspec import Struct

from backend.domain.guests import Guest
from backend.domain.handover import Consult, Transfer
from backend.domain.monitoring import Monitor
from backend.domain.outbound import OutboundLeg, Progress


class CallState(StrEnum):
    """Where a call stands. The moves between them are in `call_states`."""

    RINGING = "ringing"
    """Nobody has it; it is offered to agents and the caller hears ringing (or music)."""
    CONNECTING = "connecting"
    """One agent has claimed it; that agent's browser is on its way into the conference."""
    DIALLING = "dialling"
    """An outbound call: the agent is in the conference, and the callee is being rung."""
    CONNECTED = "connected"
    """An agent has it. `agent_present` tells whether the agent's leg is in the room now."""
    HELD = "held"
    """Its agent has set it aside for another call: the caller hears music until they resume."""
    PARKED = "parked"
    """The caller waits with music in a numbered slot, for any agent."""
    FORWARDED = "forwarded"
    """It was handed to a number outside: the caller talks there, and no agent has it."""
    ENDED = "ended"
    """History. Terminal."""


LIVE = frozenset(CallState) - {CallState.ENDED}


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    """We called: then `Call.caller` is whom, and `Call.number` the number we showed."""


class EndReason(StrEnum):
    """How a call ended, in the field's words."""

    COMPLETED = "completed"
    ABANDONED = "abandoned"
    """The caller hung up before anybody answered."""
    NO_ANSWER = "no_answer"
    """Nobody answered in time; the caller was told so."""
    REJECTED = "rejected"
    """An agent took it and ended it before anybody talked; or a callee refused it."""
    BUSY = "busy"
    """The callee was engaged."""
    CANCELED = "canceled"
    """The agent gave up before the callee answered."""
    FAILED = "failed"
    """It broke off: the line failed, or the agent was lost and nobody took the call over."""


class LegRole(StrEnum):
    """Who is at the end of a leg."""

    CALLER = "caller"
    AGENT = "agent"
    OUTSIDE = "outside"
    """Somebody at a number outside, who was asked in by an agent."""
    MONITOR = "monitor"
    """A supervisor who listens; also once they have taken the call over with that leg."""


class Disposition(Struct, frozen=True):
    """How a call went, as one of those who handled it sees it."""

    agent_id: UUID
    name: str
    at: datetime


class Leg(Struct, frozen=True):
    """One phone connection in the call's conference; `id` is the carrier's name for it."""

    id: str
    role: LegRole
    joined_at: datetime
    agent_id: UUID | None = None
    left_at: datetime | None = None


class Call(Struct, frozen=True):
    """Everything that is known of one call. `rev` grows by one with every change."""

    id: UUID
    caller: str
    number: str
    caller_leg: str
    started_at: datetime
    since: datetime
    rev: int = 0
    direction: Direction = Direction.INBOUND
    state: CallState = CallState.RINGING
    offered_to: tuple[UUID, ...] = ()
    declined_by: tuple[UUID, ...] = ()
    agent_id: UUID | None = None
    agent_leg: str | None = None
    caller_held: bool = False
    """The carrier was asked to play music to the caller: on hold, in the lot, between agents."""
    held_at: datetime | None = None
    """Since when the call is on hold: its agent keeps it and wished for the music. They are in the
    room all the same, but for one in state HELD."""
    transfer: Transfer | None = None
    consult: Consult | None = None
    guests: tuple[Guest, ...] = ()
    """Who was asked in before, the earliest first; see `conferring`."""
    slot: int | None = None
    parked_by: UUID | None = None
    overdue: bool = False
    """Parked or set aside for too long: it rings at everybody who is free, and is never ended by
    us. One that was set aside stays so until whoever takes it is there."""
    handled_by: tuple[UUID, ...] = ()
    dispositions: tuple[Disposition, ...] = ()
    """One of each handler at most, the latest choice last."""
    legs: tuple[Leg, ...] = ()
    outbound: tuple[OutboundLeg, ...] = ()
    """Every leg to a number outside that this call caused. The first of an outbound call is its
    callee's."""
    progress: Progress | None = None
    """Of the callee, while the call is dialling."""
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: EndReason | None = None
    deadline: datetime | None = None
    """When the passing of time becomes a signal for this call."""
    conference: str | None = None
    heard: int | None = None
    """The last number in the carrier's sequence of conference events that was applied."""
    conference_over: bool = False
    monitors: tuple[Monitor, ...] = ()
    """The supervisors who listen, whisper or barge; see `supervising`."""
    help_at: datetime | None = None
    """Since when the call's agent asks for a supervisor."""

    @property
    def is_live(self) -> bool:
        return self.state is not CallState.ENDED

    @property
    def agent_present(self) -> bool:
        return self.agent_leg is not None

    @property
    def consulted(self) -> UUID | None:
        """The colleague who has accepted to be consulted."""
        consult = self.consult
        is_on = consult is not None and consult.accepted and consult.failed is None
        return consult.agent_id if consult is not None and is_on else None

    @property
    def callee(self) -> OutboundLeg | None:
        """The leg of whom an outbound call was made to."""
        is_ours = self.direction is Direction.OUTBOUND and bool(self.outbound)
        return self.outbound[0] if is_ours else None

    def outbound_leg(self, outbound: UUID | None) -> OutboundLeg | None:
        """The leg to a number outside of that id, if this call has one."""
        return next((each for each in self.outbound if each.id == outbound), None)

    def is_in_hands_of(self, agent_id: UUID) -> bool:
        """Whether that agent has the call, is consulted or a guest in it, or monitors it: their
        voice belongs there, and in no other."""
        return self.talks(agent_id) or self.monitor(agent_id) is not None

    def talks(self, agent_id: UUID) -> bool:
        """Whether that agent has the call in hand, is consulted in it or a guest of it."""
        if self.is_held_by(agent_id):
            return False
        return agent_id in (self.agent_id, self.consulted) or self.guest(agent_id) is not None

    def seated_agents(self) -> tuple[tuple[str, UUID], ...]:
        """The legs of agents that are in the room as far as we know, each with whose it is."""
        asked = self.consult
        seats = [(self.agent_leg, self.agent_id)]
        seats += [(asked.leg, asked.agent_id)] if asked is not None else []
        seats += [(guest.leg, guest.agent_id) for guest in self.guests]
        return tuple((leg, agent) for leg, agent in seats if leg is not None and agent is not None)

    def guest(self, guest: UUID) -> Guest | None:
        """That guest of this call, by the agent's id or that of the leg outside."""
        return next((one for one in self.guests if one.id == guest), None)

    def is_held_by(self, agent_id: UUID) -> bool:
        """Whether that agent has set this call aside."""
        return self.state is CallState.HELD and self.agent_id == agent_id

    def monitor(self, person_id: UUID) -> Monitor | None:
        """That person as a monitor of this call."""
        return next((one for one in self.monitors if one.person_id == person_id), None)

    def leg(self, leg_id: str) -> Leg | None:
        """The leg of that name, if it ever joined."""
        return next((leg for leg in self.legs if leg.id == leg_id), None)


def call_id_of(tenant: UUID, caller_leg: str) -> UUID:
    """The call's id, derived from the caller's leg.

    A repeated voice webhook, or one answered while the database is away, names the same
    conference without having to remember anything.
    """
    return uuid5(tenant, caller_leg)
