"""The product's parts, the order in which they start, and the lines that the person reads."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol
from urllib.parse import unquote, urlsplit

import msgspec

from backend.embedded_postgres import CannotRun, EmbeddedPostgres
from backend.settings import Settings, without_password
from backend.supervisor.failure import CannotStart
from backend.supervisor.keeping import Kept
from backend.supervisor.one_copy import OneCopy, one_copy
from backend.supervisor.part import Part, RunningPart
from backend.supervisor.ports import until_free
from backend.supervisor.terminal import say

# What only the web server needs to know; the other parts speak to it, or to nobody.
SECRETS = ("DATABASE_URL", "DATABASE_OWNER_URL", "PATCHBAY_SECRET_KEY")


class DemoAccount(Protocol):
    @property
    def tenant(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def password(self) -> str: ...


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is run. The tests run small programs in place of the product's own."""

    web: Callable[[Settings, Mapping[str, str]], Part]
    carrier: Callable[[Settings, Mapping[str, str]], Part]
    panel: Callable[[Settings, Mapping[str, str]], Part]
    statistics: Callable[[Settings, Mapping[str, str]], Part]
    migrate: Callable[[str, str], Awaitable[Sequence[str]]]
    lay_out_demo: Callable[[Settings], Awaitable[Sequence[DemoAccount]]]
    make_up_past: Callable[[Settings], Awaitable[str]]


def run(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    plan: Plan | None = None,
    until_parent_ends: bool = False,
) -> int:
    """The exit code: 0 after an orderly stop, 1 if the product could not start."""
    try:
        with one_copy(settings.data_folder, settings.public_url) as copy:
            house = House(settings, environ, plan or PRODUCT)
            return asyncio.run(_live_in(house, settings, copy, until_parent_ends))
    except (CannotStart, CannotRun) as problem:
        print(problem, file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:  # before the house had anything to close
        return 130


# -- the product's own parts --------------------------------------------------------------------


def _web(settings: Settings, environ: Mapping[str, str]) -> Part:
    return Part(
        name="web",
        command=[sys.executable, "-m", "backend", "serve"],
        answers_at=f"http://{_near(settings.host)}:{settings.port}/",
        environment={
            **_without_secrets(environ, but=("PATCHBAY_SECRET_KEY",)),
            "DATABASE_URL": settings.database_url or "",
            "PATCHBAY_DEMO": settings.demo,
        },
        ends_within=3.0,
    )


def _carrier(settings: Settings, environ: Mapping[str, str]) -> Part:
    state = settings.data_folder / "carrier"
    state.mkdir(mode=0o700, exist_ok=True)
    port = str(settings.carrier_port)
    command = [sys.executable, "-m", "backend.local_carrier", "--port", port, "--state", str(state)]
    return Part(
        name="carrier",
        command=command,
        answers_at=f"http://localhost:{port}/",
        environment=_without_secrets(environ),
    )


def _panel(settings: Settings, environ: Mapping[str, str]) -> Part:
    port = str(settings.panel_port)
    backend = f"http://{_near(settings.host)}:{settings.port}"
    command = [sys.executable, "-m", "dashboards.board", "--port", port, "--backend", backend]
    return Part(
        name="panel",
        command=[
            *command,
            *("--public-origin", settings.public_url, "--signalling", settings.carrier_signalling),
        ],
        # Of all that Panel answers, something that opens no session and logs no miss.
        answers_at=f"http://127.0.0.1:{port}/panel/static/js/bokeh.min.js",
        environment=_without_secrets(environ),
    )


def _statistics(settings: Settings, environ: Mapping[str, str]) -> Part:
    port = str(settings.statistics_port)
    backend = f"http://{_near(settings.host)}:{settings.port}"
    command = [sys.executable, "-m", "dashboards.statistics", "--port", port, "--backend", backend]
    return Part(
        name="statistics",
        command=[*command, "--public-origin", settings.public_url],
        answers_at=f"http://127.0.0.1:{port}/statistics/static/js/bokeh.min.js",
        environment=_without_secrets(environ),
    )


async def _migrate(owner_url: str, app_login: str) -> Sequence[str]:
    from backend.store.migrate import MigrationFailed, migrate

    try:
        return await migrate(owner_url, app_login)
    except MigrationFailed as problem:
        raise CannotStart(str(problem)) from problem


async def _lay_out_demo(settings: Settings) -> Sequence[DemoAccount]:
    from backend.demo import lay_out

    return await lay_out(settings)


async def _make_up_past(settings: Settings) -> str:
    from backend.demo_past import COMPANY, NAME, make_up_past
    from backend.domain.refusals import Refusal
    from backend.store.tenancy import DatabaseAway

    try:
        made = await make_up_past(settings)
    except (DatabaseAway, Refusal) as problem:
        return f"The demo has no past: {problem}"
    if made is None:
        return ""
    return (
        f"{COMPANY.name} has {NAME} of {made.calls:,} calls, to try the statistics with. Its owner"
        f" takes it back at {settings.public_url}/statistics/import"
    )


PRODUCT = Plan(
    web=_web,
    carrier=_carrier,
    panel=_panel,
    statistics=_statistics,
    migrate=_migrate,
    lay_out_demo=_lay_out_demo,
    make_up_past=_make_up_past,
)


def _without_secrets(environ: Mapping[str, str], but: Sequence[str] = ()) -> dict[str, str]:
    kept = {name: value for name, value in environ.items() if name not in SECRETS or name in but}
    return {**kept, "PYTHONUNBUFFERED": "1"}


def _near(host: str) -> str:
    """How this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104


# -- running them -------------------------------------------------------------------------------


async def _live_in(
    house: "House", settings: Settings, copy: OneCopy, until_parent_ends: bool
) -> int:
    asked = _signals_to_stop()
    opening = asyncio.create_task(house.open())
    stopping = asyncio.create_task(asked.wait())
    parent = asyncio.create_task(_end_of_parent(until_parent_ends))
    try:
        await asyncio.wait([opening, stopping, parent], return_when="FIRST_COMPLETED")
        if opening.done():
            opening.result()
            say(f"Patchbay is ready: {settings.public_url}")
            await asyncio.wait([stopping, parent], return_when="FIRST_COMPLETED")
        say("Patchbay is stopping")
        return 0
    finally:
        copy.is_stopping()
        for task in (opening, stopping, parent):
            task.cancel()
        await asyncio.wait([opening, stopping, parent])
        await house.close()


def _signals_to_stop() -> asyncio.Event:
    asked = asyncio.Event()

    def on_signal(number: signal.Signals) -> None:
        if asked.is_set() and number == signal.SIGINT:
            os._exit(130)  # impatient: the kernel ends the parts, and PostgreSQL still properly
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, on_signal, number)
    return asked


async def _end_of_parent(awaited: bool) -> None:
    if not awaited:
        await asyncio.Event().wait()
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110 (nothing tells us; it must be asked)
        await asyncio.sleep(0.25)


class House:
    def __init__(self, settings: Settings, environ: Mapping[str, str], plan: Plan):
        self._settings = settings
        self._environ = environ
        self._plan = plan
        self._postgres: EmbeddedPostgres | None = None
        self._kept: list[Kept] = []
        self._later: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        settings = self._settings
        await until_free(_wanted_ports(settings))
        if settings.database_url is None:
            if settings.database_owner_url is not None:
                raise CannotStart("DATABASE_OWNER_URL is set, but DATABASE_URL is not.")
            self._postgres = EmbeddedPostgres(settings.postgres_folder)
        database = Kept(self._postgres) if self._postgres else None
        carrier = None
        if settings.carrier == "local":
            carrier = Kept(RunningPart(self._plan.carrier(settings, self._environ)))
        panel = Kept(RunningPart(self._plan.panel(settings, self._environ)))
        # In the order in which they lean on each other: they are stopped in reverse.
        self._kept = [kept for kept in (database, carrier, panel) if kept]
        try:
            async with asyncio.TaskGroup() as starting:
                starting.create_task(panel.start())
                carried = starting.create_task(carrier.start()) if carrier else None
                if database:
                    await database.start()
                settings = self._decide_demo(await self._ready_database())
                web = Kept(RunningPart(self._plan.web(settings, self._environ)))
                self._kept.insert(-1, web)
                starting.create_task(web.start())
                if carried:
                    await carried
                accounts = await self._demo(settings)
        except BaseExceptionGroup as group:
            raise _first(group) from None
        # Not before the board is there: it takes seconds, and nobody waits for it at the phone.
        statistics = Kept(RunningPart(self._plan.statistics(settings, self._environ)))
        self._kept.append(statistics)
        self._later = [asyncio.create_task(_start_later(statistics))]
        if settings.demo == "yes":
            self._later.append(asyncio.create_task(_tell(self._plan.make_up_past, settings)))
        if accounts:
            say(_table(accounts))
        if carrier:
            lab = f"http://localhost:{settings.carrier_port}/"
            say(f"The lab, where you play the callers: {lab}")

    async def close(self) -> None:
        for task in self._later:
            task.cancel()
        if self._later:
            await asyncio.wait(self._later)
        for kept in reversed(self._kept):
            await kept.stop()
        if self._postgres:
            await self._postgres.close()

    async def _ready_database(self) -> Settings:
        """The settings with the addresses of the database, whose tables are up to date."""
        settings = self._settings
        if postgres := self._postgres:
            where = f"127.0.0.1:{postgres.port}, data in {postgres.home.cluster}"
            say(f"Its own PostgreSQL {postgres.version}: {where}")
            settings = msgspec.structs.replace(
                settings, database_url=postgres.web_url, database_owner_url=postgres.owner_url
            )
        else:
            say(f"PostgreSQL: {without_password(settings.database_url or '')}")
        if settings.database_owner_url is None:
            say("The tables are left as they are, because DATABASE_OWNER_URL is not set")
            return settings
        done = await self._plan.migrate(settings.database_owner_url, login_of(settings))
        if done:
            say(f"Tables brought up to date: {', '.join(done)}")
        return settings

    def _decide_demo(self, settings: Settings) -> Settings:
        """A demo needs the local carrier, and on somebody's real database it must be asked for."""
        wished = settings.demo == "yes" or (settings.demo == "auto" and self._postgres is not None)
        due = wished and settings.carrier == "local"
        return msgspec.structs.replace(settings, demo="yes" if due else "no")

    async def _demo(self, settings: Settings) -> Sequence[DemoAccount]:
        return await self._plan.lay_out_demo(settings) if settings.demo == "yes" else []


async def _start_later(part: Kept) -> None:
    """Without it calls go on, so it takes nothing else down with it."""
    try:
        await part.start()
    except CannotStart as problem:
        say(f"{problem} Calls are not affected.")


async def _tell(do: Callable[[Settings], Awaitable[str]], settings: Settings) -> None:
    """Do something that nobody waits for, and say what came of it, if anything."""
    if told := await do(settings):
        say(told)


def login_of(settings: Settings) -> str:
    return unquote(urlsplit(settings.database_url or "").username or "")


def _wanted_ports(settings: Settings) -> dict[str, tuple[str, int]]:
    wanted = {
        "PATCHBAY_PORT": (settings.host, settings.port),
        "PATCHBAY_PANEL_PORT": ("127.0.0.1", settings.panel_port),
        "PATCHBAY_STATISTICS_PORT": ("127.0.0.1", settings.statistics_port),
    }
    if settings.carrier == "local":
        wanted["PATCHBAY_CARRIER_PORT"] = ("127.0.0.1", settings.carrier_port)
    return wanted


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first  # pyright: ignore[reportUnknownArgumentType]


def _table(accounts: Sequence[DemoAccount]) -> str:
    head = ("company", "name", "role", "e-mail", "password")
    rows = [head, *((a.tenant, a.name, a.role, a.email, a.password) for a in accounts)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(["", *lines, ""])
