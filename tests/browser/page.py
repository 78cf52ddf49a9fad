"""A person at a browser: what they click, drag and press, and what they hear."""

import math
import wave
from array import array
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from playwright.async_api import (
    Browser,
    BrowserContext,
    ElementHandle,
    Locator,
    Page,
    Playwright,
    expect,
)

from tests.browser.network import Network
from tests.serving import eventually
from tests.stories.company import Agent
from tests.stories.product import Product

FAKE_CONSENT = "--use-fake-ui-for-media-stream"
ARGUMENTS = (
    "--no-sandbox",
    FAKE_CONSENT,
    "--use-fake-device-for-media-stream",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PANEL, STATIC = "/panel/board", "/board"
LISTEN = """async () => {
  const voice = globalThis.__patchbay?.voice();
  if (!voice?.remoteStream) return null;
  const context = globalThis.__ear ??= new AudioContext();
  await context.resume();
  const analyser = context.createAnalyser();
  analyser.fftSize = 8192;
  analyser.smoothingTimeConstant = 0;
  const source = context.createMediaStreamSource(voice.remoteStream);
  source.connect(analyser);
  await new Promise((done) => setTimeout(done, 400));
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  source.disconnect();
  let loudest = 0;
  bins.forEach((level, at) => { if (level > bins[loudest]) loudest = at; });
  return { hz: loudest * context.sampleRate / 8192, db: bins[loudest] };
}"""


class Browsers:
    """One browser per person, because a browser has one microphone."""

    def __init__(self, playwright: Playwright, path: str, product: Product, folder: Path) -> None:
        self._playwright, self._path = playwright, path
        self._product, self._folder = product, folder
        self._open: list[Browser] = []
        self.strangers: list[str] = []
        self.complaints: list[str] = []

    async def open(
        self,
        agent: Agent,
        tone: int = 700,
        board: str = PANEL,
        *,
        network: Network | None = None,
        may_listen: bool = True,
        **context: Any,
    ) -> "Desk":
        """That person signs in and opens their board; their microphone hears a tone, unless they
        have refused it to the page."""
        microphone = self._folder / f"{agent.company.name}-{agent.name}.wav"
        _write_tone(microphone, tone)
        asks = [] if may_listen else [FAKE_CONSENT]
        browser = await self._playwright.chromium.launch(
            executable_path=self._path,
            args=[
                *(each for each in ARGUMENTS if each not in asks),
                f"--use-file-for-fake-audio-capture={microphone}",
            ],
        )
        self._open.append(browser)
        allowed = ["microphone", "notifications"] if may_listen else ["notifications"]
        settings = {"viewport": {"width": 1440, "height": 900}, "permissions": allowed, **context}
        place = await browser.new_context(**settings)
        if network is not None:
            await network.carries(place)
        return await self._sit_down(place, agent, board)

    async def reads(self, person: Agent, view: str, **context: Any) -> Page:
        """That person signs in and reads a view of the statistics."""
        browser = await self._playwright.chromium.launch(
            executable_path=self._path, args=list(ARGUMENTS)
        )
        self._open.append(browser)
        place = await browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **context})
        return await self._sign_in(place, person, f"/statistics/{view}")

    async def _sit_down(self, place: BrowserContext, agent: Agent, board: str) -> "Desk":
        page = await self._sign_in(place, agent, board)
        await page.wait_for_selector("[data-zone=incoming]")
        return Desk(page, agent)

    async def _sign_in(self, place: BrowserContext, agent: Agent, way: str) -> Page:
        page = await place.new_page()
        page.on("request", lambda request: self._note_stranger(request.url))
        page.on("pageerror", lambda error: self.complaints.append(f"{agent.name}: {error}"))
        await page.goto(f"{self._product.address}/sign-in?next={quote(way)}")
        await page.get_by_label("E-mail").fill(agent.email)
        await page.get_by_label("Password", exact=True).fill(agent.password)
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url(f"{self._product.address}{way}")
        return page

    async def close(self) -> None:
        for browser in self._open:
            await browser.close()

    def _note_stranger(self, url: str) -> None:
        if not url.startswith((self._product.address, "data:", "blob:")):
            self.strangers.append(url)


class Desk:
    """One person's open board."""

    def __init__(self, page: Page, agent: Agent) -> None:
        self.page, self.agent = page, agent

    async def goes_available(self) -> None:
        await self.page.get_by_role("button", name="Go available").click()
        await expect(self.presence(self.agent)).to_have_attribute("data-presence", "available")
        # The page shows it before the server has it; a caller who comes in between rings elsewhere.
        await expect(self.page.locator(".presence.pending")).to_have_count(0)

    def presence(self, agent: Agent) -> Locator:
        """That person's row in the team."""
        return self.page.locator(f"[data-zone=team] [data-agent='{agent.id}']")

    def zone(self, name: str) -> Locator:
        return self.page.locator(f"[data-zone={name}]")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name).first

    async def sees_ringing(self) -> None:
        """A caller rings for this person, and not only elsewhere."""
        ringing = self.zone("incoming").locator(".card.ringing")
        await expect(ringing.get_by_role("button", name="Answer").first).to_be_visible()

    async def answers(self) -> None:
        await self.zone("incoming").get_by_role("button", name="Answer").first.click()

    async def answer_button(self) -> ElementHandle:
        """The very button, to be clicked in the same instant as somebody else's."""
        button = self.zone("incoming").get_by_role("button", name="Answer").first
        return cast("ElementHandle", await button.element_handle())

    async def is_talking(self) -> None:
        await eventually(self._voice_is_open, within=10)

    async def is_silent(self) -> None:
        """No voice call is left in this page."""
        await eventually(self._has_no_voice, within=10)

    async def hears(self, pitch: float) -> None:
        """Wait until the loudest tone in this person's ear is that one."""
        heard: Any = None

        async def it() -> bool:
            nonlocal heard
            heard = await self.page.evaluate(LISTEN)
            return heard is not None and heard["db"] > -80 and abs(heard["hz"] - pitch) < 15

        try:
            await eventually(it, within=10)
        except AssertionError:
            raise AssertionError(f"{self.agent.name} heard {heard}, not {pitch} Hz") from None

    async def drags(self, card: Locator, target: Locator) -> None:
        """Drag with the mouse, in small steps as a hand does."""
        start, end = await card.bounding_box(), await target.bounding_box()
        assert start is not None
        assert end is not None
        await self.page.mouse.move(start["x"] + 40, start["y"] + 20)
        await self.page.mouse.down()
        await self.page.mouse.move(start["x"] + 60, start["y"] + 40, steps=4)
        middle = (end["x"] + end["width"] / 2, end["y"] + end["height"] / 2)
        await self.page.mouse.move(*middle, steps=12)
        await self.page.mouse.up()

    async def lifts_by_keys(self, zone: Locator) -> None:
        """Pick up the card of that zone by the keyboard; the arrows move it from now on."""
        await zone.locator("[data-drag-handle]").first.focus()
        await self.page.keyboard.press("Space")
        await expect(self.page.get_by_text("Picked up the call")).to_have_count(1)
        # Whoever is told so by the page at once would be too fast for dnd-kit, which listens for
        # the next key a turn of the event loop later (KeyboardSensor.attach).
        await self.page.evaluate("() => new Promise((done) => setTimeout(done))")

    async def drags_by_touch(self, handle: Locator, target: Locator) -> None:
        """Drag with a finger: Playwright has only taps, so the browser is told itself."""
        start, end = await handle.bounding_box(), await target.bounding_box()
        assert start is not None
        assert end is not None
        here = (start["x"] + 40, start["y"] + start["height"] / 2)
        there = (end["x"] + end["width"] / 2, end["y"] + end["height"] / 2)
        finger = await self.page.context.new_cdp_session(self.page)

        async def touches(kind: str, *points: tuple[float, float]) -> None:
            touch = [{"x": x, "y": y} for x, y in points]
            await finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touch})

        await touches("touchStart", here)
        steps = 12
        for step in range(1, steps + 1):
            part = step / steps
            x, y = (a + (b - a) * part for a, b in zip(here, there, strict=True))
            await touches("touchMove", (x, y))
        await touches("touchEnd")
        await finger.detach()

    async def _voice(self) -> Any:
        return await self.page.evaluate(
            "() => { const v = globalThis.__patchbay?.voice(); return v && v.status }"
        )

    async def _voice_is_open(self) -> bool:
        return await self._voice() == "open"

    async def _has_no_voice(self) -> bool:
        return await self._voice() is None


def _write_tone(path: Path, pitch: int, seconds: float = 2.0, rate: int = 48000) -> None:
    """A microphone's input: whole periods, so that the loop has no seam."""
    turn = 2 * math.pi * pitch / rate
    samples = array("h", (round(9000 * math.sin(turn * n)) for n in range(int(seconds * rate))))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
