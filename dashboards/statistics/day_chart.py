"""Today by quarters of an hour, drawn anew as it grows."""

# Bokeh's annotations know less of its models than the models do.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false

from typing import Any
from zoneinfo import ZoneInfo

from bokeh.models import ColumnDataSource, DatetimeTickFormatter, HoverTool, Range1d

from backend.reports.live_message import Live
from dashboards.statistics import charts
from dashboards.statistics.look import colours

MINUTE = 60_000
NAMES = ("at", "label", "offered", "answered", "abandoned", "others", "level")
LEAST_CALLS = 5
"""A day with one call is not drawn as if it were the busiest ever."""


class DayChart:
    """Who came in and was answered, and the service level."""

    def __init__(self, theme: str) -> None:
        hue = colours(theme)
        self._source = ColumnDataSource({name: [] for name in NAMES})
        plot = charts.blank(
            "Today, by quarters of an hour", 230, x_axis_type="datetime", y_axis_label="calls",
            x_range=Range1d(start=0, end=24 * 60 * MINUTE),
        )  # fmt: skip
        plot.y_range = Range1d(start=0, end=LEAST_CALLS)
        bars = plot.vbar_stack(
            ["answered", "abandoned", "others"],
            x="at",
            width=12 * MINUTE,
            source=self._source,
            color=[hue["accent"], hue["bad"], hue["accent_soft"]],
            legend_label=["answered", "gave up", "waiting or other"],
        )
        charts.with_level(plot, self._source, hue, "at")
        plot.add_tools(
            HoverTool(
                renderers=bars,
                tooltips=[
                    ("from", "@label"),
                    ("came in", "@offered"),
                    ("answered", "@answered"),
                    ("gave up", "@abandoned"),
                    ("service level", "@level{0.0 %}"),
                ],
            )
        )
        charts.legend_above(plot)
        plot.xaxis[0].formatter = DatetimeTickFormatter(days="%H:%M", hours="%H:%M")
        plot.xaxis[0].ticker.desired_num_ticks = 12
        self._plot, self._shown = plot, ""
        self.card = charts.card(plot)

    def show(self, live: Live) -> None:
        """Only what has changed is sent."""
        columns = _columns(live)
        if repr(columns) != self._shown:  # nan is unlike itself
            self._source.data, self._shown = columns, repr(columns)
            self._plot.y_range.end = max(LEAST_CALLS, max(columns["offered"], default=0) * 1.15)


def _columns(live: Live) -> dict[str, list[Any]]:
    zone = ZoneInfo(live.time_zone)
    columns: dict[str, list[Any]] = {name: [] for name in NAMES}
    for quarter in live.quarters:
        local, figures = quarter.start.astimezone(zone), quarter.figures
        answered, abandoned = figures["answered"] or 0, figures["abandoned"] or 0
        offered = figures["offered"] or 0
        # Bokeh knows no zones: it is given the wall clock as if it were UTC.
        columns["at"].append((local.hour * 60 + local.minute + 7.5) * MINUTE)
        columns["label"].append(f"{local:%H:%M}")
        columns["offered"].append(offered)
        columns["answered"].append(answered)
        columns["abandoned"].append(abandoned)
        columns["others"].append(offered - answered - abandoned)
        level = figures["sl_e"]
        columns["level"].append(float("nan") if level is None else level)  # a gap, and no 0
    return columns
