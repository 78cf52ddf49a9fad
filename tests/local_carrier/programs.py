"""Random programs of calls, TwiML, REST requests and hang-ups, and the world they run in.

Everything is in one process and without a socket: the customer's answers take turns of the event
loop instead of milliseconds, so that whatever was found can be found again.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from inspect import isawaitable
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from backend.local_carrier.accounts import Account
from backend.local_carrier.clock import MovedClock
from backend.local_carrier.exchange import Exchange
from backend.local_carrier.handsets import Handset, Manner, Step
from backend.local_carrier.legs import Leg, LegStatus
from backend.local_carrier.phones import ScriptedPhone, Voice
from backend.local_carrier.registrations import BrowsersRung
from backend.local_carrier.rest.api import ROUTES
from backend.local_carrier.rest.asking import Asked, Form, Refused
from backend.local_carrier.rooms import Participant
from backend.local_carrier.webhooks.overrides import Overrides
from backend.local_carrier.webhooks.wire import Incoming, NoAnswer, Outgoing

HERE = "http://customer"
DOCUMENTS = ("/d0", "/d1", "/d2", "/wait", "/music", "/whisper")
"""Of calls, of those who wait in a queue, of rooms, and of called parties."""
MOST_ANSWERS = 6
"""So often a document is given; then the customer hangs up. Documents that lead to each other would
go on for ever."""
NUMBERS = ("+15550100001", "+15550100002")
"""Acme's and Globex's; each may dial the other's."""
IDENTITY = "ana"
OUTSIDE: dict[str, tuple[Manner, float]] = {
    "+15557770001": ("answers", 0.0),
    "+15557770002": ("answers", 2.0),
    "+15557770003": ("busy", 1.0),
    "+15557770004": ("never", 0.0),
    "+15557770005": ("by-hand", 0.0),
}
EVERY_EVENT = "initiated ringing answered completed"
EVENTS = f" statusCallback='{HERE}/status' statusCallbackEvent='{EVERY_EVENT}'"
ROOM_EVENTS = "start end join leave mute hold modify speaker announcement"
FAILS, ABSENT = "500", "nobody"
"""Instead of a document: the customer answers so, or not at all."""


@dataclass(frozen=True)
class Told:
    path: str
    fields: dict[str, str]


class Customer:
    """The other end of every webhook. Each answer takes as many turns as `slowness` says."""

    def __init__(self, documents: tuple[str, ...], slowness: tuple[int, ...]) -> None:
        self._documents = dict(zip(DOCUMENTS, documents, strict=True))
        self._slowness, self._asked = slowness, count()
        self._given = dict.fromkeys(DOCUMENTS, 0)
        self.told: list[Told] = []

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, request: Outgoing, limits: Overrides, deadline: float) -> Incoming:
        parts = urlsplit(request.url)
        body = parts.query if request.body is None else request.body.decode()
        self.told.append(Told(parts.path, dict(parse_qsl(body, keep_blank_values=True))))
        for _ in range(self._slowness[next(self._asked) % len(self._slowness)]):
            await asyncio.sleep(0)
        if parts.path not in self._documents:
            return Incoming(status=204)
        document = self._documents[parts.path]
        self._given[parts.path] += 1
        if self._given[parts.path] > MOST_ANSWERS:
            document = "<Hangup/>"
        if document == FAILS:
            return Incoming(status=500)
        if document == ABSENT:
            raise NoAnswer("ct", 11205, "nobody is there")
        return Incoming(status=200, body=f"<Response>{document}</Response>".encode())


class Tab:
    """A registered browser, which answers when the program says so."""

    def __init__(self) -> None:
        self.call: BrowsersRung | None = None
        self._asked: BrowsersRung | None = None

    async def invitation(self, leg: Leg, rung: BrowsersRung) -> "Tab":
        self._asked = rung
        return self

    async def send(self) -> None:
        self.call = self._asked

    async def cancel(self) -> None:
        self.call = None


class World:
    def __init__(self, exchange: Exchange, clock: MovedClock, customer: Customer) -> None:
        self.exchange, self.clock, self.customer = exchange, clock, customer
        self.accounts = [self._account(name, at) for at, name in enumerate(("Acme", "Globex"))]
        self.tabs = [Tab(), Tab()]
        for tab in self.tabs:
            exchange.registrations.register(self.accounts[0].sid, IDENTITY, tab)
        for number, (manner, after) in OUTSIDE.items():
            exchange.handsets.set(Handset(number=number, manner=manner, after=after))
        self.requests: list[asyncio.Task[None]] = []

    @classmethod
    @asynccontextmanager
    async def of(cls, program: "Program", folder: Path) -> AsyncGenerator["World"]:
        customer, clock = Customer(program.documents, program.slowness), MovedClock()
        exchange = Exchange(folder, media="null", clock=clock, wire=customer)
        await exchange.open()
        try:
            yield cls(exchange, clock, customer)
        except AssertionError:
            # What is wrong may be that somebody goes on for ever: nobody waits for them.
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            raise
        finally:
            await exchange.close()

    def leg(self, at: int) -> Leg | None:
        live = self.exchange.calls.live()
        return live[at % len(live)] if live else None

    def participant(self, at: int) -> Participant | None:
        rooms = self.exchange.conferences.live()
        present = [one for room in rooms for one in room.participants.values()]
        return present[at % len(present)] if present else None

    def start(self, request: Awaitable[Any]) -> None:
        """A request that is being served while the program goes on."""

        async def serve() -> None:
            with suppress(Refused), self.clock.work():
                await request

        self.requests.append(asyncio.create_task(serve()))

    def rest(self, account: Account, method: str, resource: str, **fields: str) -> None:
        self.start(_answered(self.exchange, account, method, resource, fields))

    async def passes(self, seconds: float) -> None:
        await self.clock.move(seconds)
        assert all(request.done() for request in self.requests), "a request is never answered"
        for request in self.requests:
            request.result()
        self.requests.clear()

    def _account(self, name: str, at: int) -> Account:
        account = self.exchange.accounts.open(name, [NUMBERS[at]])
        (number,) = account.numbers.values()
        number.voice_url = number.voice_fallback_url = f"{HERE}{DOCUMENTS[at]}"
        number.status_callback = f"{HERE}/status"
        return account


async def _answered(
    exchange: Exchange, account: Account, method: str, resource: str, fields: dict[str, str]
) -> None:
    parts = resource.split("/")
    for route in ROUTES:
        expected = route.path.split("/")
        if route.method != method or len(expected) != len(parts):
            continue
        pairs = list(zip(expected, parts, strict=True))
        if all(name.startswith("{") or name == part for name, part in pairs):
            names = {name.strip("{}"): part for name, part in pairs if name.startswith("{")}
            form = Form(list(fields.items()), route.fields, route.unsupported)
            asked = Asked(
                exchange=exchange,
                account=account,
                path=resource,
                names=names,
                by=account,
                query=Form([], ()),
                form=form,
            )
            told = route.answer(asked)
            if isawaitable(told):
                await told
            return
    raise AssertionError(f"no {method} {resource}")


@dataclass(frozen=True)
class Dials:
    """Somebody outside dials one of our numbers."""

    to: int
    patience: float | None = None
    script: tuple[Step, ...] = ()

    async def run(self, world: World) -> None:
        phone = ScriptedPhone("caller", Voice.silent())
        leg = world.exchange.dial_number("+15557654321", NUMBERS[self.to], phone)
        world.exchange.people.follow(leg, self.script, self.patience)


@dataclass(frozen=True)
class Creates:
    """REST creates a call. `then` is an address or TwiML itself."""

    to: str
    then: str
    timeout: int = 20

    async def run(self, world: World) -> None:
        world.rest(
            world.accounts[0],
            "POST",
            "Calls",
            **{"To": self.to, "From": NUMBERS[0], "Timeout": str(self.timeout)},
            **_destination(self.then),
            StatusCallback=f"{HERE}/status",
            StatusCallbackEvent=EVERY_EVENT,
        )


@dataclass(frozen=True)
class Adds:
    """REST adds a participant to a room."""

    room: str
    to: str
    label: str = ""
    end_on_exit: bool = False

    async def run(self, world: World) -> None:
        world.rest(
            world.accounts[0],
            "POST",
            f"Conferences/{self.room}/Participants",
            **{"To": self.to, "From": NUMBERS[0], "Label": self.label, "Timeout": "10"},
            EndConferenceOnExit=str(self.end_on_exit),
            StatusCallback=f"{HERE}/status",
            StatusCallbackEvent=EVERY_EVENT,
            ConferenceStatusCallback=f"{HERE}/room",
            ConferenceStatusCallbackEvent=ROOM_EVENTS,
        )


@dataclass(frozen=True)
class Redirects:
    """REST takes a call elsewhere."""

    leg: int
    then: str

    async def run(self, world: World) -> None:
        if (leg := world.leg(self.leg)) is not None:
            world.rest(leg.account, "POST", f"Calls/{leg.sid}", **_destination(self.then))


@dataclass(frozen=True)
class Ends:
    """REST ends a call."""

    leg: int
    status: str = "completed"

    async def run(self, world: World) -> None:
        if (leg := world.leg(self.leg)) is not None:
            world.rest(leg.account, "POST", f"Calls/{leg.sid}", Status=self.status)


@dataclass(frozen=True)
class HangsUp:
    """Whoever is at the other end hangs up, or rejects the call that rings."""

    leg: int

    async def run(self, world: World) -> None:
        leg = world.leg(self.leg)
        if leg is not None and leg.status is not LegStatus.QUEUED:
            world.start(world.exchange.calls.hung_up_by_far_end(leg))


@dataclass(frozen=True)
class PicksUp:
    """Somebody answers a phone that rings until they do."""

    leg: int

    async def run(self, world: World) -> None:
        leg = world.leg(self.leg)
        if leg is not None and leg.far_end.kind == "handset" and leg.status is LegStatus.RINGING:
            leg.pick_up()


@dataclass(frozen=True)
class Clicks:
    """Somebody takes or refuses a call in a browser."""

    tab: int
    takes: bool = True

    async def run(self, world: World) -> None:
        tab = world.tabs[self.tab]
        if tab.call is None:
            return
        if self.takes:
            tab.call.taken_by(tab, ScriptedPhone("softphone", Voice.silent()))
        else:
            tab.call.refused_by(tab)
        tab.call = None


@dataclass(frozen=True)
class Presses:
    leg: int
    digits: str

    async def run(self, world: World) -> None:
        if (leg := world.leg(self.leg)) is not None:
            leg.press(self.digits)


@dataclass(frozen=True)
class Updates:
    """REST changes how a participant sits in its room."""

    participant: int
    fields: dict[str, str] = field(default_factory=dict)

    async def run(self, world: World) -> None:
        if (one := world.participant(self.participant)) is not None:
            fields = {
                name: one.leg.sid if name == "CallSidToCoach" else value
                for name, value in self.fields.items()
            }
            world.rest(one.leg.account, "POST", _resource(one), **fields)


@dataclass(frozen=True)
class CallsOff:
    """REST removes somebody who is on the way to a room."""

    async def run(self, world: World) -> None:
        for room in world.exchange.conferences.live():
            for sid in room.expected:
                account, path = room.account, f"Conferences/{room.sid}/Participants/{sid}"
                world.rest(account, "DELETE", path)


@dataclass(frozen=True)
class Kicks:
    participant: int

    async def run(self, world: World) -> None:
        if (one := world.participant(self.participant)) is not None:
            world.rest(one.leg.account, "DELETE", _resource(one))


@dataclass(frozen=True)
class EndsRoom:
    room: int

    async def run(self, world: World) -> None:
        rooms = world.exchange.conferences.live()
        if rooms:
            room = rooms[self.room % len(rooms)]
            world.rest(room.account, "POST", f"Conferences/{room.sid}", Status="completed")


@dataclass(frozen=True)
class Turns:
    """The program goes on while the carrier has only begun with what was asked."""

    turns: int

    async def run(self, world: World) -> None:
        for _ in range(self.turns):
            await asyncio.sleep(0)


@dataclass(frozen=True)
class Passes:
    """Time passes, with all that happens in it."""

    seconds: float

    async def run(self, world: World) -> None:
        await world.passes(self.seconds)


Act = (
    Dials | Creates | Adds | Redirects | Ends | HangsUp | PicksUp | Clicks | Presses | Updates
    | Kicks | CallsOff | EndsRoom | Turns | Passes
)  # fmt: skip


@dataclass(frozen=True)
class Program:
    documents: tuple[str, ...]
    acts: tuple[Act, ...]
    slowness: tuple[int, ...] = (0,)


def _destination(then: str) -> dict[str, str]:
    if then.startswith(HERE):
        return {"Url": then}
    return {"Twiml": f"<Response>{then}</Response>"}


def _resource(one: Participant) -> str:
    return f"Conferences/{one.conference.sid}/Participants/{one.leg.sid}"
