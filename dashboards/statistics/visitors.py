"""Who looks at the statistics pages, and with whose right each of them asks the backend.

Panel's page must not hold the cookie (it would be readable there), so it is kept here, in memory,
from the request for a page on; the page knows only who its visitor is, in a token that we sign.
"""

import re
from collections import OrderedDict
from typing import Any

import panel as pn
from msgspec import Struct
from tornado.web import RequestHandler

from dashboards.entrance import OUR_HEADERS, BackendKnows, Visitor

THEME = "X-Patchbay-Theme"
HEADERS = [*OUR_HEADERS, THEME]
"""What the page's token holds of the request for it; all of it written by us."""
THEME_COOKIE, THEMES = "patchbay_theme", re.compile(r"(auto|light|dark)\.(light|dark)")
FIRST_THEME = "auto.light"

MOST_VISITORS = 10_000
"""Remembered at once; who looked longest ago is forgotten first, and reloads the page."""


class Rights(Struct, frozen=True):
    """Whoever has the same rights sees the same, so that it is computed once for them."""

    tenant: str
    role: str


class Known(Struct, frozen=True):
    """What the backend said of a visitor, and the cookie by which it knew them."""

    cookie: str
    rights: Rights
    company: str


class Guestbook:
    """What is known of each visitor, since they last asked for a page."""

    def __init__(self) -> None:
        self._known: OrderedDict[Visitor, Known] = OrderedDict()

    def enter(self, visitor: Visitor, known: Known) -> None:
        self._known[visitor] = known
        self._known.move_to_end(visitor)
        while len(self._known) > MOST_VISITORS:
            self._known.popitem(last=False)

    def strike(self, visitor: Visitor, known: Known) -> None:
        """That is worth nothing any more; what was learnt since then stays."""
        if self._known.get(visitor) == known:
            del self._known[visitor]

    def of(self, visitor: Visitor) -> Known | None:
        return self._known.get(visitor)


class BackendKnowsThem(BackendKnows):
    """Asks the backend who a visitor is, and remembers it."""

    def __init__(self, backend: str, guestbook: Guestbook) -> None:
        super().__init__(backend)
        self._guestbook = guestbook

    def recognised(self, handler: RequestHandler, visitor: Visitor, me: dict[str, Any]) -> None:
        headers = handler.request.headers
        rights = Rights(visitor.tenant, str(me["role"]))
        known = Known(headers.get("Cookie", ""), rights, str(me["tenant"]["name"]))
        self._guestbook.enter(visitor, known)
        wished = handler.get_cookie(THEME_COOKIE) or ""
        headers[THEME] = wished if THEMES.fullmatch(wished) else FIRST_THEME


class NobodyLooks(Exception):
    """A page is made without a visitor: outside of a request."""


def present_visitor() -> Visitor:
    """Whose page is being made. Raises `NobodyLooks`."""
    headers = pn.state.headers or {}
    if any(name not in headers for name in OUR_HEADERS):
        raise NobodyLooks
    return Visitor(*(str(headers[name]) for name in OUR_HEADERS))


def present_theme() -> tuple[str, str]:
    """What the page's visitor wishes (auto, light, dark), and the colours that it means."""
    headers = pn.state.headers or {}
    wish, _, theme = str(headers.get(THEME, FIRST_THEME)).partition(".")
    return wish, theme
