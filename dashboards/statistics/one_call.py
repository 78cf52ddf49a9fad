"""One call: who had the caller when, and everything that happened, in order."""

# pandas tells no type of a column, and Bokeh's annotations know less of its models than they do.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false
# pyright: reportIndexIssue=false, reportGeneralTypeIssues=false, reportReturnType=false

import asyncio
import json
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pandas as pd
import panel as pn
from bokeh.models import ColumnDataSource, DatetimeTickFormatter, HoverTool
from bokeh.plotting import figure

from backend.clock import real_clock
from dashboards.statistics import charts
from dashboards.statistics.look import clock, colours, drawn
from dashboards.statistics.shell import Office, address, fill_later, html, open_page
from dashboards.statistics.tables import rows_of

CALLER = "the caller waits"
PARTS = {
    "wait": "waits",
    "talk": "talks",
    "hold": "has them on hold",
    "consult": "consults a colleague",
    "dial": "calls out",
    "wrap_up": "wraps up",
}


def page(office: Office) -> pn.viewable.Viewable:
    """One visitor's view of a call."""
    opened = open_page(office, "call", "One call")
    body = html()
    column = pn.Column(body, sizing_mode="stretch_width", margin=0, styles={"gap": "14px"})

    async def fill() -> None:
        wished = opened.one("id")
        try:
            call = UUID(wished)
        except ValueError:
            body.object = drawn("problem.html", detail="This address names no call.")
            return
        cookie, backend = opened.known.cookie, office.backend
        catalogue, events, stretches = await asyncio.gather(
            backend.said(cookie, "/api/reports/measures"),
            backend.frame(cookie, f"calls/{call}/events"),
            backend.frame(cookie, f"calls/{call}/stretches"),
        )
        zone = ZoneInfo(catalogue["time_zone"])
        column[:] = [
            charts.card(lanes(stretches, zone, opened.theme)),
            html(events_html(events, zone)),
        ]

    fill_later(opened, body, fill)
    return column


def lanes(stretches: pd.DataFrame, zone: ZoneInfo, theme: str) -> figure:
    """A lane for the caller's wait and one for each agent; what lasts yet goes up to now.
    `stretches` as of `/api/reports/calls/{id}/stretches`."""
    hue = colours(theme)
    of_part = {
        "wait": hue["warn"],
        "talk": hue["accent"],
        "hold": hue["bad"],
        "consult": hue["good"],
        "dial": hue["accent_soft"],
        "wrap_up": hue["ink_2"],
    }
    told = [_stretch(row, zone) for row in rows_of(stretches)]
    whose = list(dict.fromkeys(one["lane"] for one in told)) or [CALLER]
    source = ColumnDataSource(
        {name: [one[name] for one in told] for name in ("lane", "start", "end", "part", "span")}
        | {"colour": [of_part[one["kind"]] for one in told]}
    )
    plot = charts.blank(
        "Who had the caller", 90 + 34 * len(whose), y_range=list(reversed(whose)),
        x_axis_type="datetime",
    )  # fmt: skip
    plot.ygrid.grid_line_color = None
    plot.hbar(
        y="lane", left="start", right="end", height=0.62, color="colour", source=source,
        legend_field="part",
    )  # fmt: skip
    plot.xaxis[0].formatter = DatetimeTickFormatter(  # pyright: ignore[reportAttributeAccessIssue]
        milliseconds="%H:%M:%S", seconds="%H:%M:%S", minsec="%H:%M:%S", minutes="%H:%M",
        hourmin="%H:%M", hours="%H:%M",
    )  # fmt: skip
    plot.add_tools(HoverTool(tooltips=[("", "@lane @part"), ("for", "@span")]))
    charts.legend_above(plot)
    return plot


def _stretch(row: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    end = real_clock() if pd.isna(row["end"]) else row["end"]
    kind = row["part"]
    return {
        "lane": CALLER if kind == "wait" else row["agent_name"],
        "kind": kind,
        "part": PARTS[kind],
        "start": row["start"].astimezone(zone).replace(tzinfo=None),
        "end": end.astimezone(zone).replace(tzinfo=None),
        "span": clock((end - row["start"]).total_seconds()),
    }


def events_html(events: pd.DataFrame, zone: ZoneInfo) -> str:
    """`events` as of `/api/reports/calls/{id}/events`."""
    told = rows_of(events)
    first = told[0]["at"] if told else None
    rows = [
        {
            "at": f"{row['at'].astimezone(zone):%H:%M:%S}",
            "after": clock((row["at"] - first).total_seconds()),
            "words": row["event"].replace("-", " "),
            "agent": row["agent_name"] if isinstance(row["agent_name"], str) else "",
            "detail": _told(row["detail"]),
        }
        for row in told
    ]
    moment = None if first is None else first.astimezone(zone)
    day = "" if moment is None else f"{moment:%Y-%m-%d}"
    at = "" if moment is None else f"{moment:%H:%M:%S}"
    return drawn(
        "one_call.html",
        events=rows,
        day=day,
        all_calls=address("calls", {"first": day, "last": day}),
        replay=address("replay", {"day": day, "at": at}),
    )


def _told(detail: str) -> str:
    """What an event says beside its name, without what only machines read."""
    facts = json.loads(detail)
    plain = {
        name: value
        for name, value in facts.items()
        if isinstance(value, str | int | float) and not name.endswith(("_id", "id", "leg"))
    }
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in plain.items())
