"""A company as it is now: its calls, its agents, and today's figures; what wallboards show."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from backend.clock import Clock
from backend.domain.agent import AgentStatus, Presence
from backend.domain.board import AgentCard, CallCard, Snapshot, is_in_hands, presence_of
from backend.domain.call import CallState, Direction
from backend.domain.rules import Rules
from backend.measures.catalogue import MEASURES
from backend.measures.intervals import Size, Slot, local_day, slots
from backend.measures.tally import Counting, Tally
from backend.reports.calls import masked
from backend.reports.live_message import (
    SHOWN,
    Figures,
    Live,
    LiveAgent,
    LiveCall,
    LiveQuarter,
    LiveQueue,
)
from backend.reports.questions import counting_of
from backend.store import boards
from backend.store.books import last_entered
from backend.store.company_rules import load_rules
from backend.store.tallies import By, Counts, Scope, count, tallies_of
from backend.store.tenancy import Database, Work

LATELY = timedelta(minutes=30)
"""What is called `lately`: long enough for a share to mean something, short enough to act upon."""
AT_LEAST_EVERY = timedelta(seconds=5)
"""Figures also change without a line in the journal: who waits becomes overdue, a file is read."""


class _Counted(Struct, frozen=True):
    """What the database counted of today, at one state of the books."""

    books: int
    at: datetime
    rules: Rules
    queues: dict[str, Tally]
    agents: dict[str, Tally]
    quarters: tuple[tuple[datetime, Tally], ...]
    lately: Tally


class Watch:
    """Looks at one company again and again; counts anew only what can have changed."""

    def __init__(
        self, archive: Database, tenant: UUID, clock: Clock, *, sees_numbers: bool
    ) -> None:
        self._archive, self._tenant, self._clock = archive, tenant, clock
        self._sees_numbers = sees_numbers
        self._counted: _Counted | None = None

    async def look(self) -> Live:
        """The company now. Raises `DatabaseAway`."""
        now = self._clock()
        async with self._archive.work(self._tenant) as work:
            board = await boards.snapshot(work, UUID(int=0), now)
            rules, entered = await load_rules(work), await last_entered(work)
            known = self._counted
            fresh = None
            if known is None or not _still_true(known, entered, rules, now):
                fresh = await _ask(work, rules, now)
        if fresh is not None:
            known = self._counted = await _add_up(fresh, rules, entered, now)
        assert known is not None  # noqa: S101 (it was, or has just been counted)
        return _live(board, known, now, sees_numbers=self._sees_numbers)


def _still_true(known: _Counted, entered: int, rules: Rules, now: datetime) -> bool:
    return known.books == entered and known.rules == rules and now - known.at < AT_LEAST_EVERY


class _Asked(Struct, frozen=True):
    quarters: tuple[Slot, ...]
    by_queue: Counts
    by_agent: Counts
    by_quarter: Counts
    of_lately: Counts


async def _ask(work: Work, rules: Rules, now: datetime) -> _Asked:
    zone = ZoneInfo(rules.time_zone)
    today = local_day(now, zone)
    whole = slots(today, today, zone, Size.WHOLE)
    quarters = tuple(slot for slot in slots(today, today, zone, Size.QUARTER) if slot.start <= now)
    lately = (Slot(now - LATELY, now + AT_LEAST_EVERY, ""),)
    counting = counting_of(rules)

    async def counts(cut: Sequence[Slot], by: By) -> Counts:
        overdue_since = now - timedelta(seconds=counting.threshold_seconds)
        return await count(work, cut, by, Scope(), counting, overdue_since)

    return _Asked(
        quarters,
        await counts(whole, By.QUEUE),
        await counts(whole, By.AGENT),
        await counts(quarters, By.NOTHING),
        await counts(lately, By.NOTHING),
    )


async def _add_up(asked: _Asked, rules: Rules, entered: int, now: datetime) -> _Counted:
    by_queue = await tallies_of(asked.by_queue)
    by_agent = await tallies_of(asked.by_agent)
    by_quarter = await tallies_of(asked.by_quarter)
    of_lately = await tallies_of(asked.of_lately)
    return _Counted(
        books=entered,
        at=now,
        rules=rules,
        queues={queue or "": tally for (_, queue), tally in by_queue.items()},
        agents={agent or "": tally for (_, agent), tally in by_agent.items()},
        quarters=tuple(
            (slot.start, by_quarter.get((number, None), Tally()))
            for number, slot in enumerate(asked.quarters)
        ),
        lately=of_lately.get((0, None), Tally()),
    )


def _live(board: Snapshot, known: _Counted, now: datetime, *, sees_numbers: bool) -> Live:
    rules, counting = known.rules, counting_of(known.rules)
    calls = tuple(_call(card, sees_numbers) for card in board.calls)
    whole = sum(known.queues.values(), Tally())
    return Live(
        at=now,
        journal=board.number,
        books=known.books,
        time_zone=rules.time_zone,
        answer_within_seconds=rules.answer_within_seconds,
        short_abandon_seconds=rules.short_abandon_seconds,
        calls=calls,
        agents=tuple(_agent(one, board.calls, known, counting) for one in board.agents),
        queues=tuple(_queues(calls, known, counting)),
        today=_figures(whole, counting),
        lately=_figures(known.lately, counting),
        quarters=tuple(
            LiveQuarter(start, _figures(tally, counting)) for start, tally in known.quarters
        ),
    )


def _figures(tally: Tally, counting: Counting) -> Figures:
    return {name: MEASURES[name].of(tally, counting).value for name in SHOWN}


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


def _agent(
    agent: AgentCard, calls: Iterable[CallCard], known: _Counted, counting: Counting
) -> LiveAgent:
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
        figures=_figures(known.agents.get(str(agent.id), Tally()), counting),
    )


def _queues(calls: Sequence[LiveCall], known: _Counted, counting: Counting) -> Iterable[LiveQueue]:
    waiting: dict[str, list[Any]] = {queue: [] for queue in sorted(known.queues)}
    for call in calls:
        if call.waiting_since is not None:
            waiting.setdefault(call.queue, []).append(call.waiting_since)
    for queue, since in waiting.items():
        tally = known.queues.get(queue, Tally())
        yield LiveQueue(queue, len(since), min(since, default=None), _figures(tally, counting))
