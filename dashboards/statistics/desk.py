"""The supervisor's desk: every queue, agent and call as it is now; each leads to what is behind."""

import panel as pn

from backend.domain.call import CallState
from backend.measures.catalogue import MEASURES
from backend.measures.tally import Counting
from backend.reports.live_message import Live
from dashboards.statistics.live import Seen
from dashboards.statistics.look import drawn
from dashboards.statistics.now import WORDS, glance, in_order, waiting
from dashboards.statistics.shell import PREFIX, Office, address, html, open_page, put
from dashboards.statistics.thresholds import Thresholds, thresholds_of

STATES = {
    CallState.RINGING: "waiting",
    CallState.CONNECTING: "being answered",
    CallState.DIALLING: "calling out",
    CallState.CONNECTED: "talking",
    CallState.HELD: "on hold",
    CallState.PARKED: "parked",
    CallState.FORWARDED: "at a number outside",
    CallState.ENDED: "over",
}
OF_QUEUES = ("offered", "answered", "abandoned", "sl_e", "asa", "wait_p95", "abandon_rate", "aht")
OF_AGENTS = ("answered", "handled", "aht", "asa", "transfer_rate")
HEADINGS = {
    "offered": "Came in",
    "answered": "Answered",
    "abandoned": "Gave up",
    "sl_e": "Service level",
    "asa": "Mean wait",
    "wait_p95": "95 % wait at most",
    "abandon_rate": "Gave up, share",
    "aht": "Handle time",
    "handled": "Handled",
    "transfer_rate": "Handed on",
}
"""Short enough for a table's head; the formula is told beside it."""


def page(office: Office) -> pn.viewable.Viewable:
    """One visitor's desk."""
    opened = open_page(office, "desk", "Supervisor's desk")
    thresholds = thresholds_of(opened.asked)
    panes = {name: html() for name in ("tiles", "calls", "queues", "agents")}
    panes["tiles"].object = drawn("counting.html")

    def draw(seen: Seen) -> None:
        for name, text in _drawn(seen, thresholds).items():
            put(panes[name], text)

    opened.show_live(draw, panes["tiles"])
    return pn.Column(*panes.values(), sizing_mode="stretch_width", margin=0, styles={"gap": "14px"})


def _drawn(seen: Seen, thresholds: Thresholds) -> dict[str, str]:
    """Once for all who look with the same thresholds."""
    key = f"desk {thresholds}"
    if key not in seen.drawn:
        seen.drawn[key] = desk_html(seen, thresholds)
    return seen.drawn[key]


def desk_html(seen: Seen, thresholds: Thresholds) -> dict[str, str]:
    """The desk's parts by name, drawn."""
    live = seen.live
    formulas = formulas_of(live)
    shared = {
        "live": live,
        "now": seen.now,
        "thresholds": thresholds,
        "formulas": formulas,
        "headings": HEADINGS,
    }
    first = waiting(live)
    return {
        "tiles": drawn(
            "desk.html",
            **shared,
            glance=glance(live, seen.now, thresholds),
            is_stale=seen.is_stale,
            formula_now=formulas["sl_now"],
            formula_day=formulas["sl_e"],
            to={"all": address("calls", {})},
        ),
        "calls": drawn(
            "calls_now.html",
            **shared,
            calls=[*first, *(call for call in live.calls if call not in first)],
            names={str(agent.id): agent.name for agent in live.agents},
            states=STATES,
            to_call=f"{PREFIX}/call",
        ),
        "queues": drawn("queues_now.html", **shared, columns=OF_QUEUES, to_calls=f"{PREFIX}/calls"),
        "agents": drawn(
            "agents_now.html",
            **shared,
            agents=in_order(live.agents),
            columns=OF_AGENTS,
            words=WORDS,
        ),
    }


def formulas_of(live: Live) -> dict[str, str]:
    """How each measure is counted, with this company's thresholds."""
    counting = Counting(live.answer_within_seconds, live.short_abandon_seconds)
    return {name: measure.shown_formula(counting) for name, measure in MEASURES.items()}
