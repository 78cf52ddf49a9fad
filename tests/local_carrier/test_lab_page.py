"""The lab's page in a real browser: a person plays a caller."""

import re
import shutil
from collections.abc import AsyncGenerator

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.local_carrier.lab import Company, Lab

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome is installed")


@pytest.fixture
async def page() -> AsyncGenerator[Page, None]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.extend(_foreign(request.url)))
        yield page
        assert complaints == []
        await browser.close()


def _foreign(url: str) -> list[str]:
    return [] if re.match(r"http://127\.0\.0\.1:|data:", url) else [url]


async def test_a_person_dials_listens_presses_keys_and_hangs_up(
    page: Page, lab: Lab, acme: Company
) -> None:
    acme.answers_calls_with("<Dial><Conference beep='false'>front desk</Conference></Dial>")
    await page.goto(f"{lab.address}/")
    await expect(page.get_by_text("Simulated telephony")).to_be_visible()
    await page.get_by_label("Caller's number").fill("+15551112222")
    await page.get_by_role("button", name="Dial").click()
    card = page.get_by_role("listitem").filter(has_text="+15551112222").last
    await expect(card).to_contain_text("in-progress")
    await expect(card.locator(".hears")).to_contain_text("music")
    await acme.connects(tone=700)
    await expect(card.locator(".hears")).to_contain_text(re.compile("voice, (699|700|701) Hz"))
    await card.get_by_role("button", name="Press 7").click()
    await expect(card).to_contain_text("pressed 7")
    await page.get_by_role("link", name="Webhooks").click()
    await expect(page.get_by_text("ringing · +15551112222")).to_be_visible()
    await page.get_by_role("link", name="Rooms").click()
    await expect(page.get_by_text("front desk", exact=True)).to_be_visible()
    await page.get_by_role("link", name="Calls").click()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await card.get_by_role("button", name="Hang up").click()
    await expect(card).to_contain_text("completed")
