"""The network between a person's browser and everything else; it can be cut and mended."""

import re

from playwright.async_api import BrowserContext, WebSocketRoute


class Network:
    """Sockets and requests go through it. What is cut hangs up on both ends; what tries to connect
    meanwhile is refused at once, as by a machine without a line. Sound goes by another way."""

    def __init__(self) -> None:
        self._is_up = True
        self._place: BrowserContext | None = None
        self._open: list[tuple[WebSocketRoute, WebSocketRoute]] = []

    async def carries(self, place: BrowserContext) -> None:
        """From now on everything that the browser opens goes through here."""
        self._place = place
        await place.route_web_socket(re.compile(".*"), self._connect)

    async def is_cut(self) -> None:
        assert self._place is not None
        self._is_up = False
        await self._place.set_offline(True)
        for page, server in self._open:
            await server.close()
            await page.close(code=1001)
        self._open.clear()

    async def is_mended(self) -> None:
        assert self._place is not None
        self._is_up = True
        await self._place.set_offline(False)

    async def _connect(self, page: WebSocketRoute) -> None:
        if self._is_up:
            self._open.append((page, page.connect_to_server()))
        else:
            await page.close(code=1001)
