"""Whether a full board still moves: 200 live calls and 100 agents on it, 20 events a second.

A real browser shows one agent's board (the static page) of a company with that many people and
callers, all of them stored by the real product. Callers then come and go at twenty a second, each
a signed webhook; the browser notes the time of every frame that it draws. The floor is the same
browser in the same minute on a page where nothing moves.
"""

import asyncio

from playwright.async_api import Page

from backend.store.people import Role
from benchmarks.browsing import browser_path, chromium_page
from benchmarks.callers import call_comes_in, caller_hangs_up
from benchmarks.posting import closed_loop, lines, open_loop
from benchmarks.product import Company, Member, Product, running_product
from benchmarks.report import Figure, Floor, Goal, Skipped, say
from benchmarks.samples import median, percentile
from benchmarks.stage import Stage

NAME = "busy-board"
CALLS, AGENTS, EVENTS_PER_SECOND = 200, 100, 20
A_FRAME_MS = 1000 / 60
FRAMES = """seconds => new Promise(done => {
  const times = [], until = performance.now() + seconds * 1000;
  const frame = now => {
    times.push(now);
    if (now < until) requestAnimationFrame(frame);
    else done(times.slice(1).map((time, at) => time - times[at]));
  };
  requestAnimationFrame(frame);
})"""


async def measure(stage: Stage) -> list[Figure | Skipped]:
    browser = browser_path()
    if browser is None:
        return [Skipped(NAME, "it needs a Chromium")]
    seconds = stage.size(20, 5)
    async with (
        running_product(stage.postgres.web_url, stage.folder_for(NAME)) as product,
        chromium_page(browser) as page,
    ):
        await page.goto(f"{product.settings.public_url}/livez")
        still: list[float] = await page.evaluate(FRAMES, seconds)
        company = await product.company()
        viewer, *_ = await product.members(company, AGENTS, Role.AGENT)
        say(f"{NAME}: {CALLS} callers arrive")
        legs = await _fill(product, company)
        await _open(page, product, viewer)
        say(f"{NAME}: {EVENTS_PER_SECOND} events a second for {seconds} seconds")
        moving = await _watch(page, product, company, legs, seconds)
    return [_figure(moving, still)]


async def _fill(product: Product, company: Company) -> list[str]:
    """That many calls ring. Gives the callers' legs, the oldest first."""
    arrivals = [call_comes_in(product, company) for _ in range(CALLS)]
    async with lines(product.server.port, 4) as over:
        await closed_loop(over, [request for _, request in arrivals])
    return [leg for leg, _ in arrivals]


async def _open(page: Page, product: Product, viewer: Member) -> None:
    name, _, value = viewer.cookie.partition("=")
    address = product.settings.public_url
    await page.context.add_cookies([{"name": name, "value": value, "url": address}])
    await page.goto(f"{address}/board")
    await page.wait_for_function(
        "count => document.querySelectorAll('[data-zone=incoming] [data-call]').length === count",
        arg=CALLS,
    )


async def _watch(
    page: Page, product: Product, company: Company, legs: list[str], seconds: int
) -> list[float]:
    """Milliseconds between the frames while callers come and go, and always as many are there."""
    port, each = product.server.port, EVENTS_PER_SECOND / 2
    arrivals = [call_comes_in(product, company) for _ in range(int(seconds * each))]
    departures = [caller_hangs_up(product, company, leg) for leg in legs[: len(arrivals)]]
    intervals, _, _ = await asyncio.gather(
        page.evaluate(FRAMES, seconds),
        open_loop(port, [request for _, request in arrivals], each, expect=200),
        open_loop(port, departures, each, expect=204),
    )
    return intervals


def _figure(moving: list[float], still: list[float]) -> Figure:
    return Figure(
        name=f"{NAME}-late-frames",
        what=f"frames that came late with {CALLS} live calls, {AGENTS} agents and"
        f" {EVENTS_PER_SECOND} events a second",
        value=_late(moving),
        unit="%",
        floor=Floor("a page where nothing moves", _late(still), "%"),
        goal=Goal("value", 1.0),
        samples=len(moving),
        details={
            "frames_per_s": round(1000 / (sum(moving) / len(moving)), 1),
            "median_ms": round(median(moving), 2),
            "p95_ms": round(percentile(moving, 0.95), 2),
            "longest_ms": round(max(moving), 1),
        },
    )


def _late(intervals: list[float]) -> float:
    """Percent of the frames that came more than one and a half of 1/60 s after the last."""
    return 100 * sum(interval > 1.5 * A_FRAME_MS for interval in intervals) / len(intervals)
