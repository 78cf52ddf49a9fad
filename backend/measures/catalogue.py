"""Every measure once: its name, its formula in words that are shown with it, and its sum.

A measure is a function of a `Tally` and the company's `Counting`. Where it has no meaning (nobody
was offered, nobody talked) it is None with the reason, never 0 and never NaN.

The six formulas of the service level are those of ICMI ("Service Level Calculations", QueueTips,
March 2005) and of Cisco Unified IC (negative, ignored, positive); no standard fixes one. Ours by
default is E, which takes out who hung up at once. AHT is by share: each agent's own time.
"""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from backend.measures.tally import Counting, Tally


class Unit(StrEnum):
    """What a value counts. Shares are between 0 and 1."""

    CALLS = "calls"
    SHARE = "share"
    SECONDS = "seconds"


class Figure(Struct, frozen=True):
    """A measure's value, or why there is none."""

    value: float | None
    why_none: str | None = None


class Measure(Struct, frozen=True):
    """`formula` is written with N offered, A answered, B abandoned, Bs short abandoned, At and Bt
    answered and abandoned within T seconds; `{T}` and `{S}` stand for the company's numbers."""

    name: str
    title: str
    unit: Unit
    formula: str
    of: Callable[[Tally, Counting], Figure]

    def shown_formula(self, rules: Counting) -> str:
        """The formula with the numbers by which it was counted."""
        return self.formula.format(T=rules.threshold_seconds, S=rules.short_seconds)


NOBODY_OFFERED = "nobody came in"
NOBODY_ANSWERED = "nobody was answered"
NOBODY_ABANDONED = "nobody hung up while waiting"
NOBODY_HANDLED = "no agent's time is known"
NOBODY_OVER = "nobody's wait is over"
NOBODY_TOLD = "of no agent's time the parts are known"
NOBODY_LEFT = "nobody is left to count once these are taken out"


def _share(above: int, below: int, why_none: str) -> Figure:
    return Figure(above / below) if below > 0 else Figure(None, why_none)


def _seconds(total_ms: int, count: int, why_none: str) -> Figure:
    return Figure(total_ms / 1000 / count) if count > 0 else Figure(None, why_none)


def _count(name: str) -> Callable[[Tally, Counting], Figure]:
    return lambda tally, _: Figure(getattr(tally, name))


def _in_time(tally: Tally, rules: Counting) -> tuple[int, int]:
    """At and Bt."""
    seconds = rules.threshold_seconds
    return tally.answered_waits.up_to(seconds), tally.abandoned_waits.up_to(seconds)


def _level_a(tally: Tally, rules: Counting) -> Figure:
    in_time, _ = _in_time(tally, rules)
    return _share(in_time, tally.answered + tally.abandoned, NOBODY_OFFERED)


def _level_b(tally: Tally, rules: Counting) -> Figure:
    in_time, gave_up = _in_time(tally, rules)
    return _share(in_time, tally.answered + tally.abandoned - gave_up, NOBODY_LEFT)


def _level_c(tally: Tally, rules: Counting) -> Figure:
    in_time, gave_up = _in_time(tally, rules)
    return _share(in_time + gave_up, tally.answered + tally.abandoned, NOBODY_OFFERED)


def _level_d(tally: Tally, rules: Counting) -> Figure:
    in_time, _ = _in_time(tally, rules)
    return _share(in_time, tally.answered, NOBODY_ANSWERED)


def _level_e(tally: Tally, rules: Counting) -> Figure:
    in_time, _ = _in_time(tally, rules)
    counted = tally.answered + tally.abandoned - tally.short_abandoned
    return _share(in_time, counted, NOBODY_LEFT)


def _level_f(tally: Tally, rules: Counting) -> Figure:
    in_time, _ = _in_time(tally, rules)
    return _share(in_time + tally.short_abandoned, tally.answered + tally.abandoned, NOBODY_OFFERED)


def _level_now(tally: Tally, rules: Counting) -> Figure:
    in_time, _ = _in_time(tally, rules)
    counted = tally.answered + tally.abandoned - tally.short_abandoned + tally.overdue
    return _share(in_time, counted, NOBODY_LEFT)


def _abandon_rate(tally: Tally, _: Counting) -> Figure:
    short = tally.short_abandoned
    return _share(tally.abandoned - short, tally.offered - short, NOBODY_LEFT)


def _rank(waits: str, share: float, why_none: str) -> Callable[[Tally, Counting], Figure]:
    def figure(tally: Tally, _: Counting) -> Figure:
        found = getattr(tally, waits).percentile(share)
        return Figure(found, None if found is not None else why_none)

    return figure


def _longest(tally: Tally, _: Counting) -> Figure:
    is_over = tally.offered > tally.open
    return Figure(tally.longest_wait_ms / 1000) if is_over else Figure(None, NOBODY_OVER)


def _per_told(name: str) -> Callable[[Tally, Counting], Figure]:
    return lambda tally, _: _seconds(getattr(tally, name), tally.told_handlings, NOBODY_TOLD)


_CALLS, _SHARE, _SECONDS = Unit.CALLS, Unit.SHARE, Unit.SECONDS

MEASURES: dict[str, Measure] = {
    each.name: each
    for each in (
        Measure(
            "offered",
            "Offered",
            _CALLS,
            "callers who came in, N = A + B + callback + voicemail + sent on + ended by us"
            " + failed + still waiting",
            _count("offered"),
        ),
        Measure("answered", "Answered", _CALLS, "an agent talked with them", _count("answered")),
        Measure("abandoned", "Abandoned", _CALLS, "hung up while they waited", _count("abandoned")),
        Measure(
            "short_abandoned",
            "Short abandons",
            _CALLS,
            "hung up after less than {S} s",
            _count("short_abandoned"),
        ),
        Measure("callback", "Callbacks", _CALLS, "asked to be called back", _count("callback")),
        Measure("voicemail", "Voicemail", _CALLS, "left a message", _count("voicemail")),
        Measure("flow_out", "Sent on", _CALLS, "sent to another queue", _count("flow_out")),
        Measure(
            "forced_out",
            "Ended by us",
            _CALLS,
            "nobody answered in time, or they were turned away",
            _count("forced_out"),
        ),
        Measure("failed", "Failed", _CALLS, "the line broke off", _count("failed")),
        Measure("open", "Waiting", _CALLS, "still waiting", _count("open")),
        Measure(
            "sl_e",
            "Service level E, short abandons taken out",
            _SHARE,
            "At / (A + B - Bs), T = {T} s, S = {S} s",
            _level_e,
        ),
        Measure("sl_a", "Service level A, negative", _SHARE, "At / (A + B), T = {T} s", _level_a),
        Measure(
            "sl_b", "Service level B, ignored", _SHARE, "At / (A + B - Bt), T = {T} s", _level_b
        ),
        Measure(
            "sl_c", "Service level C, positive", _SHARE, "(At + Bt) / (A + B), T = {T} s", _level_c
        ),
        Measure("sl_d", "Service level D, answered", _SHARE, "At / A, T = {T} s", _level_d),
        Measure(
            "sl_f",
            "Service level F, short abandons as answered",
            _SHARE,
            "(At + Bs) / (A + B), T = {T} s, S = {S} s",
            _level_f,
        ),
        Measure(
            "sl_now",
            "Service level now, with who is waiting",
            _SHARE,
            "At / (A + B - Bs + waiting longer than T), T = {T} s, S = {S} s",
            _level_now,
        ),
        Measure(
            "abandon_rate",
            "Abandon rate, short abandons taken out",
            _SHARE,
            "(B - Bs) / (N - Bs), S = {S} s",
            _abandon_rate,
        ),
        Measure(
            "abandon_rate_all",
            "Abandon rate of all",
            _SHARE,
            "B / N",
            lambda tally, _: _share(tally.abandoned, tally.offered, NOBODY_OFFERED),
        ),
        Measure(
            "asa",
            "Average speed of answer",
            _SECONDS,
            "wait of answered / A",
            lambda tally, _: _seconds(tally.answered_wait_ms, tally.answered, NOBODY_ANSWERED),
        ),
        Measure(
            "time_to_abandon",
            "Average time to abandon",
            _SECONDS,
            "wait of abandoned / B",
            lambda tally, _: _seconds(tally.abandoned_wait_ms, tally.abandoned, NOBODY_ABANDONED),
        ),
        *(
            Measure(
                f"wait_p{percent}",
                f"Wait of {percent} % of the answered, at most",
                _SECONDS,
                f"nearest rank {percent} % of the waits of answered, in whole seconds",
                _rank("answered_waits", percent / 100, NOBODY_ANSWERED),
            )
            for percent in (50, 90, 95, 99)
        ),
        *(
            Measure(
                f"wait_all_p{percent}",
                f"Wait of {percent} % of all, at most",
                _SECONDS,
                f"nearest rank {percent} % of the waits that are over, in whole seconds",
                _rank("waits", percent / 100, NOBODY_OFFERED),
            )
            for percent in (50, 90, 95, 99)
        ),
        Measure(
            "longest_wait",
            "Longest wait",
            _SECONDS,
            "the longest wait that is over",
            _longest,
        ),
        Measure(
            "handled",
            "Handled",
            _CALLS,
            "agents' shares in which somebody talked",
            _count("handlings"),
        ),
        Measure(
            "aht",
            "Average handle time, by share",
            _SECONDS,
            "(talk + hold + consult + wrap-up) / handled, of calls that came in then",
            lambda tally, _: _seconds(tally.handle_ms, tally.handlings, NOBODY_HANDLED),
        ),
        Measure(
            "talk",
            "Average talk",
            _SECONDS,
            "talk / handled, of whose parts are known",
            _per_told("talk_ms"),
        ),
        Measure(
            "hold",
            "Average hold",
            _SECONDS,
            "hold / handled, of whose parts are known",
            _per_told("hold_ms"),
        ),
        Measure(
            "wrap_up",
            "Average wrap-up",
            _SECONDS,
            "wrap-up / handled, of whose parts are known",
            _per_told("wrap_up_ms"),
        ),
        Measure(
            "transfer_rate",
            "Transfer rate",
            _SHARE,
            "handled shares that ended in a transfer / handled",
            lambda tally, _: _share(tally.transfers, tally.handlings, NOBODY_HANDLED),
        ),
    )
}

DEFAULT_LEVEL = "sl_e"
"""The service level that is meant where nothing else is said."""
