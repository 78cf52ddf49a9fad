"""Staffing: how many calls to expect, how many agents they need, and what one more would do."""

# pandas tells no type of a column, and Bokeh's annotations know less of its models than they do.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false
# pyright: reportIndexIssue=false, reportGeneralTypeIssues=false, reportReturnType=false

import asyncio
from bisect import bisect_left
from datetime import timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import panel as pn
from msgspec import Struct

from backend.clock import real_clock
from backend.measures.erlang import Queue, agents_needed, impatient_queue, patient_queue
from backend.measures.intervals import local_day
from dashboards.statistics import charts
from dashboards.statistics.backend_client import Refused
from dashboards.statistics.look import DASH, clock, drawn, share
from dashboards.statistics.shell import PREFIX, Office, Page, address, fill_later, html, open_page
from dashboards.statistics.tables import Cell, Column, rows_of, table

SLOT_SECONDS = 1_800
"""Staffing is thought of in half hours."""
ABSENT = ("offline", "away", "unreachable")
BESIDE = 3
"""So many agents more and less are shown."""
MOST_AGENTS, MOST_CALLS, MOST_ERLANGS = 2_000, 100_000, 5_000
LONGEST_CALL, LONGEST_WAIT, MOST_PATIENCE = 36_000, 3_600, 36_000
MOST_WAITING = 20_000
"""So many callers in the queue are imagined at most: each is a chance of its own to be summed."""


IMAGINING = asyncio.Semaphore(1)
"""One after the other: they all want the same processor."""


class WhatIf(Struct, frozen=True, dict=True):
    """A half hour as somebody imagines it: seconds, and a share between 0 and 1. `patience` is
    None where nobody gives up, as Erlang C has it."""

    calls: float
    aht: float
    agents: int
    target: float
    threshold: float
    patience: float | None

    def with_agents(self, agents: int) -> Queue:
        """How that half hour goes with so many, in the long run."""
        rate = self.calls / SLOT_SECONDS
        if self.patience:
            return impatient_queue(rate, self.aht, self.patience, agents, self.threshold)
        return patient_queue(rate, self.aht, agents, self.threshold)

    @property
    def formula(self) -> str:
        """How it is computed, in words."""
        return "Erlang A: callers give up" if self.patience else "Erlang C: nobody gives up"

    @cached_property
    def needed(self) -> int:
        """The fewest with whom the target is reached; by the same formula as all the rest."""
        if self.calls == 0:
            return 0
        most = agents_needed(self.calls / SLOT_SECONDS, self.aht, self.target, self.threshold)
        if not self.patience:
            return most
        return bisect_left(
            range(most), self.target, key=lambda agents: self.with_agents(agents).service_level
        )


def page(office: Office) -> pn.viewable.Viewable:
    """One visitor's view of a day to staff."""
    opened = open_page(office, "staffing", "Staffing")
    body = html()
    column = pn.Column(body, sizing_mode="stretch_width", margin=0, styles={"gap": "14px"})

    async def fill() -> None:
        cookie, backend = opened.known.cookie, office.backend
        asked = {name: opened.one(name) for name in ("day", "queue") if opened.one(name)}
        target = min(0.99, max(0.01, _number(opened, "target", 80) / 100))
        catalogue, now, forecast = await asyncio.gather(
            backend.said(cookie, "/api/reports/measures"),
            backend.said(cookie, "/api/reports/now"),
            backend.frame(
                cookie, "forecast", {**asked, "size": "30min", "target": f"{target:.3f}"}
            ),
        )
        if "day" not in asked and not _comes(forecast):
            # Today is as good as over: whoever staffs thinks of tomorrow.
            tomorrow = local_day(real_clock(), ZoneInfo(catalogue["time_zone"])) + timedelta(days=1)
            query = {**asked, "day": str(tomorrow), "size": "30min", "target": f"{target:.3f}"}
            forecast = await backend.frame(cookie, "forecast", query)
        zone = ZoneInfo(catalogue["time_zone"])
        here = sum(agent["presence"] not in ABSENT for agent in now["agents"])
        imagined = what_if(opened, forecast, here, target, catalogue["answer_within_seconds"])
        # A thousand agents take seconds to imagine, and other people's pages live in this loop.
        async with IMAGINING:
            told = await asyncio.to_thread(view_html, opened, forecast, imagined, zone)
        column[:] = view(told, forecast, zone, opened.theme)

    fill_later(opened, body, fill)
    return column


def what_if(
    opened: Page, forecast: pd.DataFrame, here: int, target: float, threshold: float
) -> WhatIf:
    """The half hour that comes, with what the address says instead. Raises `Refused` for more
    work than a floor of agents can do."""
    row = _next_slot(forecast)
    patience = _known(row, "patience_seconds")
    imagined = WhatIf(
        calls=min(MOST_CALLS, _number(opened, "calls", round(_known(row, "expected") or 0, 1))),
        aht=_within(
            1, LONGEST_CALL, _number(opened, "aht", round(_known(row, "aht_seconds") or 180))
        ),
        agents=int(min(MOST_AGENTS, _number(opened, "agents", here))),
        target=target,
        threshold=min(LONGEST_WAIT, _number(opened, "threshold", threshold)),
        patience=min(MOST_PATIENCE, _number(opened, "patience", round(patience or 0))) or None,
    )
    waiting = imagined.calls * (imagined.patience or 0) / SLOT_SECONDS
    if imagined.calls * imagined.aht > MOST_ERLANGS * SLOT_SECONDS or waiting > MOST_WAITING:
        raise Refused(
            400,
            "too-much-work",
            f"That is more than {MOST_ERLANGS:,} agents could do, if they did nothing else."
            " Put in fewer calls, a shorter handle time, or less patience.",
        )
    return imagined


def _comes(forecast: pd.DataFrame) -> bool:
    """Whether anybody is expected in what is left of that day."""
    coming = forecast[forecast["end"] > real_clock()]
    return bool((coming["expected"] > 0).any())


def _next_slot(forecast: pd.DataFrame) -> dict[str, Any] | None:
    """The half hour in which we are; of a day to come, its busiest."""
    slots = [slot for slot in rows_of(forecast) if slot["end"] > real_clock()]
    if not slots:
        return None
    if slots[0]["start"] <= real_clock() and slots[0]["expected"] > 0:
        return slots[0]
    return max(slots, key=lambda slot: _known(slot, "expected") or 0)


class Told(Struct, frozen=True):
    """The parts of the view that are words and tables."""

    verdict: str
    beside: str
    trust: str


def view_html(opened: Page, forecast: pd.DataFrame, imagined: WhatIf, zone: ZoneInfo) -> Told:
    """What is told of that half hour; takes a while for a large floor."""
    row = _next_slot(forecast)
    is_told = row is not None and not {"calls", "aht"} & opened.asked.keys()
    when = f"{row['start'].astimezone(zone):%A, %-d %B, from %H:%M}" if row and is_told else ""
    first = next(iter(rows_of(forecast)), None)
    day = opened.one("day") if first is None else f"{first['start'].astimezone(zone):%Y-%m-%d}"
    return Told(
        verdict_html(opened, imagined, day, when),
        beside_html(imagined) if imagined.calls else "",
        trust_html(forecast),
    )


def view(
    told: Told, forecast: pd.DataFrame, zone: ZoneInfo, theme: str
) -> list[pn.viewable.Viewable]:
    """The view, part by part."""
    parts: list[pn.viewable.Viewable] = [html(told.verdict)]
    if len(forecast) and forecast["expected"].notna().any():
        local = forecast["start"].dt.tz_convert(zone)
        labels = charts.apart([f"{moment:%H:%M}" for moment in local])
        parts.append(charts.card(charts.requirement(forecast, labels, theme)))
    return [*parts, html(told.beside), html(told.trust)]


def verdict_html(opened: Page, imagined: WhatIf, day: str, when: str) -> str:
    """What that half hour needs, in one sentence, and the form to imagine another."""
    now, more = imagined.with_agents(imagined.agents), imagined.with_agents(imagined.agents + 1)
    return drawn(
        "staffing.html",
        action=f"{PREFIX}/staffing",
        as_it_is=address("staffing", {"day": opened.one("day"), "queue": opened.one("queue")}),
        day=day,
        when=when,
        queue=opened.one("queue"),
        imagined=imagined,
        short=imagined.needed - imagined.agents,
        level=share(now.service_level) if now.is_stable else "0 %: the queue only grows",
        one_more=share(more.service_level) if more.is_stable else "0 %: it still grows",
        is_own="calls" in opened.asked or "aht" in opened.asked,
        is_here="agents" not in opened.asked,
    )


def beside_html(imagined: WhatIf) -> str:
    """How it goes with some agents more and less."""
    middle = max(imagined.needed, 1)
    chosen = sorted(
        {
            *range(max(1, middle - BESIDE), middle + BESIDE + 1),
            *range(max(1, imagined.agents - 1), imagined.agents + 2),
        }
    )
    rows: list[list[Cell]] = []
    for agents in chosen:
        queue = imagined.with_agents(agents)
        is_what = {"here": imagined.agents, "needed": imagined.needed}
        marks = [word for word, number in is_what.items() if number == agents]
        rows.append(
            [
                Cell(f"{agents}{' · ' + ', '.join(marks) if marks else ''}"),
                Cell(share(queue.service_level)),
                Cell(clock(queue.mean_wait) if queue.is_stable else "grows"),
                Cell(share(queue.wait_probability)),
                Cell(share(queue.occupancy)),
                Cell(share(queue.abandon) if imagined.patience else DASH),
            ]
        )
    columns = [
        Column("Agents", False),
        Column("Service level"),
        Column("Mean wait"),
        Column("Have to wait"),
        Column("Occupancy"),
        Column("Give up"),
    ]
    return table("What more or fewer agents would do", columns, rows, empty="")


def trust_html(forecast: pd.DataFrame) -> str:
    """How far the forecast is to be trusted."""
    row = next(iter(rows_of(forecast)), None)
    wape, floor = _known(row, "wape"), _known(row, "wape_floor")
    told = row["why_none"] if row else None
    reason = told if isinstance(told, str) and _known(row, "expected") is None else ""
    return drawn(
        "trust.html",
        wape=DASH if wape is None else share(wape),
        floor=DASH if floor is None else share(floor),
        reason=reason,
    )


def _known(row: Any, name: str) -> float | None:
    if row is None or name not in row or pd.isna(row[name]):
        return None
    return float(row[name])


def _within(least: float, most: float, value: float) -> float:
    return min(most, max(least, value))


def _number(opened: Page, name: str, otherwise: float) -> float:
    try:
        value = float(opened.one(name))
    except ValueError:
        return otherwise
    return value if 0 <= value < 1e6 else otherwise
