"""The carrier as one web application: Twilio's REST API, the signalling socket, the lab."""

import secrets
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from litestar import Litestar, Router, websocket
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.middleware import ASGIMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ASGIApp, Receive, Scope, Send

from backend.local_carrier.accounts import NumberTaken
from backend.local_carrier.clock import NOT_WORK, Clock
from backend.local_carrier.exchange import TWILIO, Exchange, Media
from backend.local_carrier.lab import problems
from backend.local_carrier.lab.api import LabApi
from backend.local_carrier.lab.clock_api import ClockApi
from backend.local_carrier.lab.faults_api import FaultsApi
from backend.local_carrier.lab.generators_api import GeneratorsApi
from backend.local_carrier.lab.limits_api import LimitsApi
from backend.local_carrier.lab.lines_api import LinesApi
from backend.local_carrier.lab.messages_api import MessagesApi
from backend.local_carrier.lab.page import PAGE
from backend.local_carrier.lab.protection import Protection
from backend.local_carrier.lab.rooms_api import RoomsApi
from backend.local_carrier.lab.webhooks_api import WebhooksApi
from backend.local_carrier.rest.api import rest_api
from backend.local_carrier.signalling.socket import AnySocket, SignalLine
from backend.local_carrier.signalling.switchroom import Switchroom
from backend.local_carrier.voices import NoSuchVoice


def carrier(
    state: Path,
    *,
    media: Media = "real",
    clock: Clock | None = None,
    address: str = TWILIO,
    names: Collection[str] = (),
) -> Litestar:
    """`address` begins the links that customers are given; `names` are the hosts as which the lab
    may be asked, besides this machine's own."""
    exchange = Exchange(state, media=media, clock=clock, address=address)
    switchroom, run = Switchroom(exchange), secrets.token_hex(8)

    @asynccontextmanager
    async def open_exchange(_: Litestar) -> AsyncGenerator[None]:
        await exchange.open()
        try:
            yield
        finally:
            await exchange.close()

    @websocket("/signal")
    async def signal(socket: AnySocket) -> None:
        await SignalLine(switchroom, socket).serve()

    def the_exchange() -> Exchange:
        return exchange

    def the_switchroom() -> Switchroom:
        return switchroom

    def the_run() -> str:
        return run

    return Litestar(
        [
            rest_api(exchange),
            signal,
            LabApi,
            LimitsApi,
            LinesApi,
            RoomsApi,
            MessagesApi,
            WebhooksApi,
            ClockApi,
            FaultsApi,
            GeneratorsApi,
            *PAGE,
        ],
        middleware=[Protection(names), AsWork(exchange.clock)],
        dependencies={
            "exchange": Provide(the_exchange, sync_to_thread=False),
            "switchroom": Provide(the_switchroom, sync_to_thread=False),
            "run": Provide(the_run, sync_to_thread=False),
        },
        exception_handlers={
            problems.LabProblem: problems.told,
            NumberTaken: problems.number_taken,
            NoSuchVoice: problems.no_such_voice,
            HTTPException: problems.not_understood,
            Exception: problems.unexpected,
        },
        lifespan=[open_exchange],
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="Patchbay local carrier: the lab",
            version="1",
            openapi_router=Router(
                "/lab",
                route_handlers=[],
                include_in_schema=False,
                before_request=problems.only_the_document,
            ),
            render_plugins=[JsonRenderPlugin()],
        ),
        request_max_body_size=30_000_000,
    )


class AsWork(ASGIMiddleware):
    """Time that is moved waits for the requests that are being served."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = NOT_WORK

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        with self._clock.work():
            await next_app(scope, receive, send)
