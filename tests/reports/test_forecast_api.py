"""What is to be expected of a day, by HTTP and in a notebook."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.house.command_line import give
from tests.reports.test_notebook_client import connected
from tests.reports.test_reports_api import a_morning, asked, key_of
from tests.stories.company import Company, Refused

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
TOMORROW = TODAY + timedelta(days=1)


async def with_a_past(company: Company, file: Path, calls_of: Callable[[int], int]) -> None:
    """Six weeks of days on which from ten to eleven so many called, one of four giving up."""
    write_a_past(file, calls_of)
    database = company.product.settings.database_url or ""
    said = await give(
        "import-history", "--tenant", str(company.tenant), str(file), DATABASE_URL=database
    )
    assert said.status == 0, said


def write_a_past(file: Path, calls_of: Callable[[int], int]) -> None:
    lines = ["queue_entered_at,outcome,wait_seconds,handle_seconds,queue"]
    for days in range(1, 43):
        for call in range(calls_of(days)):
            at = TODAY - timedelta(days=days) + timedelta(hours=10, seconds=59 * call)
            told = "abandoned,60," if call % 4 == 0 else "answered,20,180"
            lines.append(f"{at.isoformat()},{told},{'Sales' if call % 2 else 'Support'}")
    file.write_text("\n".join(lines) + "\n")


async def rows_of(company: Company, **query: Any) -> list[dict[str, Any]]:
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return await company.sam.asks("GET", f"/api/reports/forecast?{words}")


async def test_tomorrow_is_expected_to_be_like_the_last_such_weekdays(
    acme: Company, tmp_path: Path
):
    await with_a_past(acme, tmp_path / "past.csv", lambda _: 40)
    rows = await rows_of(acme, day=TOMORROW.date(), size="hour")
    assert len(rows) == 24
    ten, noon = rows[10], rows[12]
    assert ten["slot"] == (TOMORROW + timedelta(hours=10)).isoformat()
    assert (ten["expected"], ten["baseline_days"], ten["arrived"]) == (40, 4, None)
    assert ten["low"] < 40 < ten["high"]
    assert (ten["aht_seconds"], ten["agents_needed"], ten["is_final"]) == (180, 4, False)
    assert (noon["expected"], noon["low"], noon["agents_needed"]) == (0, 0, 0)
    assert ten["patience_seconds"] == pytest.approx((10 * 60 + 30 * 20) / 10)
    assert (ten["tested_days"], ten["wape"]) == (14, 0)
    assert ten["wape_floor"] == pytest.approx((2 * 40 / 3.14159265) ** 0.5 / 40)
    quarters = await rows_of(acme, day=TOMORROW.date(), size="15min", queue="Sales")
    assert sum(row["expected"] for row in quarters) == 20
    (more, *_) = (
        row
        for row in await rows_of(acme, day=TOMORROW.date(), size="hour", target=0.99)
        if row["expected"]
    )
    assert more["agents_needed"] > 4


async def test_today_shows_what_has_arrived_beside_what_was_expected(acme: Company, tmp_path: Path):
    await with_a_past(acme, tmp_path / "past.csv", lambda days: 10 if days > 20 else 30)
    await a_morning(acme)
    rows = await rows_of(acme, size="15min")
    now = datetime.now(UTC)
    for row in rows:
        begins, ends = (datetime.fromisoformat(row[name]) for name in ("start", "end"))
        if begins > now + timedelta(minutes=1):
            assert row["arrived"] is None
        if ends < now - timedelta(minutes=1):
            assert row["arrived"] is not None
            assert row["is_final"]
    assert sum(row["arrived"] or 0 for row in rows) == 3


async def test_without_a_past_the_reason_is_told(acme: Company):
    rows = await rows_of(acme)
    assert len(rows) == 48
    assert {(row["expected"], row["agents_needed"], row["why_none"]) for row in rows} == {
        (None, None, "nobody called on any such weekday before")
    }


async def test_slots_are_those_of_the_companys_own_wall_clock(acme: Company, tmp_path: Path):
    await with_a_past(acme, tmp_path / "past.csv", lambda _: 8)
    database = acme.product.settings.database_url or ""
    zone = ("--time-zone", "Asia/Kathmandu")
    await give("company-rules", "--tenant", str(acme.tenant), *zone, DATABASE_URL=database)
    rows = await rows_of(acme, day=(TOMORROW + timedelta(days=1)).date(), size="30min")
    expected = {row["slot"][11:]: row["expected"] for row in rows if row["expected"]}
    assert set(expected) == {"15:30:00+05:45"}, "10:00 UTC is 15:45 there"


async def test_a_notebook_has_the_forecast_as_a_frame_with_its_formulas(
    acme: Company, tmp_path: Path
):
    await with_a_past(acme, tmp_path / "past.csv", lambda _: 40)
    figures = await connected(acme)

    def work() -> None:
        frame = figures.forecast(TOMORROW.date(), size="hour", target=0.9)
        assert frame["expected"].sum() == 40
        assert frame["agents_needed"].max() >= 4
        assert "within 20 s" in figures.forecast_formulas["agents_needed"]
        assert set(figures.forecast_formulas) <= set(frame.columns)

    await asyncio.to_thread(work)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"day": "2020-01-01"}, "day-is-over"),
        ({"day": "2199-01-01"}, "too-far-ahead"),
        ({"size": "day"}, "no-such-slots"),
        ({"target": "1"}, "no-such-target"),
        ({"target": "nan"}, "no-such-target"),
        ({"queue": "%00"}, "no-such-queue"),
    ],
)
async def test_what_cannot_be_foreseen_is_refused_with_what_to_do(
    acme: Company, query: dict[str, str], code: str
):
    with pytest.raises(Refused) as refused:
        await rows_of(acme, **query)
    assert refused.value.code == code


async def test_whoever_reads_figures_reads_the_forecast_and_an_agent_does_not(
    acme: Company, globex: Company, tmp_path: Path
):
    await with_a_past(acme, tmp_path / "past.csv", lambda _: 40)
    assert len(await acme.ada.asks("GET", "/api/reports/forecast")) == 48
    await acme.ana.signs_in()
    with pytest.raises(Refused, match="not-allowed"):
        await acme.ana.asks("GET", "/api/reports/forecast")
    query = {"day": str(TOMORROW.date()), "format": "csv"}
    got, mine = await asked(acme, "forecast", await key_of(acme), **query)
    assert (got.status, b",40," in mine) == (200, True)
    _, theirs = await asked(globex, "forecast", await key_of(globex), **query)
    assert b"nobody called" in theirs
