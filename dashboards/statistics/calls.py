"""The calls behind a figure; each leads to what happened in it."""

# pandas tells no type of a column, and Bokeh's annotations know less of its models than they do.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false
# pyright: reportIndexIssue=false, reportGeneralTypeIssues=false, reportReturnType=false

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
import panel as pn

from backend.measures.facts import Outcome
from dashboards.statistics.days import Days, days_of
from dashboards.statistics.look import DASH, clock, drawn
from dashboards.statistics.shell import PREFIX, Office, downloads, fill_later, html, open_page
from dashboards.statistics.tables import Cell, Column, rows_of, table

MOST_SHOWN = 500
OUTCOMES = {
    Outcome.ANSWERED: "answered",
    Outcome.ABANDONED: "gave up",
    Outcome.CALLBACK: "asked to be called back",
    Outcome.VOICEMAIL: "left a message",
    Outcome.FLOW_OUT: "sent on",
    Outcome.FORCED_OUT: "ended by us",
    Outcome.FAILED: "the line broke off",
    Outcome.OPEN: "waiting",
}
COLUMNS = [
    Column("Came in", False),
    Column("Caller", False),
    Column("Queue", False),
    Column("What became of it", False),
    Column("Waited"),
    Column("Agent", False),
    Column("Handle time", formula="talk + hold + consult + wrap-up of all agents of the call"),
]


def page(office: Office) -> pn.viewable.Viewable:
    """One visitor's list of calls."""
    opened = open_page(office, "calls", "Calls")
    ask, body = html(), html()

    async def fill() -> None:
        cookie = opened.known.cookie
        catalogue = await office.backend.said(cookie, "/api/reports/measures")
        days = days_of(opened.asked, catalogue["time_zone"])
        outcomes = [each for each in opened.asked.get("outcome", []) if each in set(Outcome)]
        queues = [queue for queue in opened.asked.get("queue", []) if queue]
        query = {**days.query, "queue": queues, "outcome": outcomes}
        latest, whole = await asyncio.gather(
            office.backend.frame(cookie, "calls", {**query, "latest": str(MOST_SHOWN)}),
            office.backend.frame(cookie, "intervals", {**days.query, "queue": queues}),
        )
        there = sum(rows_of(whole)[0][name] for name in outcomes or Outcome)
        ask.object = ask_html(days, queues, outcomes, query)
        body.object = calls_html(latest, there, ZoneInfo(catalogue["time_zone"]))

    fill_later(opened, body, fill)
    return pn.Column(ask, body, sizing_mode="stretch_width", margin=0, styles={"gap": "14px"})


def ask_html(
    days: Days, queues: list[str], outcomes: list[str], query: dict[str, str | list[str]]
) -> str:
    """The form with which other calls are asked for, and the files of these."""
    return drawn(
        "calls_ask.html",
        action=f"{PREFIX}/calls",
        days=days,
        queues=queues,
        outcomes=OUTCOMES,
        chosen=outcomes,
        downloads=downloads("calls", query),
    )


def calls_html(latest: pd.DataFrame, there: int, zone: ZoneInfo) -> str:
    """The latest of `there` calls; the rest is in the files."""
    rows = [
        [
            Cell(_moment(row["entered_at"], zone), f"{PREFIX}/call?id={row['call_id']}"),
            Cell(row["caller"] or "withheld"),
            Cell(row["queue"]),
            Cell(OUTCOMES[Outcome(row["outcome"])]),
            _seconds(row["wait_seconds"]),
            Cell(row["agent_name"] if isinstance(row["agent_name"], str) else DASH),
            _seconds(row["handle_seconds"]),
        ]
        for row in rows_of(latest)
    ]
    told = "One call" if there == 1 else f"{there:,} calls"
    note = f"The latest {len(rows):,} are shown; all of them are in the files."
    is_cut = there > len(rows)
    return table(told, COLUMNS, rows, empty="There is none.", note=note if is_cut else "")


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _seconds(value: float | None) -> Cell:
    return Cell(DASH if value is None or pd.isna(value) else clock(value))
