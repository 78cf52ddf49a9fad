"""A real Chromium for benchmarks that need one, with a microphone that hears a tone."""

import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from playwright.async_api import Page, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def browser_path() -> str | None:
    """The one that `make test` found, else one that is installed."""
    return os.environ.get("PATCHBAY_TEST_BROWSER") or next(
        filter(None, map(shutil.which, NAMES)), None
    )


@asynccontextmanager
async def chromium_page(path: str) -> AsyncGenerator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        context = await browser.new_context(
            viewport={"width": 1440, "height": 900}, permissions=["microphone"]
        )
        yield await context.new_page()
        await browser.close()
