"""Hands all under /panel and /statistics to a Panel process, so that browsers see one origin.

In production a reverse proxy may do the same; this one is what `make run` needs and no more:
pages, files, and one websocket per page. Calls and the feed never pass here.
"""

import asyncio
import contextlib
from collections.abc import Iterable

import aiohttp
from aiohttp import WSMsgType
from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send
from multidict import CIMultiDict

HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "content-length",
        "content-encoding",
        "sec-websocket-key",
        "sec-websocket-version",
        "sec-websocket-extensions",
        "sec-websocket-protocol",
    }
)
LARGEST_FRAME = 16 * 1024 * 1024
LARGEST_BODY = 1024 * 1024
"""Panel's pages send next to nothing by POST; a body is held in memory here."""
AWAY = b"This page is starting. Reload in a moment; calls are not affected."
TOO_LARGE = b"That is more than any page of ours sends."


class PanelProxy:
    """The way to a Panel process of this machine, which serves all that lies under `path`."""

    def __init__(self, path: str, port: int) -> None:
        self._path, self._address = path, f"http://127.0.0.1:{port}"
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def route(self) -> ASGIRouteHandler:
        """The route that hands over."""

        @asgi(self._path, is_mount=True, copy_scope=False)
        async def hand_over(scope: Scope, receive: Receive, send: Send) -> None:
            await self._pass(scope, receive, send)

        return hand_over

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["type"] == "websocket":
                await self._websocket(scope, receive, send)
            else:
                await self._request(scope, receive, send)
        except (aiohttp.ClientConnectionError, aiohttp.WSServerHandshakeError, TimeoutError):
            await _say_away(scope, send)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            # Every open page holds a connection, so their number is that of the viewers.
            self._session = aiohttp.ClientSession(
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=60),
                connector=aiohttp.TCPConnector(limit=0),
            )
        return self._session

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message["body"]
            if len(body) > LARGEST_BODY:
                await _say(send, 413, TOO_LARGE)
                return
            if not message.get("more_body"):
                break
        method = scope["method"] if scope["type"] == "http" else "GET"
        async with self._client().request(
            method,
            self._target(scope),
            headers=_passed_on(scope["headers"]),
            data=bytes(body) or None,
            allow_redirects=False,
        ) as answer:
            content = await answer.read()
            keep = [
                (name.lower(), value)
                for name, value in answer.raw_headers
                if name.decode().lower() not in HOP_BY_HOP or name.lower() == b"content-encoding"
            ]
            length = (b"content-length", str(len(content)).encode())
            await send(
                {
                    "type": "http.response.start",
                    "status": answer.status,
                    "headers": [*keep, length],
                }
            )
            await send({"type": "http.response.body", "body": content, "more_body": False})

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        wished: list[str] = list(scope["subprotocols"]) if scope["type"] == "websocket" else []
        async with self._client().ws_connect(
            self._target(scope),
            headers=_passed_on(scope["headers"]),
            protocols=wished,
            max_msg_size=LARGEST_FRAME,
            compress=0,
        ) as panel:
            await send(
                {
                    "type": "websocket.accept",
                    "subprotocol": panel.protocol,
                    "headers": [],
                }
            )
            there = asyncio.create_task(_to_panel(receive, panel))
            back = asyncio.create_task(_to_browser(panel, send))
            done, left = await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            for task in left:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            if back in done:
                with contextlib.suppress(RuntimeError):
                    await send({"type": "websocket.close", "code": 1001, "reason": ""})

    def _target(self, scope: Scope) -> str:
        query = scope["query_string"].decode("latin-1")
        path = scope["raw_path"].decode("latin-1").partition("?")[0]
        return f"{self._address}{path}{'?' + query if query else ''}"


async def _to_panel(receive: Receive, panel: aiohttp.ClientWebSocketResponse) -> None:
    while True:
        message = await receive()
        if message["type"] != "websocket.receive":
            return
        data = message.get("bytes")
        if data is not None:
            await panel.send_bytes(data)
        else:
            await panel.send_str(message.get("text") or "")


async def _to_browser(panel: aiohttp.ClientWebSocketResponse, send: Send) -> None:
    """Until either is gone; uvicorn says by an `OSError` that it is the browser."""
    with contextlib.suppress(OSError):
        async for message in panel:
            if message.type is WSMsgType.TEXT:
                await send({"type": "websocket.send", "text": message.data, "bytes": None})
            elif message.type is WSMsgType.BINARY:
                await send({"type": "websocket.send", "text": None, "bytes": message.data})


def _passed_on(headers: Iterable[tuple[bytes, bytes]]) -> CIMultiDict[str]:
    return CIMultiDict(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in headers
        if name.decode("latin-1") not in HOP_BY_HOP
    )


async def _say_away(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1013, "reason": "starting"})
        return
    await _say(send, 503, AWAY, (b"retry-after", b"2"))


async def _say(send: Send, status: int, text: bytes, *headers: tuple[bytes, bytes]) -> None:
    plain = [(b"content-type", b"text/plain"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": plain})
    await send({"type": "http.response.body", "body": text, "more_body": False})
