"""What every answer carries, and what no request from elsewhere achieves."""

import asyncio
import io
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from backend.web.panel_proxy import LARGEST_BODY
from tests.stories.company import Company
from tests.stories.product import PASSWORD, Product

MISSING = "/api/calls/00000000-0000-0000-0000-000000000000"
PAGES = ["/sign-in", "/board"]
ANSWERS = [
    ("GET", "/", 303),
    ("GET", "/sign-in", 200),
    ("GET", "/board", 200),
    ("GET", "/livez", 200),
    ("GET", "/readyz", 200),
    ("GET", "/sounds/ringback.wav", 200),
    ("GET", "/sounds/nothing.wav", 404),
    ("GET", "/assets/board.bundle.js", 200),
    ("GET", "/assets/nothing.js", 404),
    ("GET", "/api/schema/openapi.json", 200),
    ("GET", "/api/board", 200),
    ("GET", MISSING, 404),
    ("GET", "/api/calls/nonsense", 404),
    ("GET", "/api/calls?limit=0", 400),
    ("GET", "/nowhere", 404),
    ("GET", "/api/nowhere", 404),
    ("POST", "/api/me", 405),
    ("POST", f"/twilio/{UUID(int=7)}/voice", 403),
    ("POST", f"{MISSING}/claim", 404),
    ("PUT", "/api/presence", 400),
    ("OPTIONS", "/api/me", 204),
]
FOREIGN: list[dict[str, str]] = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://["},
    {"Origin": "https://{here}"},
    {"Origin": "http://{here}.evil.example"},
    {"Origin": "http://evil@{here}"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "Same-Origin"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://{here}"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"},
]
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture(scope="module")
def product(lasting_product: Product) -> Product:
    """One for all of these: nothing here changes anything."""
    return lasting_product


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def acme(product: Product) -> Company:
    acme = await product.company("Acme")
    await acme.on_duty("Ana")
    return acme


def directives(policy: str) -> dict[str, set[str]]:
    parts = [part.split() for part in policy.split(";")]
    return {name: set(sources) for name, *sources in parts}


async def problem_of(answer: Any) -> tuple[int, str]:
    """Status and code of a refusal, which has the body of every refusal."""
    body = await answer.json()
    assert set(body) == {"code", "detail", "status"}
    assert body["status"] == answer.status
    assert body["detail"]
    return answer.status, body["code"]


# Headers.


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
async def test_every_answer_carries_the_headers(acme: Company, method: str, path: str, status: int):
    async with acme.ana.http.request(method, path, allow_redirects=False) as answer:
        assert answer.status == status
        for name, value in HEADERS.items():
            assert answer.headers.getall(name) == [value]
        assert len(answer.headers.getall("Content-Security-Policy")) == 1
        assert "Strict-Transport-Security" not in answer.headers, "this is http"
        if status >= 400 and not path.startswith("/twilio"):
            await problem_of(answer)


async def test_a_refusal_of_the_middleware_carries_the_headers_too(product: Product):
    url = f"{product.address}/api/sign-in"
    async with product.http.post(url, json={}, headers={"Origin": "http://evil"}) as answer:
        assert answer.status == 403
        for name, value in HEADERS.items():
            assert answer.headers[name] == value


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_runs_no_script_but_ours_and_speaks_to_nobody_but_us_and_the_carrier(
    acme: Company, path: str
):
    async with acme.ana.http.get(path) as answer:
        policy = directives(answer.headers["Content-Security-Policy"])
        page = await answer.text()
    here = acme.product.address.removeprefix("http://")
    there = acme.product.carrier.removeprefix("http://")
    assert policy["default-src"] == policy["script-src"] == {"'self'"}
    assert policy["connect-src"] == {"'self'", f"ws://{here}", f"ws://{there}", f"wss://{there}"}
    for name in ("object-src", "base-uri"):
        assert policy[name] == {"'none'"}
    for name in ("frame-ancestors", "form-action"):
        assert policy[name] == {"'self'"}
    assert not any("unsafe" in source for source in set().union(*policy.values()))
    assert "//" not in page.replace("http://www.w3.org/2000/svg", ""), "no other host is named"
    assert "<script>" not in page
    assert " on" not in " ".join(part for part in page.split() if "=" in part)


async def test_the_pages_of_the_openapi_document_load_nothing_from_elsewhere(product: Product):
    for path in ("", "/swagger", "/redoc", "/elements", "/rapidoc", "/nowhere"):
        async with product.http.get(f"{product.address}/api/schema{path}") as answer:
            assert "https://" not in await answer.text(), path


# Requests of other sites' pages.


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_an_unsafe_request_from_elsewhere_is_refused_and_does_nothing(
    acme: Company, headers: dict[str, str]
):
    before = await acme.ana.asks("GET", "/api/board")
    here = acme.product.address.removeprefix("http://")
    sent = {name: value.format(here=here) for name, value in headers.items()}
    for method, path, body in (
        ("PUT", "/api/presence", {"status": "away"}),
        ("DELETE", "/api/wrap-up", None),
        ("POST", "/api/sign-out", None),
        ("POST", "/api/voice-token", None),
        ("POST", "/api/sign-in", {"email": acme.ben.email, "password": PASSWORD}),
        ("PUT", "/api/session/tenant", {"tenant": str(acme.tenant)}),
        ("POST", f"{MISSING}/claim", None),
        ("POST", "/panel/anything", None),
        ("POST", "/panel/twilio/anything", None),
    ):
        async with acme.ana.http.request(method, path, json=body, headers=sent) as answer:
            assert await problem_of(answer) == (403, "foreign-origin"), (method, path)
            assert "Set-Cookie" not in answer.headers
    after = await acme.ana.asks("GET", "/api/board")
    assert (after["number"], after["agents"]) == (before["number"], before["agents"])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://{here}"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
async def test_our_own_pages_and_programs_are_let_in(acme: Company, headers: dict[str, str]):
    here = acme.product.address.removeprefix("http://")
    sent = {name: value.format(here=here) for name, value in headers.items()}
    async with acme.ana.http.put("/api/presence", json={"status": "away"}, headers=sent) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "text/json"],
)
async def test_a_body_that_does_not_say_json_is_not_read(acme: Company, kind: str):
    """What a form of another site could send, were its browser too old to say whose it is."""
    async with acme.ana.http.put(
        "/api/presence", data=b'{"status":"away"}', headers={"Content-Type": kind}
    ) as answer:
        assert await problem_of(answer) == (415, "not-json")


async def test_a_webhook_needs_no_origin_but_a_signature(acme: Company):
    url = f"{acme.product.address}/twilio/{acme.tenant}/voice"
    headers = {"Origin": acme.product.address, "Sec-Fetch-Site": "same-origin"}
    async with acme.product.http.post(url, data={"a": "b"}, headers=headers) as answer:
        assert (answer.status, await answer.text()) == (403, "")


# Paths.


@pytest.mark.parametrize("folder", ["assets", "sounds"])
@pytest.mark.parametrize(
    "name",
    [
        "..",
        "../../../../etc/passwd",
        "..%2f..%2f..%2fpyproject.toml",
        "%2e%2e%2f%2e%2e%2fpyproject.toml",
        "..%5c..%5cpyproject.toml",
        "%2fetc%2fpasswd",
        "%00",
        "board.html%00.js",
        "board.html/../../../pyproject.toml",
        ".",
        "",
        "..%252f..%252fpyproject.toml",
        "//etc/passwd",
    ],
)
async def test_no_path_leads_out_of_the_folder_of_files(product: Product, folder: str, name: str):
    status, body = await raw_get(product, f"/{folder}/{name}")
    assert status in (301, 303, 400, 404), status
    assert "[build-system]" not in body
    assert "root:" not in body


async def raw_get(product: Product, path: str) -> tuple[int, str]:
    """A request whose path nobody has tidied up on the way."""
    reader, writer = await asyncio.open_connection("localhost", product.settings.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    answer = (await reader.read()).decode("utf-8", "replace")
    writer.close()
    await writer.wait_closed()
    return int(answer.split(" ", 2)[1]), answer


@pytest.mark.parametrize(
    "path", ["/nowhere", "/api", "/api/nowhere", "/assets", "/twilio", "/.env"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_an_unknown_address_is_a_problem_with_a_code(
    product: Product, method: str, path: str
):
    async with product.http.request(method, product.address + path) as answer:
        assert await problem_of(answer) == (404, "not-found")


# Bodies.


@pytest.mark.parametrize("path", ["/api/sign-in", "/twilio/{tenant}/voice"])
async def test_a_body_without_end_is_not_taken(acme: Company, path: str):
    url = acme.product.address + path.format(tenant=acme.tenant)
    headers = {"Content-Type": "application/json"}
    too_much = io.BytesIO(b"x" * 11_000_000)
    async with acme.product.http.post(url, data=too_much, headers=headers) as answer:
        assert answer.status == 413


async def test_panels_process_is_sent_no_body_that_it_would_not_read(product: Product):
    url = f"{product.address}/panel/anything"
    too_much = io.BytesIO(b"x" * (LARGEST_BODY + 1))
    async with product.http.post(url, data=too_much) as answer:
        assert answer.status == 413


async def test_a_webhook_larger_than_any_is_forbidden_whatever_its_signature(acme: Company):
    url = f"{acme.product.address}/twilio/{acme.tenant}/voice"
    async with acme.product.http.post(url, data=b"x=" + b"y" * 70_000) as answer:
        assert (answer.status, await answer.text()) == (403, "")


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b'"x"', b"\xff", b"{}", b"[" * 5000])
async def test_a_body_that_is_no_request_is_a_problem_with_a_code(product: Product, body: bytes):
    headers = {"Content-Type": "application/json"}
    async with product.http.post(
        f"{product.address}/api/sign-in", data=body, headers=headers
    ) as answer:
        status, code = await problem_of(answer)
        assert (status, code) in ((400, "bad-request"), (400, "not-understood"))


async def test_no_refusal_tells_what_we_are_made_of(product: Product):
    for path in ("/nowhere", "/api/calls/x", "/assets/x.js", "/api/me"):
        async with product.http.get(product.address + path) as answer:
            body = await answer.text()
        for word in ("Traceback", "litestar", "python", "asyncpg", ".py"):
            assert word not in body
