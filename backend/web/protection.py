"""What every answer and every request of a browser must keep to, in one place.

An unsafe request must come from our own pages, and bring JSON if it brings anything, or a file as
it is where one is taken: a form of another site can do none of it. Every page says what it may load
and from where.
"""

from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.datastructures import Headers as RequestHeaders
from litestar.datastructures import MutableScopeHeaders
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from backend.settings import Settings
from backend.web.policy import security_headers
from backend.web.problems import ForeignOrigin, NotAFile, NotJson

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SIGNED_PATHS = ("/twilio/",)
"""Twilio is no browser: its requests are signed instead, and they are forms."""
PANEL_PATHS = ("/panel/",)
"""Panel's process reads bodies of its own."""
FILE_PATHS = frozenset({"/api/history-files"})
"""Here a file is sent, whatever is in it."""
JSON, OCTETS = "application/json", "application/octet-stream"


class OwnPagesOnly(ASGIMiddleware):
    """Refuses an unsafe request that a browser sends for another site's page."""

    def __init__(self, settings: Settings) -> None:
        self._public_url = settings.public_url

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            self._check(_path_of(scope), _headers_of(scope))
        await next_app(scope, receive, send)

    def _check(self, path: str, headers: RequestHeaders) -> None:
        if path.startswith(SIGNED_PATHS):
            return
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise ForeignOrigin
        if not is_our_page(headers.get("origin"), self._public_url):
            raise ForeignOrigin
        if path.startswith(PANEL_PATHS) or _brings_nothing(headers):
            return
        if path in FILE_PATHS and _kind(headers) != OCTETS:
            raise NotAFile
        if path not in FILE_PATHS and _kind(headers) != JSON:
            raise NotJson


class Headers(ASGIMiddleware):
    """The security headers of every answer. (Those of a refusal that never comes by here, like
    an unknown address, are in `problems`.)"""

    def __init__(self, settings: Settings) -> None:
        self._headers = security_headers(settings)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                for name, value in self._headers.items():
                    if name not in headers:  # Panel's pages bring a policy with a nonce
                        headers[name] = value
            await send(message)

        await next_app(scope, receive, send_protected)


def is_our_page(origin: str | None, public_url: str) -> bool:
    """Whether a request with that Origin comes from our pages, or from no browser at all."""
    if origin is None:
        return True
    try:
        return urlsplit(origin)[:2] == urlsplit(public_url)[:2]
    except ValueError:
        return False


def _brings_nothing(headers: RequestHeaders) -> bool:
    return headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers


def _kind(headers: RequestHeaders) -> str:
    """What the body says that it is."""
    return headers.get("content-type", "").partition(";")[0].strip()


def _path_of(scope: Scope) -> str:
    """The path as it came: under a mount, `path` is only the rest of it, which anybody may
    choose to look like another."""
    return scope["raw_path"].decode("latin-1")


def _headers_of(scope: Scope) -> RequestHeaders:
    return ASGIConnection[object, object, object, object](scope).headers  # pyright: ignore[reportInvalidTypeArguments]
