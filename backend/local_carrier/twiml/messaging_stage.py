"""Where a document about a text is performed: the text that came in, and how to answer it."""

from collections.abc import Callable

import msgspec

from backend.local_carrier.messages import CannotText, Message
from backend.local_carrier.twiml.reading import absolute

MOST_REPLIES = 10
"""Twilio: "You can send a maximum of 10 TwiML replies per incoming message"."""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a <Message> wants to be sent. Without `to` and `sender` it answers who texted."""

    body: str
    media_urls: tuple[str, ...] = ()
    to: str | None = None
    sender: str | None = None
    status_callback: str = ""


Send = Callable[[Reply], Message]


class MessagingStage:
    """`send` raises `CannotText`."""

    def __init__(self, inbound: Message, send: Send) -> None:
        self.inbound = inbound
        self.document_url = ""
        self._send, self._replies = send, 0

    def absolute(self, url: str) -> str:
        """A relative URL is relative to the document that names it."""
        return absolute(self.document_url, url)

    def reply(self, reply: Reply) -> Message:
        if self._replies == MOST_REPLIES:
            raise CannotText(14109, f"a text is answered by at most {MOST_REPLIES} messages")
        message = self._send(reply)
        self._replies += 1
        return message
