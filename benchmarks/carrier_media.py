"""The local carrier's audio: browsers that talk, beside callers who wait.

A carrier process of its own, held on one processor where the system allows it, carries so many
conversations between a real browser (the real Voice SDK, all in one Chromium) and a scripted
caller, beside callers who wait in conferences of their own and hear music. After a warm-up the
browsers count what arrives for some seconds. The floor is the same number of peer connections
to a bare aiortc that sends ready packets and throws away what it gets.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from aiohttp import web
from playwright.async_api import Page
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from benchmarks.browsing import browser_path, chromium_page
from benchmarks.processes import ServerProcess, free_port, running
from benchmarks.report import Figure, Floor, Goal, Skipped, say
from benchmarks.samples import median
from benchmarks.stage import Stage

NAME = "carrier-media"
FRAMES_PER_SECOND = 50
TALKING, WAITING = 20, 200
WARM_UP_SECONDS = 6
NUMBER = "+15550100009"
ACCOUNT = {"friendly_name": "Benchmark", "numbers": [NUMBER]}
PAGE = Path(__file__).parent / "browser"
SDK = Path(__file__).parents[1] / (
    "dashboards/board/browser/node_modules/@twilio/voice-sdk/dist/twilio.min.js"
)


async def measure(stage: Stage) -> list[Figure | Skipped]:
    browser = browser_path()
    if browser is None or not SDK.exists():
        return [Skipped(NAME, "it needs a Chromium, and the SDK that `make test` installs")]
    seconds = stage.size(20, 8)
    port, bare_port = free_port(), free_port()
    folder = stage.folder_for(NAME)
    carrier = [sys.executable, "-m", "backend.local_carrier", "--port", str(port)]
    bare = [sys.executable, "-m", "benchmarks.floors.bare_peers", str(bare_port)]
    async with (
        running([*carrier, "--state", str(folder)], port, folder / "carrier.log") as process,
        running(bare, bare_port, folder / "bare.log") as floor,
        chromium_page(browser) as page,
        customer() as address,
        aiohttp.ClientSession() as http,
    ):
        one_processor(process.pid, 0)
        one_processor(floor.pid, 0)
        say(f"{NAME}: {TALKING} bare peers")
        bare_use = await _bare(page, address, floor, bare_port, seconds)
        say(f"{NAME}: {TALKING} browsers talk, {WAITING} callers wait")
        return await _talk(page, address, http, process, seconds, bare_use)


async def _bare(page: Page, address: str, floor: ServerProcess, port: int, seconds: int) -> float:
    """CPU seconds per second of the bare peers."""
    await page.goto(f"{address}/bare.html")
    await page.evaluate("([count, port]) => connect(count, port)", [TALKING, port])
    await asyncio.sleep(WARM_UP_SECONDS)
    return await _use(floor, seconds)


async def _talk(
    page: Page,
    address: str,
    http: aiohttp.ClientSession,
    process: ServerProcess,
    seconds: int,
    bare_use: float,
) -> list[Figure | Skipped]:
    port, carrier = process.port, f"http://127.0.0.1:{process.port}"
    idle_bytes, idle_threads = process.resident_bytes, threads(process)
    tokens = await prepare(http, carrier, address)
    for _ in range(WAITING + TALKING):
        await dials(http, carrier)
    alone = await _use(process, 3)
    await page.goto(f"{address}/talk.html")
    callers = await waiting_callers(http, carrier)
    await page.evaluate(
        "([tokens, rooms, port]) => connect(tokens, rooms, port)",
        [tokens, callers[:TALKING], port],
    )
    await asyncio.sleep(WARM_UP_SECONDS)
    sent_before, began = await frames_from(http, carrier), time.perf_counter()
    before = process.cpu_seconds
    rates: list[float] = sorted(await page.evaluate("seconds => rates(seconds)", seconds))
    used = (process.cpu_seconds - before) / (time.perf_counter() - began)
    sent, passed = await frames_from(http, carrier), time.perf_counter() - began
    back = sorted((sent[sid] - sent_before[sid]) / passed for sid in sent_before)
    missing = 100 * max(0.0, 1 - rates[0] / FRAMES_PER_SECOND)
    details = {
        "talking": float(len(rates)),
        "waiting": float(WAITING),
        "to_browser_least_per_s": round(rates[0], 2),
        "to_browser_median_per_s": round(median(rates), 2),
        "from_browser_least_per_s": round(back[0], 2),
        "from_browser_median_per_s": round(median(back), 2),
        "memory_mb": round(process.resident_bytes / 1e6, 1),
        "memory_idle_mb": round(idle_bytes / 1e6, 1),
        "threads": float(threads(process)),
        "threads_idle": float(idle_threads),
    }
    return [
        Figure(
            name=f"{NAME}-cpu",
            what=f"one processor's share for {TALKING} talking browsers and {WAITING} who wait",
            value=100 * used,
            unit="%",
            floor=Floor(f"{TALKING} peers of a bare aiortc", 100 * bare_use, "%"),
            goal=Goal("value", 100.0),
            samples=seconds,
            details={**details, "everybody_waits_percent": round(100 * alone, 1)},
        ),
        Figure(
            name=f"{NAME}-missing",
            what="frames of 20 ms that did not reach the browser that got the fewest",
            value=missing,
            unit="%",
            floor=Floor("none missing: 50 frames a second", 0.0, "%"),
            goal=Goal("value", 0.5),
            samples=seconds * len(rates) * FRAMES_PER_SECOND,
            details=details,
        ),
    ]


async def prepare(http: aiohttp.ClientSession, carrier: str, address: str) -> list[str]:
    """An account whose number and TwiML App ask `address`. Returns a token for each browser."""
    async with http.post(f"{carrier}/lab/accounts", json=ACCOUNT) as answer:
        account = await answer.json()
    rest = f"{carrier}/2010-04-01/Accounts/{account['account_sid']}"
    basic = {
        "Authorization": aiohttp.encode_basic_auth(account["account_sid"], account["auth_token"])
    }

    async def make(path: str, form: dict[str, str]) -> dict[str, Any]:
        async with http.post(f"{rest}/{path}.json", data=form, headers=basic) as made:
            return await made.json()

    number = account["numbers"][0]["sid"]
    await make(f"IncomingPhoneNumbers/{number}", {"VoiceUrl": f"{address}/caller"})
    application = await make("Applications", {"VoiceUrl": f"{address}/agent"})
    key = await make("Keys", {})
    tokens: list[str] = []
    for agent in range(TALKING):
        token = AccessToken(
            account["account_sid"], key["sid"], key["secret"], identity=f"agent_{agent}"
        )
        token.add_grant(VoiceGrant(outgoing_application_sid=application["sid"]))
        tokens.append(token.to_jwt())
    return tokens


async def dials(http: aiohttp.ClientSession, carrier: str) -> None:
    wish = {"from": "+15557654321", "to": NUMBER, "voice": {"tone": 440}}
    async with http.post(f"{carrier}/lab/phones", json=wish) as answer:
        answer.raise_for_status()


async def waiting_callers(http: aiohttp.ClientSession, carrier: str) -> list[str]:
    """The rooms in which one caller is alone."""
    async with http.get(f"{carrier}/lab/conferences") as answer:
        return [room["friendly_name"] for room in await answer.json()]


async def frames_from(http: aiohttp.ClientSession, carrier: str) -> dict[str, int]:
    """How many frames each browser has sent that the carrier took."""
    async with http.get(f"{carrier}/lab/phones?live=true") as answer:
        phones = await answer.json()
    return {p["sid"]: p["frames_sent"] for p in phones if p["kind"] == "browser"}


@asynccontextmanager
async def customer() -> AsyncGenerator[str]:
    """The customer of the carrier: the page for the browsers, and the TwiML for all calls."""

    async def file(request: web.Request) -> web.FileResponse:
        name = request.match_info["name"]
        return web.FileResponse(SDK if name == SDK.name else PAGE / name)

    async def room_of_its_own(request: web.Request) -> web.Response:
        return _conference(str((await request.post())["CallSid"]))

    async def room_of_its_choice(request: web.Request) -> web.Response:
        return _conference(str((await request.post())["room"]))

    application = web.Application()
    application.router.add_get("/{name}", file)
    application.router.add_post("/caller", room_of_its_own)
    application.router.add_post("/agent", room_of_its_choice)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def _conference(room: str) -> web.Response:
    document = f"<Response><Dial><Conference beep='false'>{room}</Conference></Dial></Response>"
    return web.Response(text=document, content_type="text/xml")


async def _use(process: ServerProcess, seconds: int) -> float:
    before = process.cpu_seconds
    await asyncio.sleep(seconds)
    return (process.cpu_seconds - before) / seconds


def one_processor(pid: int, number: int) -> None:
    """Hold a process on one processor, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(pid, {number})


def threads(process: ServerProcess) -> int:
    return psutil.Process(process.pid).num_threads()
