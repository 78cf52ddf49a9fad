"""Words with which people say that they want no more texts from a number, or want them again.

Twilio answers them itself, on every long code, and passes them on to the number's SMS URL; whoever
has said STOP is texted no more (21610) until they say START. "Only single-word messages" count.
"""

from typing import Literal

from backend.local_carrier.accounts import PhoneNumber

STOP = frozenset(
    {"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"}
)  # fmt: skip
START = frozenset({"START", "YES", "UNSTOP"})
HELP = frozenset({"HELP", "INFO"})

Wish = Literal["stop", "start", "help"]
REPLIES: dict[Wish, str] = {
    "stop": (
        "You have successfully been unsubscribed. You will not receive any more messages from "
        "this number. Reply START to resubscribe."
    ),
    "start": (
        "You have successfully been re-subscribed to messages from this number. Reply HELP for "
        "help. Reply STOP to unsubscribe. Msg&Data Rates May Apply."
    ),
    "help": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


def wish_of(body: str, number: PhoneNumber, handset: str) -> Wish | None:
    """None for an ordinary text. STOP said twice and YES said by somebody who never left are
    that: they change nothing, and are not answered."""
    word = body.strip().upper()
    has_left = handset in number.opted_out
    if word in STOP and not has_left:
        return "stop"
    if word in START and has_left:
        return "start"
    return "help" if word in HELP else None
