"""The formulas against published cases, and what they say where they have no meaning."""

from hypothesis import given
from hypothesis import strategies as st

from backend.measures.catalogue import MEASURES, Unit
from backend.measures.tally import Counting, Tally
from backend.measures.waits import Waits


def counted(
    *,
    answered: int,
    abandoned: int,
    in_time: int,
    gave_up_in_time: int,
    short: int,
    threshold: int = 20,
) -> tuple[Tally, Counting]:
    """Tallies of which only those within the threshold are known."""
    late = threshold + 1
    tally = Tally(
        answered=answered,
        abandoned=abandoned,
        short_abandoned=short,
        answered_waits=Waits({1: in_time, late: answered - in_time}),
        abandoned_waits=Waits({1: gave_up_in_time, late: abandoned - gave_up_in_time}),
    )
    return tally, Counting(threshold_seconds=threshold)


def percent(name: str, case: tuple[Tally, Counting]) -> float:
    value = MEASURES[name].of(*case).value
    assert value is not None
    return round(value * 100, 2)


def test_the_case_of_icmi():
    case = counted(answered=1000, abandoned=60, in_time=860, gave_up_in_time=20, short=10)
    levels = {name: percent(f"sl_{name}", case) for name in "abcdef"}
    assert levels == {"c": 83.02, "d": 86.00, "a": 81.13, "b": 82.69, "f": 82.08, "e": 81.90}


def test_the_case_of_cisco():
    """70 answered and 10 abandoned in time, 20 answered or abandoned late."""
    case = counted(answered=80, abandoned=20, in_time=70, gave_up_in_time=10, short=0)
    assert percent("sl_b", case) == 77.78
    assert percent("sl_a", case) == 70
    assert percent("sl_c", case) == 80


def test_the_case_of_genesys():
    case = counted(answered=300, abandoned=100, in_time=200, gave_up_in_time=0, short=50)
    assert percent("sl_e", case) == 57.14


def test_who_waits_too_long_is_a_miss_already_now():
    tally, rules = counted(answered=8, abandoned=0, in_time=8, gave_up_in_time=0, short=0)
    assert percent("sl_now", (tally + Tally(open=5, overdue=2), rules)) == 80


def test_where_nobody_called_shares_and_means_are_nothing_with_a_reason():
    for measure in MEASURES.values():
        figure = measure.of(Tally(), Counting())
        if measure.unit is Unit.CALLS:
            assert (figure.value, figure.why_none) == (0, None)
        else:
            assert figure.value is None, measure.name
            assert figure.why_none


def test_who_only_hung_up_at_once_leaves_no_service_level():
    tally = Tally(abandoned=3, short_abandoned=3, abandoned_waits=Waits({1: 3}))
    for name in ("sl_e", "abandon_rate"):
        assert MEASURES[name].of(tally, Counting()).value is None
    assert MEASURES["abandon_rate_all"].of(tally, Counting()).value == 1


def test_a_sum_without_its_parts_is_a_handle_time_and_no_talk():
    only_the_sum = Tally(handlings=1, handle_ms=60_000)
    both = only_the_sum + Tally(handlings=1, told_handlings=1, handle_ms=90_000, talk_ms=80_000)
    assert MEASURES["aht"].of(only_the_sum, Counting()).value == 60
    assert MEASURES["talk"].of(only_the_sum, Counting()).value is None
    assert (
        MEASURES["aht"].of(both, Counting()).value,
        MEASURES["talk"].of(both, Counting()).value,
    ) == (75, 80)


def test_each_formula_is_shown_with_the_numbers_by_which_it_was_counted():
    shown = MEASURES["sl_e"].shown_formula(Counting(threshold_seconds=30, short_seconds=6))
    assert shown == "At / (A + B - Bs), T = 30 s, S = 6 s"
    assert all("{" not in each.shown_formula(Counting()) for each in MEASURES.values())


seconds = st.lists(st.integers(0, 2000), min_size=1, max_size=60)


@given(seconds, st.floats(0.001, 1))
def test_a_percentile_is_the_nearest_rank(waits: list[int], share: float):
    """The shortest that at least so many did not exceed."""
    found = Waits(waits).percentile(share)
    assert found is not None
    not_longer = sum(wait <= found for wait in waits)
    shorter = sum(wait < found for wait in waits)
    assert not_longer >= share * len(waits) - 1e-9
    assert shorter < share * len(waits) + 1e-9


@given(seconds, seconds)
def test_waits_of_two_queues_are_those_of_both(one: list[int], other: list[int]):
    assert Waits(one) + Waits(other) == Waits([*one, *other])
    assert len(Waits([*one, *other])) == len(one) + len(other)
    assert Waits.unpacked(Waits(other).packed() + Waits(one).packed()) == Waits([*one, *other])
