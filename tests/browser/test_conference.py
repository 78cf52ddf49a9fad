"""More than three in one call, in real browsers: one more is added by dropping the card and by key,
guests reload and are let go, and whoever has the call leaves the others talking."""

import asyncio

from playwright.async_api import expect

from tests.browser.page import Browsers, Desk
from tests.browser.test_a_call_in_the_browser import faults_on
from tests.browser.test_hold_and_transfer import comes_on_duty, talks_to, two_desks
from tests.stories.company import Caller, Company
from tests.stories.conferring import hear_each_other
from tests.stories.product import Product

CHLOE = 1000


async def all_three_talk(acme: Company, ana: Desk, ben: Desk) -> Caller:
    """Ana has the call, Ben is consulted; Chloe, who has no browser, is free."""
    caller = await talks_to(ana, acme)
    await comes_on_duty(ben, ana)
    await acme.on_duty("Chloe")
    await expect(ana.presence(acme.chloe)).to_have_attribute("data-presence", "available")
    await ana.button("Consult a colleague").click()
    await ana.page.get_by_role("menuitem", name="Ben").click()
    await ben.answers()
    await asyncio.gather(ana.hears(1200), ben.hears(700))
    await ana.button("All three").click()
    await expect(ben.zone("mine")).to_contain_text("All three of you talk")
    return caller


async def test_by_mouse_one_more_is_added_and_the_others_are_left_talking(
    office: Product, browsers: Browsers
):
    acme, ana, ben = await two_desks(office, browsers)
    caller = await all_three_talk(acme, ana, ben)
    card = ana.zone("mine").locator("[data-call]").first
    await ana.drags(card, ana.presence(acme.chloe))
    await expect(ana.zone("mine")).to_contain_text("Ringing Chloe")
    await expect(ana.zone("mine")).to_contain_text("All of you go on talking")
    await acme.chloe.joins_consult(caller, tone=CHLOE)
    for desk in (ana, ben):
        await expect(desk.zone("mine")).to_contain_text("All four of you talk")
        everybody = desk.zone("mine").get_by_role("list", name="In this call")
        await expect(everybody.get_by_role("listitem")).to_have_count(4)
        assert await faults_on(desk.page) == []
    await acme.chloe.hears("voice")
    outside = await acme.telephone(tone=523)
    await ana.page.keyboard.press("Shift+C")
    await ana.page.get_by_role("menuitem", name="A number outside…").click()
    await ana.page.get_by_label("Telephone number").fill(outside.number)
    await ana.page.locator(".outside-form").get_by_role("button", name="Add").click()
    await outside.is_rung()
    await expect(ana.zone("mine")).to_contain_text("All five of you talk")
    await ana.button("Leave them talking").click()
    await ana.is_silent()
    await expect(ben.zone("mine").get_by_role("button", name="Let go: Chloe")).to_be_visible()
    await expect(ana.presence(ana.agent)).to_have_attribute("data-presence", "wrap_up")
    await ben.button("Let go: Chloe").click()
    await acme.chloe.sees(lambda _: acme.chloe.guest_of(caller, acme.chloe.id) is None)
    await outside.hangs_up()
    await asyncio.gather(caller.hears("voice", 1200), ben.hears(440))
    await ben.button("Hang up").click()
    await caller.is_off()


async def test_by_keyboard_alone_one_is_added_a_guest_reloads_and_leaves(
    office: Product, browsers: Browsers
):
    acme, ana, ben = await two_desks(office, browsers)
    caller = await all_three_talk(acme, ana, ben)
    await ana.lifts_by_keys(ana.zone("mine"))
    await ana.page.keyboard.press("ArrowRight")
    await expect(ana.page.get_by_text("Over Chloe.")).to_have_count(1)
    await ana.page.keyboard.press("Escape")
    await ana.page.keyboard.press("Shift+C")
    await expect(ana.page.get_by_role("menuitem", name="Chloe")).to_be_focused()
    await ana.page.keyboard.press("Enter")
    await acme.chloe.joins_consult(caller, tone=CHLOE)
    await expect(ben.zone("mine")).to_contain_text("All four of you talk")
    await asyncio.gather(ana.page.reload(), ben.page.reload())
    await asyncio.gather(ana.is_talking(), ben.is_talking())
    for desk in (ana, ben):
        await expect(desk.zone("mine")).to_contain_text("All four of you talk")
    await ben.page.keyboard.press("Shift+H")
    await ben.is_silent()
    await expect(ben.presence(ben.agent)).to_have_attribute("data-presence", "available")
    await expect(ana.zone("mine")).to_contain_text("All three of you talk")
    await asyncio.gather(caller.hears("voice"), acme.chloe.hears("voice"))
    await ana.page.keyboard.press("t")
    await ana.is_silent()
    await hear_each_other(caller, acme.chloe)
