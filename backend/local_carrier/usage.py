"""What accounts have used, counted from what the carrier remembers. Nothing is billed.

A call counts once it was answered and is over, in whole minutes; a text by its segments; a number
from the day on which it was bought, as long as it is kept. Days are those of UTC.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from backend.local_carrier.accounts import Account
from backend.local_carrier.legs import Leg
from backend.local_carrier.messages import Message, MessageStatus
from backend.local_carrier.recordings import Recording

NEVER_SENT = (MessageStatus.QUEUED, MessageStatus.FAILED, MessageStatus.CANCELED)


class Category(msgspec.Struct, frozen=True):
    name: str
    description: str
    counted_in: str
    measured_in: str
    whole: str = ""
    """The category that this one is a part of."""


CATEGORIES = {
    category.name: category
    for category in (
        Category("calls", "Voice Minutes", "calls", "minutes"),
        Category("calls-inbound", "Inbound Voice Minutes", "calls", "minutes", "calls"),
        Category("calls-outbound", "Outbound Voice Minutes", "calls", "minutes", "calls"),
        Category("calls-client", "Client Voice Minutes", "calls", "minutes", "calls"),
        Category("sms", "SMS", "messages", "segments"),
        Category("sms-inbound", "Inbound SMS", "messages", "segments", "sms"),
        Category("sms-outbound", "Outbound SMS", "messages", "segments", "sms"),
        Category("mms", "MMS", "messages", "messages"),
        Category("mms-inbound", "Inbound MMS", "messages", "messages", "mms"),
        Category("mms-outbound", "Outbound MMS", "messages", "messages", "mms"),
        Category("phonenumbers", "Phone Numbers", "numbers", "numbers"),
        Category("recordings", "Recordings", "recordings", "minutes"),
        Category("totalprice", "Total Price", "", "usd"),
    )
}


class Use(msgspec.Struct, frozen=True):
    """One thing that was used: what for, when, and how much of it."""

    category: str
    day: date
    amount: int
    goes_on: bool = False
    """Still used on every day after that."""


class Used(msgspec.Struct, frozen=True):
    count: int
    amount: int


def uses(
    account: Account,
    legs: Iterable[Leg],
    messages: Iterable[Message],
    recordings: Iterable[Recording],
) -> list[Use]:
    return [
        *(_of_call(leg) for leg in legs if not leg.is_live and leg.answered_at is not None),
        *(_of_message(message) for message in messages if message.status not in NEVER_SENT),
        *(
            Use("phonenumbers", number.created_at.date(), 1, goes_on=True)
            for number in account.numbers.values()
        ),
        *(_of_recording(recording) for recording in recordings if recording.duration_seconds),
    ]


def used(every: Sequence[Use], category: Category, first: date, last: date) -> Used:
    """How much of that was used from the first day to the last."""
    amounts = [
        use.amount
        for use in every
        if category.name in (use.category, CATEGORIES[use.category].whole)
        and use.day <= last
        and (use.goes_on or use.day >= first)
    ]
    return Used(len(amounts), sum(amounts))


def _of_call(leg: Leg) -> Use:
    is_client = leg.caller.startswith("client:") or leg.called.startswith("client:")
    direction = "inbound" if leg.direction == "inbound" else "outbound"
    category = "calls-client" if is_client else f"calls-{direction}"
    return Use(category, leg.created_at.date(), _minutes(leg.duration_seconds))


def _of_message(message: Message) -> Use:
    kind = "mms" if message.is_mms else "sms"
    direction = "inbound" if message.direction == "inbound" else "outbound"
    return Use(f"{kind}-{direction}", message.created_at.date(), message.segments)


def _of_recording(recording: Recording) -> Use:
    return Use("recordings", recording.created_at.date(), _minutes(recording.duration_seconds or 0))


def _minutes(seconds: int) -> int:
    """Begun minutes count whole."""
    return -(-seconds // 60)
