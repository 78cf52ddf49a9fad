"""Charts of frames: each takes a frame as the reports give it, and is good in a notebook too."""

# pandas tells no type of a column, and Bokeh's annotations know less of its models than they do.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false
# pyright: reportIndexIssue=false, reportGeneralTypeIssues=false, reportReturnType=false

from collections.abc import Sequence
from typing import Any

import pandas as pd
import panel as pn
from bokeh.models import (
    BasicTicker,
    ColumnDataSource,
    FixedTicker,
    HoverTool,
    LinearAxis,
    NoOverlap,
    NumeralTickFormatter,
    Range1d,
    Span,
)
from bokeh.palettes import Blues9
from bokeh.plotting import figure
from bokeh.transform import linear_cmap

from dashboards.statistics.look import colours

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOST_LABELS = 14
CARD = {
    "background": "var(--surface, transparent)",
    "border": "1px solid var(--line, #e0e4eb)",
    "border-radius": "var(--radius, 10px)",
    "padding": "10px 12px 6px",
}


def card(*plots: Any) -> pn.Column:
    """Plots on a card of their own."""
    panes = [pn.pane.Bokeh(plot, sizing_mode="stretch_width", margin=0) for plot in plots]
    return pn.Column(*panes, sizing_mode="stretch_width", margin=0, styles=CARD)


def apart(labels: Sequence[str]) -> list[str]:
    """The labels, all different: an hour that the clock repeats has a prime the second time."""
    return [label + "′" * labels[:number].count(label) for number, label in enumerate(labels)]


def blank(title: str, height: int = 260, **wishes: Any) -> figure:
    """A plot as all of ours begin."""
    plot = figure(
        title=title, height=height, sizing_mode="stretch_width", toolbar_location=None, **wishes
    )
    plot.xgrid.grid_line_color = None
    plot.xaxis[0].major_label_policy = NoOverlap(min_distance=8)
    return plot


def with_level(plot: figure, source: ColumnDataSource, hue: dict[str, str], x: str) -> None:
    """The service level as a line over that plot, with an axis of its own."""
    plot.extra_y_ranges = {"level": Range1d(start=0, end=1.05)}
    line = {"y_range_name": "level", "color": hue["good"], "source": source}
    plot.line(x, "level", line_width=2.5, legend_label="service level", **line)
    plot.scatter(x, "level", size=5, **line)
    plot.add_layout(
        LinearAxis(
            y_range_name="level",
            axis_label="service level",
            formatter=NumeralTickFormatter(format="0 %"),
            ticker=BasicTicker(desired_num_ticks=5),
        ),
        "right",
    )


def legend_above(plot: figure) -> None:
    """The plot's legend in one line over it; also where no theme of ours is, as in a notebook."""
    legend = plot.legend[0]
    legend.update(
        orientation="horizontal",
        border_line_color=None,
        background_fill_alpha=0.0,
        label_text_font_size="12px",
        glyph_height=12,
        glyph_width=12,
        padding=0,
        margin=2,
    )
    plot.add_layout(legend, "above")


def volumes(intervals: pd.DataFrame, labels: Sequence[str], title: str, theme: str) -> figure:
    """Who came in in each slot, what became of them, and the service level.

    `intervals` as of `/api/reports/intervals`; `labels`, one for each of its rows.
    """
    hue = colours(theme)
    others = intervals["offered"] - intervals["answered"] - intervals["abandoned"]
    source = ColumnDataSource(
        {
            "x": list(range(len(labels))),
            "slot": list(labels),
            "offered": list(intervals["offered"]),
            "answered": list(intervals["answered"]),
            "abandoned": list(intervals["abandoned"]),
            "others": list(others),
            "level": list(intervals["sl_e"]),
        }
    )
    plot = blank(title, y_axis_label="calls")
    most = intervals["offered"].max() if len(intervals) else 0
    plot.y_range = Range1d(start=0, end=max(5, most * 1.1))
    bars = plot.vbar_stack(
        ["answered", "abandoned", "others"],
        x="x",
        width=0.75,
        source=source,
        color=[hue["accent"], hue["bad"], hue["accent_soft"]],
        legend_label=["answered", "gave up", "other"],
    )
    with_level(plot, source, hue, "x")
    plot.add_tools(
        HoverTool(
            renderers=bars,
            tooltips=[
                ("", "@slot"),
                ("came in", "@offered"),
                ("answered", "@answered"),
                ("gave up", "@abandoned"),
                ("service level", "@level{0.0 %}"),
            ],
        )
    )
    _label(plot, labels)
    legend_above(plot)
    return plot


def _label(plot: figure, labels: Sequence[str]) -> None:
    """Slots by number along the axis, each with its label where there is room for it."""
    every = max(1, -(-len(labels) // MOST_LABELS))
    plot.xaxis[0].ticker = FixedTicker(ticks=list(range(0, len(labels), every)))
    plot.xaxis[0].major_label_overrides = dict(enumerate(labels))
    plot.x_range = Range1d(start=-0.6, end=len(labels) - 0.4)


def waits(bins: pd.DataFrame, threshold: float, theme: str) -> figure:
    """How long callers waited, cut at five minutes; `bins` as of `/api/reports/waits`."""
    hue = colours(theme)
    width, most = 10, 300
    within = (bins["seconds"] - 1).clip(lower=0) // width * width
    cut = bins.assign(bin=within.where(bins["seconds"] <= most, most))
    summed = cut.groupby("bin")[["answered", "abandoned"]].sum()
    summed = summed.reindex(range(0, most + 1, width), fill_value=0)
    source = ColumnDataSource(
        {
            "middle": [start + width / 2 for start in summed.index],
            "told": [_span(start, width, most) for start in summed.index],
            "answered": list(summed["answered"]),
            "abandoned": list(summed["abandoned"]),
        }
    )
    title = f"How long callers waited; the line is at {threshold:g} s"
    plot = blank(title, x_axis_label="seconds", y_axis_label="calls")
    plot.y_range.start = 0  # pyright: ignore[reportAttributeAccessIssue]
    bars = plot.vbar_stack(
        ["answered", "abandoned"],
        x="middle",
        width=width * 0.9,
        source=source,
        color=[hue["accent"], hue["bad"]],
        legend_label=["answered", "gave up"],
    )
    plot.add_layout(
        Span(location=threshold, dimension="height", line_color=hue["good"], line_width=2)
    )
    plot.add_tools(
        HoverTool(
            renderers=bars,
            tooltips=[("waited", "@told"), ("answered", "@answered"), ("gave up", "@abandoned")],
        )
    )
    legend_above(plot)
    return plot


def _span(start: int, width: int, most: int) -> str:
    return f"more than {most} s" if start >= most else f"up to {start + width} s"


def heat_map(mean: pd.Series, title: str, form: str, theme: str) -> figure:
    """A value for each weekday (0 is Monday) and hour, by which it is indexed."""
    source = ColumnDataSource(
        {
            "day": [WEEKDAYS[weekday] for weekday, _ in mean.index],
            "hour": [f"{hour:02}" for _, hour in mean.index],
            "value": list(mean),
        }
    )
    plot = blank(
        title,
        x_range=[f"{hour:02}" for hour in range(24)],
        y_range=list(reversed(WEEKDAYS)),
        x_axis_label="hour",
    )
    plot.ygrid.grid_line_color = None
    low, high = (float(mean.min()), float(mean.max())) if len(mean) else (0.0, 1.0)
    palette = list(Blues9) if theme == "dark" else list(reversed(Blues9))
    squares = plot.rect(
        x="hour",
        y="day",
        width=0.94,
        height=0.9,
        source=source,
        line_color=None,
        fill_color=linear_cmap("value", palette, low, high if high > low else low + 1),
    )
    plot.add_layout(
        squares.construct_color_bar(
            width=10, background_fill_alpha=0.0, formatter=NumeralTickFormatter(format=form)
        ),
        "right",
    )
    plot.add_tools(HoverTool(tooltips=[("", "@day, from @hour:00"), (title, f"@value{{{form}}}")]))
    return plot


def requirement(forecast: pd.DataFrame, labels: Sequence[str], theme: str) -> figure:
    """What is expected in each slot with its interval, what came, and how many agents it needs;
    `forecast` as of `/api/reports/forecast`."""
    hue = colours(theme)
    source = ColumnDataSource(
        {
            "x": list(range(len(labels))),
            "slot": list(labels),
            "expected": list(forecast["expected"]),
            "low": list(forecast["low"]),
            "high": list(forecast["high"]),
            "arrived": list(forecast["arrived"]),
            "agents": list(forecast["agents_needed"]),
        }
    )
    plot = blank("Expected calls, and the agents they need", 300, y_axis_label="calls")
    top = forecast[["high", "arrived"]].max().max()
    plot.y_range = Range1d(start=0, end=max(5.0, top * 1.1) if pd.notna(top) else 5.0)
    plot.yaxis[0].ticker.min_interval = 1
    plot.varea(
        "x", "low", "high", source=source, fill_color=hue["accent_soft"], fill_alpha=0.5,
        legend_label="likely",
    )  # fmt: skip
    came = plot.vbar(
        "x", width=0.7, top="arrived", source=source, color=hue["accent"], legend_label="came"
    )
    expected = plot.line(
        "x", "expected", source=source, color=hue["ink_2"], line_width=2, line_dash="dashed",
        legend_label="expected",
    )  # fmt: skip
    most = forecast["agents_needed"].max()
    plot.extra_y_ranges = {
        "agents": Range1d(start=0, end=max(4.0, most * 1.15) if pd.notna(most) else 4.0)
    }
    plot.step(
        "x", "agents", source=source, y_range_name="agents", color=hue["good"], line_width=2.5,
        mode="center", legend_label="agents needed, if nobody gave up",
    )  # fmt: skip
    plot.add_layout(
        LinearAxis(
            y_range_name="agents",
            axis_label="agents",
            ticker=BasicTicker(min_interval=1, num_minor_ticks=0),
        ),
        "right",
    )
    plot.add_tools(
        HoverTool(
            renderers=[came, expected],
            mode="vline",
            tooltips=[
                ("from", "@slot"),
                ("came", "@arrived"),
                ("expected", "@expected{0.0}"),
                ("likely", "@low{0} to @high{0}"),
                ("agents needed", "@agents"),
            ],
        )
    )
    _label(plot, labels)
    legend_above(plot)
    return plot
