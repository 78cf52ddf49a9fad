"""The company as it is, made of its board and of what was counted: what a wallboard shows of now,
and a replay of then. Pure, so that both can say it by the same words."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.domain.agent import AgentStatus, Presence
from backend.domain.board import AgentCard, CallCard, Snapshot, is_in_hands, presence_of
from backend.domain.call import CallState, Direction
from backend.measures.catalogue import MEASURES
from backend.measures.tally import Counting, Tally
from backend.reports.live_message import (
    SHOWN,
    Figures,
    Live,
    LiveAgent,
    LiveCall,
    LiveQuarter,
    LiveQueue,
)
from backend.reports.masking import masked

LATELY = timedelta(minutes=30)
"""What is called `lately`: long enough for a share to mean something, short enough to act upon."""

Figured = Callable[[Tally, Counting], Figures]
NOTHING = Tally()


class Counted(Struct, frozen=True):
    """The tallies of a day so far, by queue, by agent's id, and of each quarter of an hour that has
    begun; `books` is the last line of the journal that is counted."""

    books: int
    time_zone: str
    counting: Counting
    queues: dict[str, Tally]
    agents: dict[str, Tally]
    quarters: tuple[tuple[datetime, Tally], ...]
    lately: Tally


def figures_of(tally: Tally, counting: Counting) -> Figures:
    """The measures that are shown of a company as it is."""
    return {name: MEASURES[name].of(tally, counting).value for name in SHOWN}


def live_of(
    board: Snapshot,
    counted: Counted,
    now: datetime,
    *,
    sees_numbers: bool,
    figured: Figured = figures_of,
) -> Live:
    """The company at that moment. Who asks often hands in a `figured` that remembers."""
    counting = counted.counting
    calls = tuple(_call(card, sees_numbers) for card in board.calls)

    by_person = _by_person(board.calls)

    def of_agent(card: AgentCard) -> LiveAgent:
        tally = counted.agents.get(str(card.id), NOTHING)
        return _agent(card, by_person[card.id], figured(tally, counting))

    return Live(
        at=now,
        journal=board.number,
        books=counted.books,
        time_zone=counted.time_zone,
        answer_within_seconds=counting.threshold_seconds,
        short_abandon_seconds=counting.short_seconds,
        calls=calls,
        agents=tuple(of_agent(card) for card in board.agents),
        queues=tuple(_queues(calls, counted, figured)),
        today=figured(sum(counted.queues.values(), NOTHING), counting),
        lately=figured(counted.lately, counting),
        quarters=tuple(
            LiveQuarter(start, figured(tally, counting)) for start, tally in counted.quarters
        ),
    )


def _call(card: CallCard, sees_numbers: bool) -> LiveCall:
    return LiveCall(
        id=card.id,
        queue=card.number,
        direction=card.direction,
        state=card.state,
        caller=card.caller if sees_numbers else masked(card.caller),
        agent=None if card.agent_id is None else str(card.agent_id),
        slot=card.slot,
        started_at=card.started_at,
        since=card.since,
        waiting_since=_waiting_since(card),
        help_at=card.help_at,
    )


def _waiting_since(card: CallCard) -> datetime | None:
    """From when on a caller has had nobody: since they came, if no agent ever talked with them."""
    if card.direction is Direction.OUTBOUND and card.answered_at is None:
        return None
    if card.state not in (CallState.RINGING, CallState.CONNECTING):
        return None
    return card.started_at if card.answered_at is None else card.since


def _by_person(calls: Iterable[CallCard]) -> defaultdict[UUID, list[CallCard]]:
    """The calls that each agent has anything to do with: to look through all of them for each of a
    hundred agents would keep everybody else waiting."""
    found: defaultdict[UUID, list[CallCard]] = defaultdict(list)
    for call in calls:
        asked = () if call.consult is None else (call.consult.agent_id,)
        guests = (one.agent_id for one in call.guests)
        monitors = (one.person_id for one in call.monitors)
        for person in {call.agent_id, *asked, *guests, *monitors, *call.offered_to}:
            if person is not None:
                found[person].append(call)
    return found


def _agent(agent: AgentCard, calls: Iterable[CallCard], figures: Figures) -> LiveAgent:
    presence = presence_of(agent, calls)
    own = [call for call in calls if call.agent_id == agent.id or is_in_hands(call, agent.id)]
    in_hands = [call.since for call in own if is_in_hands(call, agent.id)]
    busy = presence in (Presence.ON_CALL, Presence.RINGING)
    return LiveAgent(
        id=agent.id,
        name=agent.name,
        presence=presence,
        since=max(in_hands, default=agent.since) if busy else agent.since,
        reason=agent.reason if agent.status is AgentStatus.AWAY else None,
        calls=len(own),
        figures=figures,
    )


def _queues(calls: Sequence[LiveCall], counted: Counted, figured: Figured) -> Iterable[LiveQueue]:
    waiting: dict[str, list[Any]] = {queue: [] for queue in sorted(counted.queues)}
    for call in calls:
        if call.waiting_since is not None:
            waiting.setdefault(call.queue, []).append(call.waiting_since)
    for queue, since in waiting.items():
        figures = figured(counted.queues.get(queue, NOTHING), counted.counting)
        yield LiveQueue(queue, len(since), min(since, default=None), figures)
