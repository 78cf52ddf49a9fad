"""The lab tells tokens and obeys without a password: only its own page and tools may ask it."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.local_carrier.lab import Company, Lab
from tests.local_carrier.test_process import process


async def asked(
    lab: Lab, path: str = "/lab/accounts", method: str = "GET", data: str = "", **headers: str
) -> tuple[int, Any]:
    url = f"{lab.address}{path}"
    async with lab.http.request(method, url, data=data, headers=headers) as response:
        return response.status, await response.json(content_type=None)


async def test_a_page_from_elsewhere_breaks_nothing(lab: Lab) -> None:
    """As text, which a browser sends anywhere without asking first."""
    fault = json.dumps({"kind": "rest-refused"})
    for path in ("/lab/faults", "//lab/faults", "/lab/faults/"):
        status, problem = await asked(
            lab,
            path,
            "POST",
            fault,
            **{"Content-Type": "text/plain", "Origin": "https://evil.example"},
        )
        assert (status, problem["code"], problem["status"]) == (403, "foreign-origin", 403)
    assert await lab.ask("GET", "/lab/faults") == []


@pytest.mark.parametrize("origin", ["null", "http://127.0.0.1:1", "http://127.0.0.1", "file://"])
async def test_any_origin_but_its_own_is_foreign(lab: Lab, origin: str) -> None:
    status, problem = await asked(lab, Origin=origin)
    assert (status, problem["code"]) == (403, "foreign-origin")


async def test_a_name_that_was_made_to_lead_here_learns_no_token(lab: Lab, acme: Company) -> None:
    for path in ("/lab/accounts", "/lab/openapi.json", "/lab"):
        status, problem = await asked(lab, path, Host="evil.example:8081")
        assert (status, problem["code"]) == (403, "foreign-host")
        assert acme.auth_token not in str(problem)


@pytest.mark.parametrize("host", ["localhost.evil.example", "127.0.0.1.evil.example", "[::1", "x"])
async def test_a_name_that_only_looks_like_ours_is_foreign(lab: Lab, host: str) -> None:
    assert (await asked(lab, Host=host))[0] in (400, 403)


@pytest.mark.parametrize("host", ["localhost:1234", "127.0.0.1", "[::1]:8081", "LOCALHOST:8081"])
async def test_this_machine_may_ask_by_any_of_its_names_and_ports(lab: Lab, host: str) -> None:
    assert (await asked(lab, Host=host))[0] == 200
    assert (await asked(lab, Host=host, Origin=f"http://{host.lower()}"))[0] == 200


async def test_tools_that_send_no_origin_ask_as_before(lab: Lab) -> None:
    assert (await asked(lab, method="DELETE", path="/lab/faults"))[0] == 204


async def test_the_rest_api_and_the_page_itself_are_asked_by_any_name(
    lab: Lab, acme: Company
) -> None:
    async with lab.http.get("/", headers={"Host": "carrier.example"}) as response:
        assert response.status == 200
    account = f"/2010-04-01/Accounts/{acme.account_sid}.json"
    async with lab.http.get(account, headers={"Host": "carrier.example"}) as response:
        assert response.status == 401  # it asks for the token


async def test_the_names_given_at_the_start_may_ask_too(tmp_path: Path) -> None:
    named = ("--media", "null", "--public-url", "https://Carrier.Example.com/twilio")
    async with process(tmp_path, signal.SIGTERM, *named) as lab:
        own = {"Host": "carrier.example.com", "Origin": "https://carrier.example.com"}
        assert (await asked(lab, **own))[0] == 200
        assert (await asked(lab, Host="127.0.0.1:8081"))[0] == 200
        assert (await asked(lab, Host="example.com"))[0] == 403


@pytest.mark.parametrize("path", ["/lab/nothing", "/lab/nothing/at/all", "/lab/openapi.yaml"])
async def test_an_unknown_path_of_the_lab_is_a_problem_and_no_page(lab: Lab, path: str) -> None:
    async with lab.http.get(path, headers={"Accept": "text/html"}) as response:
        assert response.content_type == "application/json"
        problem = await response.json()
    assert problem == {"code": "not-found", "detail": "Not Found", "status": 404}
