"""The lab's view of browsers: each open signalling socket, and how to lose one."""

from datetime import UTC, datetime

import msgspec
from litestar import Controller, delete, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.local_carrier.lab.problems import LabProblem
from backend.local_carrier.signalling.switchroom import Line, Switchroom

Browsers = NamedDependency[Switchroom]


class LineView(msgspec.Struct, kw_only=True):
    """Account, identity and expiry are null until the page has listened with a good token."""

    id: int
    account_sid: str | None
    identity: str | None
    registered: bool
    token_expires_at: datetime | None
    opened_at: datetime
    ringing: list[str]
    """Calls that ring there."""
    calls: list[str]
    """Calls that are reached by this socket now."""


class LinesApi(Controller):
    path = "/lab"

    @get("/lines", summary="The open signalling sockets of browsers, the oldest first")
    async def lines(self, switchroom: Browsers) -> list[LineView]:
        return [_view(switchroom, line) for line in switchroom.lines.values()]

    @delete("/lines/{id:int}", summary="Lose a socket, as a network does: nobody is told")
    async def drop(self, switchroom: Browsers, id: FromPath[int]) -> None:
        line = switchroom.lines.get(id)
        if line is None:
            raise LabProblem(404, "no-such-line", f"There is no open socket {id}.")
        await line.drop()


def _view(switchroom: Switchroom, line: Line) -> LineView:
    access = line.access
    phones = {phone.sid for phone in switchroom.phones.values() if phone.line is line}
    return LineView(
        id=line.id,
        account_sid=access.account.sid if access is not None else None,
        identity=access.identity if access is not None else None,
        registered=line.is_registered,
        token_expires_at=datetime.fromtimestamp(access.expires_at, UTC) if access else None,
        opened_at=line.opened_at,
        ringing=[i.leg.sid for i in switchroom.invited if i.phone.line is line],
        calls=sorted(phones),
    )
