"""Queue: callers who wait in order. Made here or by the first <Enqueue> that names it; only an
empty one can be removed.
"""

from backend.local_carrier.queues import LARGEST_SIZE, LONGEST_NAME, USUAL_SIZE, Queue
from backend.local_carrier.rest.asking import (
    PAGING,
    Asked,
    Json,
    Refused,
    Route,
    Told,
    dated,
    not_found,
    page,
)

FIELDS = ("FriendlyName", "MaxSize")


def list_all(asked: Asked) -> Told:
    newest_first = reversed(asked.exchange.queues.of_account(asked.account))
    return page(asked, "queues", "Queues.json", [_body(asked, queue) for queue in newest_first])


def create(asked: Asked) -> Told:
    queues = asked.exchange.queues
    name, size = _name(asked), _size(asked, USUAL_SIZE)
    if not name:
        raise Refused(400, 20001, "FriendlyName is required")
    queue = queues.open(asked.account, name, size, asked.exchange.clock.now())
    return Told(_body(asked, queue), 201)


def fetch(asked: Asked) -> Told:
    return Told(_body(asked, _found(asked)))


def update(asked: Asked) -> Told:
    queue = _found(asked)
    name, size = _name(asked), _size(asked, queue.size)
    queue.name, queue.size = name or queue.name, size
    queue.updated_at = asked.exchange.clock.now()
    return Told(_body(asked, queue))


def delete(asked: Asked) -> Told:
    queue = _found(asked)
    if asked.exchange.queues.is_in_use(queue):
        raise Refused(409, 20409, "Queue is not empty")
    asked.exchange.queues.close(queue)
    return Told(None, 204)


def _name(asked: Asked) -> str:
    """A new name for a queue, or nothing."""
    name = asked.form.text("FriendlyName")
    if len(name) > LONGEST_NAME:
        raise Refused(400, 20001, f"FriendlyName has at most {LONGEST_NAME} characters")
    known = asked.exchange.queues.named(asked.account, name)
    if known is not None and known.sid != asked.names.get("Sid"):
        raise Refused(409, 20409, f"A queue of the name {name} already exists")
    return name


def _size(asked: Asked, default: int) -> int:
    return asked.form.whole("MaxSize", default, least=1, most=LARGEST_SIZE)


def _found(asked: Asked) -> Queue:
    queue = asked.exchange.queues.find(asked.account, asked.names["Sid"])
    if queue is None:
        raise not_found(asked.path)
    return queue


def _body(asked: Asked, queue: Queue) -> Json:
    return {
        "sid": queue.sid,
        "account_sid": asked.account.sid,
        "friendly_name": queue.name,
        "current_size": len(queue.members),
        "max_size": queue.size,
        "average_wait_time": queue.average_wait_seconds,
        "uri": f"{asked.uri('Queues', queue.sid)}.json",
        **dated(queue),
    }


ROUTES = (
    Route("GET", "Queues", list_all, PAGING),
    Route("POST", "Queues", create, FIELDS),
    Route("GET", "Queues/{Sid}", fetch),
    Route("POST", "Queues/{Sid}", update, FIELDS),
    Route("DELETE", "Queues/{Sid}", delete),
)
