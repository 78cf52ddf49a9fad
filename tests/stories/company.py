"""A company in a story: its people, its callers, and what each of them sees and hears."""

import asyncio
import contextlib
import secrets
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import aiohttp
import msgspec

from backend.domain.board import (
    AgentCard,
    Announcement,
    CallCard,
    ConsultCard,
    GuestCard,
    Presence,
    Snapshot,
    apply,
    presence_of,
)
from backend.feed.attendance import GRACE_SECONDS
from backend.store import teams
from backend.web.feed_messages import FromServer, Ping
from tests.serving import eventually

if TYPE_CHECKING:
    from tests.stories.product import Product


ON_THE_LINE = ("ringing", "in-progress")
HEARD_SECONDS = 0.2
"""How much of a sound tells what it is: long enough to measure a voice's pitch, and the shorter
the sooner it is noticed that a sound has changed. Stories mostly wait for that."""


_TELEPHONES = count(1000)
"""Numbers outside that no story has called before: one drawn by lot was, once in a hundred runs."""


class Refused(Exception):
    """A command was refused: with this status, code and detail."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code, self.detail = status, code, detail


class Company:
    def __init__(self, product: "Product", tenant: UUID, name: str, number: str) -> None:
        self.product, self.tenant, self.name, self.number = product, tenant, name, number
        self.account_sid = self.auth_token = ""
        self.people: dict[str, Agent] = {}

    def add(self, name: str, person: UUID, email: str, password: str) -> None:
        self.people[name] = Agent(self, name, person, email, password)

    def __getattr__(self, name: str) -> "Agent":
        try:
            return self.people[name.capitalize()]
        except KeyError:
            raise AttributeError(name) from None

    async def on_duty(self, *names: str) -> None:
        """These people have their boards open and are available."""
        for name in names:
            agent = self.people[name]
            await agent.opens_board()
            await agent.goes("available")

    async def has_team(self, name: str, *people: str) -> UUID:
        """A team of these people. Gives its id; boards that are open know nothing of it yet."""
        async with self.product.services.database.work(self.tenant) as work:
            team = await teams.make_team(work, name)
            for person in people:
                await teams.put_in(work, team, self.people[person].id)
        return team

    async def loses_team(self, team: UUID) -> None:
        async with self.product.services.database.work(self.tenant) as work:
            await teams.remove_team(work, team)

    async def rings(self, caller: str = "+15557654321", tone: int = 440) -> "Caller":
        """Somebody dials the company's number; the call is on the board when this returns."""
        phone = await self.product.lab(
            "POST", "/phones", {"from": caller, "to": self.number, "voice": {"tone": tone}}
        )
        await _what_it_hears(self.product, phone["sid"])  # so that it hears from the first moment
        return Caller(self, phone["sid"], caller, tone)

    async def telephone(
        self, manner: str = "answers", *, after: float = 0.2, tone: int = 523
    ) -> "Outside":
        """A telephone outside that nobody has called yet, and how it behaves when it rings."""
        number = f"+1212555{next(_TELEPHONES)}"
        how = {"manner": manner, "after": after, "voice": {"tone": tone}}
        await self.product.lab("PUT", f"/handsets/{number}", how)
        return Outside(self, "", number, tone)

    async def every_board_is_right(self) -> None:
        for agent in self.people.values():
            if agent.is_watching:
                await agent.board_is_right()

    async def close(self) -> None:
        for agent in self.people.values():
            await agent.closes()


class Agent:
    """A person with a browser: cookies, a board that folds the feed, and a phone."""

    def __init__(
        self, company: Company, name: str, person: UUID, email: str, password: str
    ) -> None:
        self.company, self.name, self.id = company, name, person
        self.email, self.password = email, password
        self._http: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reading: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self.board: Snapshot | None = None
        self.heard: list[dict[str, Any]] = []
        self.phone: str | None = None

    @property
    def http(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                self.company.product.address, cookie_jar=aiohttp.CookieJar(unsafe=True)
            )
        return self._http

    @property
    def is_watching(self) -> bool:
        return self._socket is not None and not self._socket.closed

    async def asks(self, method: str, path: str, body: Any = None) -> Any:
        """One request of this person's browser. Raises `Refused`."""
        async with self.http.request(method, path, json=body) as answer:
            text = await answer.text()
            if answer.status >= 400:
                problem = msgspec.json.decode(text)
                raise Refused(answer.status, problem["code"], problem["detail"])
            return msgspec.json.decode(text) if text else None

    async def signs_in(self) -> Any:
        return await self.asks(
            "POST", "/api/sign-in", {"email": self.email, "password": self.password}
        )

    async def opens_board(self, since: int | None = None) -> None:
        """Sign in if need be, open the feed, and wait for the first board."""
        if not any(True for _ in self.http.cookie_jar):
            await self.signs_in()
        self._socket = await self.http.ws_connect("/api/feed")
        await self._socket.send_str(msgspec.json.encode({"type": "hello", "since": since}).decode())
        self._reading = asyncio.create_task(self._read())
        await self.sees(lambda board: True)

    async def closes_board(self) -> None:
        """The page is gone, as when a browser is closed."""
        if self._socket is not None:
            await self._socket.close()
        if self._reading is not None:
            await self._reading
        self._socket = None

    async def is_gone(self) -> None:
        """The page is closed and not opened again: after a moment this person is offline."""
        product = self.company.product
        boards = len(product.services.hub)
        await self.closes_board()
        await eventually(lambda: len(product.services.hub) < boards)
        await product.later(GRACE_SECONDS)

    async def closes(self) -> None:
        with contextlib.suppress(aiohttp.ClientError):
            await self.closes_board()
        if self._http is not None:
            await self._http.close()

    async def goes(self, status: str) -> None:
        """Choose a presence, finish a wrap-up if one is on, and see it on one's own board."""
        await self.chooses(status)
        await self.finishes_wrap_up()

    async def chooses(self, status: str, reason: str | None = None) -> None:
        """Choose a presence: for now, or for after the call or the wrap-up."""
        wish = {"status": status} | ({"reason": reason} if reason else {})
        set_to = await self.asks("PUT", "/api/presence", wish)
        await self.sees(lambda board: self.card(board).rev >= set_to["rev"])

    async def finishes_wrap_up(self) -> None:
        set_to = await self.asks("DELETE", "/api/wrap-up")
        await self.sees(lambda board: self.card(board).rev >= set_to["rev"])

    async def notes(self, caller: "Caller", text: str) -> None:
        """Write one's note about that caller's call."""
        await self._does("PUT", caller, "notes", {"text": text})

    async def disposes(self, caller: "Caller", disposition: str) -> None:
        """Say how that caller's call went."""
        await self._does("PUT", caller, "disposition", {"disposition": disposition})

    async def reads_notes(self, caller: "Caller") -> dict[UUID, str]:
        """What everybody noted about that caller's call."""
        card = self.call(caller)
        assert card is not None
        found = await self.asks("GET", f"/api/calls/{card.id}")
        return {UUID(note["agent_id"]): note["text"] for note in found["notes"]}

    def card(self, board: Snapshot) -> AgentCard:
        return next(agent for agent in board.agents if agent.id == self.id)

    async def sees(self, what: Any, within: float = 5.0) -> Any:
        """Wait until `what(board)` is true on this person's board; gives what it returned."""
        async with asyncio.timeout(within):
            while True:
                found = None if self.board is None else what(self.board)
                if found:
                    return found
                self._changed.clear()
                try:
                    await self._changed.wait()
                except asyncio.CancelledError:
                    print(f"{self.name} sees: {self.board}")
                    raise

    def shows(self, agent: "Agent") -> Presence:
        """What this person's board shows of an agent."""
        assert self.board is not None
        card = next(a for a in self.board.agents if a.id == agent.id)
        return presence_of(card, self.board.calls)

    def call(self, caller: "Caller") -> CallCard | None:
        """That caller's card on this board, live or recent."""
        assert self.board is not None
        cards = (*self.board.calls, *self.board.recent)
        mine = [card for card in cards if card.caller == caller.number]
        return mine[0] if mine else None

    async def sees_call(self, caller: "Caller", state: str, within: float = 5.0) -> CallCard:
        """Wait until that caller's card is in that state."""

        def there(_: Snapshot) -> CallCard | None:
            card = self.call(caller)
            return card if card is not None and card.state == state else None

        return await self.sees(there, within)

    async def claims(self, caller: "Caller") -> None:
        """Click on Answer; no voice yet."""
        card = await self.sees(lambda _: self.call(caller))
        await self.asks("POST", f"/api/calls/{card.id}/claim")

    async def answers(self, caller: "Caller", tone: int = 700) -> None:
        """Click on Answer, and talk."""
        await self.claims(caller)
        await self.joins(caller, tone)

    async def joins(self, caller: "Caller", tone: int = 700) -> None:
        """What the page's phone does when the board says that a call is mine."""
        card = self.call(caller)
        assert card is not None
        self.phone = await self.dials(card.id, tone)
        await self.sees(lambda _: getattr(self.call(caller), "agent_present", False))

    async def dials(self, call_id: UUID, tone: int = 700) -> str:
        token = (await self.asks("POST", "/api/voice-token"))["token"]
        params = {"call_id": str(call_id), "leg": secrets.token_hex(4)}
        phone = await self.company.product.lab(
            "POST",
            "/softphones",
            {"token": token, "params": params, "voice": {"tone": tone}},
        )
        await _what_it_hears(self.company.product, phone["sid"])
        return phone["sid"]

    async def calls(self, outside: "Outside", tone: int = 700, **wish: str) -> UUID:
        """Call a number outside, and be there with one's voice. Returns the call's id."""
        call_id = await self.wishes_to_call(outside.number, **wish)
        self.phone = await self.dials(call_id, tone)
        await self.sees(lambda _: getattr(self.call(outside), "agent_present", False))
        return call_id

    async def wishes_to_call(self, number: str, **wish: str) -> UUID:
        """Click on Call; no voice yet."""
        body = {"request": str(uuid4()), "number": number} | wish
        return UUID((await self.asks("POST", "/api/dialling", body))["call_id"])

    async def transfers_outside(self, caller: "Caller", outside: "Outside") -> None:
        """Hand the caller to a number outside, cold."""
        await self._does("POST", caller, "transfer", {"number": outside.number})

    async def consults_outside(self, caller: "Caller", outside: "Outside") -> None:
        """Call a number outside into the call, before handing it over."""
        await self._does("POST", caller, "consult", {"number": outside.number})

    async def parks(self, caller: "Caller", slot: int | None = None) -> None:
        card = self.call(caller)
        assert card is not None
        await self.asks("POST", f"/api/calls/{card.id}/parking", {"slot": slot})

    async def picks_up(self, caller: "Caller", tone: int = 700) -> None:
        card = await self.sees(lambda _: self.call(caller))
        await self.asks("DELETE", f"/api/calls/{card.id}/parking")
        await self.joins(caller, tone)

    async def hangs_up(self, caller: "Caller") -> None:
        card = self.call(caller)
        assert card is not None
        await self.asks("POST", f"/api/calls/{card.id}/hangup")

    async def holds(self, caller: "Caller") -> None:
        await self._does("POST", caller, "hold")

    async def resumes(self, caller: "Caller") -> None:
        await self._does("DELETE", caller, "hold")

    async def sets_aside(self, caller: "Caller") -> None:
        """Leave the caller on hold, for another call."""
        await self._does("POST", caller, "aside")

    async def takes_up(self, caller: "Caller", tone: int = 700) -> None:
        """Talk again with a caller whom one has set aside."""
        await self.resumes(caller)
        await self.joins(caller, tone)

    async def transfers(self, caller: "Caller", to: "Agent") -> None:
        """Hand the caller to a colleague, cold."""
        await self._does("POST", caller, "transfer", {"to": str(to.id)})

    async def transfers_to_team(self, caller: "Caller", team: UUID) -> None:
        """Hand the caller to everybody of that team who is free, cold."""
        await self._does("POST", caller, "transfer", {"team": str(team)})

    async def consults(self, caller: "Caller", colleague: "Agent") -> None:
        """Ask a colleague into the call, before handing it over."""
        await self._does("POST", caller, "consult", {"to": str(colleague.id)})

    async def talks_with(self, caller: "Caller", whom: str) -> None:
        """Swap, or merge: `colleague`, `caller` or `all`."""
        await self._does("PUT", caller, "consult", {"talk_with": whom})

    async def cancels_consult(self, caller: "Caller") -> None:
        await self._does("DELETE", caller, "consult")

    async def completes(self, caller: "Caller") -> None:
        """Leave the call to the colleague."""
        await self._does("POST", caller, "completion")

    async def joins_consult(self, caller: "Caller", tone: int = 1200) -> None:
        """Take the consult, and be there with one's voice."""
        await self.is_rung_by(caller)
        await self.claims(caller)
        card = self.call(caller)
        assert card is not None
        self.phone = await self.dials(card.id, tone)
        await self.sees(lambda _: getattr(self.consult_of(caller), "present", False))

    async def lets_go(self, caller: "Caller", guest: UUID) -> None:
        """Let one guest of the conference go, by the name that their card has."""
        await self._does("DELETE", caller, f"guests/{guest}")

    async def leaves(self, caller: "Caller") -> None:
        """Leave the conference of which one is a guest."""
        await self.lets_go(caller, self.id)

    async def rejoins(self, caller: "Caller", tone: int = 700) -> None:
        """What the page's phone does after a reload, whatever one is in that call."""
        card = self.call(caller)
        assert card is not None
        self.phone = await self.dials(card.id, tone)

    def guest_of(self, caller: "Caller", guest: UUID) -> GuestCard | None:
        """That guest's card, by the agent's id or that of the leg outside."""
        card = self.call(caller)
        return None if card is None else next((g for g in card.guests if g.id == guest), None)

    def consult_of(self, caller: "Caller") -> ConsultCard | None:
        card = self.call(caller)
        return None if card is None else card.consult

    async def declines(self, caller: "Caller") -> None:
        await self._does("POST", caller, "refusal")

    async def monitors(self, caller: "Caller", mode: str = "listen", tone: int = 1000) -> None:
        """Come into a colleague's call, as a supervisor; be there with one's voice."""
        await self._does("POST", caller, "monitoring", {"mode": mode})
        await self.joins_as_monitor(caller, tone)

    async def joins_as_monitor(self, caller: "Caller", tone: int = 1000) -> None:
        card = self.call(caller)
        assert card is not None
        self.phone = await self.dials(card.id, tone)

        async def is_there() -> bool:
            told = await self.asks("GET", "/api/monitoring")
            everybody = [one for call in told["calls"] for one in call["monitors"]]
            mine = [one for one in everybody if one["person_id"] == str(self.id)]
            return any(one["present"] for one in mine)

        await eventually(is_there)

    async def monitors_as(self, caller: "Caller", mode: str) -> None:
        """Change who hears one."""
        await self._does("PUT", caller, "monitoring", {"mode": mode})

    async def stops_monitoring(self, caller: "Caller") -> None:
        await self._does("DELETE", caller, "monitoring")

    async def takes_over(self, caller: "Caller") -> None:
        await self._does("POST", caller, "takeover")

    async def asks_for_help(self, caller: "Caller") -> None:
        await self._does("POST", caller, "help")

    async def takes_help_back(self, caller: "Caller") -> None:
        await self._does("DELETE", caller, "help")

    async def _does(self, method: str, caller: "Caller", what: str, body: Any = None) -> None:
        card = await self.sees(lambda _: self.call(caller))
        await self.asks(method, f"/api/calls/{card.id}/{what}", body)

    async def is_rung_by(self, caller: "Caller") -> CallCard:
        """Wait until that caller rings at this person."""

        def rings(_: Snapshot) -> CallCard | None:
            card = self.call(caller)
            return card if card is not None and self.id in card.offered_to else None

        return await self.sees(rings)

    async def hears(self, kind: str, pitch: float | None = None) -> None:
        """Wait until this person's phone hears that."""
        assert self.phone is not None
        await _hears(self.company.product, self.phone, kind, pitch)

    async def hears_only(self, *others: "Agent | Caller") -> None:
        """Wait until these are the voices that this person's phone hears, and no other."""
        assert self.phone is not None
        await _hears_only(self.company.product, self.phone, others)

    @property
    def phone_name(self) -> str | None:
        return self.phone

    async def loses_voice(self) -> None:
        """The browser's phone is cut off, though nobody hung up."""
        assert self.phone is not None
        await self.company.product.lab("DELETE", f"/phones/{self.phone}")

    async def board_is_right(self) -> None:
        """What this board made of the events is what a fresh snapshot says."""

        async def agrees() -> bool:
            fresh = msgspec.convert(await self.asks("GET", "/api/board"), Snapshot, strict=False)
            mine = self.board
            assert mine is not None
            return msgspec.structs.replace(fresh, at=mine.at) == mine

        await eventually(agrees)

    async def _read(self) -> None:
        assert self._socket is not None
        async for frame in self._socket:
            message = msgspec.json.decode(frame.data, type=FromServer)
            self.heard.append(msgspec.json.decode(frame.data))
            match message:
                case Ping():
                    await self._socket.send_str('{"type":"pong"}')
                case Snapshot():
                    self.board = message
                case Announcement():
                    assert self.board is not None
                    self.board = apply(self.board, message)
                case _:
                    pass
            self._changed.set()


class Caller:
    """Somebody outside with a telephone."""

    def __init__(self, company: Company, sid: str, number: str, tone: int) -> None:
        self.company, self.sid, self.number, self.tone = company, sid, number, tone

    async def hears(self, kind: str, pitch: float | None = None) -> None:
        """Wait until the caller hears that: silence, ring, music, speech, or a voice's pitch."""
        await _hears(self.company.product, self.sid, kind, pitch)

    async def hears_only(self, *others: "Agent | Caller") -> None:
        """Wait until these are the voices that the caller hears, and no other."""
        await _hears_only(self.company.product, self.sid, others)

    @property
    def phone_name(self) -> str | None:
        return self.sid

    async def hangs_up(self) -> None:
        await self.company.product.lab("DELETE", f"/phones/{self.sid}")

    async def phone(self) -> Any:
        return await self.company.product.lab("GET", f"/phones/{self.sid}")

    async def is_off(self, within: float = 8.0) -> None:
        """Wait until the caller's phone is back on the hook."""

        async def off() -> bool:
            return (await self.phone())["status"] in ("completed", "failed", "canceled")

        await eventually(off, within=within)


class Outside(Caller):
    """A telephone outside that we call; what it hears is known once it rings."""

    async def is_rung(self, within: float = 15.0) -> Any:
        """Wait until it rings; gives what the carrier knows of that leg."""

        async def rung() -> Any:
            phones = await self.company.product.lab("GET", "/phones?live=true")
            mine = (each for each in phones if each["to"] == self.number)
            return next((each for each in mine if each["status"] in ON_THE_LINE), None)

        found = await eventually(rung, within=within)
        self.sid = found["sid"]
        return found

    async def is_not_rung(self) -> None:
        """Nobody has ever called it."""
        phones = await self.company.product.lab("GET", "/phones")
        assert all(each["to"] != self.number for each in phones)

    async def answers(self) -> None:
        await self.company.product.lab("POST", f"/phones/{self.sid}/answer")


async def _what_it_hears(product: "Product", sid: str) -> Any:
    return (await product.lab("GET", f"/phones/{sid}?heard={HEARD_SECONDS}"))["hears"]


async def _hears(product: "Product", sid: str, kind: str, pitch: float | None) -> None:
    async def it() -> bool:
        hears = await _what_it_hears(product, sid)
        right_pitch = pitch is None or (
            hears["pitch_hz"] is not None and abs(hears["pitch_hz"] - pitch) < 15
        )
        return hears["kind"] == kind and right_pitch

    try:
        await eventually(it, within=6)
    except AssertionError:
        heard = await _what_it_hears(product, sid)
        raise AssertionError(f"wanted {kind} {pitch}, heard {heard}") from None


async def _hears_only(product: "Product", sid: str, others: "tuple[Agent | Caller, ...]") -> None:
    expected = {other.phone_name for other in others}

    async def it() -> bool:
        sources = (await _what_it_hears(product, sid))["sources"]
        return {one["sid"] for one in sources if one["kind"] == "participant"} == expected

    await eventually(it, within=6)
