"""What every statistics page has around it: its head, its places, its visitor, its colours."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from urllib.parse import urlencode

import aiohttp
import panel as pn
from bokeh.document import Document
from jinja2 import Template
from msgspec import Struct

from backend.logs import logger
from dashboards.board.component import DIST
from dashboards.entrance import Visitor
from dashboards.statistics.backend_client import Backend, Refused
from dashboards.statistics.live import LiveFigures, Seen
from dashboards.statistics.look import FILES, chart_theme, drawn, without_clocks
from dashboards.statistics.replay_days import ReplayDays
from dashboards.statistics.visitors import (
    Guestbook,
    Known,
    present_theme,
    present_visitor,
)

log = logger("statistics")

PREFIX = "/statistics"
PLACES = (
    ("wallboard", "Wallboard"),
    ("desk", "Desk"),
    ("history", "History"),
    ("replay", "Replay"),
    ("staffing", "Staffing"),
)
FORMS = {"CSV": "csv", "Excel": "xlsx", "Parquet": "parquet"}
"""As what an analyst takes figures along."""
SHEET = f"{PREFIX}/files/statistics.css"


class Office(Struct, frozen=True):
    """What all pages of this process share."""

    backend: Backend
    guestbook: Guestbook
    live: LiveFigures
    replays: ReplayDays
    prove_seconds: float
    """How often each viewer's own right to look is asked for."""


class Page(Struct, frozen=True):
    """One visitor's page: who looks, in what colours, and what its address asks for."""

    office: Office
    document: Document
    visitor: Visitor
    known: Known
    theme: str
    asked: dict[str, list[str]]

    def one(self, name: str, otherwise: str = "") -> str:
        """What the address says of that, or else."""
        return self.asked.get(name, [otherwise])[0]

    def show_live(
        self, draw: Callable[[Seen], None], pane: pn.pane.HTML, *, hangs_on_a_wall: bool = False
    ) -> None:
        """Draw the company as it is, as soon as the page is there and whenever it changes; the
        pane says why, if there is nothing to draw."""
        viewer = LiveViewer(self, draw, pane, hangs_on_a_wall=hangs_on_a_wall)
        pn.state.onload(viewer.come)
        pn.state.on_session_destroyed(lambda _: viewer.go())


class LiveViewer:
    """A page in the list of those who look."""

    def __init__(
        self,
        page: Page,
        draw: Callable[[Seen], None],
        pane: pn.pane.HTML,
        *,
        hangs_on_a_wall: bool,
    ) -> None:
        self.visitor, self.hangs_on_a_wall = page.visitor, hangs_on_a_wall
        self._page, self._draw, self._pane = page, draw, pane
        self._is_gone = False

    def come(self) -> None:
        if not self._is_gone:
            self._page.office.live.join(self._page.known.rights, self)

    def go(self) -> None:
        self._is_gone = True
        self._page.office.live.leave(self._page.known.rights, self)

    def show(self, seen: Seen) -> None:
        """Soon, in the page's own turn."""
        if not self._is_gone:
            self._page.document.add_next_tick_callback(lambda: self._draw(seen))

    def say(self, problem: str) -> None:
        """In words of the backend."""

        def put() -> None:
            self._pane.object = drawn("problem.html", detail=problem)

        if not self._is_gone:
            self._page.document.add_next_tick_callback(put)

    def leave(self, why: str) -> None:
        """The page asks for itself anew, and so gets to the way in."""
        log.info("a viewer leaves", why=why)
        self._is_gone = True
        self._page.document.add_next_tick_callback(reload_page)


def reload_page() -> None:
    """The page that is being looked at; whoever is signed out comes to the way in."""
    if pn.state.location is not None:
        pn.state.location.reload = True
        pn.state.location.param.trigger("search")


def open_page(office: Office, here: str, heading: str, *, hides_heading: bool = False) -> Page:
    """Dress the document that is being made. Raises `NobodyLooks`."""
    visitor = present_visitor()
    known = office.guestbook.of(visitor)
    document = pn.state.curdoc
    if known is None or document is None:
        raise RuntimeError("a page is made for whoever has asked for it, and only then")
    wish, theme = present_theme()
    document.template = shell()
    document.theme = chart_theme(theme)
    document.title = f"{heading} · Patchbay"
    document.template_variables.update(
        heading=heading,
        hides_heading=hides_heading,
        company=known.company,
        theme=theme,
        theme_wish=wish,
        files=f"{PREFIX}/files",
        version=version(),
        tokens_version=tokens_version(),
        places=[
            {"title": title, "address": f"{PREFIX}/{name}", "here": name == here}
            for name, title in PLACES
        ],
    )
    asked = {
        name: [each.decode("utf-8", "replace") for each in values]
        for name, values in pn.state.session_args.items()
    }
    return Page(office, document, visitor, known, theme, asked)


def put(pane: pn.pane.HTML, text: str) -> None:
    """Draw it anew only if more has changed than clocks, which go on in the browser: whoever reads
    keeps their place, and what they point at."""
    if without_clocks(text) != without_clocks(str(pane.object)):
        pane.object = text


def html(text: str = "") -> pn.pane.HTML:
    """A pane of ours, with our sheet."""
    return pn.pane.HTML(
        text,
        stylesheets=[f"{SHEET}?v={version()}"],
        sizing_mode="stretch_width",
        margin=0,
    )


def fill_later(page: Page, pane: pn.pane.HTML, work: Callable[[], Awaitable[None]]) -> None:
    """Do that work once the page is there; meanwhile, and if it fails, the pane says so."""
    pane.object = drawn("counting.html")

    async def fill() -> None:
        try:
            await work()
        except Refused as refused:
            pane.object = drawn("problem.html", detail=refused.detail)
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            log.warning("figures could not be had", why=type(problem).__name__)
            pane.object = drawn("problem.html", detail="The figures do not come. Reload the page.")
        except Exception:  # the outermost of this page: whatever it is, nobody waits for ever
            log.exception("a page could not be filled")
            pane.object = drawn(
                "problem.html", detail="This view cannot be shown: a fault of ours."
            )

    pn.state.onload(fill)


def address(place: str, asked: Mapping[str, object]) -> str:
    """The address of a view, with what it asks for; what is empty is left out."""
    query = _query(asked)
    return f"{PREFIX}/{place}{'?' + query if query else ''}"


def downloads(report: str, asked: Mapping[str, object]) -> dict[str, str]:
    """The addresses of that report's answer as files, by kind."""
    return {
        kind: f"/api/reports/{report}?{_query({**asked, 'format': form})}"
        for kind, form in FORMS.items()
    }


def _query(asked: Mapping[str, object]) -> str:
    pairs = [(name, value) for name, value in asked.items() if value not in ("", None, [])]
    return urlencode(pairs, doseq=True)


@cache
def shell() -> Template:
    """Panel's own environment has the macro that embeds what is drawn; ours would escape it."""
    text = FILES.parent / "templates" / "shell.html"  # pyright: ignore[reportAttributeAccessIssue]
    return Template(text.read_text(encoding="utf-8"))


@cache
def version() -> str:
    """Of our files, so that no browser keeps old ones."""
    digest = hashlib.sha256()
    for file in sorted(FILES.iterdir(), key=lambda file: file.name):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


@cache
def tokens_version() -> str:
    manifest = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    return str(manifest["outputs"]["tokens.css"])[:12]
