"""Counting: of visits and handlings of one slot, one queue, one agent, whatever was asked for.

Tallies are added without loss, so a day is the sum of its quarters and a company that of its
queues. Every measure in `catalogue` is a function of one tally and the rules; nothing counts anew.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from operator import add

from msgspec import Struct
from msgspec.structs import astuple, fields

from backend.measures.facts import Ending, Handling, Outcome, Visit
from backend.measures.waits import Waits


class Counting(Struct, frozen=True):
    """What a company counts by. A figure that depends on them is shown with them."""

    threshold_seconds: int = 20
    """T: answered no later than this is answered in time."""
    short_seconds: int = 5
    """S: who gave up before this had dialled wrongly; exactly S is not short."""


class Tally(Struct, frozen=True, dict=True):
    """How many and how long, of the visits that began in a slot and of their handlings.

    Spans of time are in whole milliseconds. `open` is still waiting; `overdue` are those among
    them who have waited longer than the threshold.
    """

    answered: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    callback: int = 0
    voicemail: int = 0
    flow_out: int = 0
    forced_out: int = 0
    failed: int = 0
    open: int = 0
    overdue: int = 0
    answered_wait_ms: int = 0
    abandoned_wait_ms: int = 0
    longest_wait_ms: int = 0
    skewed: int = 0
    """Clocks disagreed; counted with a wait of 0."""
    answered_waits: Waits = Waits()
    abandoned_waits: Waits = Waits()
    other_waits: Waits = Waits()
    """Of those who neither were answered nor gave up."""
    handlings: int = 0
    """Agents' shares with known time."""
    told_handlings: int = 0
    """Of those, the ones of which also the parts are known, and not only their sum."""
    unknown_handlings: int = 0
    """Those without; they are in no mean."""
    transfers: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    consult_ms: int = 0
    wrap_up_ms: int = 0
    handle_ms: int = 0
    longest_handle_ms: int = 0
    unfinished: int = 0
    """Shares that still last, or whose wrap-up does."""

    @property
    def offered(self) -> int:
        """Everybody who came in; by this sum nobody is lost."""
        left = self.callback + self.voicemail + self.flow_out + self.forced_out + self.failed
        return self.answered + self.abandoned + left + self.open

    @property
    def is_final(self) -> bool:
        """Whether nobody of these waits or is talked with any more."""
        return self.open == 0 and self.unfinished == 0

    @cached_property
    def waits(self) -> Waits:
        """Of all whose wait is over."""
        return self.answered_waits + self.abandoned_waits + self.other_waits

    def __add__(self, other: "Tally") -> "Tally":
        both = zip(TOGETHER, astuple(self), astuple(other), strict=True)
        return Tally(*[together(one, another) for together, one, another in both])


LONGEST = {"longest_wait_ms", "longest_handle_ms"}
"""What is not added: of two the longer."""
TOGETHER = tuple(max if each.name in LONGEST else add for each in fields(Tally))


def tally(
    visits: Iterable[Visit], handlings: Iterable[Handling], rules: Counting, now: datetime
) -> Tally:
    """Count these. `now` tells how long those who are still waiting have waited."""
    by_outcome: dict[Outcome, list[Visit]] = {outcome: [] for outcome in Outcome}
    for visit in visits:
        by_outcome[visit.outcome].append(visit)
    waits = {
        outcome: [visit.wait_ms or 0 for visit in found] for outcome, found in by_outcome.items()
    }
    answered, abandoned = waits.pop(Outcome.ANSWERED), waits.pop(Outcome.ABANDONED)
    still = [(now - one.entered_at).total_seconds() for one in by_outcome[Outcome.OPEN]]
    del waits[Outcome.OPEN]
    others = [wait for found in waits.values() for wait in found]
    of_visits = Tally(
        answered=len(answered),
        abandoned=len(abandoned),
        short_abandoned=sum(wait < rules.short_seconds * 1000 for wait in abandoned),
        callback=len(by_outcome[Outcome.CALLBACK]),
        voicemail=len(by_outcome[Outcome.VOICEMAIL]),
        flow_out=len(by_outcome[Outcome.FLOW_OUT]),
        forced_out=len(by_outcome[Outcome.FORCED_OUT]),
        failed=len(by_outcome[Outcome.FAILED]),
        open=len(still),
        overdue=sum(waited > rules.threshold_seconds for waited in still),
        answered_wait_ms=sum(answered),
        abandoned_wait_ms=sum(abandoned),
        longest_wait_ms=max([*answered, *abandoned, *others], default=0),
        skewed=sum(one.is_skewed for found in by_outcome.values() for one in found),
        answered_waits=Waits.of_ms(answered),
        abandoned_waits=Waits.of_ms(abandoned),
        other_waits=Waits.of_ms(others),
    )
    return sum((_of_handling(one) for one in handlings), of_visits)


def _of_handling(one: Handling) -> Tally:
    if not one.is_final:
        return Tally(unfinished=1)
    handed_on = int(one.ending is Ending.TRANSFERRED)
    if one.handle_ms is None or one.talk_ms == 0:
        # Nobody talked, or nobody wrote down how long: neither above nor below the line.
        return Tally(unknown_handlings=1)
    summed = Tally(
        handlings=1,
        transfers=handed_on,
        handle_ms=one.handle_ms,
        longest_handle_ms=one.handle_ms,
    )
    if one.talk_ms is None:
        return summed
    return summed + Tally(
        told_handlings=1,
        talk_ms=one.talk_ms,
        hold_ms=one.hold_ms or 0,
        consult_ms=one.consult_ms or 0,
        wrap_up_ms=one.wrap_up_ms or 0,
    )
