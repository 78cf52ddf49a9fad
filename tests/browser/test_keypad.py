"""Keys pressed in a call, with the real Voice SDK: they reach the carrier as digits."""

from typing import Any
from uuid import UUID

from playwright.async_api import expect

from tests.browser.page import STATIC, Browsers
from tests.serving import eventually
from tests.stories.product import Product


async def test_digits_from_the_keyboard_and_by_button_reach_the_carrier(
    office: Product, browsers: Browsers
):
    acme = await office.company("Acme")
    ana = await browsers.open(acme.ana, board=STATIC)
    await ana.goes_available()
    caller = await acme.rings(tone=440)
    await ana.answers()
    await ana.is_talking()
    await expect(ana.button("Keypad")).to_be_enabled()
    await ana.page.keyboard.press("k")
    keypad = ana.page.get_by_role("dialog", name="Keypad")
    await expect(keypad).to_be_focused()
    await ana.page.keyboard.type("12")
    await keypad.get_by_role("button", name="hash").click()
    await expect(keypad.get_by_label("Sent")).to_have_text("12#")
    await eventually(lambda: has_pressed(office, acme.ana.id, "12#"), within=10)
    await ana.page.keyboard.press("Escape")
    await expect(keypad).to_have_count(0)
    await caller.hears("voice", 700)
    await ana.page.keyboard.press("Shift+H")
    await caller.is_off()


async def has_pressed(office: Product, agent: UUID, digits: str) -> bool:
    phones: list[dict[str, Any]] = await office.lab("GET", "/phones")
    return any(
        phone["digits"] == digits and agent.hex in (phone["label"] or "") for phone in phones
    )
