"""Real browsers with the real Voice SDK, on the product with its Panel process."""

import os
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Playwright, async_playwright

from backend.embedded_postgres import EmbeddedPostgres
from tests.browser.page import Browsers
from tests.browser.panel import PanelPart
from tests.serving import free_socket
from tests.stories.product import Product, running_product


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def office(
    postgres: EmbeddedPostgres, carrier: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Product]:
    """The product as `make run` runs it: with its sweeper, and Panel behind one origin."""
    with free_socket() as one, free_socket() as other:
        ports = {
            "PATCHBAY_PANEL_PORT": str(one.getsockname()[1]),
            "PATCHBAY_STATISTICS_PORT": str(other.getsockname()[1]),
        }
    folder: Path = tmp_path_factory.mktemp("office")
    async with running_product(
        postgres.web_url, carrier, folder, sweeping=True, **ports
    ) as product:
        yield product


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def panel(office: Product) -> AsyncGenerator[PanelPart]:
    """The Panel process that the office's web server hands /panel to."""
    signalling = ("--signalling", office.settings.carrier_signalling)
    port = office.settings.panel_port
    panel = PanelPart("dashboards.board", port, office.address, *signalling)
    await panel.starts()
    yield panel
    await panel.ends()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def statistics(office: Product) -> AsyncGenerator[PanelPart]:
    """The process that the office's web server hands /statistics to."""
    port = office.settings.statistics_port
    statistics = PanelPart("dashboards.statistics", port, office.address, "--prove-seconds", "2")
    await statistics.starts()
    yield statistics
    await statistics.ends()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playwright() -> AsyncGenerator[Playwright]:
    async with async_playwright() as playwright:
        yield playwright


@pytest.fixture
async def browsers(
    office: Product, playwright: Playwright, tmp_path: Path
) -> AsyncGenerator[Browsers]:
    """Opens people's browsers; whatever left this machine fails the story at its end."""
    browsers = Browsers(playwright, browser_path(), office, tmp_path)
    yield browsers
    await browsers.close()
    assert browsers.strangers == []
    assert browsers.complaints == []


def browser_path() -> str:
    """The browser that `make test` found, else one that is installed."""
    names = ("chromium", "google-chrome", "chromium-browser")
    known = os.environ.get("PATCHBAY_TEST_BROWSER") or next(filter(None, map(shutil.which, names)))
    assert known, "no Chromium or Chrome; `make test` finds or installs one"
    return known
