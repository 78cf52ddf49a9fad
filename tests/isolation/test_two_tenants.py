"""Another company's id is indistinguishable from an unknown one, at every address we have.

The operations come from the backend's own OpenAPI document. A new one fails here until the
tables below say what to send to it; so does a new parameter.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from litestar.routes import HTTPRoute

from tests.isolation.operations import Operation, operations_in, the_application
from tests.isolation.world import Answer, World
from tests.stories.company import Agent
from tests.stories.product import PASSWORD

DOCUMENT = the_application().openapi_schema.to_schema()
ALL = operations_in(DOCUMENT)
SIGNED = [each for each in ALL if each.is_signed]
OURS = [each for each in ALL if not each.is_signed]

PUBLIC = {
    "POST /api/sign-in": "the way in",
    "GET /api/demo-accounts": "there are none where there is no demo: 404",
    "GET /sounds/{name}": "sounds that we make ourselves; the carrier fetches them unsigned",
}
UNKNOWN_HERE = {"GET /api/demo-accounts"}
NOT_IN_THE_DOCUMENT = {
    "/": "sends on to the board or to the sign-in page",
    "/board": "sends whoever is signed out to the sign-in page",
    "/sign-in": "the page that is the way in",
    "/assets/{name:str}": "the bundle's files, the same for everybody",
    "/livez": "says nothing but that the process answers",
    "/readyz": "says nothing but that the database answers",
    "/panel": "Panel's process, which asks /api/me itself (tests/dashboards)",
    "/statistics": "the statistics' process, which asks as its visitor (tests/dashboards)",
    "/api/feed": "the websocket (test_feed_messages)",
    "/api/reports/live": "a stream of what /api/reports/now says (tests/reports/test_live_figures)",
}
THE_DOCUMENT = "/api/schema"

ANALYSTS_MAY = {
    "GET /api/board",
    "GET /api/calls",
    "GET /api/calls/{call_id}",
    "GET /api/calls/{call_id}/earlier",
    "GET /api/me",
    "GET /api/session",
    "POST /api/sign-out",
    "PUT /api/session/tenant",
    "GET /api/reports/measures",
    "GET /api/reports/intervals",
    "GET /api/reports/calls",
    "GET /api/reports/agents",
    "GET /api/reports/traffic",
    "GET /api/reports/forecast",
    "GET /api/reports/repeats",
    "GET /api/reports/now",
    "GET /api/reports/replay",
    "GET /api/reports/waits",
    "GET /api/reports/calls/{call_id}/events",
    "GET /api/reports/calls/{call_id}/stretches",
}
"""Everything else is a command, for those who take calls."""

READERS_ONLY = {
    "GET /api/reports/measures",
    "GET /api/reports/intervals",
    "GET /api/reports/calls",
    "GET /api/reports/agents",
    "GET /api/reports/traffic",
    "GET /api/reports/forecast",
    "GET /api/reports/repeats",
    "GET /api/reports/now",
    "GET /api/reports/replay",
    "GET /api/reports/waits",
    "GET /api/reports/calls/{call_id}/events",
    "GET /api/reports/calls/{call_id}/stretches",
}
"""Asked by Sam, or by the analyst; an agent who asks is refused."""

SUPERVISORS_ONLY = {
    "POST /api/calls/{call_id}/monitoring",
    "PUT /api/calls/{call_id}/monitoring",
    "DELETE /api/calls/{call_id}/monitoring",
    "GET /api/calls/{call_id}/monitoring",
    "POST /api/calls/{call_id}/takeover",
    "GET /api/monitoring",
    "PUT /api/agents/{agent_id}/presence",
}
"""Asked by Sam; an agent who asks is refused, whoever's the id is."""

OWNERS_ONLY = {
    "GET /api/history-files",
    "POST /api/history-files",
    "DELETE /api/history-files/{file_id}",
}
"""Asked by Olivia; an agent who asks is refused."""

CONTENTS = {
    "POST /api/history-files": b"queue_entered_at,outcome,wait_seconds\n2026-01-30 10:00,failed,9\n"
}
"""Operations whose body is a file as it is, which the document does not tell."""

BODIES: dict[str, Callable[[World], dict[str, Any]]] = {
    "POST /api/calls/{call_id}/parking": lambda _: {"slot": None},
    "POST /api/calls/{call_id}/transfer": lambda world: {"to": str(world.acme.ben.id)},
    "POST /api/calls/{call_id}/consult": lambda world: {"to": str(world.acme.ben.id)},
    "PUT /api/calls/{call_id}/consult": lambda _: {"talk_with": "all"},
    "POST /api/dialling": lambda _: {"request": str(uuid4()), "number": "+12125550147"},
    "PUT /api/calls/{call_id}/notes": lambda _: {"text": "calls again on Monday"},
    "PUT /api/calls/{call_id}/disposition": lambda _: {"disposition": "Solved"},
    "POST /api/calls/{call_id}/monitoring": lambda _: {"mode": "listen"},
    "PUT /api/calls/{call_id}/monitoring": lambda _: {"mode": "barge"},
    "PUT /api/agents/{agent_id}/presence": lambda _: {"status": "available", "reason": "back"},
    "PUT /api/presence": lambda _: {"status": "available"},
    "PUT /api/session/tenant": lambda world: {"tenant": str(world.acme.tenant)},
    "POST /api/sign-in": lambda world: {"email": world.acme.ben.email, "password": PASSWORD},
}
QUERIES: dict[str, list[str]] = {
    "before": [
        "2100-01-01T00:00:00Z",
        "2100-01-01T00:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "yesterday",
        "",
    ],
    "text": ["+12125550147", "911", "", "x", "\x00", "9" * 65],
    "limit": ["1", "200", "0", "201", "-1", "9" * 30, "x"],
    "first": ["2026-11-01", "0001-01-01", "9999-12-31", "2026-11-01T00:00:00", "x", ""],
    "last": ["2199-12-31", "1970-01-01", "2026-02-30", "x", ""],
    "day": ["2199-12-31", "1970-01-01", "9999-12-31", "0001-01-01", "2026-02-30", "x", ""],
    "within_days": ["1", "31", "0", "-1", "32", "9" * 30, "x", ""],
    "target": ["0.9", "0", "1", "-1", "nan", "inf", "1e400", "9" * 400, "x", ""],
    "size": ["15min", "hour", "day", "whole", "century", ""],
    "by": ["queue", "agent", "tenant_id", ""],
    "queue": ["+15550100001", "' or true --", "\x00", "x" * 300, ""],
    "outcome": ["answered", "open", "x", ""],
    "latest": ["1", "10000", "0", "10001", "-1", "x", ""],
    "format": ["json", "csv", "arrow", "parquet", "xlsx", "xml", ""],
    "name": ["past.csv", "../../etc/passwd", "a\nb", "x" * 300, "\x00", ""],
}
NAMED_INSTEAD = {("POST /api/calls/{call_id}/transfer", "team"): "to"}
"""Fields of which only one may be in a body: what a case for the first leaves out."""
IN_STATE = {
    "POST /api/calls/{call_id}/claim": "ringing",
    "POST /api/calls/{call_id}/refusal": "ringing",
    "POST /api/calls/{call_id}/parking": "connected",
    "DELETE /api/calls/{call_id}/parking": "parked",
    "POST /api/calls/{call_id}/hangup": "connected",
    "POST /api/calls/{call_id}/hold": "connected",
    "DELETE /api/calls/{call_id}/hold": "connected",
    "POST /api/calls/{call_id}/aside": "connected",
    "POST /api/calls/{call_id}/transfer": "connected",
    "POST /api/calls/{call_id}/consult": "connected",
    "PUT /api/calls/{call_id}/consult": "consulting",
    "DELETE /api/calls/{call_id}/consult": "consulting",
    "POST /api/calls/{call_id}/completion": "consulting",
    "DELETE /api/calls/{call_id}/guests/{guest}": "conferring",
    "PUT /api/calls/{call_id}/notes": "connected",
    "PUT /api/calls/{call_id}/disposition": "connected",
    "POST /api/calls/{call_id}/help": "connected",
    "DELETE /api/calls/{call_id}/help": "connected",
    "POST /api/calls/{call_id}/monitoring": "connected",
    "PUT /api/calls/{call_id}/monitoring": "monitored",
    "DELETE /api/calls/{call_id}/monitoring": "monitored",
    "GET /api/calls/{call_id}/monitoring": "ended",
    "POST /api/calls/{call_id}/takeover": "connected",
    "GET /api/calls/{call_id}": "ended",
    "GET /api/calls/{call_id}/earlier": "ended",
    "GET /api/reports/calls/{call_id}/events": "ended",
    "GET /api/reports/calls/{call_id}/stretches": "ended",
}
"""Which call of one's own each of these works with."""
ENDS_THE_SESSION = {"POST /api/sign-out", "PUT /api/session/tenant", "POST /api/sign-in"}
NONSENSE: list[Any] = [None, [], "x", 7, {"x": "y"}, {"tenant": 1, "slot": "x", "status": []}]
STATES = ("ringing", "connected", "parked", "ended")


def ids(operation: Operation) -> str:
    return operation.name


every = pytest.mark.parametrize("operation", ALL, ids=ids)
every_signed = pytest.mark.parametrize("operation", SIGNED, ids=ids)
every_of_ours = pytest.mark.parametrize("operation", OURS, ids=ids)


def own_path(world: World, operation: Operation, state: str = "ended") -> str:
    """The operation's path with Acme's own ids. No fixture for a parameter: the test fails."""
    values = {
        "tenant": world.acme.tenant,
        "call_id": world.calls["Acme"][state],
        "outbound": UUID(int=4),
        "agent_id": world.acme.ben.id,
        "guest": world.acme.ben.id,
        "file_id": world.files["Acme"],
        "name": "ringback.wav",
    }
    return operation.at(**{name: values[name] for name in operation.in_path})


def signed_path(operation: Operation, call_id: UUID) -> str:
    return operation.below_tenant.format(call_id=call_id, outbound=UUID(int=4))


def body_of(world: World, operation: Operation) -> dict[str, Any]:
    if operation.name in CONTENTS:
        return {"data": CONTENTS[operation.name], "params": {"name": "past.csv"}}
    return {"json": BODIES[operation.name](world)} if operation.has_body else {}


async def fresh_session(world: World, agent: Agent) -> aiohttp.ClientSession:
    jar = aiohttp.CookieJar(unsafe=True)
    session = aiohttp.ClientSession(cookie_jar=jar)
    body = {"email": agent.email, "password": PASSWORD}
    answer = await world.asks(session, "POST", "/api/sign-in", json=body)
    assert answer.status == 200
    return session


def asker_of(world: World, operation: Operation, otherwise: Agent) -> Agent:
    if operation.name in OWNERS_ONLY:
        return world.acme.olivia
    is_for_sam = operation.name in SUPERVISORS_ONLY | READERS_ONLY
    return world.acme.sam if is_for_sam else otherwise


async def session_for(world: World, agent: Agent, operation: Operation) -> aiohttp.ClientSession:
    """The agent's own session, or one to spend."""
    if operation.name in ENDS_THE_SESSION:
        return await fresh_session(world, agent)
    return agent.http


# What is walked.


async def test_the_served_document_is_the_one_that_is_walked(world: World):
    async with world.product.http.get(f"{world.product.address}/api/schema/openapi.json") as got:
        served = await got.json(content_type=None)
    assert [each.name for each in operations_in(served)] == [each.name for each in ALL]
    assert len(SIGNED) >= 9
    assert len(OURS) >= 17


def test_every_route_is_in_the_document_or_listed_with_its_reason():
    documented = {re.sub(r"{(\w+)}", r"{\1", each.path) for each in ALL}
    for route in the_application().routes:
        plain = re.sub(r"{(\w+):\w+}", r"{\1", route.path)
        if plain in documented:
            assert isinstance(route, HTTPRoute)
            told = {each.method for each in ALL if re.sub(r"{(\w+)}", r"{\1", each.path) == plain}
            assert route.methods - {"OPTIONS"} == told, "a method is kept out of the document"
            continue
        assert route.path in NOT_IN_THE_DOCUMENT or route.path.startswith(THE_DOCUMENT), route.path


@every
def test_every_parameter_has_a_case(operation: Operation):
    known = {"tenant", "call_id", "agent_id", "guest", "outbound", "file_id", "name"}
    assert set(operation.in_path) <= known
    assert set(operation.in_query) <= set(QUERIES)
    assert not operation.in_header
    assert operation.has_body == (operation.name in BODIES)
    assert ("call_id" in operation.in_path and not operation.is_signed) == (
        operation.name in IN_STATE
    )


def test_the_tables_name_nothing_that_is_not_there():
    names = {each.name for each in ALL}
    assert {
        *PUBLIC,
        *BODIES,
        *IN_STATE,
        *ANALYSTS_MAY,
        *SUPERVISORS_ONLY,
        *READERS_ONLY,
        *OWNERS_ONLY,
        *CONTENTS,
        *ENDS_THE_SESSION,
    } <= names


# Whoever is signed out.


@every_of_ours
async def test_whoever_is_signed_out_gets_nothing(world: World, operation: Operation):
    async with world.unchanged(world.acme, world.globex):
        answers = [
            await world.asks(
                None,
                operation.method,
                own_path(world, operation),
                headers={"Cookie": cookie},
                **(body_of(world, operation) if operation.name not in PUBLIC else {"json": {}}),
            )
            for cookie in ("", *cookies_that_are_not_ours(world))
        ]
    if operation.name in PUBLIC:
        assert {each.status for each in answers} <= {200, 400, 404}
        return
    assert len(set(answers)) == 1
    assert (answers[0].status, answers[0].code) == (401, "signed-out")


def cookies_that_are_not_ours(world: World) -> list[str]:
    """Nonsense, a secret that never was, and a live one with Globex's name written into it."""
    mine = next(iter(world.acme.ana.http.cookie_jar)).value
    secret = urlsafe_b64decode(mine)[16:]
    forged = [
        "",
        "x",
        "%00",
        "=" * 64,
        mine[:-2],
        urlsafe_b64encode(world.acme.tenant.bytes + bytes(32)).decode(),
        urlsafe_b64encode(world.globex.tenant.bytes + secret).decode(),
        urlsafe_b64encode(uuid4().bytes + secret).decode(),
    ]
    return [f"patchbay_session={each}" for each in forged]


@every_signed
async def test_without_a_signature_a_webhook_is_forbidden(world: World, operation: Operation):
    path = signed_path(operation, world.calls["Acme"]["ringing"])
    async with world.unchanged(world.acme, world.globex):
        for tenant in (world.acme.tenant, world.globex.tenant, uuid4()):
            answer = await world.posts(
                path, world.form("1"), tenant=tenant, signed=False, sent=str(tenant)
            )
            assert answer == Answer(403, "text/plain; charset=utf-8", "")


# Somebody else's.


@pytest.mark.parametrize("operation", [each for each in OURS if each.name in IN_STATE], ids=ids)
async def test_another_companys_call_is_one_that_never_was(world: World, operation: Operation):
    async def ask(call_id: UUID) -> Answer:
        answer = await world.asks(
            asker_of(world, operation, world.acme.ana).http,
            operation.method,
            operation.at(call_id=call_id, guest=world.acme.ben.id),
            sent=str(call_id),
            **body_of(world, operation),
        )
        return answer.without(str(call_id))

    async with world.unchanged(world.acme, world.globex):
        unknown = await ask(uuid4())
        for state in STATES:
            assert await ask(world.calls["Globexqx"][state]) == unknown, state
    assert (unknown.status, unknown.code) == (404, "no-such-call")


OF_AGENTS = [each for each in OURS if "agent_id" in each.in_path]


@pytest.mark.parametrize("operation", OF_AGENTS, ids=ids)
async def test_another_companys_agent_is_one_that_never_was(world: World, operation: Operation):
    async def ask(agent_id: UUID) -> Answer:
        path, body = operation.at(agent_id=agent_id), body_of(world, operation)
        sam = world.acme.sam.http
        answer = await world.asks(sam, operation.method, path, sent=str(agent_id), **body)
        return answer.without(str(agent_id))

    async with world.unchanged(world.acme, world.globex):
        unknown = await ask(uuid4())
        assert await ask(world.globex.ben.id) == unknown
    assert (unknown.status, unknown.code) == (404, "no-such-agent")


OF_FILES = [each for each in OURS if "file_id" in each.in_path]


@pytest.mark.parametrize("operation", OF_FILES, ids=ids)
async def test_another_companys_file_is_one_that_never_was(world: World, operation: Operation):
    async def ask(file_id: UUID) -> Answer:
        olivia, path = world.acme.olivia.http, operation.at(file_id=file_id)
        answer = await world.asks(olivia, operation.method, path, sent=str(file_id))
        return answer.without(str(file_id))

    async with world.unchanged(world.acme, world.globex):
        unknown = await ask(uuid4())
        assert await ask(world.files["Globexqx"]) == unknown
    assert (unknown.status, unknown.code) == (404, "no-such-file")


@pytest.mark.parametrize("operation", [each for each in OURS if each.ids_in_body], ids=ids)
async def test_another_company_in_a_body_is_one_that_never_was(world: World, operation: Operation):
    for field in operation.ids_in_body:
        for sender in (world.acme.ana, world.acme.ada):

            async def ask(value: UUID, field: str = field, sender: Agent = sender) -> Answer:
                body = BODIES[operation.name](world) | {field: str(value)}
                body.pop(NAMED_INSTEAD.get((operation.name, field), ""), None)
                path = own_path(world, operation, IN_STATE.get(operation.name, "ended"))
                answer = await world.asks(sender.http, operation.method, path, json=body)
                return answer.without(str(value))

            async with world.unchanged(world.acme, world.globex):
                unknown = await ask(uuid4())
                # Fewer tries than make a sign-in wait.
                team = world.teams["Globexqx"] if field == "team" else world.globex.tenant
                for theirs in (team, world.globex.ben.id, world.calls["Globexqx"]["parked"]):
                    assert await ask(theirs) == unknown
            assert 400 <= unknown.status < 500
            assert unknown.code != "nobody-named", "the id itself is looked at"


@every_signed
async def test_a_webhook_signed_by_another_company_is_forbidden(world: World, operation: Operation):
    for call_id in (world.calls["Globexqx"]["connected"], uuid4()):
        path = signed_path(operation, call_id)
        for form in (world.form("3"), world.form("3", AccountSid=world.globex.account_sid)):
            async with world.unchanged(world.acme, world.globex):
                answers = [
                    await world.posts(path, form, tenant=tenant)
                    for tenant in (world.globex.tenant, uuid4())
                ]
                answers.append(
                    await world.posts(path, form | {"AccountSid": world.globex.account_sid})
                )
            assert answers == [Answer(403, "text/plain; charset=utf-8", "")] * 3


# A lower role.


@every_of_ours
async def test_an_analyst_commands_nothing(world: World, operation: Operation):
    if operation.name in PUBLIC:
        return
    ada = world.acme.ada
    session = await session_for(world, ada, operation)
    if operation.name in ANALYSTS_MAY:
        async with world.unchanged(world.globex):
            answer = await world.asks(
                session, operation.method, own_path(world, operation), **body_of(world, operation)
            )
        assert answer.status in (200, 204)
    else:
        async with world.unchanged(world.acme, world.globex):
            answers = [
                await world.asks(session, operation.method, path, **body_of(world, operation))
                for path in (
                    *(own_path(world, operation, state) for state in STATES),
                    *(
                        operation.at(
                            call_id=call_id, agent_id=call_id, guest=call_id, file_id=call_id
                        )
                        for call_id in (world.calls["Globexqx"]["ringing"], uuid4())
                    ),
                )
            ]
        assert len(set(answers)) == 1
        assert (answers[0].status, answers[0].code) == (403, "not-allowed")
    if session is not ada.http:
        await session.close()


RESERVED = SUPERVISORS_ONLY | READERS_ONLY | OWNERS_ONLY
NOT_FOR_AGENTS = [each for each in OURS if each.name in RESERVED]


@pytest.mark.parametrize("operation", NOT_FOR_AGENTS, ids=ids)
async def test_an_agent_does_nothing_that_is_a_supervisors_or_owners(
    world: World, operation: Operation
):
    async with world.unchanged(world.acme, world.globex):
        answers = [
            await world.asks(
                world.acme.ana.http,
                operation.method,
                own_path(world, operation, state),
                **body_of(world, operation),
            )
            for state in STATES
        ]
    assert len(set(answers)) == 1
    assert (answers[0].status, answers[0].code) == (403, "not-allowed")


# Nonsense.


@pytest.mark.parametrize("operation", [each for each in OURS if each.in_query], ids=ids)
async def test_a_query_shows_ones_own_and_is_never_a_fault(world: World, operation: Operation):
    for name in operation.in_query:
        for value in QUERIES[name]:
            path = own_path(world, operation)
            asker = asker_of(world, operation, world.acme.ana)
            content = CONTENTS.get(operation.name)
            answer = await world.asks(
                asker.http, operation.method, path, params={name: value}, data=content
            )
            assert answer.status in (200, 400), (name, value, answer)


@every_of_ours
async def test_nonsense_is_refused_and_never_a_fault(world: World, operation: Operation):
    async with world.unchanged(world.acme, world.globex):
        if operation.has_body:
            for value in NONSENSE:
                answer = await world.asks(
                    world.acme.ana.http, operation.method, own_path(world, operation), json=value
                )
                parking_takes_an_empty_wish = answer.status in (404, 409)
                assert 400 <= answer.status < 500 or parking_takes_an_empty_wish, (value, answer)
        for name in operation.in_path:
            for value in ("nonsense", "%00", "..%2f..%2fetc%2fpasswd", "'", "%ff", "0" * 400):
                path = operation.path.replace("{" + name + "}", value)
                answer = await world.asks(
                    world.acme.ana.http, operation.method, path, **body_of(world, operation)
                )
                assert 400 <= answer.status < 500, (value, answer)


# One's own: last, because Acme is busy with it for a moment longer than the answer takes.


OF_GUESTS = [each for each in OURS if "guest" in each.in_path]


@pytest.mark.parametrize("operation", OF_GUESTS, ids=ids)
async def test_another_companys_agent_is_no_guest_of_ones_call(world: World, operation: Operation):
    chloe = world.acme.chloe
    call_id, caller = await world.call(chloe, "conferring")

    async def ask(guest: UUID) -> Answer:
        path = operation.at(call_id=call_id, guest=guest)
        answer = await world.asks(chloe.http, operation.method, path, sent=str(guest))
        return answer.without(str(guest))

    async with world.unchanged(world.globex):
        unknown = await ask(uuid4())
        for theirs in (world.globex.ben.id, world.calls["Globexqx"]["connected"]):
            assert await ask(theirs) == unknown
    board = await chloe.asks("GET", "/api/board")
    (card,) = [card for card in board["calls"] if card["id"] == str(call_id)]
    assert [guest["id"] for guest in card["guests"]] == [str(world.acme.ben.id)]
    await world.over(caller)


@every_of_ours
async def test_ones_own_works(world: World, operation: Operation):
    chloe = world.acme.chloe
    path, caller = own_path(world, operation), None
    if IN_STATE.get(operation.name, "ended") != "ended":
        call_id, caller = await world.call(chloe, IN_STATE[operation.name])
        path = operation.at(call_id=call_id, guest=world.acme.ben.id)
    session = await session_for(world, asker_of(world, operation, chloe), operation)
    async with world.unchanged(world.globex):
        body = body_of(world, operation)
        answer = await world.asks(session, operation.method, path, **body)
    assert answer.status in ((404,) if operation.name in UNKNOWN_HERE else (200, 204)), answer
    if operation.name == "POST /api/dialling":
        await chloe.asks("POST", f"/api/calls/{json.loads(answer.body)['call_id']}/hangup")
    if session not in (chloe.http, world.acme.sam.http, world.acme.olivia.http):
        await session.close()
    if caller is not None and operation.name != "POST /api/calls/{call_id}/hangup":
        await world.over(caller)


@every_signed
async def test_a_webhook_of_ones_own_works(world: World, operation: Operation):
    path = signed_path(operation, uuid4())
    async with world.unchanged(world.globex):
        answer = await world.posts(path, world.form("2", CallStatus="completed"))
    assert answer.status in (200, 204)


@every_signed
async def test_a_webhook_about_another_companys_call_touches_nothing_of_it(
    world: World, operation: Operation
):
    """Signed by Acme for Acme, but with the ids of Globex's calls, people and legs."""

    async def post(call_id: UUID, person: UUID, leg: str) -> Answer:
        path = signed_path(operation, call_id)
        agent = {"From": f"client:u_{person.hex}"} if "/agent" in path else {}
        form = world.form(
            "4",
            **agent,
            call_id=str(call_id),
            leg="0123abcd",
            CallSid=leg,
            StatusCallbackEvent="conference-end",
            FriendlyName=str(call_id),
            ConferenceSid="CF" + "4" * 32,
            SequenceNumber="1",
            CallStatus="completed",
        )
        answer = await world.posts(path, form, sent=str(call_id))
        named_after_the_leg = re.sub(r"[0-9a-f-]{36}", "<id>", answer.body)
        return Answer(answer.status, answer.kind, named_after_the_leg.replace(person.hex, ""))

    async with world.unchanged(world.globex):
        unknown = await post(uuid4(), uuid4(), "CA" + "5" * 32)
        for call_id in world.calls["Globexqx"].values():
            leg = await world.leg_of(call_id)
            assert await post(call_id, world.globex.ana.id, leg) == unknown
