"""What an open board that nobody touches costs the servers in memory.

Static page: the web server's resident memory before and after the agents of one company opened
their feeds, divided by their number; some boards were opened and closed before, so that what is
made once is not counted. Panel page: the same for sessions of the board's Panel process, each
with its page loaded, its websocket open and its document pulled, as a browser does; the feed that
such a page opens as well is in the first figure. The floors are bare sockets and bare pages.
"""

import asyncio
import re
import secrets
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.util import find_spec

import aiohttp
import msgspec

from backend.store.people import Role
from benchmarks.boards import open_boards, open_sockets
from benchmarks.claim import bare_server, feed_of
from benchmarks.processes import ServerProcess, free_port, running
from benchmarks.product import Member, Product, running_product
from benchmarks.report import Figure, Floor, Goal, Skipped, say
from benchmarks.stage import Stage

NAME = "idle-board"
WARM_UP = 20
QUIET = 1.0
TOKEN = re.compile(r'"token":\s*"([^"]+)"')

Open = Callable[[int], Awaitable[None]]


async def measure(stage: Stage) -> list[Figure | Skipped]:
    count = stage.size(200, 50)
    async with running_product(stage.postgres.web_url, stage.folder_for(NAME)) as product:
        static = await _static_page(stage, product, count)
        return [static, await _panel_page(stage, product, count // 2)]


async def _static_page(stage: Stage, product: Product, count: int) -> Figure:
    company, rehearsing = await product.company(), await product.company()
    first = await product.members(rehearsing, WARM_UP, Role.AGENT)
    for board in await open_boards(feed_of(product), [member.cookie for member in first]):
        board.close()
    agents = await product.members(company, count, Role.AGENT)
    say(f"{NAME}: opening {count} feeds")

    async def feeds(number: int) -> None:
        await open_boards(feed_of(product), [agent.cookie for agent in agents[:number]])

    async with bare_server(stage, storing=False) as bare:

        async def sockets(number: int) -> None:
            await open_sockets(f"ws://127.0.0.1:{bare.port}/", number)

        await sockets(WARM_UP)
        floor = await _growth(bare, sockets, count)
        value = await _growth(product.server, feeds, count)
    return Figure(
        name=f"{NAME}-static",
        what=f"memory of the web server per open board, {count} agents of one company",
        value=value,
        unit="kB",
        floor=Floor("a bare server's memory per websocket", floor, "kB"),
        goal=Goal("value", 80.0),
        samples=count,
        details={"web_server_kB": product.server.resident_bytes / 1000},
    )


async def _panel_page(stage: Stage, product: Product, count: int) -> Figure | Skipped:
    name = f"{NAME}-panel"
    if find_spec("panel") is None or find_spec("dashboards.board.__main__") is None:
        return Skipped(name, "Panel, or the board's Panel page, is not installed here")
    company = await product.company()
    agents = await product.members(company, WARM_UP + count, Role.AGENT)
    origin = product.settings.public_url
    port = free_port()
    board = [
        *(sys.executable, "-m", "dashboards.board", "--port", str(port)),
        *("--backend", origin, "--public-origin", origin),
    ]
    bare_port = free_port()
    bare_page = [sys.executable, "-m", "benchmarks.floors.bare_page", str(bare_port)]
    async with (
        running(board, port, stage.folder / "panel.log") as panel,
        running(bare_page, bare_port, stage.folder / "bare_page.log") as bare,
        pages(f"http://127.0.0.1:{port}/panel/board", origin) as open_page,
        pages(f"http://127.0.0.1:{bare_port}/", f"http://127.0.0.1:{bare_port}") as open_bare,
    ):
        say(f"{NAME}: opening {count} Panel pages")
        left = iter(agents)

        async def boards(number: int) -> None:
            for _ in range(number):
                await open_page(next(left))

        async def bare_pages(number: int) -> None:
            for _ in range(number):
                await open_bare(None)

        await boards(WARM_UP)
        await bare_pages(WARM_UP)
        floor = await _growth(bare, bare_pages, count)
        value = await _growth(panel, boards, count)
        whole = panel.resident_bytes
    return Figure(
        name=name,
        what=f"memory of the Panel process per open board, {count} agents of one company",
        value=value,
        unit="kB",
        floor=Floor("a Bokeh page with nothing on it", floor, "kB"),
        goal=Goal("value", 250.0),
        samples=count,
        details={"panel_process_kB": whole / 1000},
    )


@asynccontextmanager
async def pages(
    url: str, origin: str
) -> AsyncGenerator[Callable[[Member | None], Awaitable[aiohttp.ClientWebSocketResponse]]]:
    """A way to open that Panel page for somebody, which gives its websocket; all stay open until
    the block ends."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:

        async def open_page(visitor: Member | None) -> aiohttp.ClientWebSocketResponse:
            headers = {"Host": origin.partition("//")[2]}
            if visitor is not None:
                headers["Cookie"] = visitor.cookie
            async with http.get(url, headers=headers, allow_redirects=False) as answer:
                found = TOKEN.search(await answer.text())
            if found is None:
                raise RuntimeError(f"the page at {url} was answered with {answer.status}")
            socket = await http.ws_connect(
                f"{url.rstrip('/')}/ws",
                protocols=("bokeh", found[1]),
                headers={**headers, "Origin": origin},
            )
            await _pull_document(socket)
            await _say_ready(socket)
            return socket

        yield open_page


async def _pull_document(socket: aiohttp.ClientWebSocketResponse) -> None:
    """What Bokeh's own page does first: wait for the greeting, then ask for the document."""
    async with asyncio.timeout(10):
        while msgspec.json.decode(await socket.receive_str())["msgtype"] != "ACK":
            continue
        header = {"msgid": secrets.token_hex(8), "msgtype": "PULL-DOC-REQ"}
        for fragment in (header, {}, {}):
            await socket.send_str(msgspec.json.encode(fragment).decode())
        while '"PULL-DOC-REPLY"' not in await socket.receive_str():
            continue


async def _say_ready(socket: aiohttp.ClientWebSocketResponse) -> None:
    """What it does next: Panel fills a page only once the browser has drawn it."""
    ready = {"type": "event", "name": "document_ready", "values": {"type": "map", "entries": []}}
    said = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": ready}
    header = {"msgid": secrets.token_hex(8), "msgtype": "PATCH-DOC"}
    for fragment in (header, {}, {"events": [said]}):
        await socket.send_str(msgspec.json.encode(fragment).decode())


async def _growth(server: ServerProcess, open_them: Open, count: int) -> float:
    """How much the server's memory grows for each of `count` things opened, in kB."""
    await asyncio.sleep(QUIET)
    before = server.resident_bytes
    await open_them(count)
    await asyncio.sleep(QUIET)
    return (server.resident_bytes - before) / count / 1000
