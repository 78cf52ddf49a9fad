"""The statistics pages as they are handed out, before anybody's figures are in them."""

import re
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from dashboards.statistics.server import PAGES
from tests.dashboards.panel_process import PanelProcess, panel_process

LARGEST_DOCUMENT = 60_000
SAM = "cookie-of-sam"
ADDRESS = re.compile(r"""(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}""", re.IGNORECASE)
DRAWING = "http://www.w3"
"""How an SVG names its own kind; nothing is asked there."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def panel() -> AsyncGenerator[PanelProcess]:
    async with panel_process("dashboards.statistics") as panel:
        panel.backend.people = {SAM: ("sam", "acme")}
        yield panel


@pytest.mark.parametrize("page", PAGES)
async def test_each_page_names_its_company_and_no_other_host(panel: PanelProcess, page: str):
    address = f"{panel.address}/statistics/{page}"
    cookie = {"Cookie": f"patchbay_session={SAM}"}
    async with panel.browser.get(address, headers=cookie, allow_redirects=False) as answer:
        html = await answer.text()
        assert answer.status == 200
    assert '<span class="company">Acme</span>' in html
    assert [found for found in ADDRESS.findall(html) if found != DRAWING] == []
    assert len(html.encode()) < LARGEST_DOCUMENT
    assert SAM not in html


async def test_the_way_to_the_pages_leads_to_the_desk_and_nothing_else_is_served(
    panel: PanelProcess,
):
    async with panel.browser.get(f"{panel.address}/statistics", allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/statistics/desk"
    for path in ("/", "/statistics/desk/autoload.js", "/statistics/desk/metadata", "/desk"):
        async with panel.browser.get(panel.address + path, allow_redirects=False) as answer:
            assert answer.status == 404, path


async def test_a_page_is_drawn_in_the_colours_its_visitor_has_chosen(panel: PanelProcess):
    for wished, theme in (("auto.dark", "dark"), ("light.light", "light"), ("x<y", "light")):
        cookie = {"Cookie": f"patchbay_session={SAM}; patchbay_theme={wished}"}
        async with panel.browser.get(f"{panel.address}/statistics/desk", headers=cookie) as answer:
            html = await answer.text()
        assert f'data-theme="{theme}"' in html
        assert "x<y" not in html
