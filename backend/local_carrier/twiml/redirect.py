"""<Redirect>: "transfers control of a call to the TwiML at a different URL"; nothing follows it.

Without an address it asks the current document's address again.
"""

from typing import ClassVar
from xml.etree.ElementTree import Element

import msgspec

from backend.local_carrier.twiml.reading import Reader
from backend.local_carrier.twiml.stage import EVERYWHERE, GoTo, Stage, Step, Where

ATTRIBUTES = ("method",)


class Redirect(msgspec.Struct, frozen=True):
    answers: ClassVar[bool] = False
    allowed: ClassVar[frozenset[Where]] = EVERYWHERE
    url: str
    method: str

    @classmethod
    def read(cls, element: Element) -> "Redirect":
        reader = Reader(element, ATTRIBUTES)
        return cls(reader.body, reader.method("method"))

    async def run(self, stage: Stage) -> Step:
        return GoTo(stage.absolute(self.url), self.method)
