"""What Twilio tells: legs that ended, and what happens in a conference. Answered with nothing."""

from uuid import UUID

from litestar import Response, Router, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from backend.carrier.callbacks import (
    Unreadable,
    read_caller_status,
    read_conference_event,
    read_outbound_status,
)
from backend.logs import logger
from backend.web.intake import Intake
from backend.web.signed import NotSigned, Signed, signed_request

log = logger("webhooks")


@post("/caller-status", status_code=204)
async def caller_status(signed: NamedDependency[Signed], intake: NamedDependency[Intake]) -> None:
    """A caller's leg has ended."""
    callback = read_caller_status(signed.tenant, signed.form, signed.received_at)
    if callback is not None:
        await intake.take(signed.tenant, callback)


@post("/calls/{call_id:uuid}/conference", status_code=204)
async def conference_event(
    signed: NamedDependency[Signed], intake: NamedDependency[Intake], call_id: FromPath[UUID]
) -> None:
    """Something happened in the call's conference."""
    callback = read_conference_event(call_id, signed.form, signed.received_at)
    await intake.take(signed.tenant, callback)


@post("/calls/{call_id:uuid}/outbound/{outbound:uuid}", status_code=204)
async def outbound_status(
    signed: NamedDependency[Signed],
    intake: NamedDependency[Intake],
    call_id: FromPath[UUID],
    outbound: FromPath[UUID],
) -> None:
    """How far a leg to a number outside has come."""
    callback = read_outbound_status(call_id, outbound, signed.form, signed.received_at)
    if callback is not None:
        await intake.take(signed.tenant, callback)


def _unsigned(_: object, __: NotSigned) -> Response[str]:
    return Response("", media_type="text/plain", status_code=403)


def _unreadable(_: object, problem: Unreadable) -> Response[None]:
    """Sending it again would not help, so Twilio is told that all is well."""
    log.warning("unreadable callback", why=str(problem))
    return Response(None, status_code=204)


callbacks_router = Router(
    "/twilio/{tenant:uuid}",
    route_handlers=[caller_status, conference_event, outbound_status],
    dependencies={"signed": Provide(signed_request)},
    exception_handlers={NotSigned: _unsigned, Unreadable: _unreadable},
    tags=["Twilio tells"],
)
