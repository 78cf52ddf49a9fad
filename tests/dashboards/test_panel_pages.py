"""Every Panel page: for whom it opens, and what it gives away."""

import json
import re
from collections.abc import AsyncGenerator
from urllib.parse import quote

import pytest
import pytest_asyncio
from bokeh.util.token import generate_jwt_token, generate_session_id, get_token_payload

from tests.dashboards.panel_process import PanelProcess, panel_process

ANA, BEN = "cookie-of-ana", "cookie-of-ben"
ANA_AT_GLOBEX = "cookie-of-ana-at-globex"
ANA_ELSEWHERE = "cookie-of-ana-in-another-browser"
PROGRAMS = ["dashboards.board", "dashboards.statistics"]


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=PROGRAMS)
async def running(request: pytest.FixtureRequest) -> AsyncGenerator[PanelProcess]:
    async with panel_process(request.param) as panel:
        yield panel


@pytest.fixture
def panel(running: PanelProcess) -> PanelProcess:
    running.backend.broken = False
    running.backend.people = {
        ANA: ("ana", "acme"),
        BEN: ("ben", "acme"),
        ANA_AT_GLOBEX: ("ana", "globex"),
        ANA_ELSEWHERE: ("ana", "acme"),
    }
    return running


async def test_a_stranger_is_sent_to_sign_in_and_then_back(panel: PanelProcess) -> None:
    for session in (None, "unknown"):
        status, _, headers = await panel.page(session)
        assert status == 302
        assert headers["Location"] == f"/sign-in?next={panel.path}"


async def test_a_view_that_was_sent_is_found_again_after_signing_in(panel: PanelProcess) -> None:
    _, _, headers = await panel.page(None, query="?first=2026-11-01&queue=a+b")
    asked = quote(f"{panel.path}?first=2026-11-01&queue=a+b")
    assert headers["Location"] == f"/sign-in?next={asked}"


async def test_the_page_holds_neither_the_cookie_nor_a_header_of_the_browser(
    panel: PanelProcess,
) -> None:
    secret = {"Authorization": "Bearer planted-secret", "X-Other": "planted-header"}
    _, html, _ = await panel.page(ANA, secret)
    found = re.search(r'"token":"([^"]+)"', html)
    assert found is not None
    payload = get_token_payload(found[1])
    assert payload["cookies"] == {}
    session = payload["headers"].pop("X-Patchbay-Session")
    known = {"X-Patchbay-Person": "ana", "X-Patchbay-Tenant": "acme"}
    assert payload["headers"] in (known, known | {"X-Patchbay-Theme": "auto.light"})
    assert re.fullmatch(r"[0-9a-f]{32}", session), "a hash, which opens nothing"
    for text in (html, json.dumps(payload)):
        assert ANA not in text
        assert "planted" not in text


async def test_who_somebody_is_comes_from_the_backend_alone(panel: PanelProcess) -> None:
    _, html, _ = await panel.page(ANA, {"X-Patchbay-Person": "ben", "X-Patchbay-Tenant": "globex"})
    found = re.search(r'"token":"([^"]+)"', html)
    assert found is not None
    assert get_token_payload(found[1])["headers"]["X-Patchbay-Person"] == "ana"


async def test_only_scripts_of_this_very_page_may_run(panel: PanelProcess) -> None:
    _, html, headers = await panel.page(ANA)
    policy = headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce is not None
    assert "unsafe-eval" not in policy
    assert re.search(r"script-src [^;]*'unsafe-inline'", policy) is None
    scripts = re.findall(r"<script([^>]*)>", html)
    assert all(nonce[1] in script or "application/json" in script for script in scripts)
    _, _, again = await panel.page(ANA)
    assert nonce[1] not in again["Content-Security-Policy"]


async def test_the_websocket_opens_for_its_own_visitor(panel: PanelProcess) -> None:
    assert "msgid" in str(await panel.socket_says(await panel.token(ANA), ANA))


@pytest.mark.parametrize("session", [None, "unknown", BEN, ANA_AT_GLOBEX, ANA_ELSEWHERE])
async def test_the_websocket_opens_for_nobody_else(
    panel: PanelProcess, session: str | None
) -> None:
    assert await panel.socket_says(await panel.token(ANA), session) == 403


async def test_the_websocket_does_not_open_after_signing_out(panel: PanelProcess) -> None:
    token = await panel.token(ANA)
    del panel.backend.people[ANA]
    assert await panel.socket_says(token, ANA) == 403


async def test_the_websocket_does_not_open_from_another_site(panel: PanelProcess) -> None:
    token = await panel.token(ANA)
    assert await panel.socket_says(token, ANA, origin="https://evil.example") == 403


async def test_the_websocket_takes_no_token_that_somebody_wrote(panel: PanelProcess) -> None:
    headers = {"X-Patchbay-Person": "ana", "X-Patchbay-Tenant": "acme"}
    for signing in ({"signed": False}, {"signed": True, "secret_key": "guessed"}):
        session_id = generate_session_id(**signing)  # pyright: ignore[reportArgumentType]
        forged = generate_jwt_token(
            session_id,
            extra_payload={"headers": headers, "cookies": {}, "arguments": {}},
            **signing,  # pyright: ignore[reportArgumentType]
        )
        assert await panel.socket_says(forged, ANA) == 403


async def test_a_backend_that_is_away_is_said_and_lets_nobody_in(panel: PanelProcess) -> None:
    token = await panel.token(ANA)
    panel.backend.broken = True
    status, _, _ = await panel.page(ANA)
    assert status == 503
    assert await panel.socket_says(token, ANA) == 503


@pytest.mark.parametrize("program", PROGRAMS)
async def test_it_ends_cleanly_when_it_is_told_to(program: str) -> None:
    async with panel_process(program) as panel:
        panel.process.terminate()
        assert await panel.process.wait() == 0
