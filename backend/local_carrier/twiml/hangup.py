"""<Hangup>: "ends a call"; as the first verb it still answers it."""

from typing import ClassVar
from xml.etree.ElementTree import Element

import msgspec

from backend.local_carrier.twiml.reading import Reader
from backend.local_carrier.twiml.stage import End, Stage, Step, Where

ATTRIBUTES = ()


class Hangup(msgspec.Struct, frozen=True):
    answers: ClassVar[bool] = True
    allowed: ClassVar[frozenset[Where]] = frozenset({"call", "queue", "callee"})

    @classmethod
    def read(cls, element: Element) -> "Hangup":
        Reader(element, ATTRIBUTES)
        return cls()

    async def run(self, stage: Stage) -> Step:
        return End()
