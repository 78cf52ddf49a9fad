"""The lab's faults: armed by kind, share and seed, and a log of what they struck."""

from typing import Annotated, Literal

import msgspec
from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.local_carrier.exchange import Exchange
from backend.local_carrier.faults import Fault, Kind, Strike
from backend.local_carrier.lab.problems import LabProblem
from backend.local_carrier.signalling.switchroom import Switchroom

Lab = NamedDependency[Exchange]


class NewFault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What goes wrong, and how often: a share of all that matches, or the next so many."""

    kind: Kind
    share: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0
    next: Annotated[int, msgspec.Meta(ge=1)] | None = None
    match: str = ""
    account_sid: str = ""
    seconds: Annotated[float, msgspec.Meta(ge=0, le=600)] = 5.0
    status: Literal[429, 500, 503] = 503
    seed: int = 0


class FaultsApi(Controller):
    path = "/lab"

    @get("/faults", summary="The faults that may strike now")
    async def faults(self, exchange: Lab) -> list[Fault]:
        return exchange.faults.all()

    @post("/faults", summary="Let something go wrong from now on")
    async def arm(self, exchange: Lab, data: JSONBody[NewFault]) -> Fault:
        return exchange.faults.arm(Fault(id=0, **msgspec.structs.asdict(data)))

    @delete("/faults", summary="Nothing goes wrong any more")
    async def forget_all(self, exchange: Lab) -> None:
        exchange.faults.forget_all()

    @delete("/faults/{id:int}", summary="That fault strikes no more")
    async def forget(self, exchange: Lab, id: FromPath[int]) -> None:
        if not exchange.faults.forget(id):
            raise LabProblem(404, "no-such-fault", f"There is no fault {id}.")

    @get("/strikes", summary="What the faults struck, from the number after `since`")
    async def strikes(self, exchange: Lab, since: FromQuery[int] = 0) -> list[Strike]:
        return [strike for strike in exchange.faults.strikes if strike.number > since]

    @post(
        "/restart",
        status_code=200,
        summary="As if the carrier had been restarted: calls end as failed, sockets are lost",
    )
    async def restart(self, exchange: Lab, switchroom: NamedDependency[Switchroom]) -> None:
        await exchange.fail_all_calls()
        for line in list(switchroom.lines.values()):
            await line.drop()
