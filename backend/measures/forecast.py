"""How many callers to expect in each slot of a day, and how far that is to be trusted.

A day is expected to be like the same weekdays before it: `m` of a slot is the median of the last
four. Whether today is larger or smaller is told by who has arrived so far, with `k` calls mixed in
that came just as expected, so that three early callers do not double the day:

    expected = m(slot) * (arrived so far + k) / (m so far + k)

`k`, the intervals and the error that is shown come from the company's own past: of each day in it
the same recipe is tried with nothing but what was known before (a rolling origin).
"""

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from functools import cached_property
from itertools import accumulate
from math import ceil, exp, floor, pi, sqrt
from statistics import NormalDist, median

from msgspec import Struct

SAME_WEEKDAYS = 4
DAMPINGS = (10_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1)
"""What `k` may be, in calls; with the first, today changes nothing. Of equals it is the first."""
UNTRIED_DAMPING = 50
"""... where there is no past to try it on."""
ORIGINS = 12
"""From so many moments of each past day its rest is forecast, to choose `k`: every two hours."""
IN_NINE_OF_TEN = (0.05, 0.95)
FEWEST_SHARES = 10
"""A mean handle time of fewer is one of chance."""
FEWEST_ABANDONS = 30
"""Fewer say nothing about patience."""
NO_SAME_WEEKDAY = "nobody called on any such weekday before"
NO_SUCH_TIME = "no such weekday before had that time"

Counts = Mapping[time, float]
"""How many arrived in each slot of a day, by its start on the wall clock; 0 where nobody did."""
History = Mapping[date, Counts]


class Baseline(Struct, frozen=True):
    """What the last same weekdays say: their dates, the latest first, and `m` for each slot of the
    day, None where none of them had that time of the wall clock (an hour that was jumped over)."""

    days: tuple[date, ...]
    medians: tuple[float | None, ...]
    used: tuple[int, ...]
    """From how many days each median is."""


class Expected(Struct, frozen=True):
    """One slot: nine times of ten the calls are from `low` to `high`, both included."""

    calls: float
    low: int
    high: int


class Forecast(Struct, frozen=True):
    """A day's. Errors are of the slots to come, at this time of the day, on the days tried."""

    slots: tuple[Expected | None, ...]
    baseline: Baseline
    damping: float
    """`k`, in calls."""
    tested_days: int
    wape: float | None
    """Sum of errors over sum of calls; None if there was nothing to try it on."""
    wape_floor: float | None
    """The same for whoever knew every slot's mean: what is left is chance, by Poisson."""


def forecast(
    history: History, day: date, today: date, times: Sequence[time], arrived: Sequence[float]
) -> Forecast:
    """`day` is `today` or later; `times` are the starts of its slots on the wall clock, `arrived`
    the counts of those that are over, from the first on. A past day on which nobody called at all
    was a holiday, or a gap: it is left out.

    Of a slot that is over it is said what was expected as the day began.
    """
    past = {one: counts for one, counts in history.items() if one < today and any(counts.values())}
    expected = baseline(past, day, today, times)
    trials = _trials(past, day - today, times, len(expected.days))
    damping = _fitted(trials, len(times))
    origin = len(arrived)
    as_it_began, from_now = (_scores(trials, start, damping) for start in (0, origin))
    here = _Trial([each or 0.0 for each in expected.medians], arrived)
    ratio = here.ratio(origin, damping)
    slots = tuple(
        None
        if typical is None
        else _expected(typical, as_it_began, place)
        if place < origin
        else _expected(typical * ratio, from_now, place)
        for place, typical in enumerate(expected.medians)
    )
    wape, wape_floor = _judged(trials, origin, damping)
    return Forecast(slots, expected, damping, len(trials), wape, wape_floor)


def baseline(past: History, day: date, before: date, times: Sequence[time]) -> Baseline:
    """Of a day by the last same weekdays of `past` that lie before the date `before`."""
    same = sorted(one for one in past if one < before and one.weekday() == day.weekday())
    days = tuple(reversed(same[-SAME_WEEKDAYS:]))
    known = [[past[one][at] for one in days if at in past[one]] for at in times]
    medians = tuple(float(median(counts)) if counts else None for counts in known)
    return Baseline(days, medians, tuple(len(counts) for counts in known))


class _Trial:
    """A day whose slots were expected so, and what arrived in them."""

    def __init__(self, expected: Sequence[float], arrived: Sequence[float]) -> None:
        self.expected, self.arrived = expected, arrived

    @cached_property
    def _before(self) -> tuple[list[float], list[float]]:
        """What had arrived before each slot, and what had been expected."""
        return (
            list(accumulate(self.arrived, initial=0.0)),
            list(accumulate(self.expected, initial=0.0)),
        )

    def ratio(self, origin: int, damping: float) -> float:
        """By how much the day is larger than expected, as far as was known before that slot."""
        arrived, expected = self._before
        return (arrived[origin] + damping) / (expected[origin] + damping)

    def missed(self, origin: int, damping: float) -> float:
        """By how many calls the slots from there on were missed, together."""
        ratio = self.ratio(origin, damping)
        rest = zip(self.arrived[origin:], self.expected[origin:], strict=True)
        return sum(abs(arrived - ratio * typical) for arrived, typical in rest)


def _trials(past: History, ahead: timedelta, times: Sequence[time], fewest: int) -> list[_Trial]:
    """Each past day by the days that were known so long ahead of it, where they were as many as
    are known now: of fewer the errors would be those of another recipe."""
    found: list[_Trial] = []
    for day, counts in past.items():
        before = baseline(past, day, day - ahead, times)
        if len(before.days) >= max(1, fewest):
            expected = [typical or 0.0 for typical in before.medians]
            found.append(_Trial(expected, [counts.get(at, 0.0) for at in times]))
    return found


def _fitted(trials: Sequence[_Trial], slots: int) -> float:
    """The `k` with the smallest error. (All are judged by the same calls, so the sum will do.)"""
    if not trials:
        return UNTRIED_DAMPING
    origins = range(0, slots, max(1, slots // ORIGINS))
    return min(
        DAMPINGS,
        key=lambda k: sum(trial.missed(origin, k) for trial in trials for origin in origins),
    )


def _scores(trials: Sequence[_Trial], origin: int, damping: float) -> list[list[float]]:
    """The errors of each slot from `origin` on, in units of the root of what was expected."""
    found: list[list[float]] = [[] for _ in trials[0].expected] if trials else []
    for trial in trials:
        ratio = trial.ratio(origin, damping)
        for place in range(origin, len(trial.expected)):
            mean = trial.expected[place] * ratio
            found[place].append((trial.arrived[place] - mean) / sqrt(max(mean, 1.0)))
    return found


def _expected(mean: float, scores: Sequence[Sequence[float]], place: int) -> Expected:
    """With an interval as wide as the errors in that slot and its neighbours were, and never
    narrower than Poisson's: a few days of luck make nobody sure."""
    near = sorted(score for each in scores[max(0, place - 1) : place + 2] for score in each)
    low, high = (poisson_quantile(mean, share) for share in IN_NINE_OF_TEN)
    if near:
        spread = sqrt(max(mean, 1.0))
        lowest, highest = (near[_rank(len(near), share)] for share in IN_NINE_OF_TEN)
        low = min(low, floor(mean + lowest * spread))
        high = max(high, ceil(mean + highest * spread))
    return Expected(mean, max(0, low), high)


def _rank(count: int, share: float) -> int:
    """The place of the nearest rank, outwards."""
    return min(count - 1, ceil(share * count) if share > 0.5 else floor(share * count))


def _judged(
    trials: Sequence[_Trial], origin: int, damping: float
) -> tuple[float | None, float | None]:
    """The WAPE of the slots from `origin` on, and the least that anybody could reach."""
    missed = sum(trial.missed(origin, damping) for trial in trials)
    arrived = sum(sum(trial.arrived[origin:]) for trial in trials)
    means = [
        typical * trial.ratio(origin, damping)
        for trial in trials
        for typical in trial.expected[origin:]
    ]
    by_chance = sum(sqrt(2 * mean / pi) for mean in means)
    return (
        missed / arrived if arrived else None,
        by_chance / sum(means) if sum(means) else None,
    )


def poisson_quantile(mean: float, share: float) -> int:
    """The fewest calls that are not exceeded with that chance (0 to 1), if `mean` are expected."""
    if mean > 500:  # where its exponential is close to nothing, and the curve to a normal one
        return max(0, round(NormalDist(mean, sqrt(mean)).inv_cdf(share)))
    chance = so_far = exp(-mean)
    calls = 0
    while so_far < share and chance > 0:
        calls += 1
        chance *= mean / calls
        so_far += chance
    return calls


class Handled(Struct, frozen=True):
    """Agents' shares with known time, and the time of all together in milliseconds."""

    shares: int = 0
    ms: int = 0

    def __add__(self, other: "Handled") -> "Handled":
        return Handled(self.shares + other.shares, self.ms + other.ms)


def handle_times(
    handled: Mapping[date, Mapping[time, Handled]], days: Sequence[date], times: Sequence[time]
) -> list[float | None]:
    """The mean handle time of each slot on those days, in seconds; where too few were handled in
    it, that of the days; where too few on them, that of all; None if nothing is known."""
    none = Handled()
    on_days = [handled.get(day, {}) for day in days]
    of_days = sum((one for each in on_days for one in each.values()), none)
    of_all = sum((one for each in handled.values() for one in each.values()), none)
    otherwise = _mean(of_days if of_days.shares >= FEWEST_SHARES else of_all)
    of_slots = (sum((each.get(at, none) for each in on_days), none) for at in times)
    return [_mean(one) if one.shares >= FEWEST_SHARES else otherwise for one in of_slots]


def _mean(handled: Handled) -> float | None:
    return handled.ms / 1000 / handled.shares if handled.shares else None


def patience_seconds(abandoned: int, waited_ms: int) -> float | None:
    """How long callers are willing to wait, on average: the waits of all over the number who gave
    up (an exponential patience, censored by being answered). None if too few gave up."""
    return waited_ms / 1000 / abandoned if abandoned >= FEWEST_ABANDONS and waited_ms else None
