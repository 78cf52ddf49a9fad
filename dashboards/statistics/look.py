"""How figures look: words, clocks, colours, and the templates in which they stand.

Whatever comes from outside (a caller's number, a queue's or an agent's name) goes through a
template, which escapes it.
"""

import re
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

from bokeh.themes import Theme
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from backend.measures.catalogue import MEASURES, Unit

FILES = resources.files("dashboards.statistics") / "files"
DASH = "–"


def count(value: float | None) -> str:
    return DASH if value is None else f"{value:,.0f}"


def share(value: float | None) -> str:
    return DASH if value is None else f"{100 * value:.1f} %"


def clock(seconds: float | None) -> str:
    """0:07, 12:05, 3:07:00."""
    if seconds is None:
        return DASH
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


FORMATS = {Unit.CALLS: count, Unit.SHARE: share, Unit.SECONDS: clock}


def shown(name: str, value: float | None) -> str:
    """The measure of that name with that value."""
    return FORMATS[MEASURES[name].unit](value)


CLOCK = re.compile(r'data-age="[^"]*">[^<]*<')


def age(seconds: float | None) -> str:
    """So long already, as a clock that goes on in the browser (`statistics.js`)."""
    if seconds is None:
        return DASH
    return Markup('<time class="clock" data-age="{:.1f}">{}</time>').format(seconds, clock(seconds))


def since(moment: datetime | None, now: datetime) -> str:
    """How long ago that was, as such a clock."""
    return age(None if moment is None else (now - moment) / timedelta(seconds=1))


def without_clocks(html: str) -> str:
    """What of it does not change by itself."""
    return CLOCK.sub("", html)


def stopped(html: str) -> str:
    """With clocks that stand still: of a moment that is past."""
    return html.replace(' data-age="', ' data-was="')


ENVIRONMENT = Environment(
    loader=PackageLoader("dashboards.statistics"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters |= {"count": count, "share": share, "clock": clock, "age": age}
ENVIRONMENT.globals |= {"since": since, "shown": shown, "MEASURES": MEASURES, "DASH": DASH}


def drawn(template: str, **values: Any) -> str:
    """The HTML of that template."""
    return ENVIRONMENT.get_template(template).render(**values)


LIGHT = {
    "surface": "#ffffff",
    "line": "#e0e4eb",
    "ink": "#131924",
    "ink_2": "#465162",
    "accent": "#3350c9",
    "accent_soft": "#c3cdf3",
    "good": "#0b7d48",
    "warn": "#d98a14",
    "bad": "#c2291f",
}
DARK = {
    "surface": "#141a23",
    "line": "#263040",
    "ink": "#eaeef5",
    "ink_2": "#b3bdcb",
    "accent": "#8aa2ff",
    "accent_soft": "#33457f",
    "good": "#5bd698",
    "warn": "#f3b861",
    "bad": "#ff938a",
}
"""The board's own colours (`tokens.css`), as charts need them: as values."""


def colours(theme: str) -> dict[str, str]:
    return DARK if theme == "dark" else LIGHT


def chart_theme(theme: str) -> Theme:
    """How Bokeh draws on our pages."""
    hue = colours(theme)
    text = {"text_color": hue["ink_2"], "text_font": "Inter, ui-sans-serif, sans-serif"}
    return Theme(
        json={
            "attrs": {
                "Plot": {
                    "background_fill_alpha": 0.0,
                    "border_fill_alpha": 0.0,
                    "outline_line_color": None,
                },
                "Grid": {"grid_line_color": hue["line"]},
                "Axis": {
                    "axis_line_color": hue["line"],
                    "major_tick_line_color": None,
                    "minor_tick_line_color": None,
                    "axis_label_text_font_style": "normal",
                    "axis_label_text_font_size": "12px",
                    "major_label_text_font_size": "12px",
                    **{f"axis_label_{name}": value for name, value in text.items()},
                    **{f"major_label_{name}": value for name, value in text.items()},
                },
                "Legend": {f"label_{name}": value for name, value in text.items()},
                "ColorBar": {
                    "major_label_text_color": hue["ink_2"],
                    "major_label_text_font": text["text_font"],
                },
                "Title": {
                    "text_color": hue["ink"],
                    "text_font": "Inter, ui-sans-serif, sans-serif",
                    "text_font_size": "14px",
                    "text_font_style": "bold",
                },
            }
        }
    )
