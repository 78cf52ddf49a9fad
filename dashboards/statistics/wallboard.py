"""The wallboard: read from across the room, and heard when somebody has to look."""

from collections.abc import Mapping
from pathlib import Path

import panel as pn
import param
from panel.custom import JSComponent

from backend.domain.agent import Presence
from backend.measures.catalogue import MEASURES
from backend.measures.tally import Counting
from dashboards.statistics.day_chart import DayChart
from dashboards.statistics.live import Seen
from dashboards.statistics.look import drawn
from dashboards.statistics.now import ORDER, WORDS, Glance, glance, in_order
from dashboards.statistics.shell import SHEET, Office, address, html, open_page, put, version
from dashboards.statistics.thresholds import Thresholds, thresholds_of

MOST_PEOPLE = 60
"""On a wall; who is offline is left out first."""


class Alarm(JSComponent):
    """Sounds while something is alarming, once the viewer has allowed it."""

    _esm = Path(__file__).parent / "alarm.js"

    rings = param.Boolean(default=False, doc="Whether somebody has to look at once.")
    sheet = param.String(doc="Where our style sheet is.")


def page(office: Office) -> pn.viewable.Viewable:
    """One visitor's wallboard."""
    opened = open_page(office, "wallboard", "Wallboard", hides_heading=True)
    thresholds = thresholds_of(opened.asked)
    tiles, people = html(drawn("counting.html")), html()
    alarm = Alarm(margin=0, sheet=f"{SHEET}?v={version()}")
    day = DayChart(opened.theme)

    def draw(seen: Seen) -> None:
        looked, tiles_now, people_now = _drawn(seen, thresholds)
        put(tiles, tiles_now)
        put(people, people_now)
        alarm.rings = looked.is_alarming and not seen.is_stale
        day.show(seen.live)

    opened.show_live(draw, tiles, hangs_on_a_wall=True)
    parts = (tiles, day.card, people, alarm)
    return pn.Column(*parts, sizing_mode="stretch_width", margin=0, styles={"gap": "14px"})


def _drawn(seen: Seen, thresholds: Thresholds) -> tuple[Glance, str, str]:
    """Once for all who look with the same thresholds."""
    key = f"wallboard {thresholds}"
    if key not in seen.drawn:
        looked = glance(seen.live, seen.now, thresholds)
        seen.drawn[key] = looked, tiles_html(seen, looked, thresholds), people_html(seen, looked)
    return seen.drawn[key]


def tiles_html(
    seen: Seen, looked: Glance, thresholds: Thresholds, days: Mapping[str, object] | None = None
) -> str:
    """The big figures; behind them are today's calls, or those of other `days`."""
    live, asked = seen.live, days or {}
    counting = Counting(live.answer_within_seconds, live.short_abandon_seconds)
    return drawn(
        "wallboard.html",
        live=live,
        now=seen.now,
        is_stale=seen.is_stale,
        glance=looked,
        thresholds=thresholds,
        formula_now=MEASURES["sl_now"].shown_formula(counting),
        formula_day=MEASURES["sl_e"].shown_formula(counting),
        to={
            "calls": address("calls", asked),
            "calls_answered": address("calls", {**asked, "outcome": "answered"}),
            "calls_abandoned": address("calls", {**asked, "outcome": "abandoned"}),
            "desk": "" if days else address("desk", {}),
        },
    )


def people_html(seen: Seen, looked: Glance) -> str:
    """Who does what, since when."""
    agents = in_order(seen.live.agents)
    if len(agents) > MOST_PEOPLE:
        agents = [agent for agent in agents if agent.presence is not Presence.OFFLINE][:MOST_PEOPLE]
    return drawn(
        "people.html", agents=agents, now=seen.now, glance=looked, words=WORDS, order=ORDER
    )
