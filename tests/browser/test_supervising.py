"""A supervisor and an agent at two boards: help lights up, the supervisor whispers, barges in and
takes the call over; on the way each hears whom they are to hear."""

import asyncio

from playwright.async_api import expect

from tests.browser.page import STATIC, Browsers
from tests.browser.test_a_call_in_the_browser import faults_on
from tests.stories.product import Product


async def test_help_lights_up_and_the_supervisor_whispers_barges_in_and_takes_over(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    ana, sam = await asyncio.gather(
        browsers.open(acme.ana, tone=700, board=STATIC),
        browsers.open(acme.sam, tone=1000, board=STATIC),
    )
    await ana.goes_available()
    caller = await acme.rings(tone=440)
    await ana.answers()
    await caller.hears("voice", 700)
    await expect(ana.zone("team").get_by_role("button")).to_have_count(0)

    await ana.page.keyboard.press("e")
    await expect(ana.zone("mine")).to_contain_text("Help asked")
    await expect(sam.zone("team")).to_contain_text("1 asks for help")
    assert await faults_on(sam.page) == []
    await sam.zone("team").get_by_role("button", name="Whisper").click()
    await expect(sam.zone("mine")).to_contain_text("Ana hears you")
    await expect(ana.zone("mine")).to_contain_text("Sam whispers to you")
    await expect(ana.zone("mine")).not_to_contain_text("Help asked")
    assert await faults_on(sam.page) == []
    assert await faults_on(ana.page) == []
    await caller.hears("voice", 700)
    await ana.button("Hold").click()
    await asyncio.gather(ana.hears(1000), sam.hears(700), caller.hears("music"))
    await ana.button("Resume").click()

    await sam.page.keyboard.press("b")
    await expect(sam.zone("mine")).to_contain_text("Everybody hears you")
    await ana.button("Mute").click()
    await caller.hears("voice", 1000)
    await sam.page.keyboard.press("l")
    await expect(sam.zone("mine")).to_contain_text("Nobody hears you")
    await sam.hears(440)

    await sam.button("Take over").click()
    await asyncio.gather(caller.hears("voice", 1000), sam.hears(440), ana.is_silent())
    await expect(ana.page.get_by_text("Sam took your call over")).to_be_visible()
    await expect(ana.presence(acme.ana)).to_have_attribute("data-presence", "wrap_up")
    await sam.button("Hang up").click()
    await caller.is_off()


async def test_a_status_is_set_with_a_reason_that_only_the_agent_reads(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    ana, sam = await asyncio.gather(
        browsers.open(acme.ana, board=STATIC), browsers.open(acme.sam, board=STATIC)
    )
    await ana.goes_available()
    await sam.button("Supervise Ana").click()
    await sam.page.get_by_role("menuitem", name="Set to away…").click()
    await sam.page.get_by_label("Why").fill("long break")
    await sam.page.keyboard.press("Enter")
    await expect(sam.presence(acme.ana)).to_have_attribute("data-presence", "away")
    await expect(ana.page.get_by_text("Sam set you to away")).to_be_visible()
    await expect(ana.page.get_by_text("long break").first).to_be_visible()
