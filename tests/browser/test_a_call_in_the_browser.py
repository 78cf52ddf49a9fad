"""The whole road in real browsers: heard by pitch at every ear, moved by mouse and by key."""

import asyncio
from importlib import resources

from playwright.async_api import Page, expect

from tests.browser.page import STATIC, Browsers
from tests.browser.panel import PanelPart
from tests.stories.product import Product


async def test_a_caller_is_answered_parked_by_drag_and_picked_up_by_keyboard(
    office: Product, browsers: Browsers
):
    acme, globex = await office.company("Acme"), await office.company("Globex")
    await asyncio.gather(globex.on_duty("Ana"), acme.sam.opens_board())
    ana, ben, eve = await asyncio.gather(
        browsers.open(acme.ana, tone=700),
        browsers.open(acme.ben, tone=1200, board=STATIC),
        browsers.open(globex.ben, tone=1700, board=STATIC),
    )
    await asyncio.gather(ana.goes_available(), ben.goes_available(), eve.goes_available())
    # Eve's page shows what it asked for before Globex's journal has it.
    await globex.ana.sees(lambda _: globex.ana.shows(globex.ben) == "available")
    untouched = await globex.ana.asks("GET", "/api/board")

    caller = await acme.rings(tone=440)
    await asyncio.gather(ana.sees_ringing(), ben.sees_ringing())
    await expect(eve.zone("incoming")).to_contain_text("Nobody is calling")

    buttons = [await desk.answer_button() for desk in (ana, ben)]
    await asyncio.gather(*(button.evaluate("button => button.click()") for button in buttons))
    claimed = await acme.sam.sees(lambda _: getattr(acme.sam.call(caller), "agent_id", None))
    winner, other = (ana, ben) if claimed == acme.ana.id else (ben, ana)
    tones = {ana: 700, ben: 1200}
    await expect(other.page.locator("body")).to_contain_text(f"{winner.agent.name} has this call")
    await winner.is_talking()
    await asyncio.gather(caller.hears("voice", tones[winner]), winner.hears(440))

    card = winner.zone("mine").locator("[data-call]").first
    await winner.drags(card, winner.zone("lot"))
    await expect(other.zone("lot").locator("[data-call]")).to_be_visible()
    await caller.hears("music")
    await winner.is_silent()
    await expect(other.presence(winner.agent)).to_have_attribute("data-presence", "available")

    await other.page.keyboard.press("1")
    await other.is_talking()
    await asyncio.gather(caller.hears("voice", tones[other]), other.hears(440))

    await caller.hangs_up()
    for desk in (ana, ben):
        recent = desk.zone("recent").locator("[data-call]")
        await expect(recent).to_have_count(1)
        await expect(recent).to_contain_text(acme.ana.name)
        await expect(recent).to_contain_text(acme.ben.name)
    after = await globex.ana.asks("GET", "/api/board")
    assert after["number"] == untouched["number"]
    assert after["calls"] == after["recent"] == []


async def test_an_agent_who_reloads_in_mid_call_is_put_back_without_a_click(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    ana = await browsers.open(acme.ana, tone=700)
    await ana.goes_available()
    caller = await acme.rings(tone=440)
    await ana.answers()
    await caller.hears("voice", 700)
    await ana.page.reload()
    await ana.is_talking()
    await caller.hears("voice", 700)
    await ana.hears(440)
    assert (await caller.phone())["status"] == "in-progress"


async def test_a_second_tab_shows_the_call_and_leaves_the_voice_to_the_first(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    ana = await browsers.open(acme.ana, tone=700, board=STATIC)
    await ana.goes_available()
    second = await ana.page.context.new_page()
    await second.goto(f"{office.address}{STATIC}")
    await second.wait_for_selector("[data-zone=incoming]")
    caller = await acme.rings(tone=440)
    await second.get_by_role("button", name="Answer").first.click()
    await caller.hears("voice", 700)
    voices = [
        await page.evaluate("() => globalThis.__patchbay.voice() !== null")
        for page in (ana.page, second)
    ]
    assert sorted(voices) == [False, True], "one tab is the phone"


async def test_mute_is_heard_as_silence_and_hanging_up_ends_the_call(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    ana = await browsers.open(acme.ana, tone=700, board=STATIC)
    await ana.goes_available()
    caller = await acme.rings(tone=440)
    await ana.sees_ringing()
    await ana.page.keyboard.press("a")
    await caller.hears("voice", 700)
    await ana.page.keyboard.press("m")
    await caller.hears("silence")
    await ana.page.keyboard.press("m")
    await caller.hears("voice", 700)
    await ana.page.keyboard.press("Shift+H")
    await caller.is_off()
    await expect(ana.zone("recent").locator("[data-call]")).to_have_count(1)


async def test_a_panel_process_that_dies_touches_no_call(
    office: Product, panel: PanelPart, browsers: Browsers
):
    acme = await office.company("Acme")
    ana = await browsers.open(acme.ana, tone=700)
    await ana.goes_available()
    caller = await acme.rings(tone=440)
    await ana.answers()
    await caller.hears("voice", 700)
    await panel.is_killed()
    try:
        await caller.hears("voice", 700)
        await ana.page.keyboard.press("p")
        await caller.hears("music")
        await expect(ana.zone("lot").locator("[data-call]")).to_be_visible()
        await ana.page.keyboard.press("1")
        await caller.hears("voice", 700)
    finally:
        await panel.starts()
    await caller.hears("voice", 700)


async def test_the_board_has_no_accessibility_faults_that_axe_can_find(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    ana = await browsers.open(acme.ana, board=STATIC)
    await ana.goes_available()
    first, second = await acme.rings("+15550001111"), await acme.rings("+15550002222")
    await ana.sees_ringing()
    await ana.answers()
    await ana.is_talking()
    assert await faults_on(ana.page) == []
    await ana.page.keyboard.press("p")
    await expect(ana.zone("lot").locator("[data-call]")).to_be_visible()
    assert await faults_on(ana.page) == []
    await asyncio.gather(first.hangs_up(), second.hangs_up())


async def faults_on(page: Page) -> list[str]:
    """What axe-core finds with all its default rules."""
    found = await page.evaluate(f"async () => {{ {AXE}; return await axe.run(document); }}")
    return [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in found["violations"]]


AXE = (resources.files("axe_core_python") / "axe.min.js").read_text("utf-8")
