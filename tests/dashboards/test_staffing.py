"""What a half hour needs, as the staffing page says it: the published cases, in its own words."""

import pytest

from dashboards.statistics.staffing import WhatIf, beside_html
from tests.dashboards.html_tables import cells


def imagined(**wishes: float) -> WhatIf:
    usual = {"calls": 118, "aht": 191, "agents": 14, "target": 0.8, "threshold": 20}
    return WhatIf(**{**usual, "patience": None, **wishes})  # pyright: ignore[reportArgumentType]


def test_a_half_hour_of_118_calls_needs_sixteen_and_one_more_than_fourteen_gives_69_percent():
    half_hour = imagined()
    assert half_hour.needed == 16
    levels = [half_hour.with_agents(agents).service_level for agents in (14, 15, 16)]
    assert levels == pytest.approx([0.490, 0.688, 0.815], abs=0.0006)
    rows = {row[0]: row[1] for row in cells(beside_html(half_hour))}
    assert rows["14 · here"] == "49.0 %"
    assert rows["15"] == "68.8 %"
    assert rows["16 · needed"] == "81.5 %"


def test_with_too_few_the_queue_grows_and_with_patience_it_never_does():
    (few, *_) = cells(beside_html(imagined(agents=5, calls=118)))
    assert few[1:3] == ["0.0 %", "grows"]
    (few, *_) = cells(beside_html(imagined(agents=5, patience=120)))
    assert few[2] != "grows"
    assert few[5].endswith("%")
