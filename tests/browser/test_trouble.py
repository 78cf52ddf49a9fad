"""What goes wrong at a person's desk, and how the board tells it and gets over it by itself."""

import pytest
from playwright.async_api import expect

from backend.domain.board import Presence
from tests.browser.network import Network
from tests.browser.page import STATIC, Browsers
from tests.stories.product import Product


@pytest.mark.parametrize("seconds", [3, 30, 300])
async def test_a_line_that_is_cut_in_mid_call_comes_back_and_nothing_is_lost(
    office: Product, browsers: Browsers, seconds: int
):
    """The sockets are gone, the sound goes on; whatever happened meanwhile is on the board."""
    acme = await office.company("Acme")
    await acme.on_duty("Ben")
    network = Network()
    ana = await browsers.open(acme.ana, tone=700, board=STATIC, network=network)
    await ana.goes_available()
    caller = await acme.rings(tone=440)
    await ana.answers()
    await caller.hears("voice", 700)

    with office.ahead():
        await network.is_cut()
        line = ana.page.locator(".line")
        await expect(line).to_have_text("Reconnecting…")
        await office.later(seconds)
        await caller.hears("voice", 700)
        await ana.hears(440)
        other = await acme.rings("+12125550148", tone=480)
        await acme.ben.is_rung_by(other)
        await acme.ben.answers(other, tone=1200)
        await expect(ana.zone("mine").get_by_role("button", name="Hold")).to_be_visible()

        await network.is_mended()
        await expect(line).to_have_text("Live")
        await expect(ana.presence(acme.ben)).to_have_attribute("data-presence", "on_call")
        await acme.ben.sees(lambda _: acme.ben.shows(acme.ana) == Presence.ON_CALL)
        await ana.page.keyboard.press("o")
        await caller.hears("music")
        await ana.page.keyboard.press("o")
        await caller.hears("voice", 700)


async def test_whoever_is_cut_off_while_available_rings_nowhere_and_is_back_by_themselves(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    await acme.on_duty("Ben")
    network = Network()
    ana = await browsers.open(acme.ana, board=STATIC, network=network)
    await ana.goes_available()
    await network.is_cut()
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ana) == Presence.OFFLINE, within=20)
    caller = await acme.rings(tone=440)
    card = await acme.ben.is_rung_by(caller)
    assert card.offered_to == (acme.ben.id,)
    await network.is_mended()
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ana) == Presence.RINGING, within=20)
    await ana.sees_ringing()
    await ana.answers()
    await caller.hears("voice", 700)


async def test_a_refused_microphone_is_told_and_nobody_becomes_available_without_one(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    ana = await browsers.open(acme.ana, board=STATIC, may_listen=False)
    await ana.button("Go available").click()
    told = ana.page.get_by_role("alert").filter(has_text="Callers could not hear you")
    await expect(told).to_be_visible()
    await expect(ana.presence(acme.ana)).not_to_have_attribute("data-presence", "available")
    await ana.page.context.grant_permissions(["microphone", "notifications"])
    await ana.goes_available()
    caller = await acme.rings(tone=440)
    await ana.answers()
    await caller.hears("voice", 700)


async def test_a_reload_while_a_caller_rings_rings_again(office: Product, browsers: Browsers):
    acme = await office.company("Acme")
    ana = await browsers.open(acme.ana, board=STATIC)
    await ana.goes_available()
    caller = await acme.rings(tone=440)
    await ana.sees_ringing()
    await ana.page.reload()
    await ana.sees_ringing()
    await ana.answers()
    await caller.hears("voice", 700)


async def test_a_reload_after_parking_finds_the_caller_in_the_lot(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    ana = await browsers.open(acme.ana, board=STATIC)
    await ana.goes_available()
    caller = await acme.rings(tone=440)
    await ana.answers()
    await caller.hears("voice", 700)
    await ana.page.keyboard.press("p")
    await caller.hears("music")
    await ana.page.reload()
    await expect(ana.zone("lot").locator("[data-call]")).to_be_visible()
    await ana.page.keyboard.press("1")
    await caller.hears("voice", 700)
