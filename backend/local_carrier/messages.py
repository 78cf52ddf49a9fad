"""What is texted, in and out: SMS and MMS, each with the statuses that it has reached.

How a message travels is in `texting.py`.
"""

from collections import deque
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from itertools import count
from typing import Literal

import msgspec

from backend.local_carrier.accounts import Account
from backend.local_carrier.clock import Clock
from backend.local_carrier.segments import segments
from backend.local_carrier.sids import new_sid

KEPT_MESSAGES = 10_000
KEPT_NOTES = 50
LONGEST_BODY = 1600
MOST_MEDIA = 10
LARGEST_MEDIA_BYTES = 5_000_000

Direction = Literal["inbound", "outbound-api", "outbound-reply"]


class MessageStatus(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"
    RECEIVED = "received"


TRANSITIONS: dict[MessageStatus, frozenset[MessageStatus]] = {
    MessageStatus.QUEUED: frozenset(
        {MessageStatus.SENDING, MessageStatus.FAILED, MessageStatus.CANCELED}
    ),
    MessageStatus.SENDING: frozenset({MessageStatus.SENT, MessageStatus.FAILED}),
    MessageStatus.SENT: frozenset({MessageStatus.DELIVERED, MessageStatus.UNDELIVERED}),
}
"""Every change of status there is; whatever is missing on the left is final."""

FAILURES = {
    11100: "Invalid URL format",
    11200: "HTTP retrieval failure",
    11205: "HTTP connection failure",
    11215: "HTTP too many redirects",
    11751: "Media exceeds messaging provider size limit",
    12300: "Invalid Content-Type",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30036: "Validity Period Expired",
}
"""Twilio's codes for a message that did not arrive (twilio.com/docs/api/errors)."""


class CannotText(Exception):
    """The message is not taken; `code` is Twilio's."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code, self.why = code, why


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """A picture or the like that came with a message."""

    sid: str
    content_type: str
    content: bytes
    created_at: datetime
    updated_at: datetime


class Reached(msgspec.Struct, frozen=True):
    status: MessageStatus
    at: datetime


class Note(msgspec.Struct, frozen=True):
    at: datetime
    text: str


class Message:
    """`media_urls` are where an outgoing message's media must still be fetched."""

    def __init__(
        self,
        account: Account,
        clock: Clock,
        changes: Iterator[int],
        *,
        sender: str,
        to: str,
        body: str,
        direction: Direction,
        media_urls: tuple[str, ...] = (),
        is_mms: bool = False,
        status_callback: str = "",
    ) -> None:
        self.sid = new_sid("MM" if is_mms else "SM")
        self.account = account
        self.sender, self.to, self.body = sender, to, body
        self.direction: Direction = direction
        self.is_mms = is_mms
        self.segments = 1 if is_mms else segments(body)
        self.media_urls = media_urls
        self.media: list[Media] = []
        self.status_callback = status_callback
        self.error_code: int | None = None
        self.sent_at: datetime | None = None
        self._clock, self._changes = clock, changes
        self.created_at = self.updated_at = clock.now()
        self.log: deque[Note] = deque(maxlen=KEPT_NOTES)
        is_inbound = direction == "inbound"
        self.status = MessageStatus.RECEIVED if is_inbound else MessageStatus.QUEUED
        if is_inbound:
            self.sent_at = self.created_at
        self.reached = [Reached(self.status, self.created_at)]
        self.change = next(changes)
        """The number of its last change, among all changes of all messages."""

    @property
    def media_count(self) -> int:
        return len(self.media) + len(self.media_urls)

    @property
    def is_under_way(self) -> bool:
        """Not yet handed over to the network: neither to be deleted nor to be redacted."""
        return self.status in (MessageStatus.QUEUED, MessageStatus.SENDING)

    def become(self, status: MessageStatus, error_code: int | None = None) -> bool:
        """True if the status changed; a message whose road has ended stays as it is."""
        if status not in TRANSITIONS.get(self.status, frozenset()):
            return False
        self.note(f"{self.status} -> {status}" + (f" ({error_code})" if error_code else ""))
        self.status, self.error_code = status, error_code
        self.updated_at = self._clock.now()
        if status is MessageStatus.SENT:
            self.sent_at = self.updated_at
        self.reached.append(Reached(status, self.updated_at))
        return True

    def note(self, text: str) -> None:
        self.log.append(Note(self._clock.now(), text))
        self.change = next(self._changes)

    def attach(self, content_type: str, content: bytes) -> None:
        now = self._clock.now()
        media = Media(
            sid=new_sid("ME"),
            content_type=content_type,
            content=content,
            created_at=now,
            updated_at=now,
        )
        self.media.append(media)

    def detach(self, media: Media) -> None:
        self.media.remove(media)
        self.note(f"its media {media.sid} was deleted")

    def redact(self) -> None:
        self.body = ""
        self.updated_at = self._clock.now()
        self.note("its body was redacted")


class Messages:
    """All messages of all accounts, the oldest first. They live as long as the carrier runs."""

    def __init__(self) -> None:
        self._all: dict[str, Message] = {}
        self.changes = count(1)

    def add(self, message: Message) -> None:
        while len(self._all) >= KEPT_MESSAGES and self._forget_the_oldest():
            pass
        self._all[message.sid] = message

    def of_account(self, account: Account) -> list[Message]:
        return [message for message in self._all.values() if message.account is account]

    def find(self, sid: str) -> Message | None:
        return self._all.get(sid)

    def changed_since(self, change: int) -> list[Message]:
        return [message for message in self._all.values() if message.change > change]

    def forget(self, message: Message) -> None:
        self._all.pop(message.sid, None)

    def _forget_the_oldest(self) -> bool:
        """Of those whose road has ended; else of those that may wait for a receipt for ever. False
        if all are under way: those are kept, however many."""
        texts = self._all.values()
        ended = next((text for text in texts if text.status not in TRANSITIONS), None)
        oldest = ended or next((text for text in texts if not text.is_under_way), None)
        if oldest is None:
            return False
        self.forget(oldest)
        return True
