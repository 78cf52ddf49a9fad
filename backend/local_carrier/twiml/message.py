"""<Message>: "sends a message to a phone number", by default to whoever texted, from the number
that was texted.

Its text stands in it, or in <Body>; each <Media> names a picture. `action` is asked for more TwiML
once the message is queued, and nothing behind it is reached. `statusCallback` is told how the
message fares; without one `action` is told that too: Twilio's documents say both of it.
"""

from xml.etree.ElementTree import Element

import msgspec

from backend.local_carrier.messages import LONGEST_BODY, MOST_MEDIA, CannotText
from backend.local_carrier.twiml.messaging_stage import MessagingStage, Reply
from backend.local_carrier.twiml.reading import Reader, TwimlError
from backend.local_carrier.twiml.stage import GoTo
from backend.local_carrier.webhooks.message_parameters import status_parameters

ATTRIBUTES = ("to", "from", "action", "method", "statusCallback")
INVALID_BODY = 14103


class MessageVerb(msgspec.Struct, frozen=True):
    reply: Reply
    action: str | None = None
    method: str = "POST"

    async def run(self, stage: MessagingStage) -> GoTo | None:
        """None goes on with the next verb."""
        told = self.reply.status_callback or self.action or ""
        reply = msgspec.structs.replace(
            self.reply,
            media_urls=tuple(stage.absolute(url) for url in self.reply.media_urls),
            status_callback=told and stage.absolute(told),
        )
        try:
            message = stage.reply(reply)
        except CannotText as problem:
            stage.inbound.note(f"<Message> is not sent: {problem}")
            return None
        if self.action is None:
            return None
        return GoTo(stage.absolute(self.action), self.method, status_parameters(message))


def read_message(element: Element) -> MessageVerb:
    reader = Reader(element, ATTRIBUTES, children=True)
    texts = [Reader(child, ()).body for child in element if child.tag == "Body"]
    # Its own text may stand before, between and behind the pictures.
    own_text = "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
    if own_text:
        texts.append(own_text)
    if len(texts) > 1:
        raise TwimlError(12200, "<Message> has one text: its own, or that of one <Body>")
    reply = Reply(
        body="".join(texts),
        media_urls=tuple(_media(child) for child in element if child.tag != "Body"),
        to=reader.maybe("to"),
        sender=reader.maybe("from"),
        status_callback=reader.text("statusCallback"),
    )
    _check(reply)
    return MessageVerb(reply, reader.maybe("action"), reader.method("method"))


def message_of_text(text: str) -> MessageVerb:
    """An answer that is plain text is sent as it is."""
    reply = Reply(body=text)
    _check(reply)
    return MessageVerb(reply)


def _check(reply: Reply) -> None:
    if not reply.body and not reply.media_urls:
        raise TwimlError(INVALID_BODY, "<Message> has neither text nor <Media>")
    if len(reply.body) > LONGEST_BODY:
        raise TwimlError(INVALID_BODY, f"<Message> is longer than {LONGEST_BODY} characters")
    if len(reply.media_urls) > MOST_MEDIA:
        raise TwimlError(INVALID_BODY, f"<Message> has more than {MOST_MEDIA} <Media>")


def _media(element: Element) -> str:
    if element.tag != "Media":
        raise TwimlError(12200, f"<{element.tag}> is not allowed inside <Message>")
    url = Reader(element, ()).body
    if not url:
        raise TwimlError(12200, "<Media> needs an address")
    return url
