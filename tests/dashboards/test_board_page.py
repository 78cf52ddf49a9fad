"""The board's Panel page: small, and nothing beside it."""

import re
from collections.abc import AsyncGenerator

import pytest_asyncio

from tests.dashboards.panel_process import PanelProcess, panel_process

LARGEST_DOCUMENT = 20_000
ANA = "cookie-of-ana"
ADDRESS = re.compile(r"""(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}""", re.IGNORECASE)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def panel() -> AsyncGenerator[PanelProcess]:
    async with panel_process("dashboards.board") as panel:
        panel.backend.people = {ANA: ("ana", "acme")}
        yield panel


async def test_the_page_is_small_and_names_no_other_host(panel: PanelProcess) -> None:
    status, html, _ = await panel.page(ANA)
    assert status == 200
    assert "<title>Patchbay</title>" in html
    assert ADDRESS.findall(html) == []
    assert len(html.encode()) < LARGEST_DOCUMENT


async def test_nothing_else_is_served(panel: PanelProcess) -> None:
    for path in ("/", "/panel", "/panel/", "/panel/board/autoload.js", "/panel/board/metadata"):
        async with panel.browser.get(panel.address + path, allow_redirects=False) as answer:
            assert answer.status == 404, path


async def test_the_bundle_is_served_as_it_was_built(panel: PanelProcess) -> None:
    path = "/panel/components/dashboards.board.component/CallBoard/_bundle_path/dist"
    async with panel.browser.get(f"{panel.address}{path}/board.bundle.js") as answer:
        assert answer.status == 200
        assert "javascript" in answer.headers["Content-Type"]
    async with panel.browser.get(f"{panel.address}{path}/manifest.json") as answer:
        assert answer.status == 403
