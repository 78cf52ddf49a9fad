"""History: some days of a company, beside the same weekdays before, and what lies behind them."""

# pandas tells no type of a column, and Bokeh's annotations know less of its models than they do.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false
# pyright: reportOperatorIssue=false, reportIndexIssue=false, reportGeneralTypeIssues=false, reportReturnType=false

import asyncio
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import panel as pn
from msgspec import Struct

from backend.clock import real_clock
from backend.measures.catalogue import MEASURES, Unit
from backend.measures.ring_counts import MISSED_RINGS
from dashboards.statistics import charts
from dashboards.statistics.backend_client import Backend, Query
from dashboards.statistics.days import Days, days_of, usual
from dashboards.statistics.desk import HEADINGS
from dashboards.statistics.look import DASH, clock, drawn, share, shown
from dashboards.statistics.shell import (
    PREFIX,
    Office,
    address,
    downloads,
    fill_later,
    html,
    open_page,
)
from dashboards.statistics.tables import Cell, Column, measure_columns, measured, rows_of, table

TILES = ("offered", "answered", "abandoned", "sl_e", "asa", "wait_p95", "abandon_rate", "aht")
LESS_IS_BETTER = {"abandoned", "asa", "wait_p95", "abandon_rate"}
MORE_IS_BETTER = {"sl_e"}
OF_QUEUES = ("offered", "answered", "abandoned", "sl_e", "asa", "wait_p95", "aht")
OF_AGENTS = ("answered", "handled", "aht", "talk", "hold", "wrap_up", "transfer_rate")
MOST_DAYS_OF_HOURS = 400
"""Longer than that, a profile by weekday and hour tells of companies that are no more."""
AT_ONCE = 2
"""Questions under way: others read reports too."""
MOST_DAYS_OF_QUARTERS = 400
MOST_DAYS_OF_TIME = 92
"""As the backend has it: longer, agents' time is not told."""
OF_TIME = (
    Column("Signed in"),
    Column("Occupancy", formula="busy / (busy + available)"),
    Column("Missed rings", formula=MISSED_RINGS),
)
FOUR_WEEKS = timedelta(days=27)
TWO_COLUMNS = "repeat(auto-fit, minmax(min(460px, 100%), 1fr))"


class Answers(Struct, frozen=True):
    """All that the view shows, as frames of the reports."""

    formulas: dict[str, str]
    threshold: int
    zone: str
    whole: pd.DataFrame
    before: pd.DataFrame | None
    slots: pd.DataFrame
    hours: pd.DataFrame | None
    queues: pd.DataFrame
    agents: pd.DataFrame
    time: pd.DataFrame | None
    waits: pd.DataFrame


def page(office: Office) -> pn.viewable.Viewable:
    """One visitor's view of some days."""
    opened = open_page(office, "history", "History")
    ask, body = html(), html()
    column = pn.Column(ask, body, sizing_mode="stretch_width", margin=0, styles={"gap": "14px"})

    async def fill() -> None:
        catalogue = await office.backend.said(opened.known.cookie, "/api/reports/measures")
        days = days_of(opened.asked, catalogue["time_zone"])
        queues = [queue for queue in opened.asked.get("queue", []) if queue]
        compares = opened.one("compare") == "yes"
        cookie = opened.known.cookie
        answers = await ask_all(office.backend, cookie, days, queues, compares=compares)
        ask.object = ask_html(days, queues, answers, compares=compares)
        column[1:] = view(days, queues, answers, opened.theme)

    fill_later(opened, body, fill)
    return column


async def ask_all(
    backend: Backend, cookie: str, days: Days, queues: list[str], *, compares: bool
) -> Answers:
    """All at once, by the right of whoever has that cookie. Raises `Refused`."""
    catalogue = await backend.said(cookie, "/api/reports/measures")
    scope = {**days.query, "queue": queues}
    before = {**days.before.query, "queue": queues, "size": "whole"} if compares else None
    hours = {**scope, "size": "hour"} if days.count <= MOST_DAYS_OF_HOURS else None
    time = {**days.query, "size": "whole"} if days.count <= MOST_DAYS_OF_TIME else None
    questions: dict[str, tuple[str, Query | None]] = {
        "whole": ("intervals", {**scope, "size": "whole"}),
        "before": ("intervals", before),
        "slots": ("intervals", {**scope, "size": "hour" if days.count == 1 else "day"}),
        "hours": ("intervals", hours),
        "queues": ("intervals", {**days.query, "size": "whole", "by": "queue"}),
        "agents": ("intervals", {**scope, "size": "whole", "by": "agent"}),
        "time": ("agents", time),
        "waits": ("waits", scope),
    }
    few = asyncio.Semaphore(AT_ONCE)

    async def answer(report: str, query: Query | None) -> Any:
        async with few:
            return None if query is None else await backend.frame(cookie, report, query)

    found = await asyncio.gather(*(answer(*question) for question in questions.values()))
    return Answers(
        formulas={each["name"]: each["formula"] for each in catalogue["measures"]},
        threshold=catalogue["answer_within_seconds"],
        zone=catalogue["time_zone"],
        **dict(zip(questions, found, strict=True)),
    )


def ask_html(days: Days, queues: list[str], answers: Answers, *, compares: bool) -> str:
    """The form with which other days are asked for."""
    kept = {"queue": queues, "compare": "yes" if compares else ""}
    return drawn(
        "history_ask.html",
        action=f"{PREFIX}/history",
        days=days,
        queues=sorted({*answers.queues["queue"], *queues}),
        chosen=queues,
        compares=compares,
        usual={
            name: address("history", {"first": first, "last": last, **kept})
            for name, (first, last) in usual(days.today).items()
        },
    )


def view(days: Days, queues: list[str], answers: Answers, theme: str) -> list[pn.viewable.Viewable]:
    """The view of these answers, part by part."""
    local = answers.slots["start"].dt.tz_convert(ZoneInfo(answers.zone))
    labels = [f"{moment:%H:%M}" if days.count == 1 else f"{moment:%-d %b}" for moment in local]
    parts: list[pn.viewable.Viewable] = [
        html(tiles_html(days, queues, answers)),
        charts.card(charts.volumes(answers.slots, charts.apart(labels), days.words, theme)),
    ]
    if answers.hours is not None and days.count > 1:
        parts.append(_profile(answers.hours, answers.zone, theme))
    parts += [
        charts.card(charts.waits(answers.waits, answers.threshold, theme)),
        html(queues_html(days, answers)),
        html(agents_html(queues, answers)),
        html(downloads_html(days, queues)),
    ]
    return parts


def _profile(hours: pd.DataFrame, zone: str, theme: str) -> pn.viewable.Viewable:
    """By weekday and hour, of the hours that are over or have begun. The level of several hours is
    all who were answered in time over all who count, and no mean of levels."""
    local = hours["start"].dt.tz_convert(ZoneInfo(zone))
    counted = hours["answered"] + hours["abandoned"] - hours["short_abandoned"]
    placed = hours.assign(
        weekday=local.dt.weekday,
        hour=local.dt.hour,
        counted=counted,
        in_time=(hours["sl_e"] * counted).fillna(0),
    )
    by_hour = placed[placed["start"] <= real_clock()].groupby(["weekday", "hour"])
    sums = by_hour[["in_time", "counted"]].sum()
    sums = sums[sums["counted"] > 0]
    levels = sums["in_time"] / sums["counted"]
    calls = charts.heat_map(
        by_hour["offered"].mean(), "Mean calls by weekday and hour", "0.0", theme
    )
    level = charts.heat_map(levels, "Service level by weekday and hour", "0 %", theme)
    return pn.Row(
        charts.card(calls),
        charts.card(level),
        sizing_mode="stretch_width",
        margin=0,
        styles={"display": "grid", "gap": "14px", "grid-template-columns": TWO_COLUMNS},
    )


def tiles_html(days: Days, queues: list[str], answers: Answers) -> str:
    """The figures of all of these days, each with its formula and what it was before."""
    (row,) = rows_of(answers.whole)
    before = None if answers.before is None else rows_of(answers.before)[0]
    behind = {**days.query, "queue": queues}
    to = {
        "offered": address("calls", behind),
        "answered": address("calls", {**behind, "outcome": "answered"}),
        "abandoned": address("calls", {**behind, "outcome": "abandoned"}),
    }
    is_final = bool(row["is_final"])
    tiles = [
        {
            "title": HEADINGS[name],
            "value": measured(name, row[name]).text,
            "formula": answers.formulas[name],
            "to": to.get(name, ""),
            **(
                {"delta": "", "verdict": ""}
                if before is None
                else compared(name, row[name], before[name], judges=is_final)
            ),
        }
        for name in TILES
    ]
    return drawn(
        "history_tiles.html",
        tiles=tiles,
        is_final=is_final,
        compared_with="" if before is None else days.before.words,
        nothing=row["offered"] == 0,
        longer=address("history", {"first": days.today - FOUR_WEEKS, "last": days.today}),
    )


def compared(name: str, value: Any, before: Any, *, judges: bool) -> dict[str, str]:
    """How a measure has changed, in words, and, for days that are over, whether that is better or
    worse."""
    if pd.isna(before) or pd.isna(value):
        return {"delta": "nothing to compare with", "verdict": ""}
    change = float(value) - float(before)
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    told = {
        Unit.CALLS: f"{sign}{abs(change):,.0f}",
        Unit.SHARE: f"{sign}{abs(change) * 100:.1f} points",
        Unit.SECONDS: f"{sign}{clock(abs(change))}",
    }[MEASURES[name].unit]
    better = (change > 0 and name in MORE_IS_BETTER) or (change < 0 and name in LESS_IS_BETTER)
    judged = judges and change != 0 and name in MORE_IS_BETTER | LESS_IS_BETTER
    verdict = ("better" if better else "worse") if judged else ""
    return {"delta": f"{told}, was {shown(name, float(before))}", "verdict": verdict}


def queues_html(days: Days, answers: Answers) -> str:
    rows = [
        [
            Cell(row["queue"], address("calls", {**days.query, "queue": row["queue"]})),
            *(measured(name, row[name]) for name in OF_QUEUES),
        ]
        for row in rows_of(answers.queues.sort_values("offered", ascending=False))
    ]
    columns = measure_columns(OF_QUEUES, HEADINGS, answers.formulas)
    return table(
        "Queues", [Column("Queue", False), *columns], rows, empty="Nobody called on these days."
    )


def agents_html(queues: list[str], answers: Answers) -> str:
    """Everybody who had a call or was there; their time is of all queues, so it is left out where
    one is chosen."""
    spans = [] if answers.time is None or queues else rows_of(answers.time)
    time = {span["agent"]: span for span in spans}
    had = {row["agent"]: row for row in rows_of(answers.agents)}
    names = {each["agent"]: each["agent_name"] for each in [*time.values(), *had.values()]}
    in_order = sorted(names, key=lambda agent: (-_handled(had.get(agent)), names[agent]))
    rows = [
        [
            Cell(names[agent]),
            *(measured(name, had[agent][name] if agent in had else None) for name in OF_AGENTS),
            *([] if queues else _time_cells(time.get(agent))),
        ]
        for agent in in_order
    ]
    headings = HEADINGS | {"talk": "Talk", "hold": "Hold", "wrap_up": "Wrap-up"}
    columns = measure_columns(OF_AGENTS, headings, answers.formulas)
    return table(
        "Agents",
        [Column("Agent", False), *columns, *([] if queues else OF_TIME)],
        rows,
        empty="No agent had a call on these days.",
        note="Their time and rings are of all queues, and told without a queue chosen."
        if queues
        else "Calls count on the day on which they came in; time and rings when they were.",
    )


def _handled(row: dict[str, Any] | None) -> int:
    return 0 if row is None else row["handled"]


def _time_cells(spent: dict[str, Any] | None) -> list[Cell]:
    if spent is None:
        return [Cell(DASH)] * len(OF_TIME)
    return [
        Cell(clock(spent["logged_in_seconds"])),
        Cell(_share(spent["occupancy"])),
        Cell(_missed_rings(spent)),
    ]


def _missed_rings(spent: dict[str, Any]) -> str:
    return f"{spent['rings_missed'] + spent['rings_declined']:,}"


def _share(value: float | None) -> str:
    return DASH if value is None or pd.isna(value) else share(value)


def downloads_html(days: Days, queues: list[str]) -> str:
    """Only what the backend gives for so many days."""
    scope = {**days.query, "queue": queues}
    asked = {
        "Every measure by day": ("intervals", {**scope, "size": "day"}),
        "... by quarter of an hour": ("intervals", {**scope, "size": "15min"}),
        "Agents": ("intervals", {**scope, "size": "whole", "by": "agent"}),
        "Agents' time": ("agents", {**days.query, "size": "day"}),
        "The calls": ("calls", scope),
    }
    if days.count > MOST_DAYS_OF_QUARTERS:
        del asked["... by quarter of an hour"]
    if days.count > MOST_DAYS_OF_TIME:
        del asked["Agents' time"]
    files = {name: downloads(report, query) for name, (report, query) in asked.items()}
    return drawn("downloads.html", downloads=files)
