"""A Panel process as it runs in the product, beside a backend that knows two people."""

import asyncio
import re
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

PUBLIC = "http://localhost:8080"
READY = re.compile(r"address, at (http://[^/\s]+)(/\S+)")


@dataclass
class FakeBackend:
    """Answers /api/me by the session in the cookie."""

    people: dict[str, tuple[str, str]] = field(default_factory=dict)
    broken: bool = False

    async def me(self, request: web.Request) -> web.Response:
        if self.broken:
            return web.json_response({"code": "out-of-date"}, status=503)
        known = self.people.get(request.cookies.get("patchbay_session", ""))
        if known is None:
            return web.json_response({"code": "signed-out"}, status=401)
        person, tenant = known
        return web.json_response(
            {
                "person": {"id": person},
                "tenant": {"id": tenant, "name": tenant.capitalize()},
                "role": "supervisor",
            }
        )


@dataclass
class PanelProcess:
    """A running `python -m dashboards.board`, or `dashboards.statistics`; `path` is where its first
    page is."""

    address: str
    path: str
    backend: FakeBackend
    browser: aiohttp.ClientSession
    process: asyncio.subprocess.Process

    async def page(
        self, session: str | None, headers: dict[str, str] | None = None, query: str = ""
    ) -> tuple[int, str, dict[str, str]]:
        sent = {**(headers or {}), **_cookie(session)}
        address = f"{self.address}{self.path}{query}"
        async with self.browser.get(address, headers=sent, allow_redirects=False) as answer:
            return answer.status, await answer.text(), dict(answer.headers)

    async def token(self, session: str) -> str:
        _, html, _ = await self.page(session)
        found = re.search(r'"token":"([^"]+)"', html)
        assert found is not None
        return found[1]

    async def socket_says(self, token: str, session: str | None, origin: str = PUBLIC) -> int | str:
        """The first message of the page's websocket, or the status it is refused with."""
        try:
            async with self.browser.ws_connect(
                f"{self.address}{self.path}/ws",
                protocols=["bokeh", token],
                headers={"Origin": origin, **_cookie(session)},
            ) as socket:
                return (await socket.receive(timeout=10)).data
        except aiohttp.WSServerHandshakeError as refused:
            return refused.status


@asynccontextmanager
async def panel_process(program: str) -> AsyncGenerator[PanelProcess]:
    backend = FakeBackend()
    application = web.Application()
    application.router.add_get("/api/me", backend.me)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", program, "--port", "0", "--public-origin", PUBLIC),
        *("--backend", f"http://{host}:{port}"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
    ready = READY.search(line)
    assert ready is not None, line
    try:
        async with aiohttp.ClientSession() as browser:
            yield PanelProcess(ready[1], ready[2], backend, browser, process)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        await runner.cleanup()


def _cookie(session: str | None) -> dict[str, str]:
    return {} if session is None else {"Cookie": f"patchbay_session={session}"}
