"""Performs the TwiML that answers a text: <Message> and <Redirect>, one document after the other.

A document that cannot be had or read leads to the SMS fallback URL, once; if that fails too, the
text stays unanswered. `<Response/>` stays silent, and so does an answer without a body.
"""

from collections.abc import Awaitable, Callable
from xml.etree.ElementTree import Element

from backend.local_carrier.accounts import VoiceSettings
from backend.local_carrier.twiml.documents import read_response
from backend.local_carrier.twiml.message import MessageVerb, message_of_text, read_message
from backend.local_carrier.twiml.messaging_stage import MessagingStage
from backend.local_carrier.twiml.reading import TwimlError
from backend.local_carrier.twiml.redirect import Redirect
from backend.local_carrier.twiml.stage import GoTo
from backend.local_carrier.webhooks.delivery import Answer, WebhookFailed

MOST_DOCUMENTS = 30
"""Documents that lead to each other in a circle would be asked for ever."""
INVALID_VERB, INVALID_CONTENT_TYPE = 14110, 12300
XML = ("text/xml", "application/xml", "text/html")

Document = list[MessageVerb | Redirect]
Ask = Callable[[GoTo, bool], Awaitable[Answer]]
"""Asks the customer what to do; True if that is the fallback. Raises `WebhookFailed`."""


async def perform_messaging(stage: MessagingStage, settings: VoiceSettings, ask: Ask) -> None:
    step: GoTo | None = GoTo(settings.sms_url, settings.sms_method)
    fallback_url = settings.sms_fallback_url
    is_fallback = False
    for _ in range(MOST_DOCUMENTS):
        try:
            answer = await ask(step, is_fallback)
            document = read_messaging(answer.content_type, answer.body.decode(errors="replace"))
        except (WebhookFailed, TwimlError) as failure:
            stage.inbound.note(f"application error {failure}")
            if not fallback_url:
                return
            told = {"ErrorCode": str(failure.code), "ErrorUrl": step.url.partition("#")[0]}
            step = GoTo(fallback_url, settings.sms_fallback_method, told)
            fallback_url, is_fallback = "", True
            continue
        stage.document_url, is_fallback = answer.url, False
        step = await _run(stage, document)
        if step is None:
            return
    stage.inbound.note(f"more than {MOST_DOCUMENTS} documents lead to each other: no more is asked")


def read_messaging(content_type: str, text: str) -> Document:
    """Raises `TwimlError`."""
    if content_type == "text/plain":
        return [message_of_text(text)] if text.strip() else []
    if content_type in XML:
        return [_verb(element) for element in read_response(text)]
    if not text:
        return []
    raise TwimlError(INVALID_CONTENT_TYPE, f"{content_type} does not answer a text")


async def _run(stage: MessagingStage, document: Document) -> GoTo | None:
    for verb in document:
        if isinstance(verb, Redirect):
            return GoTo(stage.absolute(verb.url), verb.method)
        step = await verb.run(stage)
        if step is not None:
            return step
    return None


def _verb(element: Element) -> MessageVerb | Redirect:
    match element.tag:
        case "Message":
            return read_message(element)
        case "Redirect":
            return Redirect.read(element)
        case "Sms":
            raise TwimlError(12200, "<Sms> is deprecated: this local carrier keeps <Message>")
        case other:
            raise TwimlError(INVALID_VERB, f"<{other}> cannot answer a text")
