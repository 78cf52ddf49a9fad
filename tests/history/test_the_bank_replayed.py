"""Some busy hours of a real call centre, lived once more through the product's own webhooks and
commands in fast time, give the published figures.

Each caller of those hours comes in when they entered the queue, is answered or gives up after
`q_time` seconds, and hangs up `ser_time` seconds after the answer; callers overlap as they did.
The carrier's callbacks of an instant come in random order, many of them twice, some late. Who hung
up in the bank's menu and who is a PHANTOM never came to the queue, and does not call here.

All of these calls can be lived. What the data's own clocks say otherwise, the durations decide, as
they do for the published figures:

* `ser_start` is a second before `q_exit` in two thirds of the queued answers, and minutes away from
  it in some: the wait is `q_time`, and service begins after it.
* `q_exit` is not `q_start + q_time` in 20 rows, and `ser_exit` not `ser_start + ser_time` in 145:
  across midnight, where a clock without a date begins anew. None is in these hours.
* One row (15 February) has waited 27 s from a `q_start` of 0, which is midnight there and "never"
  elsewhere; it is not in these hours either.
* An agent of the bank has two callers at once in 1,762 rows, which nobody can here: whoever is free
  answers. NO_SERVER is an agent like others.
* 282 answers have no service, and 412 one of 0 s: the latter are among the shares with known time
  there and among the unknown here. None is in these hours.

The clock stands still but for this test: were milliseconds to pass, a wait of 20 s would be 20.004,
and no more in time. It is lived 28 years later, when the calendar is the same: a sweeper of other
stories on this database, which knows the real time, would take agents of 1999 for long gone.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from backend.app import create_app
from backend.carrier.signature import sign
from backend.domain.rules import Rules
from backend.embedded_postgres import EmbeddedPostgres
from backend.store import people
from backend.store.carrier_accounts import CarrierAccount, save_account
from backend.store.people import Role
from backend.store.report_tokens import make_token
from backend.store.sessions import open_session
from backend.store.tenancy import Database
from backend.web.spool import Spool
from backend.web.visitor import COOKIE
from tests.history import bank
from tests.serving import free_socket, served_on
from tests.stories.product import HandClock, settings_for

pytestmark = bank.needs_the_bank

ZONE = ZoneInfo(bank.ZONE)
QUARTER = timedelta(minutes=15)
NUMBER = "+97235550100"
NOBODYS = "http://localhost:9"
"""Where the carrier would be asked. These calls ask for nothing: who waits hears what the answer to
the first webhook says, and a room is over when its caller leaves."""
PATIENT = Rules(
    time_zone=bank.ZONE, ring_seconds=3600, join_seconds=3600, wrap_up_seconds=0, missed_rings=0
)
"""The longest wait of the half year is 42 minutes, and nobody was sent away."""
TWICE, LATE = 0.25, 0.1
"""So many callbacks come again, and so many not at once."""
LATEST = timedelta(seconds=12)
AT_LEAST = timedelta(seconds=2)
"""From that on a callback is dated by the carrier's clock, which knows whole seconds; sooner, by
ours (`carrier/callbacks.py`). So one that is late by a second makes a wait longer by a second."""


YEARS = 28
"""The Gregorian calendar repeats itself after so many, until 2100."""


def lived(moment: datetime) -> datetime:
    """When something of then is lived, on the wall clock."""
    return moment.replace(year=moment.year + YEARS)


class StoppedClock(HandClock):
    """Moved by hand, and by nothing else."""

    def __init__(self, moment: datetime) -> None:
        super().__init__()
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


class Life:
    """One of the bank's calls, and what the carrier has learnt of it by our answers."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        seconds = row["handle_seconds"]
        entered = lived(row["queue_entered_at"])
        self.entered: datetime = entered.replace(tzinfo=ZONE).astimezone(UTC)
        self.waited = self.entered + timedelta(seconds=row["wait_seconds"])
        self.is_answered = row["outcome"] == "answered"
        self.end = self.waited + timedelta(seconds=seconds or 0)
        self.agent = 0
        self.leg, self.room = f"CA{secrets.token_hex(16)}", f"CF{secrets.token_hex(16)}"
        self.agents_leg = f"CA{secrets.token_hex(16)}"
        self.call_id = self.told_at = self.label = self.agents_label = ""

    @property
    def callbacks(self) -> list[tuple[str, datetime]]:
        """What the carrier tells of it and when, in the order in which it numbers what happens in
        the room; the first asks, and the last has no number."""
        came = [("voice", self.entered), ("joins", self.entered)]
        if not self.is_answered:
            left = [("leaves", self.end), ("over", self.end), ("status", self.end)]
            return came + left
        meets = [("agent-joins", self.waited), ("starts", self.waited)]
        left = [("leaves", self.end), ("agent-leaves", self.end), ("over", self.end)]
        return [*came, *meets, *left, ("status", self.end)]


def lives_of(start: datetime, end: datetime) -> list[Life]:
    """Those who entered the queue then, by the bank's own wall clock."""
    rows = bank.calls_of_day(start.date())
    found = [Life(row) for row in rows if start <= row["queue_entered_at"] < end]
    return sorted(found, key=lambda life: life.entered)


def give_agents(lives: Iterable[Life]) -> int:
    """Each answer to somebody whose last call is over, and known to be; how many that takes."""
    free_from: list[datetime] = []
    for life in sorted(lives, key=lambda life: life.waited):
        if not life.is_answered:
            continue
        free = [agent for agent, moment in enumerate(free_from) if moment < life.waited]
        life.agent = free[0] if free else len(free_from)
        free_from[life.agent : life.agent + 1] = [life.end + LATEST]
    return len(free_from)


class Step:
    """Something that is posted: a callback, or the agent's answer."""

    def __init__(self, life: Life, what: str, happened_at: datetime) -> None:
        self.life, self.what, self.happened_at = life, what, happened_at

    @property
    def can_be(self) -> bool:
        """A room's events follow upon the answer by which somebody is put into it."""
        if self.what == "voice":
            return True
        is_of_talk = self.what not in ("joins", "answers") and self.life.is_answered
        return bool(self.life.agents_label if is_of_talk else self.life.told_at)


def agenda(lives: Iterable[Life], dice: Random) -> dict[datetime, list[Step]]:
    """What is posted at which instant."""
    at: dict[datetime, list[Step]] = defaultdict(list)
    for life in lives:
        if life.is_answered:
            at[life.waited].append(Step(life, "answers", life.waited))
        delays = _delays(life, dice)
        for what, moment in life.callbacks:
            step = Step(life, what, moment)
            at[moment + delays[what]].append(step)
            if dice.random() < TWICE:
                at[moment + dice.choice((delays[what], LATEST))].append(step)
    return at


def _delays(life: Life, dice: Random) -> dict[str, timedelta]:
    """How late each callback comes.

    The voice webhook is a question: the caller would be as late. And what is over stays as it was
    when it was over (`domain/call_states.py`), so an agent's coming is told before the caller left.
    """
    delays = {what: _delay(dice) for what, _ in life.callbacks}
    delays["voice"] = timedelta()
    if life.is_answered and life.waited + delays["agent-joins"] >= life.end:
        delays["agent-joins"] = timedelta()
    return delays


def _delay(dice: Random) -> timedelta:
    is_late = dice.random() < LATE
    between = int(AT_LEAST.total_seconds()), int(LATEST.total_seconds())
    return timedelta(seconds=dice.randrange(*between)) if is_late else timedelta()


class Replay:
    """The bank as a company of the running product, with the carrier and the agents around it."""

    def __init__(self, address: str, clock: StoppedClock, services: Any) -> None:
        self.clock = clock
        self._address, self._services = address, services
        self._tenant = uuid4()
        self._account, self._token = f"AC{secrets.token_hex(16)}", secrets.token_hex(16)
        self._agents: list[tuple[UUID, dict[str, str]]] = []
        self._boards: list[asyncio.Task[None]] = []
        self._key = ""
        self._spool = Spool(services.settings.data_folder / "spool")
        self._http = aiohttp.ClientSession()

    async def open(self, agents: int) -> None:
        """The company is founded; so many agents have their boards open, and are available."""
        database: Database = self._services.database
        account = CarrierAccount(self._tenant, self._account, self._token)
        async with database.work(self._tenant) as work:
            await people.found_tenant(work, "The Bank", PATIENT)
            await save_account(work, self._services.settings.secret_key, account)
            lasts = timedelta(days=1)
            self._key = await make_token(work, "study", self.clock(), lasts, sees_numbers=False)
        for number in range(agents):
            await self._takes_on(database, f"Agent {number}")

    async def close(self) -> None:
        for board in self._boards:
            board.cancel()
        await asyncio.gather(*self._boards, return_exceptions=True)
        await self._http.close()

    async def live(self, steps: Mapping[datetime, Sequence[Step]], dice: Random) -> None:
        """Everything that is posted, instant after instant, those of one in random order."""
        for moment in sorted(steps):
            self.clock.moment = moment
            left = list(steps[moment])
            while left:
                step = dice.choice([step for step in left if step.can_be])
                left.remove(step)
                await self._do(step)
        await self._services.bookkeeper.read_on()

    async def quarters(self, day: date) -> dict[datetime, dict[str, int | None]]:
        """That day's figures by the wall clock of then, where somebody called."""
        day = day.replace(year=day.year + YEARS)
        url = f"{self._address}/api/reports/intervals?first={day}&last={day}&size=15min"
        headers = {"Authorization": f"Bearer {self._key}"}
        async with self._http.get(url, headers=headers) as answer:
            assert answer.status == 200
            rows = await answer.json()
        assert {row["is_final"] for row in rows if row["offered"]} == {True}, "all have hung up"
        slots = [datetime.fromisoformat(row["slot"]) for row in rows]
        return {
            slot.replace(tzinfo=None, year=slot.year - YEARS): bank.as_published(row)
            for slot, row in zip(slots, rows, strict=True)
            if row["offered"]
        }

    async def _takes_on(self, database: Database, name: str) -> None:
        person = await people.register_person(
            database, email=f"{secrets.token_hex(8)}@bank.example", name=name, password_hash="none"
        )
        async with database.work(self._tenant) as work:
            await people.add_member(work, person, name, Role.AGENT)
            session = await open_session(work, person, self.clock())
        headers = {"Cookie": f"{COOKIE}={session.token.text}"}
        self._agents.append((person, headers))
        socket = await self._http.ws_connect(f"{self._address}/api/feed", headers=headers)
        await socket.send_str('{"type":"hello","since":null}')
        await socket.receive()  # the board: they are online
        self._boards.append(asyncio.create_task(_watch(socket)))
        url = f"{self._address}/api/presence"
        async with self._http.put(url, json={"status": "available"}, headers=headers) as answer:
            assert answer.status == 200, await answer.text()

    async def _do(self, step: Step) -> None:
        life = step.life
        match step.what:
            case "answers":
                await self._answers(life)
            case "voice":
                caller = {"CallStatus": "ringing", "From": "anonymous", "To": NUMBER}
                room = _room(await self._posts("voice", {"CallSid": life.leg, **caller}))
                life.call_id, life.label = room.text or "", room.attrib["participantLabel"]
                life.told_at = room.attrib["statusCallback"].partition("#")[0]
            case "status":
                status = {"CallStatus": "completed", "Timestamp": format_datetime(step.happened_at)}
                await self._posts("caller-status", {"CallSid": life.leg, **status})
            case _:
                await self._sends(life.told_at, self._of_room(step))

    async def _answers(self, life: Life) -> None:
        person, headers = self._agents[life.agent]
        url = f"{self._address}/api/calls/{life.call_id}/claim"
        async with self._http.post(url, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
        mine = {"CallSid": life.agents_leg, "From": f"client:u_{person.hex}"}
        wish = {"call_id": life.call_id, "leg": secrets.token_hex(4)}
        room = _room(await self._posts("agent", mine | wish))
        assert room.text == life.call_id
        life.agents_label = room.attrib["participantLabel"]

    def _of_room(self, step: Step) -> dict[str, str]:
        life = step.life
        numbered = [what for what, _ in life.callbacks if what not in ("voice", "status")]
        event, leg, label, reason = {
            "joins": ("participant-join", life.leg, life.label, ""),
            "agent-joins": ("participant-join", life.agents_leg, life.agents_label, ""),
            "starts": ("conference-start", "", "", ""),
            "leaves": ("participant-leave", life.leg, life.label, "participant_hung_up"),
            "agent-leaves": (
                "participant-leave",
                life.agents_leg,
                life.agents_label,
                "moderator_ended_conference",
            ),
            "over": ("conference-end", "", "", ""),
        }[step.what]
        told = {
            "ConferenceSid": life.room,
            "FriendlyName": life.call_id,
            "StatusCallbackEvent": event,
            "SequenceNumber": str(numbered.index(step.what) + 1),
            "Timestamp": format_datetime(step.happened_at),
            "CallSid": leg,
            "ParticipantLabel": label,
            "ReasonParticipantLeft": reason,
        }
        return {name: value for name, value in told.items() if value}

    async def _posts(self, path: str, form: Mapping[str, str]) -> str:
        return await self._sends(f"{self._address}/twilio/{self._tenant}/{path}", form)

    async def _sends(self, url: str, form: Mapping[str, str]) -> str:
        fields = {"AccountSid": self._account, **form}
        headers = {"X-Twilio-Signature": sign(url, fields.items(), self._token)}
        async with self._http.post(url, data=fields, headers=headers) as answer:
            assert answer.status in (200, 204), answer.status
            told = await answer.text()
        # Where the machine is so slow that it is stored later, the clock must not run on meanwhile.
        while self._spool.everything():
            await self._services.intake.replay()
        return told


async def _watch(socket: aiohttp.ClientWebSocketResponse) -> None:
    """What a page must do to be there."""
    async for frame in socket:
        if '"ping"' in frame.data[:40]:
            await socket.send_str('{"type":"pong"}')


def _room(document: str) -> ElementTree.Element:
    room = ElementTree.fromstring(document).find("Dial/Conference")
    assert room is not None, document
    return room


@asynccontextmanager
async def running(database_url: str, folder: Path, start: datetime) -> AsyncGenerator[Replay]:
    listener = free_socket()
    settings = settings_for(database_url, NOBODYS, folder, listener.getsockname()[1])
    clock = StoppedClock(lived(start).replace(tzinfo=ZONE).astimezone(UTC) - QUARTER)
    app = create_app(settings, clock=clock, sweeping=False)
    async with served_on(listener, app):
        replay = Replay(settings.public_url, clock, app.state)
        try:
            yield replay
        finally:
            await replay.close()


@pytest.mark.parametrize(("since", "quarters"), [("1999-03-01T10:00", 4), ("1999-05-10T10:00", 2)])
async def test_the_banks_calls_lived_through_the_webhooks_give_the_published_quarters(
    postgres: EmbeddedPostgres, tmp_path: Path, since: str, quarters: int
):
    """An hour in which one of ten gave up, and half of one in which one of five did."""
    start = datetime.fromisoformat(since)
    end, dice = start + quarters * QUARTER, Random(since)  # noqa: S311
    lives = lives_of(start, end)
    agents = give_agents(lives)
    steps = agenda(lives, dice)
    async with running(postgres.web_url, tmp_path, start) as replay:
        await replay.open(agents)
        await replay.live(steps, dice)
        published = {slot: row for slot, row in bank.golden() if start <= slot < end}
        assert len(published) == quarters
        assert await replay.quarters(start.date()) == published
