"""What Twilio asks, and the TwiML that answers: callers, agents, and what waiting sounds like.

The answers need no database: a call's conference is named after the caller's leg, so a repeated
question gets the same answer, and so does one that comes while the database is away.
"""

from uuid import UUID

from litestar import Response, Router, post
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from backend.carrier import twiml
from backend.carrier.callbacks import Unreadable, read_agent_leg, read_arrival
from backend.domain.monitoring import seat_of
from backend.logs import logger
from backend.store import monitoring
from backend.store.tenancy import Database, DatabaseAway
from backend.web.intake import Intake
from backend.web.signed import NotSigned, Signed, signed_request

log = logger("webhooks")

NOT_YOUR_CALL = "This call has been taken by somebody else, or has ended."


def _twiml(document: str) -> Response[str]:
    return Response(document, media_type="text/xml", status_code=200)


@post(["/voice", "/voice-fallback"], status_code=200)
async def caller_arrives(
    signed: NamedDependency[Signed], intake: NamedDependency[Intake]
) -> Response[str]:
    """One of the tenant's numbers is called: ring."""
    arrival = read_arrival(signed.tenant, signed.form, signed.received_at)
    await intake.take(signed.tenant, arrival)
    return _twiml(twiml.put_caller_through(signed.to, arrival.call_id))


@post(["/agent", "/agent-fallback"], status_code=200)
async def agent_connects(
    signed: NamedDependency[Signed], database: NamedDependency[Database]
) -> Response[str]:
    """A browser connects: let it in if its person has that call, is consulted or a guest in it, or
    monitors it; whoever monitors gets a seat in which they are heard as they wished."""
    read = read_agent_leg(signed.form)
    if read is None:
        return _twiml(twiml.say_and_hang_up(NOT_YOUR_CALL))
    person, call_id, leg = read
    try:
        async with database.work(signed.tenant) as work:
            call = await monitoring.live_call(work, call_id)
    except DatabaseAway:
        # Nobody knows whose call it is; the agent waits a second and we look again.
        return _twiml(twiml.ask_again(signed.to.agent_again(call_id, leg)))
    if call is None or not call.is_in_hands_of(person):
        return _twiml(twiml.say_and_hang_up(NOT_YOUR_CALL))
    listens = call.monitor(person)
    if listens is None:
        return _twiml(twiml.put_agent_through(signed.to, call_id, person, leg))
    seat = seat_of(listens.mode, call.agent_leg)
    return _twiml(twiml.put_monitor_through(signed.to, call_id, person, leg, seat))


@post("/ringing", status_code=200)
async def ringing(signed: NamedDependency[Signed]) -> Response[str]:
    """What a caller hears until somebody answers."""
    return _twiml(twiml.play_for_ever(signed.to.sound("ringback")))


@post("/hold-music", status_code=200)
async def hold_music(signed: NamedDependency[Signed]) -> Response[str]:
    """What a caller hears who is parked or on hold."""
    return _twiml(twiml.play_for_ever(signed.to.sound("hold")))


@post("/calls/{call_id:uuid}/dial-ended", status_code=200)
async def dial_ended(signed: NamedDependency[Signed], call_id: FromPath[UUID]) -> Response[str]:
    """The caller's conference is over: so is the call."""
    log.debug("dial ended", call=str(call_id), tenant=str(signed.tenant))
    return _twiml(twiml.hang_up())


def _unsigned(_: object, __: NotSigned) -> Response[str]:
    return Response("", media_type="text/plain", status_code=403)


def _sorry(_: object, problem: Exception) -> Response[str]:
    """Whatever happens, a caller never hears Twilio's own "application error"."""
    if isinstance(problem, HTTPException) and problem.status_code == 404:
        return Response("", media_type="text/plain", status_code=404)
    log.error("a voice webhook failed", exc_info=problem)
    return _twiml(twiml.say_and_hang_up(twiml.NOBODY_ANSWERS))


voice_router = Router(
    "/twilio/{tenant:uuid}",
    route_handlers=[caller_arrives, agent_connects, ringing, hold_music, dial_ended],
    dependencies={"signed": Provide(signed_request)},
    exception_handlers={NotSigned: _unsigned, Unreadable: _sorry, Exception: _sorry},
    include_in_schema=True,
    tags=["Twilio asks"],
)
