"""Who called again, by HTTP and in a notebook."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.house.command_line import give
from tests.reports.test_notebook_client import connected
from tests.reports.test_reports_api import asked, key_of
from tests.stories.company import Company, Refused

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
LONG_AGO = TODAY - timedelta(days=20)
COUNTS = ("contacts", "withheld", "callers", "repeat_callers", "redialled", "lost_callers")


async def with_a_past(company: Company, file: Path) -> None:
    """Twenty days ago one gave up, redialled and was answered; one gave up for good; one was
    answered and called again after five days; one did not say who they were."""
    write(
        file,
        [
            (timedelta(hours=9), "abandoned", "+15550001111"),
            (timedelta(hours=9, minutes=10), "answered", "+15550001111"),
            (timedelta(hours=10), "abandoned", "+15550002222"),
            (timedelta(hours=11), "answered", "+15550003333"),
            (timedelta(days=5, hours=11), "answered", "+15550003333"),
            (timedelta(hours=12), "answered", ""),
        ],
    )
    database = company.product.settings.database_url or ""
    said = await give(
        "import-history", "--tenant", str(company.tenant), str(file), DATABASE_URL=database
    )
    assert said.status == 0, said


def write(file: Path, calls: list[tuple[timedelta, str, str]]) -> None:
    lines = ["queue_entered_at,outcome,wait_seconds,caller,queue"]
    for after, outcome, caller in calls:
        lines.append(f"{(LONG_AGO + after).isoformat()},{outcome},60,{caller},Sales")
    file.write_text("\n".join(lines) + "\n")


async def rows_of(company: Company, **query: Any) -> list[dict[str, Any]]:
    query = {"first": LONG_AGO.date(), "last": LONG_AGO.date()} | query
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return await company.sam.asks("GET", f"/api/reports/repeats?{words}")


async def test_a_supervisor_sees_who_called_again_and_who_was_lost(acme: Company, tmp_path: Path):
    await with_a_past(acme, tmp_path / "past.csv")
    (day,) = await rows_of(acme)
    assert [day[name] for name in COUNTS] == [4, 1, 3, 1, 1, 1]
    assert day["is_final"]
    assert (day["resolved"], day["first_contact_resolution"]) == (1, 1 / 4)
    assert (day["repeat_rate"], day["redial_rate"], day["lost_rate"]) == (1 / 3, 1 / 2, 1 / 2)
    (sooner,) = await rows_of(acme, within_days=3)
    assert sooner["first_contact_resolution"] == 2 / 4, "five days later is another matter"
    (elsewhere,) = await rows_of(acme, queue="Support")
    assert (elsewhere["contacts"], elsewhere["repeat_rate"]) == (0, None)


async def test_whether_a_contact_was_the_last_is_said_once_its_days_are_over(
    acme: Company, tmp_path: Path
):
    await with_a_past(acme, tmp_path / "past.csv")
    days = {"last": (LONG_AGO + timedelta(days=19)).date(), "size": "day"}
    rows = await rows_of(acme, **days)
    assert [row["is_final"] for row in rows] == [True] * 13 + [False] * 7
    assert rows[5]["first_contact_resolution"] == 1
    assert {row["first_contact_resolution"] for row in rows[6:]} == {None}
    assert {row["resolved"] for row in rows[13:]} == {None}
    assert {row["contacts"] for row in rows[6:]} == {0}


async def test_the_measures_are_shown_with_their_formulas(acme: Company):
    catalogue = await acme.ada.asks("GET", "/api/reports/measures")
    (row,) = await rows_of(acme)
    names = [each["name"] for each in catalogue["repeats"]]
    assert list(row) == ["slot", "start", "end", "is_final", *names]
    (level,) = (e for e in catalogue["repeats"] if e["name"] == "first_contact_resolution")
    assert "within 7 days" in level["formula"]


async def test_a_notebook_has_them_as_a_frame(acme: Company, tmp_path: Path):
    await with_a_past(acme, tmp_path / "past.csv")
    figures = await connected(acme)

    def work() -> None:
        frame = figures.repeats(LONG_AGO.date(), size="day", within_days=3)
        assert frame["lost_callers"].sum() == 1
        assert set(figures.repeat_formulas) <= set(frame.columns)

    await asyncio.to_thread(work)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"within_days": "0"}, "no-such-window"),
        ({"within_days": "32"}, "no-such-window"),
        ({"first": "2020-01-01"}, "too-many-days"),
        ({"first": "2199-01-01"}, "backward-days"),
    ],
)
async def test_what_cannot_be_answered_is_refused_with_what_to_do(
    acme: Company, query: dict[str, str], code: str
):
    with pytest.raises(Refused) as refused:
        await rows_of(acme, **query)
    assert refused.value.code == code


async def test_whoever_reads_figures_reads_them_and_an_agent_does_not(
    acme: Company, globex: Company, tmp_path: Path
):
    await with_a_past(acme, tmp_path / "past.csv")
    assert len(await acme.ada.asks("GET", "/api/reports/repeats")) == 1
    await acme.ana.signs_in()
    with pytest.raises(Refused, match="not-allowed"):
        await acme.ana.asks("GET", "/api/reports/repeats")
    day = str(LONG_AGO.date())
    for company, callers in ((acme, b",3,"), (globex, b",0,")):
        key = await key_of(company)
        got, text = await asked(company, "repeats", key, first=day, last=day, format="csv")
        assert (got.status, callers in text) == (200, True)
