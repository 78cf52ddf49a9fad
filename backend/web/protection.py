"""What every answer and every request of a browser must keep to, in one place.

An unsafe request must come from our own pages; every page says what it may load and from where.
"""

from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from backend.settings import Settings
from backend.web.problems import ForeignOrigin

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
UNSIGNED_PATHS = ("/twilio/",)
"""Twilio is no browser: its requests are signed instead."""
POLICY = "Content-Security-Policy"
TWILIO_HOSTS = "wss://*.twilio.com https://*.twilio.com"


class OwnPagesOnly(ASGIMiddleware):
    """Refuses an unsafe request that a browser sends for another site's page."""

    def __init__(self, settings: Settings) -> None:
        self._origin = urlsplit(settings.public_url)[:2]

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if scope["type"] == "http" and self._is_foreign(scope):
            raise ForeignOrigin
        await next_app(scope, receive, send)

    def _is_foreign(self, scope: Scope) -> bool:
        path = scope["path"]
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            return False
        if path.startswith(UNSIGNED_PATHS):
            return False
        headers = ASGIConnection[object, object, object, object](scope).headers  # pyright: ignore[reportInvalidTypeArguments]
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return True
        origin = headers.get("origin")
        return origin is not None and urlsplit(origin)[:2] != self._origin


class Headers(ASGIMiddleware):
    """The security headers of every answer; the content policy of every page of ours."""

    def __init__(self, settings: Settings) -> None:
        secure = settings.public_url.startswith("https:")
        self._headers = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
            "Cross-Origin-Opener-Policy": "same-origin",
            POLICY: policy(settings),
        }
        if secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        # Panel's pages need a policy of their own, with a nonce; that process sends it.
        of_panel = scope["path"].startswith("/panel/")

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                for name, value in self._headers.items():
                    if name not in headers and not (name == POLICY and of_panel):
                        headers[name] = value
            await send(message)

        await next_app(scope, receive, send_protected)


def policy(settings: Settings) -> str:
    """What our own pages may load: everything from here, and the voice from the carrier."""
    carrier = TWILIO_HOSTS
    if settings.carrier_signalling:
        host = settings.carrier_signalling
        carrier = f"ws://{host} wss://{host}"
    public = urlsplit(settings.public_url)
    feed = f"{'wss' if public.scheme == 'https' else 'ws'}://{public.netloc}"
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "media-src 'self' blob:",
            f"connect-src 'self' {feed} {carrier}",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
            "form-action 'self'",
        )
    )
