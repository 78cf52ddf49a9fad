"""Lines of the journal as they were written before cards had all the fields that they have now.

A line is never written anew, so every shape that a card ever had must stay readable. What was
added later is filled in as it then was: nobody consulted, no guests, nothing on hold.
"""

from typing import Any

import msgspec

from backend.domain.board import Announcement

CALL: dict[str, Any] = {
    "overdue": False,
    "progress": None,
    "held_at": None,
    "transfer": None,
    "consult": None,
    "guests": [],
    "monitors": [],
    "help_at": None,
    "dispositions": [],
}
AGENT: dict[str, Any] = {
    "wanted": "available",
    "reason": None,
    "deadline": None,
    "wrap_up_of": None,
}
CONSULT: dict[str, Any] = {"number": None, "ringing": False, "failed": None}

_decode = msgspec.json.Decoder(Announcement).decode


def read_line(announcement: str) -> Announcement:
    """A line of the journal, whenever it was written."""
    try:
        return _decode(announcement)
    except msgspec.ValidationError:
        told: dict[str, Any] = msgspec.json.decode(announcement)
        return msgspec.convert(_completed(told), Announcement)


def _completed(told: dict[str, Any]) -> dict[str, Any]:
    call, agent = told.get("call"), told.get("agent")
    if call is not None:
        consult = call.get("consult")
        asked = None if consult is None else CONSULT | consult
        told = told | {"call": CALL | call | {"consult": asked}}
    if agent is not None:
        told = told | {"agent": AGENT | agent}
    return told
