"""Hold, cold and warm transfer in real browsers: by mouse, by keyboard alone and by touch."""

import asyncio
from typing import Any

from playwright.async_api import expect

from tests.browser.page import STATIC, Browsers, Desk
from tests.browser.test_a_call_in_the_browser import faults_on
from tests.stories.company import Caller, Company
from tests.stories.product import Product


async def two_desks(
    office: Product, browsers: Browsers, **context: Any
) -> tuple[Company, Desk, Desk]:
    acme = await office.company("Acme")
    ana, ben = await asyncio.gather(
        browsers.open(acme.ana, tone=700, board=STATIC, **context),
        browsers.open(acme.ben, tone=1200, board=STATIC),
    )
    await ana.goes_available()
    return acme, ana, ben


async def comes_on_duty(ben: Desk, ana: Desk) -> None:
    """Ben is available, and Ana's board shows it."""
    await ben.goes_available()
    await expect(ana.presence(ben.agent)).to_have_attribute("data-presence", "available")


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
    await comes_on_duty(ben, ana)
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
    await comes_on_duty(ben, ana)
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

    await ana.lifts_by_keys(ana.zone("mine"))
    for target in ("Over the parking lot.", "Over Ben."):
        await ana.page.keyboard.press("ArrowRight")
        await expect(ana.page.get_by_text(target)).to_have_count(1)
    await ana.page.keyboard.press("Space")
    await ben.sees_ringing()
    await ana.button("Take back").press("Enter")
    await asyncio.gather(caller.hears("voice", 700), ana.is_talking())


async def test_by_touch_a_card_is_dropped_on_a_colleague(office: Product, browsers: Browsers):
    acme, ana, ben = await two_desks(
        office, browsers, has_touch=True, viewport={"width": 1180, "height": 820}
    )
    caller = await talks_to(ana, acme)
    await comes_on_duty(ben, ana)
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


async def test_after_a_word_with_a_colleague_the_call_is_merged_and_handed_over_by_mouse(
    office: Product, browsers: Browsers
):
    acme, ana, ben = await two_desks(office, browsers)
    caller = await talks_to(ana, acme)
    await comes_on_duty(ben, ana)
    await ana.button("Consult a colleague").click()
    await ana.page.get_by_role("menuitem", name="Ben").click()
    await expect(ben.zone("incoming")).to_contain_text("Ana wants to ask you about this call")
    await ben.answers()
    await asyncio.gather(ana.hears(1200), ben.hears(700), caller.hears("music"))
    await expect(ana.zone("mine")).to_contain_text("You talk with Ben")
    await expect(ben.zone("mine")).to_contain_text("You talk with Ana")
    assert await faults_on(ana.page) == []
    await ana.button("Caller").click()
    await asyncio.gather(caller.hears("voice", 700), ana.hears(440))
    await expect(ben.zone("mine")).to_contain_text("Ana talks with the caller")
    await ana.button("All three").click()
    await expect(ben.zone("mine")).to_contain_text("All three of you talk")
    await ana.button("Hand over").click()
    await ana.is_silent()
    await asyncio.gather(caller.hears("voice", 1200), ben.hears(440))
    await ben.button("Hang up").click()
    await caller.is_off()


async def test_by_keyboard_alone_a_colleague_is_asked_reloads_is_swapped_and_let_go(
    office: Product, browsers: Browsers
):
    acme, ana, ben = await two_desks(office, browsers)
    caller = await talks_to(ana, acme)
    await comes_on_duty(ben, ana)
    await ana.page.keyboard.press("c")
    await expect(ana.page.get_by_role("menuitem", name="Ben")).to_be_focused()
    await ana.page.keyboard.press("Enter")
    await ben.sees_ringing()
    await ben.page.keyboard.press("a")
    await asyncio.gather(ana.hears(1200), ben.hears(700))
    await asyncio.gather(ana.page.reload(), ben.page.reload())
    await asyncio.gather(ana.is_talking(), ben.is_talking())
    await asyncio.gather(ana.hears(1200), ben.hears(700), caller.hears("music"))
    await ana.page.keyboard.press("s")
    await asyncio.gather(caller.hears("voice", 700), ana.hears(440))
    await ana.page.keyboard.press("c")
    await expect(ben.presence(ben.agent)).to_have_attribute("data-presence", "available")
    await ben.is_silent()
    await caller.hears("voice", 700)
