"""Photographs a running demo for the README: `python -m tests.browser.screenshots`.

Start the product first (`make run`). A busy morning at Acme is played through the lab and by
colleagues' browsers; then Ana's board is photographed in several widths, light and dark.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import aiohttp
from playwright.async_api import Page, async_playwright

from tests.browser.conftest import browser_path
from tests.browser.page import Browsers, Desk
from tests.stories.company import Agent, Caller, Company
from tests.stories.product import Product

ADDRESS, CARRIER = "http://localhost:8080", "http://localhost:8081"
FOLDER = Path("docs/screenshots")
LOOKS = (
    ("1920", 1920, 1080),
    ("1440", 1440, 900),
    ("1280", 1280, 800),
    ("390", 390, 844),
)
CROWD = 40


class Demo:
    """The part of a story's product that an outsider has too."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.http, self.address, self.carrier = http, ADDRESS, CARRIER

    lab = Product.lab


async def main() -> None:
    async with aiohttp.ClientSession() as http, async_playwright() as playwright:
        acme = await staff(http)
        browsers = Browsers(playwright, browser_path(), cast("Product", acme.product), Path("/tmp"))  # noqa: S108
        try:
            await acme.people["Ana Ruiz"].asks("PUT", "/api/presence", {"status": "away"})
            ana = await browsers.open(acme.people["Ana Ruiz"])
            await ana.goes_available()
            callers = await a_busy_morning(acme, ana)
            await photographs(ana.page)
            await drag_photographs(ana, acme.people["Chloe Martin"])
            await consult_photographs(ana, acme.people["Chloe Martin"], callers[3])
            await conference_photograph(ana)
            await several_calls_photographs(ana, callers[-1])
            await wrap_up_photograph(ana)
            await dial_pad_photographs(ana)
            await help_photographs(ana, browsers, acme.people["Sam Okafor"])
            callers.append(await acme.rings("+4930901821"))
            await statistics_photographs(browsers, acme.people["Sam Okafor"], callers[-1])
            callers += await crowd_photograph(ana, acme)
            await lab_photograph(ana.page)
            await hang_up(callers)
        finally:
            await browsers.close()
            await acme.close()


async def staff(http: aiohttp.ClientSession) -> Company:
    """Acme's people, with the demo's own sign-ins."""
    async with http.get(f"{ADDRESS}/api/demo-accounts") as answer:
        accounts: list[dict[str, Any]] = await answer.json()
    acme = Company(cast("Product", Demo(http)), UUID(int=0), "Acme", "+15550100001")
    for account in accounts:
        if account["tenant"] == "Acme":
            acme.add(account["name"], UUID(int=0), account["email"], account["password"])
            agent = acme.people[account["name"]]
            agent.id = UUID((await agent.signs_in())["person"]["id"])
    return acme


async def a_busy_morning(acme: Company, ana: Desk) -> list[Caller]:
    """Calls that are over, parked, talked to and ringing; gives those that are still there."""
    ben, chloe = acme.people["Ben Carter"], acme.people["Chloe Martin"]
    sam = acme.people["Sam Okafor"]
    await acme.on_duty("Ben Carter", "Chloe Martin", "Sam Okafor")
    helped = await acme.rings("+14155550142")
    await chloe.answers(helped)
    impatient = await acme.rings("+12125550187")
    await asyncio.sleep(4)
    await impatient.hangs_up()
    await helped.hangs_up()
    await chloe.sees_call(helped, "ended")
    await chloe.asks("DELETE", "/api/wrap-up")
    handed_on = await acme.rings("+13125550119")
    await ben.answers(handed_on)
    await ben.parks(handed_on)
    await chloe.picks_up(handed_on)
    await asyncio.sleep(7)
    await handed_on.hangs_up()
    await chloe.sees_call(handed_on, "ended")
    await chloe.asks("DELETE", "/api/wrap-up")
    first, second = await acme.rings("+16175550163"), await acme.rings("+442079460958")
    await ben.answers(first)
    await ben.parks(first)
    await asyncio.sleep(9)
    await chloe.answers(second)
    await chloe.parks(second, slot=3)
    talking = await acme.rings("+33155501234")
    await ben.answers(talking)
    mine = await acme.rings("+14085550177")
    await ana.sees_ringing()
    await ana.answers()
    await ana.is_talking()
    await sam.goes("away")
    await asyncio.sleep(24)
    ringing = [await acme.rings("+15125550131")]
    await asyncio.sleep(6)
    ringing.append(await acme.rings("+4930901820"))
    await asyncio.sleep(3)
    return [first, second, talking, mine, *ringing]


async def photographs(page: Page) -> None:
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=cast("Any", scheme))
        for name, width, height in LOOKS:
            await page.set_viewport_size({"width": width, "height": height})
            await page.wait_for_timeout(400)
            await page.screenshot(path=FOLDER / f"board-{name}-{scheme}.png", full_page=width < 500)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.get_by_role("button", name="Change to compact").click()
    await page.wait_for_timeout(400)
    await page.screenshot(path=FOLDER / "compact-1280-light.png")
    await page.get_by_role("button", name="Change to comfortable").click()


async def statistics_photographs(browsers: Browsers, supervisor: Agent, caller: Caller) -> None:
    """What a supervisor sees of it, light and dark, and the wallboard on a telephone."""
    page = await browsers.reads(supervisor, "desk")
    today = datetime.now(UTC).date()
    month = f"first={today - timedelta(days=27)}&last={today - timedelta(days=1)}"
    views = {
        "wallboard": "wallboard",
        "desk": "desk",
        "history": f"history?{month}&compare=yes",
        "staffing": f"staffing?day={today + timedelta(days=1)}",
        "calls": "calls",
        "replay": f"replay?at={datetime.now(UTC) - timedelta(seconds=5):%H:%M:%S}",
    }
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme)
        await _is_drawn(page, theme)  # a page asks for itself anew, in the other colours
        for name, view in views.items():
            await page.goto(f"{ADDRESS}/statistics/{view}")
            await _is_drawn(page, theme)
            whole = name in ("history", "staffing")
            path = FOLDER / f"{name}-1440-{theme}.png"
            await page.screenshot(path=path, full_page=whole)
    await page.emulate_media(color_scheme="light")
    await _is_drawn(page, "light")
    await page.goto(f"{ADDRESS}/statistics/desk")
    await page.get_by_role("link", name=caller.number).click()
    await _is_drawn(page, "light")
    await page.screenshot(path=FOLDER / "call-1440-light.png")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{ADDRESS}/statistics/wallboard")
    await _is_drawn(page, "light")
    await page.screenshot(path=FOLDER / "wallboard-390-light.png")
    await page.close()


async def _is_drawn(page: Page, theme: str) -> None:
    await page.wait_for_selector(f"html[data-theme={theme}]")
    await page.wait_for_selector(".tile, .card")
    await page.locator(".counting").first.wait_for(state="hidden")
    await page.wait_for_timeout(1500)


async def drag_photographs(ana: Desk, colleague: Agent) -> None:
    """A call on hold, its card in the air over a colleague, and where it is then."""
    page = ana.page
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 1440, "height": 900})
    await ana.button("Hold").click()
    await page.wait_for_timeout(1500)
    await page.screenshot(path=FOLDER / "drag-1-on-hold.png")
    card = await ana.zone("mine").locator("[data-call]").first.bounding_box()
    target = await ana.presence(colleague).bounding_box()
    assert card is not None
    assert target is not None
    await page.mouse.move(card["x"] + 40, card["y"] + 20)
    await page.mouse.down()
    await page.mouse.move(card["x"] + 60, card["y"] + 40, steps=4)
    await page.mouse.move(target["x"] + 170, target["y"] + target["height"] / 2, steps=12)
    await page.wait_for_timeout(200)
    await page.screenshot(path=FOLDER / "drag-2-over-a-colleague.png")
    await page.mouse.up()
    await page.wait_for_timeout(600)
    await page.screenshot(path=FOLDER / "drag-3-handed-over.png")


async def consult_photographs(ana: Desk, colleague: Agent, caller: Caller) -> None:
    """The call is taken back, and the colleague is asked first."""
    page = ana.page
    await ana.button("Take back").click()
    await ana.is_talking()
    await ana.button("Consult a colleague").click()
    await page.get_by_role("menuitem", name=colleague.name).click()
    await colleague.joins_consult(caller)
    await page.wait_for_timeout(1200)
    await page.screenshot(path=FOLDER / "consult-1440-light.png")


async def conference_photograph(ana: Desk) -> None:
    """All three talk, somebody outside is added; then both guests are let go."""
    page = ana.page
    await ana.button("All three").click()
    await page.keyboard.press("Shift+C")
    await page.get_by_role("menuitem", name="A number outside…").click()
    await page.get_by_label("Telephone number").fill("212 555 0147")
    await page.locator(".outside-form").get_by_role("button", name="Add").click()
    await page.get_by_text("All four of you talk").wait_for()
    await page.wait_for_timeout(1200)
    await page.screenshot(path=FOLDER / "conference-1440-light.png")
    await page.get_by_role("button", name="Let go: ").first.click()
    await page.wait_for_timeout(800)
    await page.keyboard.press("c")
    await page.wait_for_timeout(800)


async def several_calls_photographs(ana: Desk, second: Caller) -> None:
    """Another caller is answered, while the first waits on hold; then that one is ended."""
    page = ana.page
    waiting = page.locator(".zone-incoming [data-call]").filter(has_text=second.number[-3:])
    await waiting.get_by_role("button", name="Answer").click()
    await second.hears("voice")
    await page.wait_for_timeout(2500)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=cast("Any", scheme))
        await page.wait_for_timeout(300)
        await page.screenshot(path=FOLDER / f"on-hold-1440-{scheme}.png")
    await page.emulate_media(color_scheme="light")
    await page.keyboard.press("Shift+H")
    await page.wait_for_timeout(600)
    await page.get_by_role("button", name="Finish").click()
    await page.keyboard.press("s")
    await ana.is_talking()
    await page.wait_for_timeout(800)


async def wrap_up_photograph(ana: Desk) -> None:
    """The call is ended; a note is begun."""
    page = ana.page
    await page.keyboard.press("Shift+H")
    await page.get_by_label("Note").fill("Wants the invoice again, by post. Calls back on Monday.")
    await page.wait_for_timeout(2500)
    await page.screenshot(path=FOLDER / "wrap-up-1440-light.png")
    await page.get_by_role("button", name="Solved").click()
    await page.get_by_role("button", name="Finish").click()


async def dial_pad_photographs(ana: Desk) -> None:
    """A number is being typed: what it is, and whether it may be called."""
    page = ana.page
    await page.wait_for_timeout(500)
    await page.keyboard.press("Shift+D")
    await page.keyboard.type("(212) 555-0147")
    await page.wait_for_timeout(800)
    await page.screenshot(path=FOLDER / "dial-pad-1440-light.png")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.wait_for_timeout(400)
    await page.screenshot(path=FOLDER / "dial-pad-390-light.png")
    await page.set_viewport_size({"width": 1440, "height": 900})
    await page.keyboard.press("Escape")


async def help_photographs(ana: Desk, browsers: Browsers, supervisor: Agent) -> None:
    """An agent asks for help; the supervisor's board shows it, and the supervisor whispers."""
    await ana.answers()
    await ana.is_talking()
    await ana.page.keyboard.press("e")
    sam = await browsers.open(supervisor)
    await sam.page.wait_for_timeout(1500)
    await sam.page.screenshot(path=FOLDER / "help-1440-light.png")
    await sam.page.keyboard.press("w")
    await sam.is_talking()
    await sam.page.wait_for_timeout(1500)
    await sam.page.screenshot(path=FOLDER / "whisper-1440-light.png")
    await ana.page.wait_for_timeout(300)
    await ana.page.screenshot(path=FOLDER / "whispered-to-1440-light.png")
    await sam.page.emulate_media(color_scheme="dark")
    await sam.page.wait_for_timeout(300)
    await sam.page.screenshot(path=FOLDER / "whisper-1440-dark.png")
    await sam.page.keyboard.press("Shift+H")


async def crowd_photograph(ana: Desk, acme: Company) -> list[Caller]:
    """The board when everybody calls at once."""
    crowd = [await acme.rings(f"+1312555{1000 + number}") for number in range(CROWD)]
    page = ana.page
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=cast("Any", scheme))
        await page.set_viewport_size({"width": 1920, "height": 1080})
        await page.wait_for_timeout(1500)
        await page.screenshot(path=FOLDER / f"crowd-1920-{scheme}.png")
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 1440, "height": 900})
    return crowd


async def hang_up(callers: list[Caller]) -> None:
    """Whoever is still on the line goes."""
    for caller in callers:
        if (await caller.phone())["status"] in ("ringing", "in-progress"):
            await caller.hangs_up()


async def lab_photograph(page: Page) -> None:
    lab = await page.context.new_page()
    await lab.set_viewport_size({"width": 1440, "height": 900})
    await lab.goto(CARRIER)
    await lab.wait_for_timeout(1500)
    await lab.screenshot(path=FOLDER / "lab-1440-light.png")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    asyncio.run(main())
