"""Who may ask the lab: it tells tokens and obeys without a password, so no page but its own does.

A page from elsewhere can send us requests through a developer's browser, which says so in `Origin`;
or its own name can be made to lead to this machine (DNS rebinding), which `Host` shows.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from backend.local_carrier.lab.problems import LabProblem

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Protection(ASGIMiddleware):
    """`names` are those under which the carrier may be asked, besides this machine's own."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(name.lower() for name in (*LOOPBACK, *names))

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        # The path that led to a handler: `//lab/faults` is /lab/faults by now.
        if scope["path"] == "/lab" or scope["path"].startswith("/lab/"):
            self._check(Headers.from_scope(scope))
        await next_app(scope, receive, send)

    def _check(self, headers: Headers) -> None:
        host = headers.get("host", "").lower()
        if _name_in(host) not in self._names:
            detail = f"The lab is not asked as {host}: start the carrier with it as --public-url."
            raise LabProblem(403, "foreign-host", detail)
        origin = headers.get("origin")
        if origin is not None and origin.lower().partition("://")[2] != host:
            raise LabProblem(403, "foreign-origin", f"A page of {origin} may not use the lab.")


def _name_in(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
