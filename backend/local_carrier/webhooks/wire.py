"""The HTTP under the webhooks: one request out, and one answer back or the reason why none came."""

import time
from typing import Literal, Protocol

import aiohttp
import msgspec
from yarl import URL

from backend.local_carrier.webhooks.overrides import Overrides

Failure = Literal["ct", "rt", "4xx", "5xx", "broken"]
"""No connection, no answer in time, an answer that refuses, or half an answer."""
UNREACHABLE, UNUSABLE = 11205, 11200


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    method: str
    url: str
    body: bytes | None
    """Form fields, if the method has a body."""
    headers: dict[str, str]
    cookies: dict[str, str]


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    status: int
    body: bytes = b""
    content_type: str = "text/xml"
    location: str | None = None
    cookies: dict[str, str | None] = {}
    """As the answer sets them; None takes one away."""


class NoAnswer(Exception):
    """Nothing usable came back; `code` is Twilio's."""

    def __init__(self, kind: Failure, code: int, why: str) -> None:
        super().__init__(why)
        self.kind, self.code, self.why = kind, code, why


class Wire(Protocol):
    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, request: Outgoing, limits: Overrides, deadline: float) -> Incoming:
        """`deadline` is a moment of time.monotonic(). Raises `NoAnswer`."""
        ...


class HttpWire:
    _session: aiohttp.ClientSession

    async def open(self) -> None:
        # No limit of connections: one slow receiver must never hold up another's webhooks.
        # A connection for each: on one that is kept, a receiver's server may hang up (most do after
        # five seconds) just as the next webhook is on its way, and that one would be lost.
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "TwilioProxy/1.1 (local carrier)"},
        )

    async def close(self) -> None:
        await self._session.close()

    async def send(self, request: Outgoing, limits: Overrides, deadline: float) -> Incoming:
        timeout = aiohttp.ClientTimeout(
            total=max(0.05, deadline - time.monotonic()),
            sock_connect=limits.connect_seconds,
            sock_read=limits.read_seconds,
        )
        begun = False
        try:
            async with self._session.request(
                request.method,
                URL(request.url, encoded=True),  # exactly the characters that were signed
                data=request.body,
                headers=request.headers,
                cookies=request.cookies,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                begun = True
                return Incoming(
                    status=response.status,
                    body=await response.read(),
                    content_type=response.content_type,
                    location=response.headers.get("Location"),
                    cookies=_cookies(response),
                )
        except (TimeoutError, aiohttp.ClientError, ValueError) as error:
            raise _why(error, begun) from error


def _cookies(response: aiohttp.ClientResponse) -> dict[str, str | None]:
    return {
        name: None if morsel["max-age"] == "0" else morsel.value
        for name, morsel in response.cookies.items()
    }


def _why(error: Exception, begun: bool) -> NoAnswer:
    if begun:
        # Half an answer is never asked for again: the receiver may have acted on it.
        return NoAnswer("broken", UNUSABLE, f"half an answer: {error!r}")
    match error:
        case aiohttp.ConnectionTimeoutError():
            return NoAnswer("ct", UNREACHABLE, "timed out while connecting")
        case TimeoutError():
            return NoAnswer("rt", UNUSABLE, "timed out")
        case aiohttp.ClientConnectorError():
            return NoAnswer("ct", UNREACHABLE, f"no connection: {error.strerror}")
        case _:
            return NoAnswer("broken", UNUSABLE, f"no answer: {error!r}")
