"""Two companies with everything in them, one beside the other, and what may never pass between.

Globex is left alone: whatever is asked in Acme's name, no row of Globex may change, and nothing
that is Globex's may be in an answer.
"""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
from msgspec import Struct

from backend.bookkeeper import roll_up_days
from backend.carrier.signature import sign
from backend.past_calls import bring_in
from backend.store import history
from backend.store.changed_quarters import changed_before
from backend.store.people import Role
from tests.serving import eventually
from tests.stories.bookkeeping import read_the_journal
from tests.stories.company import Agent, Caller, Company
from tests.stories.product import Product

NOT_OF_ONE_TENANT = {"person", "migration", "platform"}
MOVES_BY_ITSELF = {"agent": "seen_at", "session": "seen_at"}


class Answer(Struct, frozen=True):
    """What came back; equal to another if nobody could tell them apart."""

    status: int
    kind: str
    body: str

    def without(self, sent: str) -> "Answer":
        """With what the asker sent itself taken out."""
        return Answer(self.status, self.kind, self.body.replace(sent, "<sent>"))

    @property
    def code(self) -> str:
        return json.loads(self.body)["code"]


class World:
    """Acme, who asks; Globex, who must not be noticed; and the database behind both."""

    def __init__(self, product: Product, acme: Company, globex: Company, admin: Any) -> None:
        self.product, self.acme, self.globex = product, acme, globex
        self._admin = admin
        self.calls: dict[str, dict[str, UUID]] = {}
        self.teams: dict[str, UUID] = {}
        self.files: dict[str, UUID] = {}
        self._marks: set[str] = set()
        self._callers = 0

    async def furnish(self) -> None:
        """Give both companies people of their own names, a team, a file of past calls, and a call
        in every state."""
        for company in (self.acme, self.globex):
            await self.product.takes_on(company, "Olivia", Role.OWNER)
            await self._name(company)
            self.files[company.name] = await self._file_of(company)
            sales = await company.has_team(f"Sales of {company.name}", "Ana", "Chloe")
            self.teams[company.name] = sales
            for agent in company.people.values():
                await agent.signs_in()
            await company.on_duty("Ana", "Ben", "Chloe")
            await company.sam.opens_board()
        for company in (self.acme, self.globex):
            self.calls[company.name] = await self._calls_of(company)
        await self.product.the_books_are_right()
        self._marks = await self._marks_of(self.globex)
        await self._come_to_rest()

    async def asks(
        self,
        session: aiohttp.ClientSession | None,
        method: str,
        path: str,
        *,
        sent: str = "",
        **more: Any,
    ) -> Answer:
        """Ask in Acme's name, or nobody's; fails if anything of Globex comes back.

        `sent` is an id of Globex that is in the request: only that one may be repeated.
        """
        url = self.product.address + path
        asking = session or self.product.http
        async with asking.request(method, url, allow_redirects=False, **more) as got:
            body = (await got.read()).decode("utf-8", "replace")
            headers = [f"{name}: {value}" for name, value in got.headers.items()]
            kind = got.headers.get("Content-Type", "")
        self.expect_nothing_of_globex("\n".join([*headers, body]), sent)
        return Answer(got.status, kind, body)

    async def posts(
        self,
        path: str,
        form: dict[str, str],
        *,
        tenant: UUID | None = None,
        sent: str = "",
        signed: bool = True,
    ) -> Answer:
        """A webhook under `/twilio/<tenant>`, signed (or not) with Acme's token."""
        address = f"/twilio/{tenant or self.acme.tenant}{path}"
        signature = sign(self.product.address + address, form.items(), self.acme.auth_token)
        headers = {"X-Twilio-Signature": signature} if signed else {}
        return await self.asks(None, "POST", address, sent=sent, data=form, headers=headers)

    def expect_nothing_of_globex(self, text: str, sent: str = "") -> None:
        found = [mark for mark in self._marks if mark != sent and mark in text]
        assert not found, (found, text[:2000])

    def form(self, digit: str, /, **more: str) -> dict[str, str]:
        """The fields of a webhook about a caller of Acme."""
        return {
            "AccountSid": self.acme.account_sid,
            "CallSid": "CA" + digit * 32,
            "From": "+15557650000",
            "To": self.acme.number,
            "CallStatus": "ringing",
            "Direction": "inbound",
        } | more

    async def rows_of(self, company: Company) -> dict[str, list[str]]:
        """Every row that the company has, in every table."""
        await self.product.services.courier.idle()
        # Else another product's bookkeeper does so at any moment.
        await read_the_journal(self.product.services.database, company.tenant)
        tables = await self._admin.fetch(
            "select relname from pg_class where relkind = 'r'"
            " and relnamespace = 'public'::regnamespace"
        )
        found: dict[str, list[str]] = {}
        for table in sorted({row["relname"] for row in tables} - NOT_OF_ONE_TENANT):
            moving = MOVES_BY_ITSELF.get(table, "")
            rows = await self._admin.fetch(
                f"select (to_jsonb(t) - $2)::text as row from {table} t"  # noqa: S608
                " where tenant_id = $1 order by 1",
                company.tenant,
                moving,
            )
            found[table] = [row["row"] for row in rows]
        return found

    @asynccontextmanager
    async def unchanged(self, *companies: Company) -> AsyncGenerator[None]:
        """No row of these companies is another one afterwards."""
        before = [await self.rows_of(company) for company in companies]
        yield
        for company, then in zip(companies, before, strict=True):
            assert await self.rows_of(company) == then, company.name

    async def leg_of(self, call_id: UUID) -> str:
        """The carrier's name for that call's caller."""
        return await self._admin.fetchval("select caller_leg from call where id = $1", call_id)

    async def call(self, agent: Agent, state: str) -> tuple[UUID, Caller]:
        """A new call in that state; in the agent's hands, where it is in somebody's."""
        company = agent.company
        self._callers += 1
        await agent.asks("PUT", "/api/presence", {"status": "available"})
        await agent.asks("DELETE", "/api/wrap-up")
        caller = await company.rings(f"+1555{company.number[-4:]}{self._callers:03}")
        card = await self._card(agent, caller.number)
        if state != "ringing":
            await agent.asks("POST", f"/api/calls/{card['id']}/claim")
            await agent.dials(UUID(card["id"]))
            await eventually(lambda: self._is(agent, caller.number, agent_present=True))
        if state in ("consulting", "conferring"):
            await self._consults(agent, company.ben, card["id"], caller.number)
        if state == "conferring":
            consult = f"/api/calls/{card['id']}/consult"
            await agent.asks("PUT", consult, {"talk_with": "all"})
            await agent.asks("POST", consult, {"number": "+12125550148"})
        if state in ("consulting", "conferring"):
            state = "connected"
        if state == "monitored":
            await company.sam.asks("PUT", "/api/presence", {"status": "away"})
            await company.sam.asks(
                "POST", f"/api/calls/{card['id']}/monitoring", {"mode": "listen"}
            )
            state = "connected"
        if state == "parked":
            await agent.asks("POST", f"/api/calls/{card['id']}/parking", {})
        if state == "ended":
            await agent.asks("POST", f"/api/calls/{card['id']}/hangup")
        await eventually(lambda: self._is(agent, caller.number, state=state))
        return UUID(card["id"]), caller

    async def _consults(self, agent: Agent, colleague: Agent, call: str, number: str) -> None:
        await colleague.asks("PUT", "/api/presence", {"status": "available"})
        await colleague.asks("DELETE", "/api/wrap-up")
        await agent.asks("POST", f"/api/calls/{call}/consult", {"to": str(colleague.id)})
        await colleague.asks("POST", f"/api/calls/{call}/claim")
        await colleague.dials(UUID(call))

        async def is_there() -> bool:
            return (await self._card(agent, number))["consult"]["present"]

        await eventually(is_there)

    async def _file_of(self, company: Company) -> UUID:
        """A file of past calls, whose days are rolled up: no bookkeeper finds anything to do."""
        database, name = self.product.services.database, f"past of {company.name}.csv"
        row = f"2026-01-31 10:00,abandoned,9,history of {company.name},+1555{company.number[-7:]}"
        columns = "queue_entered_at,outcome,wait_seconds,queue,caller"
        await bring_in(database, company.tenant, name, f"{columns}\n{row}\n".encode())

        async def is_rolled_up() -> bool:
            async with database.work(company.tenant) as work:
                now = self.product.clock()
                return not (await roll_up_days(work, now) or await changed_before(work, now, 1))

        await eventually(is_rolled_up)
        async with database.work(company.tenant) as work:
            (file,) = await history.files(work)
        return file.id

    async def over(self, caller: Caller) -> None:
        """That caller hangs up."""
        await caller.hangs_up()
        await eventually(lambda: self._is(caller.company.ana, caller.number, state="ended"))

    async def _come_to_rest(self) -> None:
        """The carrier tells its last about calls that have ended a moment after they have."""
        looks: list[Any] = []

        async def nothing_moves() -> bool:
            looks.append([await self.rows_of(company) for company in (self.acme, self.globex)])
            return len(looks) > 3 and looks[-3] == looks[-2] == looks[-1]

        await eventually(nothing_moves, every=0.1)

    async def _calls_of(self, company: Company) -> dict[str, UUID]:
        calls: dict[str, UUID] = {}
        for state in ("ended", "parked", "connected"):  # Ana keeps the last one
            calls[state], _ = await self.call(company.ana, state)
        caller = await company.rings(f"+1555{company.number[-4:]}900")
        calls["ringing"] = UUID((await self._card(company.ben, caller.number))["id"])
        return calls

    async def _card(self, agent: Agent, number: str) -> dict[str, Any]:
        async def there() -> dict[str, Any] | None:
            board = await agent.asks("GET", "/api/board")
            cards = [*board["calls"], *board["recent"]]
            return next((card for card in cards if card["caller"] == number), None)

        return await eventually(there)

    async def _is(self, agent: Agent, number: str, **wanted: object) -> bool:
        card = await self._card(agent, number)
        return all(card[name] == value for name, value in wanted.items())

    async def _name(self, company: Company) -> None:
        """`Product.company` calls everybody alike; here a name says whose it is."""
        for agent in company.people.values():
            name = f"{agent.name} of {company.name}"
            await self._admin.execute(
                "update person set name = $1 where person_id = $2", name, agent.id
            )
            await self._admin.execute("update agent set name = $1 where id = $2", name, agent.id)

    async def _marks_of(self, company: Company) -> set[str]:
        """Every string by which the company would be recognised."""
        board = await company.ana.asks("GET", "/api/board")
        cards = [*board["calls"], *board["recent"]]
        ids = [company.tenant, *(agent.id for agent in company.people.values())]
        ids += [UUID(card["id"]) for card in (*cards, *board["teams"])]
        ids.append(self.files[company.name])
        return {
            company.name,
            company.number,
            company.account_sid,
            company.auth_token,
            *(agent.email for agent in company.people.values()),
            *(card["caller"] for card in cards),
            *(str(each) for each in ids),
            *(each.hex for each in ids),
        }


async def admin_of(superuser_url: str) -> Any:
    """A connection that sees everything."""
    return await asyncpg.connect(superuser_url, database="patchbay")
