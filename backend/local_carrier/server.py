"""The carrier as one web application: Twilio's REST API, the signalling socket, the lab."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from litestar import Litestar, websocket
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from backend.local_carrier.accounts import NumberTaken
from backend.local_carrier.clock import Clock
from backend.local_carrier.exchange import TWILIO, Exchange, Media
from backend.local_carrier.lab import problems
from backend.local_carrier.lab.api import LabApi
from backend.local_carrier.lab.limits_api import LimitsApi
from backend.local_carrier.lab.page import PAGE
from backend.local_carrier.rest.api import rest_api
from backend.local_carrier.signalling.socket import AnySocket, SignalLine, Switchroom
from backend.local_carrier.voices import NoSuchVoice


def carrier(
    state: Path,
    *,
    media: Media = "real",
    clock: Clock | None = None,
    most: float | None = None,
    address: str = TWILIO,
) -> Litestar:
    """`address` begins the links that customers are given; `most` is how many times as fast as
    real time a fast clock may run."""
    exchange = Exchange(state, media=media, clock=clock, most=most, address=address)
    switchroom = Switchroom(exchange)

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

    return Litestar(
        [rest_api(exchange), signal, LabApi, LimitsApi, *PAGE],
        dependencies={"exchange": Provide(the_exchange, sync_to_thread=False)},
        exception_handlers={
            problems.LabProblem: problems.told,
            NumberTaken: problems.number_taken,
            NoSuchVoice: problems.no_such_voice,
            HTTPException: problems.not_understood,
        },
        lifespan=[open_exchange],
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="Patchbay local carrier: the lab",
            version="1",
            path="/lab",
            render_plugins=[JsonRenderPlugin()],
        ),
        request_max_body_size=30_000_000,
    )
