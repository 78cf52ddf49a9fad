"""The composition root: the only place where the rooms meet."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from litestar import Litestar
from litestar.config.response_cache import ResponseCacheConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from msgspec import Struct

from backend.bookkeeper import Bookkeeper
from backend.carrier.rest import Carrier
from backend.clock import Clock, real_clock
from backend.courier import Courier
from backend.domain import signals
from backend.domain.board import Announcement
from backend.feed.attendance import Attendance
from backend.feed.hub import Hub, Numbered
from backend.feed.relay import Relay
from backend.logs import configure_logs, logger
from backend.reports.formats import load_frames
from backend.settings import Settings
from backend.store import attendance as attendance_rows
from backend.store import boards
from backend.store.herald import Herald
from backend.store.tenancy import Database
from backend.sweeper import Sweeper
from backend.switchboard import Switchboard
from backend.web.accounts import Accounts
from backend.web.commands import commands_router
from backend.web.dialling import dialling_router
from backend.web.feed_messages import Stale, text_of
from backend.web.feed_socket import feed
from backend.web.history_files import Uploads, history_files_router
from backend.web.intake import Intake
from backend.web.live_figures import Streams, live_router
from backend.web.lookups import lookups_router
from backend.web.pages import DemoAccount, pages_router
from backend.web.panel_proxy import PanelProxy
from backend.web.presence import presence_router
from backend.web.problems import HANDLERS  # pyright: ignore[reportUnknownVariableType]
from backend.web.protection import Headers, OwnPagesOnly
from backend.web.replay import replay_router
from backend.web.reports import reports_router
from backend.web.sign_in import sign_in_router
from backend.web.signed import Gate
from backend.web.sounds import make_all, sounds_router
from backend.web.spool import Spool
from backend.web.supervision import supervision_router
from backend.web.throttle import Throttle
from backend.web.turns import LOOKS, REPORTS, Turns
from backend.web.twilio_callbacks import callbacks_router
from backend.web.twilio_voice import voice_router
from backend.web.visitor import current_visitor


class Services(Struct):
    """Everything that handlers ask for by name, and that lives as long as the process."""

    settings: Settings
    clock: Clock
    database: Database
    archive: Database
    """The same database for whoever reads a year of it: few connections, and time to answer. The
    others are for calls."""
    live_archive: Database
    """... for figures of now, which no report keeps waiting."""
    books: Database
    """... and for the bookkeeper, who waits for nobody's report."""
    hub: Hub
    herald: Herald
    relay: Relay
    attendance: Attendance
    switchboard: Switchboard
    courier: Courier
    sweeper: Sweeper
    bookkeeper: Bookkeeper
    carrier: Carrier
    accounts: Accounts
    intake: Intake
    gate: Gate
    throttle: Throttle
    streams: Streams
    report_turns: Turns
    look_turns: Turns
    uploads: Uploads

    async def stop(self) -> None:
        """Let go in the order of the road: no more boards, instructions, connections."""
        self.attendance.stop()
        self.relay.stop()
        await self.sweeper.stop()
        await self.courier.stop()
        await self.carrier.close()
        await self.archive.close()
        await self.live_archive.close()
        await self.books.close()
        await self.database.close()


HANDED_OUT = (
    "settings",
    "clock",
    "database",
    "archive",
    "live_archive",
    "hub",
    "attendance",
    "switchboard",
    "accounts",
    "intake",
    "throttle",
    "streams",
    "uploads",
)


def create_app(
    settings: Settings,
    *,
    clock: Clock = real_clock,
    demo: tuple[DemoAccount, ...] = (),
    sweeping: bool = True,
) -> Litestar:
    """The web application. A test hands in a clock that it moves by hand, and sweeps itself."""
    configure_logs(settings.log_format)
    panel = PanelProxy("/panel", settings.panel_port)
    statistics = PanelProxy("/statistics", settings.statistics_port)

    @contextlib.asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None]:
        services = await assemble(settings, clock)
        for field in services.__struct_fields__:
            setattr(app.state, field, getattr(services, field))
        async with _in_the_background(services, sweeping):
            yield
        await services.stop()
        await panel.close()
        await statistics.close()

    return Litestar(
        route_handlers=[
            voice_router,
            callbacks_router,
            commands_router,
            dialling_router,
            presence_router,
            supervision_router,
            lookups_router,
            reports_router,
            live_router,
            replay_router,
            history_files_router,
            sign_in_router,
            feed,
            sounds_router,
            pages_router,
            panel.route(),
            statistics.route(),
        ],
        dependencies={
            **{name: _handed_out(name) for name in HANDED_OUT},
            "visitor": Provide(current_visitor),
            "browser_files": Provide(_browser_files, sync_to_thread=False),
            "demo": Provide(lambda: demo, sync_to_thread=False),
        },
        middleware=[Headers(settings), OwnPagesOnly(settings)],
        exception_handlers=HANDLERS,
        lifespan=[lifespan],
        response_cache_config=ResponseCacheConfig(default_expiration=None),
        openapi_config=OpenAPIConfig(
            title="Patchbay",
            version="1",
            path="/api/schema",
            render_plugins=[JsonRenderPlugin()],  # the others load their pages from elsewhere
        ),
        logging_config=None,
    )


async def assemble(settings: Settings, clock: Clock) -> Services:
    """Make the parts and join them. Opens no connection yet but the pool's first."""
    if settings.database_url is None:
        raise RuntimeError("the web server needs DATABASE_URL")
    database = await Database.connect(settings.database_url, settings.database_pool)
    archive = await Database.connect_to_read(settings.database_url, ARCHIVE_POOL)
    live_archive = await Database.connect_to_read(settings.database_url, LIVE_POOL)
    books = await Database.connect(settings.database_url, 1, patience=30)
    hub = Hub()

    async def missing(tenant: UUID, number: int) -> list[str] | None:
        async with database.work(tenant) as work:
            return await boards.announcements_after(work, number)

    relay = Relay(hub, missing)
    herald = Herald(
        settings.database_url,
        grown=relay.grown,
        away=lambda _: hub.become_stale(STALE, text_of(Stale(STALE))),
        back=hub.become_live,
    )
    accounts = Accounts(database, settings.secret_key, clock)
    carrier = Carrier(settings.carrier_api_url, settings.public_url, clock)

    async def learn(tenant: UUID, call_id: UUID, signal: signals.CarrierSignal) -> None:
        await switchboard.learn(tenant, call_id, signal)

    courier = Courier(database, carrier, accounts.access, clock, learn)

    async def publish(tenant: UUID, announcements: list[Announcement]) -> None:
        hub.publish(tenant, [Numbered.of(one.number, text_of(one)) for one in announcements])
        herald.tell(tenant)

    def unsure(tenant: UUID) -> None:
        relay.grown(tenant)
        herald.tell(tenant)

    switchboard = Switchboard(database, clock, publish, courier.nudge, unsure)

    async def come_or_go(tenant: UUID, person: UUID, left_at: datetime | None) -> None:
        gone = signals.AgentWentOffline(left_at)
        signal = signals.AgentCameOnline() if left_at is None else gone
        await switchboard.attend(tenant, person, signal)

    async def seen(tenant: UUID, people: list[UUID]) -> None:
        async with database.work(tenant) as work:
            await attendance_rows.may_be_lost(work)
            silent = await attendance_rows.mark_seen(work, people, clock())
        for person in silent:
            await come_or_go(tenant, person, None)

    return Services(
        settings=settings,
        clock=clock,
        database=database,
        archive=archive,
        live_archive=live_archive,
        books=books,
        hub=hub,
        herald=herald,
        relay=relay,
        attendance=Attendance(come_or_go, seen, clock),
        switchboard=switchboard,
        courier=courier,
        sweeper=Sweeper(database, switchboard, courier, carrier, accounts.access, clock),
        bookkeeper=Bookkeeper(books, clock),
        carrier=carrier,
        accounts=accounts,
        intake=Intake(switchboard, Spool(settings.data_folder / "spool")),
        gate=Gate(accounts, settings, clock),
        throttle=Throttle(),
        streams=Streams(),
        report_turns=Turns(REPORTS),
        look_turns=Turns(LOOKS),
        uploads=Uploads(),
    )


log = logger("app")

ARCHIVE_POOL = REPORTS.in_all + 2
"""With two for what needs no turn: days that are played, and lists."""
LIVE_POOL = LOOKS.in_all + 2
"""With two for streams."""

STALE = "The database does not answer. Calls go on; what you see may be out of date."


@contextlib.asynccontextmanager
async def _in_the_background(services: Services, sweeping: bool) -> AsyncGenerator[None]:
    """The loops beside the web server; one that ends by itself is a mistake of ours."""
    loops = [
        services.herald.run(),
        services.relay.keep_looking(),
        services.attendance.keep_proving(),
        services.intake.keep_replaying(),
        services.accounts.keep_fresh(),
    ]
    if sweeping:
        loops += [services.sweeper.run(), services.bookkeeper.run()]
    # Both take a moment: now, and not while somebody's webhook waits for an answer.
    composing = asyncio.create_task(asyncio.to_thread(make_all))
    loading = asyncio.create_task(asyncio.to_thread(load_frames))
    tasks = [asyncio.create_task(loop) for loop in loops]
    for task in tasks:
        task.add_done_callback(_must_not_end)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(composing, loading, *tasks, return_exceptions=True)


def _must_not_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        log.critical("a loop has ended", loop=str(task.get_coro()), exc_info=task.exception())


def _handed_out(name: str) -> Provide:
    def service(state: State) -> Any:
        return getattr(state, name)

    return Provide(service, sync_to_thread=False)


def _browser_files() -> Path:
    """Where the browser's half of the board lies; it is shipped, not imported."""
    return cast("Path", resources.files("dashboards.board") / "dist")
