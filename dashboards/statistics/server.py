"""The server that hands out the statistics pages, each a document of its own."""

import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

import panel as pn
from bokeh.server.server import Server
from panel.io.server import get_server
from tornado.web import RedirectHandler

from dashboards.entrance import serve_only_ours
from dashboards.statistics import (
    calls,
    desk,
    history,
    history_import,
    one_call,
    replay,
    staffing,
    wallboard,
)
from dashboards.statistics.backend_client import Backend
from dashboards.statistics.live import LiveFigures
from dashboards.statistics.look import FILES
from dashboards.statistics.replay_days import ReplayDays
from dashboards.statistics.shell import PREFIX, Office
from dashboards.statistics.visitors import HEADERS, BackendKnowsThem, Guestbook

PAGES: dict[str, Callable[[Office], pn.viewable.Viewable]] = {
    "wallboard": wallboard.page,
    "desk": desk.page,
    "history": history.page,
    "replay": replay.page,
    "staffing": staffing.page,
    "calls": calls.page,
    "call": one_call.page,
    "import": history_import.page,
}
FIRST = "desk"
TOKEN_LIFE_SECONDS = 120
LARGEST_MESSAGE = 1024 * 1024


def statistics_server(
    *, port: int, address: str, backend: str, public_origin: str, prove_seconds: float
) -> Server:
    """A server of the pages under /statistics, not yet started."""
    pn.config.reconnect = False  # a page whose server has gone reloads itself (statistics.js)
    pn.config.notifications = False  # or Panel keeps every document for ever
    serve_only_ours()
    origin = urlsplit(public_origin)
    guestbook, asked = Guestbook(), Backend(backend)
    live = LiveFigures(asked, guestbook, prove_seconds)
    office = Office(asked, guestbook, live, ReplayDays(asked), prove_seconds)
    return get_server(
        {f"/{name}": _for_each_visitor(page, office) for name, page in PAGES.items()},
        port=port,
        address=address,
        prefix=PREFIX,
        title={f"/{name}": "Patchbay" for name in PAGES},
        websocket_origin=origin.netloc,
        auth_provider=BackendKnowsThem(backend, guestbook),
        sign_sessions=True,
        secret_key=secrets.token_urlsafe(48),
        generate_session_ids=True,
        session_token_expiration=TOKEN_LIFE_SECONDS,
        include_cookies=[],
        include_headers=HEADERS,
        websocket_max_message_size=LARGEST_MESSAGE,
        static_dirs={"files": str(FILES)},
        extra_patterns=[("/?", RedirectHandler, {"url": f"{PREFIX}/{FIRST}"})],
        use_index=False,
        ico_path="none",
        feed_hosts=f"{'wss' if origin.scheme == 'https' else 'ws'}://{origin.netloc}",
    )


def _for_each_visitor(
    page: Callable[[Office], pn.viewable.Viewable], office: Office
) -> Callable[[], pn.viewable.Viewable]:
    """Panel takes a function for a page, and anything else that can be called for an object."""

    def made() -> pn.viewable.Viewable:
        return page(office)

    return made
