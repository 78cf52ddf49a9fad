"""`python -m backend connect-twilio`, run as an operator runs it, against the local carrier."""

import asyncio
import os
import secrets
import sys
from base64 import b64encode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from random import randrange
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import asyncpg
import pytest
from msgspec import Struct

from backend.carrier.addresses import Addresses
from backend.domain.rules import Rules
from backend.embedded_postgres import EmbeddedPostgres
from backend.settings import read_settings
from backend.store import people
from backend.store.carrier_accounts import CarrierAccount, load_account
from backend.store.tenancy import Database
from tests.stories.product import environment_for


class Operator(Struct):
    """Somebody at a terminal, with one company and its account of two numbers."""

    environment: dict[str, str]
    carrier: str
    database: Database
    superuser: Any
    tenant: UUID
    name: str
    account_sid: str
    token: str
    numbers: list[str]

    async def runs(self, **other: str) -> tuple[int, str]:
        """The command with what is right, but for `other`. Gives status and all output."""
        said = {"tenant": self.name, "account-sid": self.account_sid, "number": self.numbers[0]}
        said |= {key.replace("_", "-"): value for key, value in other.items() if key.islower()}
        environment = self.environment | {key: v for key, v in other.items() if key.isupper()}
        options = [f"--{name}={value}" for name, value in said.items() if value]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "backend", "connect-twilio", *options),
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        text = printed.decode()
        assert "Traceback" not in text, text
        for secret in await self.secrets():
            assert secret not in text
        assert process.returncode is not None
        return process.returncode, text

    async def account(self) -> CarrierAccount | None:
        async with self.database.work(self.tenant) as work:
            return await load_account(work, read_settings(self.environment).secret_key)

    async def secrets(self) -> list[str]:
        account = await self.account()
        kept = [account.api_key_secret] if account else []
        return [self.token, self.environment["PATCHBAY_SECRET_KEY"], *(s for s in kept if s)]

    async def asks_carrier(self, method: str, path: str, **form: str) -> Any:
        """The carrier's REST API, as the account's owner."""
        url = f"{self.carrier}/2010-04-01/Accounts/{self.account_sid}/{path}"
        who = aiohttp.encode_basic_auth(self.account_sid, self.token)
        async with (
            aiohttp.ClientSession(headers={"Authorization": who}) as http,
            http.request(method, url, data=form or None) as answer,
        ):
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def at_carrier(self) -> dict[str, Any]:
        """All that the account holds there."""
        listed = {}
        for name in ("IncomingPhoneNumbers", "Applications", "Keys"):
            listed[name] = await self.asks_carrier("GET", f"{name}.json")
        return listed

    async def number(self) -> Any:
        listed = (await self.at_carrier())["IncomingPhoneNumbers"]["incoming_phone_numbers"]
        return next(each for each in listed if each["phone_number"] == self.numbers[0])

    async def rows(self) -> dict[str, list[str]]:
        """Every row of every table, as text."""
        tables = await self.superuser.fetch(
            "select relname from pg_class where relkind = 'r'"
            " and relnamespace = 'public'::regnamespace"
        )
        found: dict[str, list[str]] = {}
        for row in tables:
            name = row["relname"]
            rows = await self.superuser.fetch(f"select t::text as row from {name} t order by 1")  # noqa: S608
            found[name] = [each["row"] for each in rows]
        return found

    async def own_rows(self) -> dict[str, list[str]]:
        """This company's rows: other stories' companies live on beside it."""
        tenant = str(self.tenant)
        every = await self.rows()
        return {table: [row for row in rows if tenant in row] for table, rows in every.items()}

    @asynccontextmanager
    async def changes_nothing(self) -> AsyncGenerator[None]:
        before = await self.at_carrier(), await self.own_rows()
        yield
        assert (await self.at_carrier(), await self.own_rows()) == before


@pytest.fixture
async def operator(
    postgres: EmbeddedPostgres, carrier: str, tmp_path: Path
) -> AsyncGenerator[Operator]:
    tenant, name = uuid4(), f"Initech {uuid4().hex[:6]}"
    database = await Database.connect(postgres.web_url, 2)
    async with database.work(tenant) as work:
        await people.found_tenant(work, name, Rules())
    numbers = [f"+1555{randrange(10**6, 10**7)}" for _ in range(2)]  # noqa: S311
    wish = {"friendly_name": str(tenant), "numbers": numbers}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{carrier}/lab/accounts", json=wish) as answer,
    ):
        account = await answer.json()
    environment = {
        **os.environ,
        **environment_for(postgres.web_url, carrier, tmp_path, 8080),
        "TWILIO_AUTH_TOKEN": account["auth_token"],
    }
    superuser = await asyncpg.connect(postgres.superuser_url, database="patchbay")
    yield Operator(
        environment,
        carrier,
        database,
        superuser,
        tenant,
        name,
        account["account_sid"],
        account["auth_token"],
        numbers,
    )
    await superuser.close()
    await database.close()


async def test_it_says_what_it_did_keeps_the_secrets_and_does_nothing_twice(operator: Operator):
    status, said = await operator.runs()
    assert status == 0, said
    for word in (operator.account_sid, operator.numbers[0], "API key", "TwiML App", "Left to do"):
        assert word in said

    to = Addresses("http://localhost:8080", operator.tenant)
    number = await operator.number()
    assert (number["voice_url"], number["voice_method"]) == (to.voice, "POST")
    assert number["voice_fallback_url"] == to.voice_fallback
    assert number["status_callback"] == to.caller_status
    (application,) = (await operator.at_carrier())["Applications"]["applications"]
    assert (application["voice_url"], application["voice_method"]) == (to.agent, "POST")

    account = await operator.account()
    assert account is not None
    assert account.auth_token == operator.token
    assert account.application_sid == application["sid"]
    (key,) = (await operator.at_carrier())["Keys"]["keys"]
    assert account.api_key_sid == key["sid"]
    everything = str(await operator.rows())
    for secret in await operator.secrets():
        assert secret not in everything
        assert secret.encode().hex() not in everything

    async with operator.changes_nothing():
        status, said = await operator.runs(tenant=str(operator.tenant))
    assert (status, "Nothing had to be changed" in said) == (0, True), said
    assert "made" not in said


async def test_what_somebody_changed_at_the_carrier_is_put_right(operator: Operator):
    await operator.runs()
    sid = (await operator.number())["sid"]
    right = await operator.number()
    (application,) = (await operator.at_carrier())["Applications"]["applications"]
    changes: list[dict[str, str]] = [
        {"VoiceMethod": "GET", "StatusCallback": "https://elsewhere.example/"},
        {"VoiceApplicationSid": application["sid"]},
    ]
    for change in changes:
        await operator.asks_carrier("POST", f"IncomingPhoneNumbers/{sid}.json", **change)
        status, said = await operator.runs()
        assert (status, "its calls now come to us" in said) == (0, True), said
        now = await operator.number()
        assert now | {"date_updated": None} == right | {"date_updated": None}


async def test_what_is_wrong_is_said_and_changes_nothing(operator: Operator):
    await operator.runs()
    refused: dict[str, tuple[int, dict[str, str], str]] = {
        "token": (1, {"TWILIO_AUTH_TOKEN": "f" * 32}, "does not accept this auth token"),
        "no token": (2, {"TWILIO_AUTH_TOKEN": ""}, "TWILIO_AUTH_TOKEN"),
        "account": (1, {"account_sid": "AC" + "0" * 32}, "does not accept"),
        "no account": (2, {"account_sid": "ACme"}, "hexadecimal"),
        "tenant": (1, {"tenant": "Nobody & Sons"}, "No company is called 'Nobody & Sons'"),
        "unknown id": (1, {"tenant": str(uuid4())}, "No company is called"),
        "number": (1, {"number": "+15550000000"}, "does not own +15550000000"),
        "several": (1, {"number": ""}, "Choose one with --number"),
        "key": (
            1,
            {"PATCHBAY_SECRET_KEY": b64encode(secrets.token_bytes(32)).decode()},
            "PATCHBAY_SECRET_KEY",
        ),
        "carrier": (1, {"PATCHBAY_CARRIER_API_URL": "http://localhost:9"}, "does not answer"),
    }
    two_at_a_time = asyncio.Semaphore(2)

    async def told(other: dict[str, str]) -> tuple[int, str]:
        async with two_at_a_time:
            return await operator.runs(**other)

    async with operator.changes_nothing():
        answers = await asyncio.gather(*(told(other) for _, other, _ in refused.values()))
    for (what, (expected, other, words)), (status, said) in zip(
        refused.items(), answers, strict=True
    ):
        assert (status, words in said) == (expected, True), (what, said)
        assert other.get("TWILIO_AUTH_TOKEN") not in said.split()
        if what == "several":
            assert all(number in said for number in operator.numbers), "they are listed"


async def test_a_name_that_two_companies_have_is_not_guessed(operator: Operator):
    twin = uuid4()
    async with operator.database.work(twin) as work:
        await people.found_tenant(work, operator.name, Rules())
    async with operator.changes_nothing():
        status, said = await operator.runs()
    assert status == 1
    assert str(twin) in said
    assert str(operator.tenant) in said
