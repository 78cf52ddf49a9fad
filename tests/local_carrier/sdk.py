"""Tabs of a real browser with the real Voice SDK, each a person's phone."""

import math
import wave
from array import array
from pathlib import Path
from typing import Any

from litestar import Litestar, Response, get
from playwright.async_api import Browser, BrowserContext, Page

from tests.local_carrier.lab import Company
from tests.local_carrier.sounds import tone_wav
from tests.serving import eventually

HERE = Path(__file__).parent
BOARD = HERE.parent.parent / "dashboards" / "board" / "browser"
SDK = BOARD / "node_modules" / "@twilio" / "voice-sdk" / "dist" / "twilio.min.js"
ARGUMENTS = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",  # for a machine that has no other interface
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
MICROPHONE_HZ = 700
"""One browser has one microphone, whoever speaks into it."""
LOUD_DB = -60


def pages() -> Litestar:
    """The page, the SDK, and a silence in the place of all its sounds."""

    def file(name: str, path: Path, kind: str) -> Any:
        @get(f"/{name}", name=name, sync_to_thread=True)
        def content() -> Response[bytes]:
            return Response(path.read_bytes(), media_type=kind)

        return content

    @get("/silence.wav", sync_to_thread=False)
    def silence() -> Response[bytes]:
        return Response(tone_wav(0, 0.1), media_type="audio/wav")

    folder = HERE / "sdk_page"
    return Litestar(
        [
            file("page.html", folder / "page.html", "text/html"),
            file("page.js", folder / "page.js", "text/javascript"),
            file("plain_sockets.js", folder / "plain_sockets.js", "text/javascript"),
            file("twilio.min.js", SDK, "text/javascript"),
            silence,
        ],
        openapi_config=None,
        logging_config=None,
    )


def write_microphone(path: Path, seconds: float = 2.0, rate: int = 48_000) -> None:
    """Whole periods, so that the loop has no seam."""
    turn = 2 * math.pi * MICROPHONE_HZ / rate
    samples = array("h", (round(9000 * math.sin(turn * n)) for n in range(int(seconds * rate))))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())


class Tabs:
    """The tabs of one test; afterwards nothing in them has gone wrong or gone astray."""

    def __init__(self, browser: Browser, address: str, company: Company) -> None:
        self._browser, self._address, self._company = browser, address, company
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    async def open(self, token: str, **options: Any) -> "Tab":
        """`options` are the SDK's."""
        context = await self._browser.new_context(permissions=["microphone"])
        self._contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._check(request.url))
        page.on("websocket", lambda socket: self._check(socket.url))
        await page.goto(f"{self._address}/page.html")
        carrier = self._company.lab.address.removeprefix("http://")
        await page.evaluate("args => phone.open(...args)", [token, carrier, options])
        return Tab(page, self._company)

    async def registered(self, identity: str) -> "Tab":
        tab = await self.open(await self._company.token(identity, incoming=True))
        await tab.does("phone.register()")
        return tab

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()

    def _check(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
            self.complaints.append(f"asked a stranger: {url}")


class Tab:
    def __init__(self, page: Page, company: Company) -> None:
        self.page, self._company = page, company

    async def does(self, script: str) -> Any:
        return await self.page.evaluate(script)

    async def heard(self) -> list[dict[str, Any]]:
        return await self.does("phone.heard()")

    async def saw(self, event: str, times: int = 1) -> dict[str, Any]:
        """Waits for what the SDK says; gives the last of that name."""

        async def look() -> dict[str, Any] | None:
            seen = [each for each in await self.heard() if each["event"] == event]
            return seen[-1] if len(seen) >= times else None

        try:
            return await eventually(look, within=10)
        except AssertionError as error:
            raise AssertionError(f"no {event} among {await self.heard()}") from error

    async def events(self) -> list[str]:
        return [each["event"] for each in await self.heard()]

    async def call(self) -> dict[str, Any]:
        return await self.does("phone.describe(phone.call)")

    async def rings(self) -> dict[str, Any]:
        """The call that rings here."""
        await self.saw("incoming")
        return await self.does("phone.describe(phone.incoming.at(-1))")

    async def answers(self) -> None:
        await self.does("phone.answer()")
        await self.saw("accept")

    async def listens_with(self, token: str) -> None:
        await self.page.evaluate("token => phone.device.updateToken(token)", token)

    async def renews_with(self, token: str) -> None:
        """Whenever it is told that its token will expire, as an application should."""
        await self.page.evaluate("token => phone.renewWith(token)", token)

    async def hears(self, pitch: float) -> None:
        """Waits until this is the loudest tone in this person's ear."""
        ear: Any = None

        async def listen() -> bool:
            nonlocal ear
            ear = await self.does("phone.ear()")
            return ear is not None and ear["db"] > LOUD_DB and abs(ear["hz"] - pitch) < 12

        try:
            await eventually(listen, within=20)
        except AssertionError as error:
            seen = await self.heard()
            raise AssertionError(f"wanted {pitch} Hz, the ear had {ear}; seen: {seen}") from error

    async def loses_its_socket(self) -> None:
        (line,) = await self._company.lab.ask("GET", "/lab/lines")
        await self._company.lab.ask("DELETE", f"/lab/lines/{line['id']}", status=204)
