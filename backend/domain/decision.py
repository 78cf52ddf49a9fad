"""What is looked at, what follows, and the small steps that every decision is made of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.domain import events, instructions, signals
from backend.domain.agent import Agent
from backend.domain.call import Call, CallState, Leg
from backend.domain.call_states import TRANSITIONS
from backend.domain.outbound import OwnNumber, Usage
from backend.domain.rules import Rules


class Note(Struct, frozen=True):
    """What one agent noted about one call, at `written_at`; one without text is none."""

    call_id: UUID
    agent_id: UUID
    text: str
    written_at: datetime


class Scene(Struct, frozen=True):
    """What a decision looks at.

    `free` are the agents who can be offered a call now. Those who are `wrapping` up, or who have
    nothing but callers on hold (`holding`), are rung only for one that comes back to them.
    `actor_call` is the call that the actor has in hand, beside `actor_held` others on hold; `note`
    is what they have noted. `team` are those of the team that the call is handed to, or shall be;
    None if it is to none.
    """

    tenant: UUID
    rules: Rules
    call: Call | None = None
    actor: Agent | None = None
    actor_call: UUID | None = None
    actor_held: int = 0
    free: tuple[UUID, ...] = ()
    wrapping: tuple[UUID, ...] = ()
    holding: tuple[UUID, ...] = ()
    team: tuple[UUID, ...] | None = None
    taken_slots: frozenset[int] = frozenset()
    names: Mapping[UUID, str] = {}
    numbers: tuple[OwnNumber, ...] = ()
    usage: Usage = Usage()
    calling_out: bool = True
    """The platform's switch, for all companies."""
    note: str = ""

    def is_at_hand(self, agent: UUID) -> bool:
        """Whether that agent is there and has no call in hand."""
        return agent in (*self.free, *self.wrapping, *self.holding)


class Decision(Struct, frozen=True):
    """What follows. `freed` agents may be offered other calls; `wrapping` begin their wrap-up; at
    `missed` ones it rang to the end; `noted` is written down.

    What is `recorded` is kept for supervisors, whether or not it is `said` to the boards.
    """

    call: Call | None = None
    said: tuple[events.Event, ...] = ()
    asked: tuple[instructions.Instruction, ...] = ()
    freed: tuple[UUID, ...] = ()
    wrapping: tuple[UUID, ...] = ()
    missed: tuple[UUID, ...] = ()
    noted: tuple[Note, ...] = ()
    recorded: tuple[events.Event, ...] = ()


def may(call: Call, signal: signals.CallSignal, outcome: CallState) -> bool:
    return outcome in TRANSITIONS.get((call.state, type(signal)), ())


def move(
    call: Call,
    signal: signals.CallSignal,
    outcome: CallState,
    now: datetime,
    **changes: Any,
) -> Call:
    """The call in its new state. A move that the table lacks is a mistake of ours."""
    if not may(call, signal, outcome):
        raise ImpossibleMove(call.state, type(signal).__name__, outcome)
    return replace(call, state=outcome, since=now, rev=call.rev + 1, **changes)


class ImpossibleMove(AssertionError):
    """`decide` tried a move that is not in the table of states."""


def grown(call: Call, announced: bool = True) -> Call:
    return replace(call, rev=call.rev + 1) if announced else call


def remember(call: Call, leg: Leg) -> Call:
    return call if call.leg(leg.id) else replace(call, legs=(*call.legs, leg))


def forget(call: Call, leg: Leg, now: datetime) -> Call:
    """The call with that leg gone. A leg that was never seen is remembered as gone, so that its
    late arrival cannot bring it to life."""
    if call.leg(leg.id) is None:
        return replace(call, legs=(*call.legs, replace(leg, left_at=now)))
    gone = tuple(
        replace(one, left_at=now) if one.id == leg.id and one.left_at is None else one
        for one in call.legs
    )
    return replace(call, legs=gone)


def missed_by(scene: Scene, call: Call) -> tuple[UUID, ...]:
    """At whom it has rung all the time; whoever is in another call was not disturbed."""
    return tuple(agent for agent in call.offered_to if scene.is_at_hand(agent))


def also(people: tuple[UUID, ...], one: UUID) -> tuple[UUID, ...]:
    return people if one in people else (*people, one)
