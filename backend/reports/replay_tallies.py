"""The tallies of a day that is played: what its figures were at any instant of it.

What was over by then is added up, with marks now and then from which is counted on. Who still
waited and who still talked is counted anew at every look; those are few.
"""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct, field

from backend.measures.durations import EPOCH, MICROSECOND, microseconds
from backend.measures.facts import Handling, Visit
from backend.measures.intervals import Slot
from backend.measures.known_at import Share, over_at, still_lasting, still_waiting
from backend.measures.tally import Counting, Tally, tally
from backend.reports.live_view import LATELY, NOTHING, Counted

FACTS_A_TURN = 20
"""Added up in one turn: about two milliseconds."""
FACTS_A_MARK = 200
NEVER = (1 << 63) - 1


class Sums(Struct):
    """Tallies by queue, by agent and by quarter of an hour, of so many facts."""

    facts: int = 0
    queues: dict[str, Tally] = field(default_factory=dict[str, Tally])
    agents: dict[str, Tally] = field(default_factory=dict[str, Tally])
    quarters: dict[int, Tally] = field(default_factory=dict[int, Tally])

    def copy(self) -> "Sums":
        """Another one that goes on from here; tallies themselves never change."""
        return Sums(self.facts, dict(self.queues), dict(self.agents), dict(self.quarters))


class _Fact(NamedTuple):
    """A visit or a share: when its call came in, when it began and was over (microseconds), as it
    is known since, and as it was known until then."""

    entered: int
    begun: int
    over: int
    since: Visit | Handling
    until: Visit | Handling


class ReplayTallies:
    """The visits and agents' shares of a day; and of the half hour before it, for what is of
    lately."""

    def __init__(self, quarters: Sequence[Slot], counting: Counting, time_zone: str) -> None:
        self._counting, self._time_zone = counting, time_zone
        self._starts = [slot.start for slot in quarters]
        self._borders = [microseconds(start) for start in self._starts]
        self._facts: list[_Fact] = []
        self._entered: list[int] = []
        self._over: list[_Fact] = []
        self._over_at: list[int] = []
        self._marks = [Sums()]

    def add_visit(self, visit: Visit) -> None:
        entered, over = microseconds(visit.entered_at), _moment(over_at(visit))
        self._facts.append(_Fact(entered, entered, over, visit, still_waiting(visit)))

    def add_share(self, share: Share) -> None:
        known = share.handling
        entered, begun = microseconds(known.entered_at), microseconds(known.started_at)
        over = _moment(share.over_at)
        self._facts.append(_Fact(entered, begun, over, known, still_lasting(known)))

    async def close(self) -> None:
        """No fact is missing any more."""
        self._facts.sort(key=lambda fact: fact.entered)
        self._entered = [fact.entered for fact in self._facts]
        of_day = self._facts[bisect_left(self._entered, self._borders[0]) :]
        self._over = sorted(
            (fact for fact in of_day if fact.over < NEVER), key=lambda fact: fact.over
        )
        self._over_at = [fact.over for fact in self._over]
        sums = Sums()
        for mark in range(FACTS_A_MARK, len(self._over) + 1, FACTS_A_MARK):
            sums = await self._count_on(sums, mark)
            self._marks.append(sums)

    @property
    def begins_at(self) -> datetime | None:
        """When the first call of the day came in; None if there was none."""
        place = bisect_left(self._entered, self._borders[0])
        if place == len(self._entered):
            return None
        return EPOCH + self._entered[place] * MICROSECOND

    def came_in(self) -> list[int]:
        """How many callers came in, in each quarter of the day."""
        found = [0] * len(self._borders)
        for fact in self._facts:
            if isinstance(fact.since, Visit) and fact.entered >= self._borders[0]:
                found[self._quarter(fact)] += 1
        return found

    async def at(self, moment: datetime, known: Sums | None, number: int) -> tuple[Sums, Counted]:
        """What was over at that moment, to be handed in as `known` by whoever goes on, and all that
        was counted then. `number` is the journal's line of then."""
        now = microseconds(moment)
        place = bisect_right(self._over_at, now)
        mark = self._marks[place // FACTS_A_MARK]
        is_near = known is not None and mark.facts <= known.facts <= place
        over = await self._count_on(known if known is not None and is_near else mark, place)
        everything = over.copy()
        first = bisect_left(self._entered, self._borders[0])
        lasting = [fact for fact in self._facts[first:] if fact.begun <= now < fact.over]
        for turn, fact in enumerate(lasting):
            self._enter(everything, fact, fact.until, moment)
            await _turn(turn)
        return over, Counted(
            books=number,
            time_zone=self._time_zone,
            counting=self._counting,
            queues=everything.queues,
            agents=everything.agents,
            quarters=tuple(
                (start, everything.quarters.get(quarter, NOTHING))
                for quarter, start in enumerate(self._starts)
                if start <= moment
            ),
            lately=await self._lately(moment),
        )

    async def _count_on(self, sums: Sums, place: int) -> Sums:
        """The sums once so many facts are over."""
        if sums.facts == place:
            return sums
        sums = sums.copy()
        for turn, fact in enumerate(self._over[sums.facts : place]):
            self._enter(sums, fact, fact.since, self._starts[0])
            await _turn(turn)
        sums.facts = place
        return sums

    async def _lately(self, moment: datetime) -> Tally:
        now = microseconds(moment)
        first = bisect_left(self._entered, microseconds(moment - LATELY))
        last = bisect_right(self._entered, now)
        found = NOTHING
        for turn, fact in enumerate(self._facts[first:last]):
            if fact.begun <= now:
                found += self._tally(fact.since if fact.over <= now else fact.until, moment)
            await _turn(turn)
        return found

    def _enter(self, sums: Sums, fact: _Fact, known: Visit | Handling, moment: datetime) -> None:
        counted, quarter = self._tally(known, moment), self._quarter(fact)
        sums.queues[known.queue] = sums.queues.get(known.queue, NOTHING) + counted
        sums.quarters[quarter] = sums.quarters.get(quarter, NOTHING) + counted
        agent = known.answered_by if isinstance(known, Visit) else known.agent
        if agent is not None:
            sums.agents[agent] = sums.agents.get(agent, NOTHING) + counted

    def _tally(self, known: Visit | Handling, moment: datetime) -> Tally:
        if isinstance(known, Visit):
            return tally([known], (), self._counting, moment)
        return tally((), [known], self._counting, moment)

    def _quarter(self, fact: _Fact) -> int:
        return bisect_right(self._borders, fact.entered) - 1


def _moment(over: datetime | None) -> int:
    return NEVER if over is None else microseconds(over)


async def _turn(number: int) -> None:
    """Let others have theirs, now and then."""
    if number % FACTS_A_TURN == FACTS_A_TURN - 1:
        await asyncio.sleep(0)
