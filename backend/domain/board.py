"""What everybody sees: cards, a numbered snapshot, and the fold that keeps it current.

The board's browser half folds in the same way (`board_state.ts`); both are held against the
same vectors. `apply(snapshot, announcement)` of every announcement after a snapshot gives what
a fresh snapshot would say.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.domain.agent import Agent, AgentStatus, Presence
from backend.domain.call import Call, CallState, Direction, Disposition
from backend.domain.guests import Guest
from backend.domain.handover import Consult, NotTaken, TalkWith, Transfer
from backend.domain.monitoring import MonitorMode
from backend.domain.outbound import Progress
from backend.domain.rules import Rules

Card = TypeVar("Card", "CallCard", "AgentCard")

RECENT = 20
"""How many ended calls a board shows."""


class ConsultCard(Struct, frozen=True):
    """A colleague, or a number outside, who is asked into a call; `present` once their voice is
    there. `ringing` tells of a number outside only."""

    agent_id: UUID | None
    number: str | None
    ringing: bool
    since: datetime
    accepted: bool
    present: bool
    talk_with: TalkWith
    failed: NotTaken | None

    @property
    def is_on(self) -> bool:
        return self.accepted and self.failed is None


class GuestCard(Struct, frozen=True):
    """Somebody more in a conference, an agent or at a number outside; `present` while their voice
    is there. `id` is how whoever has the call names them to let them go."""

    id: UUID
    agent_id: UUID | None
    number: str | None
    since: datetime
    present: bool


class MonitorCard(Struct, frozen=True):
    """A supervisor who monitors a call, where the company's rule is that agents see it."""

    person_id: UUID
    mode: MonitorMode
    since: datetime
    present: bool


class CallCard(Struct, frozen=True):
    """A call as a board shows it. Times are UTC; `since` is the start of this state."""

    id: UUID
    rev: int
    state: CallState
    direction: Direction
    progress: Progress | None
    caller: str
    number: str
    offered_to: tuple[UUID, ...]
    agent_id: UUID | None
    agent_present: bool
    slot: int | None
    parked_by: UUID | None
    held_at: datetime | None
    overdue: bool
    transfer: Transfer | None
    consult: ConsultCard | None
    guests: tuple[GuestCard, ...]
    monitors: tuple[MonitorCard, ...]
    help_at: datetime | None
    handled_by: tuple[UUID, ...]
    started_at: datetime
    since: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    dispositions: tuple[Disposition, ...]


class AgentCard(Struct, frozen=True):
    """An agent as a board shows them; calls make a `Presence` of the status. `wanted` is what they
    are after the call or the wrap-up they are in, `reason` why that is away."""

    id: UUID
    name: str
    rev: int
    status: AgentStatus
    since: datetime
    wanted: AgentStatus
    reason: str | None
    deadline: datetime | None
    wrap_up_of: UUID | None
    set_by: UUID | None = None
    """The supervisor who chose this status."""


class RulesShown(Struct, frozen=True):
    """What a board must know of its company's rules; they are explained in `Rules`."""

    ring_seconds: int
    park_seconds: int
    held_calls: int
    missed_rings: int
    dispositions: tuple[str, ...]
    disposition_required: bool
    away_reasons: tuple[str, ...]
    conference_size: int


class TeamCard(Struct, frozen=True):
    """A team of the company, and who is in it: a call can be handed to all of them at once."""

    id: UUID
    name: str
    members: tuple[UUID, ...]


class Snapshot(Struct, frozen=True, tag_field="type", tag="snapshot"):
    """A whole board, as of journal number `number`. `at` is the server's clock.

    Nothing that is announced changes its rules, its teams or who of its agents are `supervisors`: a
    new snapshot tells of new ones.
    """

    number: int
    at: datetime
    me: UUID
    slots: int
    calls: tuple[CallCard, ...]
    agents: tuple[AgentCard, ...]
    recent: tuple[CallCard, ...]
    rules: RulesShown
    teams: tuple[TeamCard, ...]
    supervisors: tuple[UUID, ...]


class Announcement(Struct, frozen=True, tag_field="type", tag="event", omit_defaults=True):
    """One numbered event with the card as it is afterwards. Numbers are dense per tenant."""

    number: int
    at: datetime
    event: str
    call: CallCard | None = None
    agent: AgentCard | None = None


class Gap(Exception):
    """An announcement is missing between this snapshot and that number."""


def card_of(call: Call) -> CallCard:
    return CallCard(
        id=call.id,
        rev=call.rev,
        state=call.state,
        direction=call.direction,
        progress=call.progress,
        caller=call.caller,
        number=call.number,
        offered_to=call.offered_to,
        agent_id=call.agent_id,
        agent_present=call.agent_present,
        slot=call.slot,
        parked_by=call.parked_by,
        held_at=call.held_at,
        overdue=call.overdue,
        transfer=call.transfer,
        consult=None if call.consult is None else consult_card_of(call.consult),
        guests=tuple(guest_card_of(one) for one in call.guests),
        monitors=monitor_cards_of(call),
        help_at=call.help_at,
        handled_by=call.handled_by,
        started_at=call.started_at,
        since=call.since,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        end_reason=call.end_reason,
        dispositions=call.dispositions,
    )


def consult_card_of(consult: Consult) -> ConsultCard:
    return ConsultCard(
        consult.agent_id,
        consult.number,
        consult.ringing,
        consult.since,
        consult.accepted,
        consult.is_there,
        consult.talk_with,
        consult.failed,
    )


def guest_card_of(guest: Guest) -> GuestCard:
    return GuestCard(guest.id, guest.agent_id, guest.number, guest.since, guest.is_there)


def monitor_cards_of(call: Call, *, for_supervisors: bool = False) -> tuple[MonitorCard, ...]:
    """Who monitors the call: those whom everybody may see, or all of them."""
    return tuple(
        MonitorCard(one.person_id, one.mode, one.since, one.leg is not None)
        for one in call.monitors
        if one.is_shown or for_supervisors
    )


def is_in_hands(call: CallCard, agent_id: UUID) -> bool:
    """Whether that agent talks in the call: has it, not on hold, is consulted or a guest."""
    asked = call.consult
    is_asked = asked is not None and asked.is_on and asked.agent_id == agent_id
    is_guest = any(one.agent_id == agent_id for one in call.guests)
    has_it = call.agent_id == agent_id and call.state is not CallState.HELD
    return has_it or is_asked or is_guest


def agent_card_of(agent: Agent) -> AgentCard:
    return AgentCard(
        agent.id,
        agent.name,
        agent.rev,
        agent.status,
        agent.since,
        agent.wanted,
        agent.reason,
        agent.deadline,
        agent.wrap_up_of,
        agent.set_by,
    )


def rules_shown(rules: Rules) -> RulesShown:
    return RulesShown(
        rules.ring_seconds,
        rules.park_seconds,
        rules.held_calls,
        rules.missed_rings,
        rules.dispositions,
        rules.disposition_required,
        rules.away_reasons,
        rules.conference_size,
    )


def apply(snapshot: Snapshot, said: Announcement) -> Snapshot:
    """The board after one announcement. One that it knows already changes nothing.

    Raises `Gap` if a number is missing: ask again, from `snapshot.number`.
    """
    if said.number <= snapshot.number:
        return snapshot
    if said.number != snapshot.number + 1:
        raise Gap(f"have {snapshot.number}, got {said.number}")
    after = replace(snapshot, number=said.number, at=said.at)
    if said.call is not None:
        after = _with_call(after, said.call)
    if said.agent is not None:
        after = replace(after, agents=in_order_of_name(_put(after.agents, said.agent)))
    return after


def apply_all(snapshot: Snapshot, said: Iterable[Announcement]) -> Snapshot:
    """The board after these announcements, as `apply` makes it of one after the other, but sooner:
    a board is put in order once, and not for each of them. Raises `Gap`."""
    number, at = snapshot.number, snapshot.at
    calls = {card.id: card for card in snapshot.calls}
    recent = {card.id: card for card in snapshot.recent}
    agents = {card.id: card for card in snapshot.agents}
    for one in said:
        if one.number <= number:
            continue
        if one.number != number + 1:
            raise Gap(f"have {number}, got {one.number}")
        number, at = one.number, one.at
        if one.call is not None:
            _place(one.call, calls, recent)
        if one.agent is not None:
            agents[one.agent.id] = one.agent
    return replace(
        snapshot,
        number=number,
        at=at,
        calls=in_order_of_start(calls.values()),
        agents=in_order_of_name(agents.values()),
        recent=latest(recent.values()),
    )


def presence_of(agent: AgentCard, calls: Iterable[CallCard]) -> Presence:
    """What colleagues see of this agent, derived from the status and the live calls."""
    if agent.status is AgentStatus.OFFLINE:
        return Presence.OFFLINE
    calls = tuple(calls)
    if any(is_in_hands(call, agent.id) for call in calls):
        return Presence.ON_CALL
    if any(agent.id == one.person_id for call in calls for one in call.monitors):
        return Presence.MONITORING
    holds = any(call.state is CallState.HELD and call.agent_id == agent.id for call in calls)
    if holds and agent.status is not AgentStatus.WRAP_UP:
        # Work on the last call shows, though somebody waits on hold; no other status does.
        return Presence.ON_CALL
    if agent.status is not AgentStatus.AVAILABLE:
        return Presence(agent.status.value)
    rings = any(agent.id in call.offered_to for call in calls)
    return Presence.RINGING if rings else Presence.AVAILABLE


def in_order_of_start(calls: Iterable[CallCard]) -> tuple[CallCard, ...]:
    return tuple(sorted(calls, key=lambda call: (call.started_at, call.id)))


def in_order_of_name(agents: Iterable[AgentCard]) -> tuple[AgentCard, ...]:
    return tuple(sorted(agents, key=lambda agent: (agent.name, agent.id)))


def latest(calls: Iterable[CallCard]) -> tuple[CallCard, ...]:
    """The ended calls that a board shows, newest first."""
    by_id = sorted(calls, key=lambda call: call.id)
    return tuple(sorted(by_id, key=lambda call: call.ended_at or call.since, reverse=True)[:RECENT])


def _with_call(snapshot: Snapshot, card: CallCard) -> Snapshot:
    known = next((c for c in (*snapshot.calls, *snapshot.recent) if c.id == card.id), None)
    if known is not None and known.rev > card.rev:
        return snapshot
    if card.state is CallState.ENDED:
        left = tuple(call for call in snapshot.calls if call.id != card.id)
        return replace(snapshot, calls=left, recent=latest(_put(snapshot.recent, card)))
    return replace(snapshot, calls=in_order_of_start(_put(snapshot.calls, card)))


def _place(card: CallCard, calls: dict[UUID, CallCard], recent: dict[UUID, CallCard]) -> None:
    known = calls.get(card.id) or recent.get(card.id)
    if known is not None and known.rev > card.rev:
        return
    if card.state is CallState.ENDED:
        calls.pop(card.id, None)
        recent[card.id] = card
    else:
        calls[card.id] = card


def _put(cards: tuple[Card, ...], card: Card) -> tuple[Card, ...]:
    return (*(one for one in cards if one.id != card.id), card)
