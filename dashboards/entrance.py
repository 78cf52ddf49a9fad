"""Who may open a Panel page: whoever the backend knows by their cookie; nobody another's.

Panel's defaults would write the session cookie into the page and let any signed-in person's
websocket open on another's session; both are closed here. Nothing is kept: each page and each
websocket asks the backend anew.
"""

import json
import re
import secrets
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import quote

from bokeh.server.auth_provider import AuthProvider
from bokeh.server.urls import per_app_patterns
from bokeh.util.token import check_token_signature, get_token_payload
from panel.io.server import DocHandler, WSHandler
from tornado.httpclient import AsyncHTTPClient, HTTPClientError
from tornado.httputil import HTTPHeaders
from tornado.web import HTTPError, RequestHandler

PERSON, TENANT, SESSION = "X-Patchbay-Person", "X-Patchbay-Tenant", "X-Patchbay-Session"
OUR_HEADERS = [PERSON, TENANT, SESSION]
"""Written by us from the backend's answer, whatever the browser sent under these names."""

COOKIE = "patchbay_session"
PATIENCE_SECONDS = 5.0
OPENING_SCRIPT = re.compile(r"<script(?![^>]*application/json)(?=[\s>])")


class Visitor(NamedTuple):
    """Who looks, in which company, and by which sign-in (a hash, which opens nothing)."""

    person: str
    tenant: str
    session: str


class BackendKnows(AuthProvider):
    """Asks the backend who a visitor is."""

    def __init__(self, backend: str) -> None:
        self._me = f"{backend.rstrip('/')}/api/me"
        super().__init__()

    # Bokeh calls both with the request's handler, whatever its annotations say.
    @property
    def get_user_async(self) -> Any:
        return self._recognise

    @property
    def get_login_url(self) -> Any:
        return way_in

    async def _recognise(self, handler: RequestHandler) -> Visitor | None:
        headers = handler.request.headers
        for name in OUR_HEADERS:
            headers.pop(name, None)
        me = await self._ask(headers.get("Cookie", ""))
        if me is None:
            return None
        visitor = Visitor(str(me["person"]["id"]), str(me["tenant"]["id"]), _session_of(handler))
        headers[PERSON], headers[TENANT], headers[SESSION] = visitor
        self.recognised(handler, visitor, me)
        return visitor

    def recognised(self, handler: RequestHandler, visitor: Visitor, me: dict[str, Any]) -> None:
        """For whoever wants to know more of them; `me` is all that the backend says."""

    async def _ask(self, cookie: str) -> dict[str, Any] | None:
        if not cookie:
            return None
        sent = HTTPHeaders({"Cookie": cookie, "Accept": "application/json"})
        try:
            answer = await AsyncHTTPClient().fetch(
                self._me, headers=sent, request_timeout=PATIENCE_SECONDS, follow_redirects=False
            )
        except HTTPClientError as refused:
            if refused.code == 401:
                return None
            raise HTTPError(503, "the backend cannot say who this is") from refused
        except OSError as away:
            raise HTTPError(503, "the backend does not answer") from away
        return json.loads(answer.body)


def _session_of(handler: RequestHandler) -> str:
    """Of all cookies the one by which the backend knew them (`backend.web.visitor`)."""
    found = (cookie.value for name, cookie in handler.cookies.items() if name.endswith(COOKIE))
    return sha256(next(found, "").encode()).hexdigest()[:32]


def way_in(handler: RequestHandler) -> str:
    """The sign-in page, which leads back to this very view. Tornado adds nothing to an address with
    a query."""
    return f"/sign-in?next={quote(handler.request.uri or '/')}"


class OwnPage(DocHandler):
    """The page, with a content policy of its own and a way in that is right under a prefix."""

    def get_login_url(self) -> str:
        return way_in(self)

    def write(self, chunk: Any) -> None:
        """Panel's page has inline scripts; a nonce lets in these and no others."""
        if isinstance(chunk, str):
            nonce = secrets.token_urlsafe(16)
            chunk = OPENING_SCRIPT.sub(f'<script nonce="{nonce}"', chunk)
            self.set_header("Content-Security-Policy", policy(nonce, self.settings["feed_hosts"]))
        super().write(chunk)


class OwnSocket(WSHandler):
    """The page's websocket: opens only for the visitor whose page it is."""

    async def prepare(self) -> None:
        await super().prepare()
        if self.current_user is not None and not self._is_own_page(self.current_user):
            self.set_status(403)
            self.finish()

    def _is_own_page(self, visitor: Visitor) -> bool:
        offered = self.request.headers.get("Sec-WebSocket-Protocol", "").split(",")
        token = offered[1].strip() if len(offered) == 2 else ""
        application: Any = self.application
        if not token or not check_token_signature(token, application.secret_key, signed=True):
            return False
        headers = get_token_payload(token).get("headers", {})
        return tuple(headers.get(name) for name in OUR_HEADERS) == visitor


def serve_only_ours() -> None:
    """Of the routes that a Bokeh application gets: the page and its socket, in our version."""
    per_app_patterns[:] = [(r"/ws", OwnSocket), (r"/?", OwnPage)]


def policy(nonce: str, feed_hosts: str) -> str:
    """What the page may load: our origin's files, the feed, and the voice from the carrier.

    `blob:` is how Panel's module loader hands over a bundle; the inline styles are Bokeh's.
    """
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "media-src 'self' blob:",
            f"connect-src 'self' blob: {feed_hosts}",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
            "form-action 'self'",
        )
    )
