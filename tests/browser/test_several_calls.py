"""Several calls of one agent in real browsers: one in hand, the others on hold."""

import asyncio

from playwright.async_api import expect

from tests.browser.page import Browsers, Desk
from tests.browser.test_a_call_in_the_browser import faults_on
from tests.browser.test_hold_and_transfer import comes_on_duty, talks_to, two_desks
from tests.stories.company import Caller, Company
from tests.stories.product import Product

SECOND = "+15550002222"


async def a_second_caller(acme: Company, ana: Desk) -> Caller:
    second = await acme.rings(SECOND, tone=500)
    await expect(ana.zone("incoming")).to_contain_text("+1 555 000 2222")
    await expect(ana.button("Answer")).to_be_visible()
    return second


async def test_by_mouse_a_second_call_is_answered_swapped_and_the_first_dropped_on_the_lot(
    office: Product, browsers: Browsers
):
    acme, ana, ben = await two_desks(office, browsers)
    first = await talks_to(ana, acme)
    second = await a_second_caller(acme, ana)
    await ana.zone("incoming").get_by_role("button", name="Answer").click()
    await asyncio.gather(second.hears("voice", 700), ana.hears(500))
    await first.hears("music")
    waiting = ana.zone("mine").locator(".held-card")
    await expect(waiting).to_contain_text("+1 555 765 4321")
    assert await faults_on(ana.page) == []

    await ana.button("Swap to +1 555 765 4321").click()
    await asyncio.gather(first.hears("voice", 700), ana.hears(440))
    await second.hears("music")

    await comes_on_duty(ben, ana)
    await expect(ana.zone("mine").locator(".held-card.pending")).to_have_count(0)
    await ana.drags(waiting, ana.zone("lot"))
    await expect(ben.zone("lot")).to_contain_text("+1 555 000 2222")
    await second.hears("music")
    await first.hears("voice", 700)
    await ben.button("Pick up").click()
    await second.hears("voice", 1200)


async def test_by_keyboard_alone_calls_are_swapped_and_a_reload_forgets_nobody(
    office: Product, browsers: Browsers
):
    acme, ana, _ = await two_desks(office, browsers)
    first = await talks_to(ana, acme)
    second = await a_second_caller(acme, ana)
    await ana.page.keyboard.press("a")
    await asyncio.gather(second.hears("voice", 700), first.hears("music"))
    await ana.is_talking()
    await ana.page.keyboard.press("s")
    await asyncio.gather(first.hears("voice", 700), second.hears("music"))
    await ana.page.reload()
    await expect(ana.zone("mine").locator(".held-card")).to_contain_text("+1 555 000 2222")
    await first.hears("voice", 700)
    await ana.is_talking()
    await ana.page.keyboard.press("Shift+H")
    await first.is_off()
    await expect(ana.presence(ana.agent)).to_contain_text("Wrap-up")
    await ana.page.keyboard.press("s")
    await second.hears("voice", 700)
