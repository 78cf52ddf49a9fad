"""A day replayed: any past day on the wallboard and on the board, at any speed, read only."""

import asyncio
import contextlib
from collections.abc import Awaitable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import panel as pn
import param
from msgspec import json
from panel.custom import JSComponent

from backend.clock import real_clock
from backend.logs import logger
from backend.measures.durations import microseconds
from backend.measures.intervals import local_day
from backend.reports.replay_message import DayHead
from backend.reports.replayed_day import ReplayedDay, Then
from dashboards.board.component import BoardReplay
from dashboards.statistics.backend_client import Refused
from dashboards.statistics.live import Seen
from dashboards.statistics.look import drawn, stopped
from dashboards.statistics.now import glance
from dashboards.statistics.player import SPEEDS, Player
from dashboards.statistics.replay_days import Telling
from dashboards.statistics.shell import (
    PREFIX,
    SHEET,
    Office,
    Page,
    address,
    fill_later,
    html,
    open_page,
    reload_page,
    version,
)
from dashboards.statistics.thresholds import thresholds_of
from dashboards.statistics.wallboard import people_html, tiles_html

log = logger("statistics")

SAY_SECONDS = 0.3
"""From word to word of how much of a day is told."""
CLOCKS = ("%H:%M:%S", "%H:%M")


class ReplayControls(JSComponent):
    """Play, pause, speed, and a slider over the day. What is wished for there comes as messages:
    `{"do": "play" | "pause"}`, `{"do": "seek", "to": seconds}`, `{"do": "speed", "speed": 60}`."""

    _esm = Path(__file__).parent / "replay_controls.js"

    sheet = param.String(doc="Where our style sheets are.")
    day = param.Dict(default={}, doc="The day that is played; see `day_card`. Empty: none yet.")
    at = param.Number(doc="Where it is, in seconds of the day.")
    plays = param.Boolean()
    speed = param.Integer(default=SPEEDS[0])
    speeds = param.List(default=list(SPEEDS))


def page(office: Office) -> pn.viewable.Viewable:
    """One visitor's replay."""
    opened = open_page(office, "replay", "Replay")
    stage = Stage(opened)
    gone = asyncio.Event()

    async def fill() -> None:
        telling = office.replays.tell(opened.known, _wished_day(opened))
        await _until_told(telling, stage.told)
        day = telling.task.result()
        stage.open(day)
        Seat(opened, stage, day).sit_until(gone)

    fill_later(opened, stage.told, fill)
    pn.state.on_session_destroyed(lambda _: gone.set())
    return pn.Column(*stage.parts, sizing_mode="stretch_width", margin=0, styles={"gap": "14px"})


class Stage:
    """What the page shows, from top to bottom. All of it is there from the first, though unseen:
    of a part that came later, Bokeh's browser half sends the whole with each message."""

    def __init__(self, opened: Page) -> None:
        whole = {"sizing_mode": "stretch_width", "margin": 0, "visible": False}
        sheets = (f"{SHEET}?v={version()}", f"{PREFIX}/files/replay.css?v={version()}")
        self.ask, self.told = html(), html()
        self.controls = ReplayControls(sheet=" ".join(sheets), **whole)
        self.tiles, self.people = html(), html()
        self.board = BoardReplay(company=opened.known.company, theme=opened.theme, **whole)
        self.parts = [self.ask, self.told, self.controls, self.tiles, self.people, self.board]
        for part in self.parts:
            part.visible = part is self.told

    def open(self, day: ReplayedDay) -> None:
        """Show that day, from now on."""
        self.ask.object = ask_html(day)
        self.controls.day = day_card(day)
        self.board.time_zone = day.head.time_zone
        unknown = (self.people, self.board) if is_imported(day) else ()
        for part in self.parts:
            part.visible = part is not self.told and part not in unknown


def is_imported(day: ReplayedDay) -> bool:
    """Whether its figures are known, and nobody wrote down its board."""
    return day.lines == 0 and sum(day.came_in) > 0


class Seat:
    """One visitor before a day, for whom it is drawn."""

    def __init__(self, opened: Page, stage: Stage, day: ReplayedDay) -> None:
        self._opened, self._stage, self._head = opened, stage, day.head
        self._thresholds = thresholds_of(opened.asked)
        self._shown = -1
        """The journal's number of the board that is drawn."""
        seconds = asyncio.get_running_loop().time
        at, speed = _wished_moment(opened, day), _wished_speed(opened)
        self._player = Player(day, at, speed, self._draw, seconds)
        stage.controls.on_msg(lambda message: self.hear(message.data))
        self._sitting: asyncio.Task[None] | None = None

    def sit_until(self, gone: asyncio.Event) -> None:
        """Draw for them until they are gone."""
        self._sitting = asyncio.create_task(self._sit(gone))

    def hear(self, said: Any) -> None:
        """A wish from the browser. What is none changes nothing."""
        match said:
            case {"do": "play"}:
                self._player.play()
            case {"do": "pause"}:
                self._player.pause()
            case {"do": "seek", "to": int() | float() as seconds} if 0 <= seconds < 1e6:
                self._player.seek(self._head.start + timedelta(seconds=seconds))
            case {"do": "speed", "speed": int() as speed}:
                self._player.choose(speed)
            case _:
                log.info("no wish of a replay's page")

    async def _draw(self, then: Then) -> None:
        """In the page's own turn."""
        turn = asyncio.get_running_loop().create_future()

        def draw() -> None:
            try:
                with pn.io.hold(self._opened.document):
                    self._show(then)
            finally:
                if not turn.done():
                    turn.set_result(None)

        self._opened.document.add_next_tick_callback(draw)
        await turn

    def _show(self, then: Then) -> None:
        seen = Seen(then.live, then.at, False)
        looked = glance(then.live, then.at, self._thresholds)
        tiles = tiles_html(seen, looked, self._thresholds, _days(self._head))
        self._stage.tiles.object = stopped(tiles)
        self._stage.people.object = stopped(people_html(seen, looked))
        player = self._player
        pace = {"at": microseconds(then.at) / 1000, "pace": player.pace}
        if then.board.number != self._shown:
            self._shown = then.board.number
            pace["snapshot"] = json.encode(then.board).decode()
        self._stage.board.param.update(**pace)
        self._stage.controls.param.update(
            at=(then.at - self._head.start).total_seconds(),
            plays=player.plays,
            speed=player.speed,
        )

    async def _sit(self, gone: asyncio.Event) -> None:
        drawing = asyncio.create_task(_told_if_it_fails(self._player.run()))
        while not await _within(self._opened.office.prove_seconds, gone):
            if not await _may_look(self._opened):
                self._opened.document.add_next_tick_callback(reload_page)
                break
        drawing.cancel()


async def _within(seconds: float, happens: asyncio.Event) -> bool:
    """Whether it does, within that time."""
    try:
        async with asyncio.timeout(seconds):
            return await happens.wait()
    except TimeoutError:
        return False


async def _may_look(opened: Page) -> bool:
    """Not once they are signed out, or are somebody else by now. While the backend is away nobody
    is sent away."""
    try:
        me = await opened.office.backend.said(opened.known.cookie, "/api/me")
    except Refused as refused:
        return refused.status != 401
    except (aiohttp.ClientError, TimeoutError, OSError):
        return True
    rights = opened.known.rights
    return (me["tenant"]["id"], me["role"]) == (rights.tenant, rights.role)


async def _told_if_it_fails(drawing: Awaitable[None]) -> None:
    try:
        await drawing
    except Exception:
        log.exception("a replay stands still")


async def _until_told(telling: Telling, pane: pn.pane.HTML) -> None:
    """Wait until the day is told; the pane says how far it is."""
    while not telling.task.done():
        pane.object = drawn("replay_told.html", share=telling.share)
        await asyncio.wait([telling.task], timeout=SAY_SECONDS)


def day_card(day: ReplayedDay) -> dict[str, Any]:
    """What the controls must know of a day: `start` is in milliseconds, `end` and `until` are in
    seconds after it, `came_in` tells how many callers in each quarter of an hour."""
    head = day.head
    return {
        "day": str(head.day),
        "words": f"{head.day:%A, %-d %B %Y}",
        "time_zone": head.time_zone,
        "start": microseconds(head.start) / 1000,
        "end": (head.end - head.start).total_seconds(),
        "until": (head.until - head.start).total_seconds(),
        "came_in": list(day.came_in),
    }


def ask_html(day: ReplayedDay) -> str:
    """The form with which another day is asked for."""
    head = day.head
    today = local_day(real_clock(), ZoneInfo(head.time_zone))
    one = timedelta(days=1)
    near = {
        "The day before": head.day - one,
        "A week before": head.day - 7 * one,
        "The day after": head.day + one,
        "Today": today,
    }
    return drawn(
        "replay_ask.html",
        action=f"{PREFIX}/replay",
        day=head.day,
        today=today,
        near={
            name: address("replay", {"day": day})
            for name, day in near.items()
            if day <= today and day != head.day
        },
        history=address("history", {"first": head.day, "last": head.day}),
        calls=address("calls", _days(head)),
        is_imported=is_imported(day),
    )


def _days(head: DayHead) -> dict[str, object]:
    return {"first": head.day, "last": head.day}


def _wished_day(opened: Page) -> str:
    """The one in the page's address; today, if that is no day."""
    try:
        return str(date.fromisoformat(opened.one("day")))
    except ValueError:
        return ""


def _wished_moment(opened: Page, day: ReplayedDay) -> datetime:
    """The one in the page's address, on the company's wall clock; else the day's first call."""
    for clock in CLOCKS:
        with contextlib.suppress(ValueError):
            wished = datetime.strptime(opened.one("at"), clock).time()  # noqa: DTZ007 (a clock's)
            return day.within(_on(day.head, wished))
    return day.begins_at


def _on(head: DayHead, wished: time) -> datetime:
    return datetime.combine(head.day, wished, ZoneInfo(head.time_zone))


def _wished_speed(opened: Page) -> int:
    wished = opened.one("speed")
    return int(wished) if wished.isdecimal() and len(wished) < 4 else SPEEDS[0]
