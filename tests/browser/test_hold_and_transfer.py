"""Hold and cold transfer in real browsers: by mouse, by keyboard alone and by touch."""

import asyncio

from playwright.async_api import expect

from tests.browser.page import STATIC, Browsers, Desk
from tests.browser.test_a_call_in_the_browser import faults_on
from tests.stories.company import Caller, Company
from tests.stories.product import Product


async def two_desks(
    office: Product, browsers: Browsers, **context: object
) -> tuple[Company, Desk, Desk]:
    acme = await office.company("Acme")
    ana, ben = await asyncio.gather(
        browsers.open(acme.ana, tone=700, board=STATIC, **context),
        browsers.open(acme.ben, tone=1200, board=STATIC),
    )
    await ana.goes_available()
    return acme, ana, ben


async def talks_to(ana: Desk, acme: Company) -> Caller:
    caller = await acme.rings(tone=440)
    await ana.answers()
    await caller.hears("voice", 700)
    await ana.is_talking()
    return caller


async def test_a_caller_is_held_then_handed_over_by_dropping_the_card_on_a_colleague(
    office: Product, browsers: Browsers
):
    acme, ana, ben = await two_desks(office, browsers)
    caller = await talks_to(ana, acme)
    await ben.goes_available()
    await ana.button("Hold").click()
    await expect(ana.zone("mine")).to_contain_text("On hold")
    await caller.hears("music")
    assert await faults_on(ana.page) == []
    await ana.button("Resume").click()
    await caller.hears("voice", 700)

    card = ana.zone("mine").locator("[data-call]").first
    await ana.drags(card, ana.presence(ben.agent))
    await expect(ana.zone("incoming")).to_contain_text("You hand this to Ben")
    await expect(ben.zone("incoming")).to_contain_text("Ana hands this call to you")
    await caller.hears("music")
    await ana.is_silent()
    assert await faults_on(ana.page) == []
    await ben.answers()
    await asyncio.gather(caller.hears("voice", 1200), ben.hears(440))
    await expect(ana.presence(ana.agent)).to_have_attribute("data-presence", "wrap_up")


async def test_by_keyboard_alone_a_call_is_held_handed_over_declined_and_taken_again(
    office: Product, browsers: Browsers
):
    acme, ana, ben = await two_desks(office, browsers)
    caller = await talks_to(ana, acme)
    await ben.goes_available()
    await ana.page.keyboard.press("o")
    await caller.hears("music")
    await ana.page.keyboard.press("t")
    await expect(ana.page.get_by_role("menuitem", name="Ben")).to_be_focused()
    await ana.page.keyboard.press("Enter")
    await ben.sees_ringing()
    await ben.page.keyboard.press("d")
    await expect(ana.zone("incoming")).to_contain_text("Ben declined: back to you")
    await ana.page.keyboard.press("a")
    await asyncio.gather(caller.hears("voice", 700), ana.is_talking())

    await ana.zone("mine").locator("[data-drag-handle]").focus()
    await ana.page.keyboard.press("Space")
    to_ben = ana.page.get_by_text("Over Ben.")
    for _ in range(4):
        await ana.page.keyboard.press("ArrowRight")
        if await to_ben.count():
            break
    await expect(to_ben).to_have_count(1)
    await ana.page.keyboard.press("Space")
    await ben.sees_ringing()
    await ana.button("Take back").press("Enter")
    await asyncio.gather(caller.hears("voice", 700), ana.is_talking())


async def test_by_touch_a_card_is_dropped_on_a_colleague(office: Product, browsers: Browsers):
    acme, ana, ben = await two_desks(
        office, browsers, has_touch=True, viewport={"width": 1180, "height": 820}
    )
    caller = await talks_to(ana, acme)
    await ben.goes_available()
    await expect(ana.presence(ben.agent)).to_have_attribute("data-presence", "available")
    handle = ana.zone("mine").locator("[data-drag-handle]")
    await ana.drags_by_touch(handle, ana.presence(ben.agent))
    await ben.sees_ringing()
    await ben.answers()
    await caller.hears("voice", 1200)


async def test_a_reload_finds_a_held_call_on_hold(office: Product, browsers: Browsers):
    acme, ana, _ = await two_desks(office, browsers)
    caller = await talks_to(ana, acme)
    await ana.button("Hold").click()
    await caller.hears("music")
    await ana.page.reload()
    await ana.is_talking()
    await expect(ana.zone("mine")).to_contain_text("On hold")
    await caller.hears("music")
    await ana.button("Resume").click()
    await caller.hears("voice", 700)
