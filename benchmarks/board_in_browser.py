"""What an agent's eyes and a caller's ears notice, with the whole product and a real browser.

Event to pixel: callers dial at the local carrier one after another; each time is from the moment
that the server gave the arrival (the event's own time, taken before it was decided and stored) to
the frame after the one in which the card was first drawn. The floor is a bare page that adds a
line for each message of a bare websocket, counted the same way.
Drag: the agent's card is dropped on the parking lot by mouse, picked up again with a key, and so
on. It is counted how many frames pass until the card is in the lot, and how long it takes until
the caller hears the first music. The floor is one request to the carrier's lab, the caller's ear.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from msgspec import Struct
from playwright.async_api import Page

from backend.tether import lifeline, tethered
from benchmarks.browsing import browser_path, chromium_page
from benchmarks.processes import free_port, removed_afterwards, without_settings
from benchmarks.report import Figure, Floor, Goal, Skipped, say
from benchmarks.samples import median, percentile
from benchmarks.stage import Stage

NAME = "board"
NUMBER = "+15550100001"
READY = b"Patchbay is ready"
PATIENCE_SECONDS = 15.0
WATCH = (Path(__file__).parent / "browser" / "watch.js").read_text()


class Demo(Struct, frozen=True):
    """A running product with its demo companies: where it is, and where its callers dial."""

    address: str
    lab: str


async def measure(stage: Stage) -> list[Figure | Skipped]:
    browser = browser_path()
    if browser is None:
        return [Skipped(NAME, "it needs a Chromium")]
    calls, drags = stage.size(60, 15), stage.size(20, 5)
    with removed_afterwards(stage.folder_for(NAME)) as folder:
        async with (
            chromium_page(browser) as page,
            demo(folder) as product,
            aiohttp.ClientSession(product.lab) as lab,
        ):
            say(f"{NAME}: {calls} lines on a bare page")
            floor = await _bare_page(page, calls)
            await _sign_in(page, product)
            say(f"{NAME}: {calls} callers")
            pixels = await _callers(page, lab, calls)
            say(f"{NAME}: {drags} drags")
            frames, music, asking = await _drags(page, lab, drags)
    return [
        Figure(
            name=f"{NAME}-event-to-pixel-p95",
            what="from a call's arrival at the server to its card on the agent's screen, p95",
            value=percentile(pixels, 0.95),
            unit="ms",
            floor=Floor("a line on a bare page by a bare websocket", percentile(floor, 0.95), "ms"),
            goal=Goal("value", 100.0),
            samples=len(pixels),
            details={"p50_ms": round(median(pixels), 1), "max_ms": round(max(pixels), 1)},
        ),
        Figure(
            name=f"{NAME}-drag-frames",
            what="frames from the drop of a card until it is in the lot, the worst",
            value=max(frames),
            unit="frames",
            floor=Floor("the next frame", 1.0, "frames"),
            goal=Goal("value", 1.0),
            samples=len(frames),
            details={"median_frames": median(frames)},
        ),
        Figure(
            name=f"{NAME}-drag-to-music-p95",
            what="from the drop of a card on the lot until its caller hears music, p95",
            value=percentile(music, 0.95),
            unit="ms",
            floor=Floor(
                "asking the carrier once what the caller hears", percentile(asking, 0.95), "ms"
            ),
            goal=Goal("value", 300.0),
            samples=len(music),
            details={"p50_ms": round(median(music), 1), "max_ms": round(max(music), 1)},
        ),
    ]


async def _bare_page(page: Page, count: int) -> list[float]:
    """Milliseconds from each message of a bare websocket to its line on the screen."""
    sockets: list[web.WebSocketResponse] = []

    async def blank(_: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><ul id='lines'></ul>", content_type="text/html")

    async def feed(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        sockets.append(socket)
        async for _ in socket:
            pass
        return socket

    application = web.Application()
    application.router.add_get("/", blank)
    application.router.add_get("/feed", feed)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        await page.goto(f"http://127.0.0.1:{port}/")
        await page.evaluate(WATCH)
        await page.evaluate("watchBareFeed(new WebSocket(`ws://${location.host}/feed`))")
        sent: dict[str, float] = {}
        for number in range(count):
            sent[str(number)] = time.time() * 1000
            await sockets[0].send_str(json.dumps({"id": number}))
            await _painted(page, str(number))
        seen: dict[str, float] = await page.evaluate("painted")
        return [seen[number] - at for number, at in sent.items()]
    finally:
        await page.goto("about:blank")
        await runner.cleanup()


async def _sign_in(page: Page, product: Demo) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{product.address}/api/demo-accounts") as answer,
    ):
        accounts: list[dict[str, Any]] = await answer.json()
    ana = next(a for a in accounts if a["name"] == "Ana Ruiz")
    await page.goto(f"{product.address}/sign-in?next=/board")
    await page.get_by_label("E-mail").fill(ana["email"])
    await page.get_by_label("Password", exact=True).fill(ana["password"])
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_selector("[data-zone=incoming]")
    await page.evaluate(WATCH)
    await page.evaluate("watchCards()")
    await page.get_by_role("button", name="Go available").click()
    await page.wait_for_selector("[data-presence=available]")


async def _callers(page: Page, lab: aiohttp.ClientSession, count: int) -> list[float]:
    waits: list[float] = []
    for number in range(count):
        sid = await _dials(lab, f"+1555{number:07d}")
        call = await _first_of(page, "incoming")
        await _painted(page, call["id"])
        seen: float = await page.evaluate("id => painted[id]", call["id"])
        waits.append(seen - call["started_at"])
        await _hangs_up(lab, sid)
        await page.wait_for_selector("[data-zone=incoming] [data-call]", state="detached")
    return waits


async def _drags(
    page: Page, lab: aiohttp.ClientSession, count: int
) -> tuple[list[float], list[float], list[float]]:
    frames: list[float] = []
    music: list[float] = []
    asking: list[float] = []
    sid = await _dials(lab, "+15557654321")
    await page.get_by_role("button", name="Answer").first.click()
    for _ in range(count):
        await _hears(lab, sid, "voice")
        before = time.perf_counter()
        await _heard(lab, sid)
        asking.append((time.perf_counter() - before) * 1000)
        await page.evaluate("watchDrop()")
        await _drop_on_the_lot(page)
        begun, heard = await _first_music(page, lab, sid)
        music.append(heard - begun)
        frames.append(await page.evaluate("framesUntilInTheLot"))
        await page.wait_for_selector("[data-zone=lot] [data-call]:not(.pending)")
        await page.keyboard.press("1")
    await _hangs_up(lab, sid)
    return frames, music, asking


async def _drop_on_the_lot(page: Page) -> None:
    card = await page.locator("[data-zone=mine] [data-drag-handle]").first.bounding_box()
    lot = await page.locator("[data-zone=lot]").bounding_box()
    assert card is not None
    assert lot is not None
    await page.mouse.move(card["x"] + 20, card["y"] + 10)
    await page.mouse.down()
    await page.mouse.move(card["x"] + 40, card["y"] + 30, steps=4)
    await page.mouse.move(lot["x"] + lot["width"] / 2, lot["y"] + lot["height"] / 2, steps=8)
    await page.mouse.up()


async def _first_music(page: Page, lab: aiohttp.ClientSession, sid: str) -> tuple[float, float]:
    """When the card was dropped, and when the caller's last half second first held music."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        hears = await _heard(lab, sid)
        now = time.time() * 1000
        if any(source["kind"] == "play" for source in hears["sources"]):
            return await page.evaluate("droppedAt"), now
    raise RuntimeError("the parked caller heard no music")


async def _first_of(page: Page, zone: str) -> dict[str, Any]:
    """The card that is there, with its start in milliseconds of the server's clock."""
    await page.wait_for_selector(f"[data-zone={zone}] [data-call]")
    return await page.evaluate("firstRinging()")


async def _painted(page: Page, key: str) -> None:
    await page.wait_for_function("key => painted[key]", arg=key, polling="raf")


async def _dials(lab: aiohttp.ClientSession, number: str) -> str:
    wish = {"from": number, "to": NUMBER, "voice": {"tone": 440}}
    async with lab.post("/lab/phones", json=wish) as answer:
        return (await answer.json())["sid"]


async def _hangs_up(lab: aiohttp.ClientSession, sid: str) -> None:
    async with lab.delete(f"/lab/phones/{sid}"):
        return


async def _heard(lab: aiohttp.ClientSession, sid: str) -> dict[str, Any]:
    async with lab.get(f"/lab/phones/{sid}") as answer:
        return (await answer.json())["hears"]


async def _hears(lab: aiohttp.ClientSession, sid: str, kind: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        hears = await _heard(lab, sid)
        only = {source["kind"] for source in hears["sources"]}
        if hears["kind"] == kind and "play" not in only:
            return
        await asyncio.sleep(0.05)
    raise RuntimeError(f"the caller did not hear {kind}")


@asynccontextmanager
async def demo(folder: Path) -> AsyncGenerator[Demo]:
    """`python -m backend run` on free ports, with its demo companies."""
    port, carrier_port, panel_port = free_port(), free_port(), free_port()
    statistics_port = free_port()
    environment = {
        **without_settings(),
        "PATCHBAY_DATA": str(folder / "data"),
        "PATCHBAY_PORT": str(port),
        "PATCHBAY_CARRIER_PORT": str(carrier_port),
        "PATCHBAY_PANEL_PORT": str(panel_port),
        "PATCHBAY_STATISTICS_PORT": str(statistics_port),
    }
    log = (folder / "product.log").open("ab")
    process = await asyncio.create_subprocess_exec(
        *tethered([sys.executable, "-m", "backend", "run", "--until-parent-ends"]),
        stdin=lifeline(),
        stdout=log,
        stderr=asyncio.subprocess.STDOUT,
        env=environment,
    )
    try:
        async with asyncio.timeout(60):
            while READY not in (folder / "product.log").read_bytes():
                if process.returncode is not None:
                    raise RuntimeError("the product did not start")
                await asyncio.sleep(0.1)
        yield Demo(f"http://localhost:{port}", f"http://localhost:{carrier_port}")
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        log.close()
