"""Signing in: whose session it is, how long it lives, and what a guesser learns."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from backend.embedded_postgres import EmbeddedPostgres
from backend.store import people
from backend.store.people import Role
from backend.store.sessions import ABSOLUTE, IDLE
from backend.web import passwords, sign_in
from backend.web.throttle import TRIES, WINDOW
from tests.stories.company import Agent, Company, Refused
from tests.stories.product import PASSWORD, Product, running_product

COOKIE = "patchbay_session"


@pytest.fixture
def product(lasting_product: Product) -> Product:
    return lasting_product


async def tries(
    product: Product, email: str, password: str, cookie: str = "", **more: str
) -> tuple[int, str, SimpleCookie]:
    """One sign-in of a browser without a memory: status, body and the cookies that it is given."""
    url = f"http://localhost:{product.settings.port}/api/sign-in"
    body = {"email": email, "password": password} | more
    headers = {"Cookie": cookie} if cookie else {}
    async with product.http.post(url, json=body, headers=headers) as answer:
        given: SimpleCookie = SimpleCookie()
        for line in answer.headers.getall("Set-Cookie", []):
            given.load(line)
        product.http.cookie_jar.clear()
        return answer.status, await answer.text(), given


async def opens(product: Product, token: str) -> bool:
    """Whether somebody is signed in with that cookie."""
    url, headers = f"{product.address}/api/me", {"Cookie": f"{COOKIE}={token}"}
    async with product.http.get(url, headers=headers) as answer:
        assert answer.status in (200, 401)
        return answer.status == 200


def token_of(agent: Agent) -> str:
    return next(iter(agent.http.cookie_jar)).value


@asynccontextmanager
async def another_browser(agent: Agent) -> AsyncGenerator[Agent]:
    other = Agent(agent.company, agent.name, agent.id, agent.email, agent.password)
    yield other
    await other.closes()


async def joins(agent: Agent, company: Company, role: Role = Role.AGENT) -> None:
    """The person becomes a member of that company too."""
    async with company.product.services.database.work(company.tenant) as work:
        await people.add_member(work, agent.id, agent.name, role)


@pytest.fixture
async def quinn(acme: Company, monkeypatch: pytest.MonkeyPatch) -> Agent:
    """An agent whose password, like nobody's, is checked in no time: to be tried often."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(sign_in, "_nobody", quick.hash("nobody"))
    email = f"quinn-{uuid4().hex}@acme.example"
    person = await people.register_person(
        acme.product.services.database,
        email=email,
        name="Quinn",
        password_hash=quick.hash(PASSWORD),
    )
    quinn = Agent(acme, "Quinn", person, email, PASSWORD)
    await joins(quinn, acme)
    return quinn


# Whose session it is.


async def test_a_chosen_cookie_never_becomes_the_session(acme: Company):
    await acme.ana.signs_in()
    tenant_and_zeros = token_of(acme.ana)[:20] + "A" * 44
    for chosen in ("chosen", "A" * 64, tenant_and_zeros):
        status, _, given = await tries(acme.product, acme.ben.email, PASSWORD, f"{COOKIE}={chosen}")
        assert status == 200
        assert given[COOKIE].value != chosen
        assert not await opens(acme.product, chosen)
        assert await opens(acme.product, given[COOKIE].value)


async def test_a_live_session_that_is_brought_is_dead_afterwards_and_not_taken_over(
    acme: Company,
):
    """A thief who gives away their own session learns nothing of who signs in with it."""
    await acme.chloe.signs_in()
    brought = token_of(acme.chloe)
    status, _, given = await tries(acme.product, acme.ana.email, PASSWORD, f"{COOKIE}={brought}")
    assert status == 200
    assert given[COOKIE].value != brought
    assert not await opens(acme.product, brought)


async def test_a_wrong_password_leaves_the_session_that_was_brought(acme: Company):
    await acme.chloe.signs_in()
    status, _, given = await tries(
        acme.product, acme.ana.email, "wrong", f"{COOKIE}={token_of(acme.chloe)}"
    )
    assert status == 401
    assert not given
    assert await opens(acme.product, token_of(acme.chloe))


async def test_every_sign_in_and_every_switch_gives_a_fresh_session(acme: Company, globex: Company):
    await joins(acme.ana, globex)
    tokens: list[str] = []
    for _ in range(2):
        await acme.ana.signs_in()
        tokens.append(token_of(acme.ana))
        for tenant in (globex.tenant, acme.tenant, acme.tenant):
            await acme.ana.asks("PUT", "/api/session/tenant", {"tenant": str(tenant)})
            tokens.append(token_of(acme.ana))
    assert len(set(tokens)) == len(tokens)
    live = [token for token in tokens if await opens(acme.product, token)]
    assert live == tokens[-1:]


async def test_signing_out_kills_the_session_and_no_other(acme: Company):
    await acme.ana.signs_in()
    token = token_of(acme.ana)
    async with another_browser(acme.ana) as elsewhere:
        await elsewhere.signs_in()
        await acme.ana.asks("POST", "/api/sign-out")
        assert not await opens(acme.product, token)
        assert await opens(acme.product, token_of(elsewhere))
        with pytest.raises(Refused) as refused:
            await acme.ana.asks("POST", "/api/sign-out")
        assert (refused.value.status, refused.value.code) == (401, "signed-out")


async def test_the_database_holds_no_token_that_could_be_used(acme: Company):
    await acme.ana.signs_in()
    async with acme.product.services.database.work(acme.tenant) as work:
        rows = await work.connection.fetch("select * from session")
    assert rows
    for row in rows:
        assert token_of(acme.ana) not in str(dict(row))


# What a guesser learns.


async def test_an_unknown_address_and_a_wrong_password_answer_the_same(
    quinn: Agent, globex: Company
):
    product, ana = globex.product, quinn
    asked = [
        await tries(product, ana.email, "wrong"),
        await tries(product, f"nobody-{uuid4().hex}@acme.example", "wrong"),
        await tries(product, f"nobody-{uuid4().hex}@acme.example", PASSWORD),
        await tries(product, "", ""),
        await tries(product, ana.email, PASSWORD, tenant=str(globex.tenant)),
        await tries(product, ana.email, PASSWORD, tenant=str(uuid4())),
    ]
    answers = {(status, body) for status, body, _ in asked}
    assert len(answers) == 1
    assert next(iter(answers))[0] == 401
    assert not any(given for _, _, given in asked)


async def test_somebody_without_a_company_is_nobody(quinn: Agent):
    product = quinn.company.product
    async with product.services.database.work(quinn.company.tenant) as work:
        await work.connection.execute("delete from agent where id = $1", quinn.id)
        await work.connection.execute("delete from membership where person_id = $1", quinn.id)
    nobody = await tries(product, f"nobody-{uuid4().hex}@example.org", PASSWORD)
    assert (await tries(product, quinn.email, PASSWORD))[:2] == nobody[:2]


async def test_the_addresss_case_and_blanks_do_not_matter(acme: Company):
    status, _, _ = await tries(acme.product, f"  {acme.ana.email.upper()} ", PASSWORD)
    assert status == 200


async def test_too_many_wrong_passwords_pause_that_address_alone_until_the_clock_moves_on(
    acme: Company, quinn: Agent
):
    product = quinn.company.product
    for _ in range(TRIES):
        assert (await tries(product, quinn.email, "wrong"))[0] == 401
    status, body, _ = await tries(product, quinn.email, PASSWORD)
    assert (status, '"too-many-tries"' in body) == (429, True), "the right one is not tried either"
    assert (await tries(product, quinn.email.upper(), PASSWORD))[0] == 429
    assert (await tries(product, acme.ben.email, PASSWORD))[0] == 200
    product.clock.later += WINDOW + timedelta(seconds=1)
    assert (await tries(product, quinn.email, PASSWORD))[0] == 200


async def test_an_address_that_nobody_has_is_paused_just_the_same(quinn: Agent):
    nobody = f"nobody-{uuid4().hex}@acme.example"
    answers = [(await tries(quinn.company.product, nobody, "wrong"))[0] for _ in range(TRIES + 1)]
    assert answers == [401] * TRIES + [429]


async def test_many_passwords_tried_at_the_same_moment_are_counted_one_by_one(quinn: Agent):
    answers = await asyncio.gather(
        *(tries(quinn.company.product, quinn.email, f"guess {n}") for n in range(TRIES + 6))
    )
    statuses = sorted(status for status, _, _ in answers)
    assert statuses == [401] * TRIES + [429] * 6


async def test_a_right_password_forgets_the_wrong_ones(quinn: Agent):
    for _ in range(2):
        for _ in range(TRIES - 1):
            assert (await tries(quinn.company.product, quinn.email, "wrong"))[0] == 401
        assert (await tries(quinn.company.product, quinn.email, PASSWORD))[0] == 200


@pytest.mark.parametrize(
    ("email", "password"), [("a" * 255, "x"), ("a\0b", "x"), ("a", "x" * 1025)]
)
async def test_what_nobody_can_have_typed_is_refused_before_it_is_remembered(
    product: Product, email: str, password: str
):
    status, body, _ = await tries(product, email, password)
    assert (status, '"not-understood"' in body) == (400, True)


async def test_a_password_is_kept_as_a_dear_hash():
    """As dear as RFC 9106 asks of a server without memory to spare. Only this is checked here:
    the people of the stories have cheap ones."""
    kept = await passwords.hash_password(PASSWORD)
    made, least = extract_parameters(kept), RFC_9106_LOW_MEMORY
    assert made.type is Type.ID
    assert (made.memory_cost, made.time_cost) >= (least.memory_cost, least.time_cost)
    assert await passwords.password_is(kept, PASSWORD)
    assert not await passwords.password_is(kept, "another one")


async def test_a_password_is_hashed_off_the_loop(
    product: Product, acme: Company, monkeypatch: pytest.MonkeyPatch
):
    """While a hash is under way, the loop answers somebody else. The hasher waits for that."""
    hashing, answered = threading.Event(), threading.Event()

    class SlowHasher:
        def verify(self, _: str, __: str) -> bool:
            hashing.set()
            assert answered.wait(5), "the loop stood still while a password was hashed"
            return True

    monkeypatch.setattr(passwords, "_hasher", SlowHasher())
    signing_in = asyncio.create_task(tries(product, acme.ana.email, PASSWORD))
    await asyncio.to_thread(hashing.wait, 5)
    async with product.http.get(f"{product.address}/livez") as answer:
        assert answer.status == 200
    assert not signing_in.done()
    answered.set()
    assert (await signing_in)[0] == 200


# How long it lives.


async def test_a_session_that_is_not_used_ends(acme: Company):
    await acme.ana.signs_in()
    acme.product.clock.later += IDLE - timedelta(minutes=1)
    await acme.ana.asks("GET", "/api/me")
    acme.product.clock.later += IDLE - timedelta(minutes=1)
    await acme.ana.asks("GET", "/api/me")
    acme.product.clock.later += IDLE + timedelta(seconds=1)
    with pytest.raises(Refused) as refused:
        await acme.ana.asks("GET", "/api/me")
    assert (refused.value.status, refused.value.code) == (401, "signed-out")


async def test_a_session_ends_however_much_it_is_used(acme: Company):
    await acme.ana.signs_in()
    shift = IDLE - timedelta(hours=1)
    for _ in range(ABSOLUTE // shift):
        acme.product.clock.later += shift
        await acme.ana.asks("GET", "/api/me")
    acme.product.clock.later += shift
    with pytest.raises(Refused) as refused:
        await acme.ana.asks("GET", "/api/me")
    assert refused.value.code == "signed-out"


async def test_a_page_that_is_left_open_does_not_keep_a_session_from_ending(acme: Company):
    me = await acme.sam.signs_in()
    for _ in range(2):
        acme.product.clock.later += IDLE * 0.4
        said = await acme.sam.asks("GET", "/api/session")
        assert said == {
            "person": me["person"]["id"],
            "tenant": str(acme.tenant),
            "role": "supervisor",
        }
        async with acme.sam.http.get("/api/reports/live") as stream:
            assert stream.status == 200
            assert await stream.content.readline()
    acme.product.clock.later += IDLE * 0.4
    for path in ("/api/session", "/api/reports/live", "/api/me"):
        with pytest.raises(Refused, match="signed-out"):
            await acme.sam.asks("GET", path)


async def test_an_expired_session_is_swept_away_by_the_next_sign_in_of_that_company_alone(
    acme: Company, globex: Company
):
    await acme.ana.signs_in()
    await globex.ana.signs_in()
    acme.product.clock.later += IDLE + timedelta(seconds=1)
    async with another_browser(acme.ana) as fresh:
        await fresh.signs_in()
        assert (await sessions_of(acme), await sessions_of(globex)) == (1, 1)
        await fresh.asks("GET", "/api/me")


async def sessions_of(company: Company) -> int:
    async with company.product.services.database.work(company.tenant) as work:
        return await work.connection.fetchval("select count(*) from session")


async def test_who_is_no_member_any_more_is_signed_out(acme: Company, globex: Company):
    await joins(acme.ana, globex, Role.ANALYST)
    await acme.ana.signs_in()
    await acme.ana.asks("PUT", "/api/session/tenant", {"tenant": str(globex.tenant)})
    async with globex.product.services.database.work(globex.tenant) as work:
        await work.connection.execute("delete from membership where person_id = $1", acme.ana.id)
    with pytest.raises(Refused) as refused:
        await acme.ana.asks("GET", "/api/board")
    assert refused.value.code == "signed-out"


# Cookies.


async def test_the_cookie_is_for_this_site_alone_and_for_no_script(acme: Company):
    _, body, given = await tries(acme.product, acme.ana.email, PASSWORD)
    cookie = given[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]
    assert int(cookie["max-age"]) == ABSOLUTE.total_seconds()
    assert cookie.value not in body, "and no script gets it from the answer either"


@pytest.fixture
async def public(
    postgres: EmbeddedPostgres, carrier: str, tmp_path: Path
) -> AsyncGenerator[Product]:
    """The product as it is behind an https proxy."""
    async with running_product(
        postgres.web_url, carrier, tmp_path, PATCHBAY_PUBLIC_URL="https://calls.example"
    ) as product:
        yield product


async def test_behind_https_the_cookie_is_pinned_to_the_host_and_taken_back_likewise(
    public: Product,
):
    company = await public.company("Acme")
    _, _, given = await tries(public, company.ana.email, PASSWORD)
    (name,) = given
    assert name == "__Host-patchbay_session"
    assert given[name]["secure"]
    assert given[name]["path"] == "/"
    assert not given[name]["domain"]
    address = f"http://localhost:{public.settings.port}/api/sign-out"
    headers = {"Cookie": f"{name}={given[name].value}", "Origin": "https://calls.example"}
    async with public.http.post(address, headers=headers) as answer:
        assert answer.status == 204
        taken: SimpleCookie = SimpleCookie(answer.headers["Set-Cookie"])
    assert taken[name].value == ""
    assert taken[name]["max-age"] == "0"
    assert taken[name]["secure"], "browsers take a __Host- cookie's end only like this"
    assert taken[name]["path"] == "/"


# Several companies.


async def test_a_person_of_two_companies_is_in_one_at_a_time(acme: Company, globex: Company):
    await joins(acme.ana, globex, Role.ANALYST)
    ana = acme.ana

    async def me(tenant: Any) -> Any:
        body = {"email": ana.email, "password": PASSWORD, "tenant": str(tenant)}
        return await ana.asks("POST", "/api/sign-in", body)

    for company, role in ((globex, "analyst"), (acme, "agent")):
        here = await me(company.tenant)
        assert (here["tenant"], here["role"]) == (
            {"id": str(company.tenant), "name": company.name},
            role,
        )
        assert {(each["id"], each["role"]) for each in here["tenants"]} == {
            (str(acme.tenant), "agent"),
            (str(globex.tenant), "analyst"),
        }
        board = await ana.asks("GET", "/api/board")
        assert {agent["id"] for agent in board["agents"]} >= {str(company.ben.id)}
    other = await ana.asks("PUT", "/api/session/tenant", {"tenant": str(globex.tenant)})
    assert other["role"] == "analyst"
    with pytest.raises(Refused) as refused:
        await ana.asks("PUT", "/api/presence", {"status": "away"})
    assert refused.value.code == "not-allowed", "the role is the one of the company one is in"


async def test_switching_to_a_company_one_is_not_in_changes_nothing(acme: Company, globex: Company):
    await acme.ana.signs_in()
    before = token_of(acme.ana)
    for tenant in (globex.tenant, uuid4()):
        with pytest.raises(Refused) as refused:
            await acme.ana.asks("PUT", "/api/session/tenant", {"tenant": str(tenant)})
        assert (refused.value.status, refused.value.code) == (404, "no-such-company")
    assert token_of(acme.ana) == before
    assert (await acme.ana.asks("GET", "/api/me"))["tenant"]["id"] == str(acme.tenant)


async def test_of_two_cookies_of_one_name_only_a_whole_session_opens(acme: Company):
    """As when a neighbouring host plants one beside ours."""
    await acme.ana.signs_in()
    both = f"{COOKIE}=planted; {COOKIE}={token_of(acme.ana)}"
    url = f"{acme.product.address}/api/me"
    async with aiohttp.ClientSession() as browser:
        for cookie in (both, "; ".join(reversed(both.split("; ")))):
            async with browser.get(url, headers={"Cookie": cookie}) as answer:
                assert answer.status in (200, 401)
                if answer.status == 200:
                    assert (await answer.json())["person"]["id"] == str(acme.ana.id)
