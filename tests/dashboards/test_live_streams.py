"""One stream for all who may see the same, for as long as somebody looks and may look."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.reports.live_message import SHOWN, Figures, Live
from dashboards.entrance import Visitor
from dashboards.statistics import live
from dashboards.statistics.backend_client import Backend, Refused
from dashboards.statistics.live import LiveFigures, Seen
from dashboards.statistics.visitors import Guestbook, Known, Rights

SUPERVISORS = Rights("acme", "supervisor")
ANALYSTS = Rights("acme", "analyst")


class Told(Backend):
    """A backend that says what a test hands it; `open` are the cookies of its streams."""

    def __init__(self) -> None:
        super().__init__("http://nowhere")
        self.open: list[str] = []
        self.asked = asyncio.Event()
        self.lines: asyncio.Queue[Live | None] = asyncio.Queue()
        self.out: set[str] = set()
        self.refusal: Refused | None = None
        self.used: list[str] = []

    async def live(self, cookie: str) -> AsyncGenerator[Live]:
        if self.refusal is not None:
            raise self.refusal
        self.open.append(cookie)
        self.asked.set()
        try:
            while (line := await self.lines.get()) is not None:
                yield line
        finally:
            self.open.remove(cookie)

    async def said(self, cookie: str, path: str, query: Any = None) -> Any:
        if cookie in self.out:
            raise Refused(401, "signed-out", "Sign in.")
        self.used += [cookie] if path == "/api/me" else []
        return {"tenant": "acme", "role": "analyst" if cookie == "Ada" else "supervisor"}


class Viewer:
    """Somebody who looks."""

    def __init__(self, name: str, *, hangs_on_a_wall: bool = False) -> None:
        self.hangs_on_a_wall = hangs_on_a_wall
        self.visitor = Visitor(name, "acme", name)
        self.seen: asyncio.Queue[Seen] = asyncio.Queue()
        self.is_away = False
        self.told: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def show(self, seen: Seen) -> None:
        self.seen.put_nowait(seen)

    def say(self, problem: str) -> None:
        self.told.set_result(problem)

    def leave(self, why: str) -> None:
        self.is_away = True


@pytest.fixture
def backend() -> Told:
    return Told()


@pytest.fixture
def figures(backend: Told) -> LiveFigures:
    guestbook = Guestbook()
    for name in ("Sam", "Olivia"):
        guestbook.enter(Visitor(name, "acme", name), Known(name, SUPERVISORS, "Acme"))
    guestbook.enter(Visitor("Ada", "acme", "Ada"), Known("Ada", ANALYSTS, "Acme"))
    return LiveFigures(backend, guestbook)


def now(calls: int) -> Live:
    nothing: Figures = dict.fromkeys(SHOWN)
    return Live(
        at=datetime.now(UTC),
        journal=calls,
        books=calls,
        time_zone="UTC",
        answer_within_seconds=20,
        short_abandon_seconds=5,
        calls=(),
        agents=(),
        queues=(),
        today=nothing,
        lately=nothing,
        quarters=(),
    )


async def test_whoever_has_the_same_rights_shares_one_stream_and_what_is_drawn_of_it(
    backend: Told, figures: LiveFigures
):
    sam, olivia = Viewer("Sam"), Viewer("Olivia")
    figures.join(SUPERVISORS, sam)
    figures.join(SUPERVISORS, olivia)
    await backend.asked.wait()
    assert backend.open == ["Sam"]
    backend.lines.put_nowait(now(1))
    seen = await sam.seen.get()
    assert seen is await olivia.seen.get()
    late = Viewer("Sam")
    figures.join(SUPERVISORS, late)
    assert (await late.seen.get()).live.journal == 1, "at once, and not with the next change"
    ada = Viewer("Ada")
    backend.asked.clear()
    figures.join(ANALYSTS, ada)
    await backend.asked.wait()
    assert sorted(backend.open) == ["Ada", "Sam"]
    for viewer, rights in ((sam, SUPERVISORS), (olivia, SUPERVISORS), (late, SUPERVISORS)):
        figures.leave(rights, viewer)
    figures.leave(ANALYSTS, ada)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert (backend.open, figures.viewers) == ([], 0)


async def test_who_signs_out_is_sent_away_and_the_others_go_on_by_a_right_of_their_own(
    backend: Told, figures: LiveFigures
):
    sam, olivia = Viewer("Sam"), Viewer("Olivia")
    figures.join(SUPERVISORS, sam)
    figures.join(SUPERVISORS, olivia)
    await backend.asked.wait()
    backend.out.add("Sam")
    backend.asked.clear()
    backend.lines.put_nowait(None)  # the stream ends at once when its reader signs out
    await backend.asked.wait()
    assert (sam.is_away, olivia.is_away) == (True, False)
    assert backend.open == ["Olivia"]
    backend.out.add("Olivia")
    await figures.prove()
    assert figures.viewers == 0


async def test_a_wallboard_uses_its_session_and_a_desk_that_is_left_open_does_not(
    backend: Told, figures: LiveFigures
):
    figures.join(SUPERVISORS, Viewer("Sam"))
    figures.join(SUPERVISORS, Viewer("Olivia", hangs_on_a_wall=True))
    await figures.prove()
    assert set(backend.used) == {"Olivia"}


async def test_who_may_read_no_figures_is_told_so(backend: Told, figures: LiveFigures):
    backend.refusal = Refused(403, "not-allowed", "Your role does not allow that.")
    sam = Viewer("Sam")
    figures.join(SUPERVISORS, sam)
    assert await sam.told == "Your role does not allow that."
    figures.leave(SUPERVISORS, sam)


async def test_old_figures_are_said_to_be_old(
    backend: Told, figures: LiveFigures, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(live, "STALE_SECONDS", -1.0)
    monkeypatch.setattr(live, "TICK_SECONDS", 0.01)
    sam = Viewer("Sam")
    figures.join(SUPERVISORS, sam)
    backend.lines.put_nowait(now(1))
    seen = await sam.seen.get()
    assert seen.is_stale
    assert (await sam.seen.get()).is_stale, "and again, though nothing changes"
    figures.leave(SUPERVISORS, sam)
