"""Reads a whole TwiML document before anything of it is performed."""

from collections.abc import Callable
from xml.etree.ElementTree import Element, ParseError, fromstring

from backend.local_carrier.twiml.dial import Dial
from backend.local_carrier.twiml.enqueue import Enqueue
from backend.local_carrier.twiml.gather import Gather
from backend.local_carrier.twiml.hangup import Hangup
from backend.local_carrier.twiml.leave import Leave
from backend.local_carrier.twiml.pause import Pause
from backend.local_carrier.twiml.play import Play
from backend.local_carrier.twiml.reading import TwimlError
from backend.local_carrier.twiml.record import Record
from backend.local_carrier.twiml.redirect import Redirect
from backend.local_carrier.twiml.reject import Reject
from backend.local_carrier.twiml.say import Say
from backend.local_carrier.twiml.stage import Verb

VERBS: dict[str, Callable[[Element], Verb]] = {
    "Dial": Dial.read,
    "Enqueue": Enqueue.read,
    "Gather": Gather.read,
    "Hangup": Hangup.read,
    "Leave": Leave.read,
    "Pause": Pause.read,
    "Play": Play.read,
    "Record": Record.read,
    "Redirect": Redirect.read,
    "Reject": Reject.read,
    "Say": Say.read,
}


def read_document(text: str) -> list[Verb]:
    return [_verb(element) for element in read_response(text)]


def read_response(text: str) -> Element:
    """The root of a document, whose children are verbs: of a call's, or of a text's."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise TwimlError(12100, "a document type is not allowed")
    try:
        root = fromstring(text)  # noqa: S314  no entities: they were refused above
    except ParseError as error:
        raise TwimlError(12100, f"not XML: {error}") from error
    if root.tag != "Response":
        raise TwimlError(12100, f"the document begins with <{root.tag}>, not with <Response>")
    if root.attrib:
        raise TwimlError(12200, "<Response> has no attributes")
    return root


def _verb(element: Element) -> Verb:
    if element.tag not in VERBS:
        raise TwimlError(12200, f"<{element.tag}> is not a verb that this local carrier knows")
    return VERBS[element.tag](element)
