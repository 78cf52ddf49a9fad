"""Member: one call in a queue, by its SID; "the member at the front of the queue can be identified
by the Front sid". Giving it an address takes it out of the queue, to the TwiML there.
"""

from backend.local_carrier.queues import Member, Queue
from backend.local_carrier.rest.asking import (
    PAGING,
    Asked,
    Json,
    Refused,
    Route,
    Told,
    not_found,
    page,
)
from backend.local_carrier.times import rfc2822
from backend.local_carrier.twiml.stage import GoTo

FRONT = "Front"


def list_all(asked: Asked) -> Told:
    queue = _queue(asked)
    found = [_body(asked, member) for member in queue.members]
    return page(asked, "queue_members", f"Queues/{queue.sid}/Members.json", found)


def fetch(asked: Asked) -> Told:
    return Told(_body(asked, _found(asked)))


async def update(asked: Asked) -> Told:
    """Of several who address the same call the first has it; for the others it is not there."""
    member = _found(asked)
    url, method = asked.form.url("Url"), asked.form.method("Method")
    if not url:
        raise Refused(400, 21205, "Url parameter is required.")
    as_it_waited = _body(asked, member)
    await asked.exchange.calls.redirect(member.leg, GoTo(url, method))
    return Told(as_it_waited)


def _queue(asked: Asked) -> Queue:
    queue = asked.exchange.queues.find(asked.account, asked.names["QueueSid"])
    if queue is None:
        raise not_found(asked.path)
    return queue


def _found(asked: Asked) -> Member:
    members, sid = _queue(asked).members, asked.names["CallSid"]
    wanted = members[:1] if sid == FRONT else [m for m in members if m.leg.sid == sid]
    if not wanted:
        raise not_found(asked.path)
    return wanted[0]


def _body(asked: Asked, member: Member) -> Json:
    queue, leg = member.queue, member.leg
    return {
        "queue_sid": queue.sid,
        "call_sid": leg.sid,
        "date_enqueued": rfc2822(member.enqueued_at),
        "position": member.position,
        "wait_time": member.wait_seconds,
        "uri": f"{asked.uri('Queues', queue.sid, 'Members', leg.sid)}.json",
    }


COLLECTION = "Queues/{QueueSid}/Members"
ONE = f"{COLLECTION}/{{CallSid}}"
ROUTES = (
    Route("GET", COLLECTION, list_all, PAGING),
    Route("GET", ONE, fetch),
    Route("POST", ONE, update, ("Url", "Method")),
)
