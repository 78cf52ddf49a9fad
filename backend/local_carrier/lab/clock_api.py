"""The lab's clock: what time it is for the carrier, and time that passes when it is told to."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.local_carrier.clock import NOT_WORK, Kind, MovedClock
from backend.local_carrier.exchange import Exchange
from backend.local_carrier.lab.problems import LabProblem

Lab = NamedDependency[Exchange]
A_YEAR = 366 * 24 * 3600


class Advance(msgspec.Struct, forbid_unknown_fields=True):
    advance: Annotated[float, msgspec.Meta(ge=0, le=A_YEAR)]
    """Seconds."""


class ClockView(msgspec.Struct):
    kind: Kind
    now: datetime
    seconds: float
    """Since the carrier began."""
    run: str
    """Another one after each start: whatever was counted begins anew."""


class ClockApi(Controller):
    path = "/lab/clock"

    @get("/", summary="What time it is for the carrier")
    async def clock(self, exchange: Lab, run: NamedDependency[str]) -> ClockView:
        return _view(exchange, run)

    @post(
        "/",
        status_code=200,
        opt={NOT_WORK: True},
        summary="Let time pass; answered when all that happens in it has happened",
    )
    async def move(
        self, exchange: Lab, run: NamedDependency[str], data: JSONBody[Advance]
    ) -> ClockView:
        clock = exchange.clock
        if not isinstance(clock, MovedClock) or clock.kind != "hand":
            detail = f"This carrier's clock is {clock.kind}: start it with --clock hand."
            raise LabProblem(409, "clock-not-by-hand", detail)
        await clock.move(data.advance)
        return _view(exchange, run)


def _view(exchange: Exchange, run: str) -> ClockView:
    clock = exchange.clock
    return ClockView(clock.kind, clock.now(), clock.seconds(), run)
