"""<Client>: "a client identifier to dial": every browser that is registered under it rings.

<Parameter name value> inside reaches the browser as custom parameters; the identity then stands
in <Identity>.
"""

import re
from xml.etree.ElementTree import Element

from backend.local_carrier.twiml.number import NOUN_ATTRIBUTES, rung_by
from backend.local_carrier.twiml.reading import Reader, TwimlError
from backend.local_carrier.twiml.rung import Rung

ATTRIBUTES = NOUN_ATTRIBUTES
IDENTITY = re.compile(r"[^\s/]{1,121}")
"""Twilio documents letters, digits and underscores, up to 121 of them; its own samples have
dots and dashes too."""


def read_client(element: Element) -> Rung:
    reader = Reader(element, ATTRIBUTES, children=True)
    identity = reader.body
    parameters: dict[str, str] = {}
    for child in element:
        match child.tag:
            case "Identity":
                identity = Reader(child, ()).body
            case "Parameter":
                parameter = Reader(child, ("name", "value"))
                parameters[parameter.need("name")] = parameter.text("value")
            case other:
                raise TwimlError(12200, f"<{other}> is not allowed inside <Client>")
    if not IDENTITY.fullmatch(identity):
        raise TwimlError(12200, f"<Client> cannot have the identity {identity!r}")
    return rung_by(reader, to=f"client:{identity}", parameters=parameters)
