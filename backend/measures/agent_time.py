"""What agents did with their time, split exactly where a slot ends: the overlap rule.

At every moment an agent does one thing. Whoever talks with one caller while another is on hold for
them talks; so no minute counts twice, and the parts of a day make the whole of it.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

from backend.domain.agent import AgentStatus
from backend.measures.catalogue import Figure
from backend.measures.durations import ms_between
from backend.measures.facts import Part, Span
from backend.measures.folding import StatusSpan
from backend.measures.intervals import Slot


class Doing(StrEnum):
    """What an agent does; of several at once, the first of these counts."""

    TALK = "talk"
    CONSULT = "consult"
    HOLD = "hold"
    DIAL = "dial"
    WRAP_UP = "wrap_up"
    AVAILABLE = "available"
    AWAY = "away"
    UNREACHABLE = "unreachable"


IN_A_CALL = {
    Part.TALK: Doing.TALK,
    Part.CONSULT: Doing.CONSULT,
    Part.HOLD: Doing.HOLD,
    Part.DIAL: Doing.DIAL,
    Part.WRAP_UP: Doing.WRAP_UP,
}
BETWEEN_CALLS = {
    AgentStatus.WRAP_UP: Doing.WRAP_UP,
    AgentStatus.AVAILABLE: Doing.AVAILABLE,
    AgentStatus.AWAY: Doing.AWAY,
    AgentStatus.UNREACHABLE: Doing.UNREACHABLE,
}
"""Offline is nothing: that time is not logged in."""
BUSY = (Doing.TALK, Doing.CONSULT, Doing.HOLD, Doing.DIAL, Doing.WRAP_UP)
NOBODY_THERE = "nobody was busy or available"


class AgentTime(Struct, frozen=True):
    """One agent's time in one slot, in milliseconds by what they did."""

    spent: Mapping[Doing, int]

    @property
    def logged_in_ms(self) -> int:
        """All of it: talking, wrapping up, waiting, away."""
        return sum(self.spent.values())

    @property
    def busy_ms(self) -> int:
        """Talk, hold, consult, dialling and wrap-up, of calls in either direction."""
        return sum(self.spent.get(doing, 0) for doing in BUSY)

    @property
    def occupancy(self) -> Figure:
        """busy / (busy + available), as COPC has it; a break is in neither."""
        ready = self.busy_ms + self.spent.get(Doing.AVAILABLE, 0)
        return Figure(self.busy_ms / ready) if ready else Figure(None, NOBODY_THERE)

    def __add__(self, other: "AgentTime") -> "AgentTime":
        both = {one: self.spent.get(one, 0) + other.spent.get(one, 0) for one in Doing}
        return AgentTime({one: ms for one, ms in both.items() if ms})


Place = tuple[int, str]
"""A slot, counted from 0, and an agent."""


def agent_times(
    spans: Iterable[Span],
    statuses: Iterable[StatusSpan],
    slots: Sequence[Slot],
    now: datetime,
) -> dict[Place, AgentTime]:
    """What each agent did in each slot. What lasts, lasts until `now`; nothing is after it.

    Slots lie without gaps, in order; agents who were not there in one are left out of it.
    """
    by_agent: dict[str, list[tuple[datetime, datetime, Doing]]] = defaultdict(list)
    for span in spans:
        by_agent[span.agent].append((span.start, span.end or now, IN_A_CALL[span.part]))
    for one in statuses:
        doing = BETWEEN_CALLS.get(one.status)
        if doing is not None:
            by_agent[str(one.agent)].append((one.start, one.end or now, doing))
    borders = [slot.start for slot in slots] + [slots[-1].end]
    found: dict[Place, AgentTime] = {}
    for agent, stretches in by_agent.items():
        for number, spent in _spent(stretches, borders).items():
            found[number, agent] = AgentTime(spent)
    return found


def _spent(
    stretches: Sequence[tuple[datetime, datetime, Doing]], borders: Sequence[datetime]
) -> dict[int, dict[Doing, int]]:
    """Sweeps over everything that begins or ends, and keeps to the first thing that is on."""
    changes: dict[datetime, list[tuple[Doing, int]]] = defaultdict(list)
    for start, end, doing in stretches:
        if end > start:
            changes[start].append((doing, 1))
            changes[end].append((doing, -1))
    on = dict.fromkeys(Doing, 0)
    found: dict[int, dict[Doing, int]] = {}
    number = -1
    moments = sorted({*changes, *borders})
    for moment, after in pairwise(moments):
        for doing, change in changes.get(moment, ()):
            on[doing] += change
        while number + 1 < len(borders) and borders[number + 1] <= moment:
            number += 1
        doing = next((one for one in Doing if on[one]), None)
        ms = ms_between(moment, after)
        if doing is not None and ms and 0 <= number < len(borders) - 1:
            spent = found.setdefault(number, {})
            spent[doing] = spent.get(doing, 0) + ms
    return found


class Traffic(Struct, frozen=True):
    """How many calls agents were in at once, in one slot. `peak` includes those that began before;
    it does not add up over slots or queues."""

    peak: int
    mean: float
    """In Erlangs: the time of all of them together, over the slot's length."""


def traffic(spans: Iterable[Span], slots: Sequence[Slot], now: datetime) -> list[Traffic]:
    """Of each slot. A call that ends at the very moment in which another begins is no longer in."""
    calls: dict[object, list[tuple[datetime, datetime]]] = defaultdict(list)
    for span in spans:
        if span.part not in (Part.WRAP_UP, Part.DIAL):
            calls[span.call_id].append((span.start, span.end or now))
    within: list[list[tuple[datetime, datetime]]] = [[] for _ in slots]
    starts = [slot.start for slot in slots]
    for stretches in calls.values():
        for start, end in _joined(stretches):
            for place in range(max(0, bisect_right(starts, start) - 1), bisect_left(starts, end)):
                piece = max(start, slots[place].start), min(end, slots[place].end)
                if piece[0] < piece[1]:
                    within[place].append(piece)
    return [_traffic_of(pieces, slot) for pieces, slot in zip(within, slots, strict=True)]


def _joined(stretches: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The same time without overlaps: two agents in one call are one call."""
    found: list[tuple[datetime, datetime]] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif end > start:
            found.append((start, end))
    return found


def _traffic_of(pieces: Sequence[tuple[datetime, datetime]], slot: Slot) -> Traffic:
    changes = sorted([(start, 1) for start, _ in pieces] + [(end, -1) for _, end in pieces])
    peak = at_once = 0
    for _, change in changes:  # at one moment -1 comes before 1
        at_once += change
        peak = max(peak, at_once)
    together = sum(ms_between(start, end) for start, end in pieces)
    return Traffic(peak, together / ms_between(slot.start, slot.end))
