"""What charts are drawn from: nobody is put where they do not belong."""

from datetime import date

import pandas as pd

from dashboards.statistics import charts
from dashboards.statistics.days import Days, days_of
from dashboards.statistics.history import compared
from dashboards.statistics.look import age, stopped, without_clocks


def drawn_bars(plot: object, name: str) -> dict[str, int]:
    source = plot.renderers[0].data_source.data  # pyright: ignore[reportAttributeAccessIssue]
    return {told: n for told, n in zip(source["told"], source[name], strict=True) if n}


def test_whoever_waited_longer_than_five_minutes_stands_behind_five_minutes():
    seconds = [0, 1, 10, 11, 290, 300, 301, 4000]
    bins = pd.DataFrame({"seconds": seconds, "answered": 1, "abandoned": 0})
    assert drawn_bars(charts.waits(bins, 20, "light"), "answered") == {
        "up to 10 s": 3,
        "up to 20 s": 1,
        "up to 290 s": 1,
        "up to 300 s": 1,
        "more than 300 s": 2,
    }


def test_days_that_cannot_be_are_brought_back_to_days_that_can():
    for asked in ({"last": ["0003-01-01"]}, {"first": ["9999-12-31"]}, {"first": ["x"]}):
        days = days_of(asked, "UTC")
        assert days.before.first < days.first <= days.last


def test_what_is_compared_has_the_same_weekdays_and_touches_nothing():
    for count in (1, 7, 8, 30):
        last = date(2026, 11, 30)
        days = Days(date.fromordinal(last.toordinal() - count + 1), last, last)
        assert days.before.count == count
        assert days.before.first.weekday() == days.first.weekday()
        assert days.before.last < days.first


def test_days_that_are_not_over_are_compared_without_a_verdict():
    over = compared("abandoned", 9, 40, judges=True)
    assert over == {"delta": "−31, was 40", "verdict": "better"}
    assert compared("abandoned", 9, 40, judges=False)["verdict"] == ""
    assert compared("sl_e", 0.5, float("nan"), judges=True)["delta"] == "nothing to compare with"


def test_a_clock_alone_draws_nothing_anew_and_stands_still_where_the_moment_is_past():
    before, after = f"<b>{age(3)}</b>", f"<b>{age(64)}</b>"
    assert before != after
    assert without_clocks(before) == without_clocks(after)
    assert ">1:04<" in after
    assert "data-age" not in stopped(after)
