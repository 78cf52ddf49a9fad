"""<Pause>: "waits silently for a specific number of seconds", one unless `length` says more.

As the first verb it lets the phone ring that much longer before the call is answered.
"""

from typing import ClassVar
from xml.etree.ElementTree import Element

import msgspec

from backend.local_carrier.twiml.reading import Reader
from backend.local_carrier.twiml.stage import EVERYWHERE, Stage, Step, Where

ATTRIBUTES = ("length",)


class Pause(msgspec.Struct, frozen=True):
    answers: ClassVar[bool] = False
    allowed: ClassVar[frozenset[Where]] = EVERYWHERE
    seconds: int

    @classmethod
    def read(cls, element: Element) -> "Pause":
        return cls(Reader(element, ATTRIBUTES).whole("length", 1))

    async def run(self, stage: Stage) -> Step:
        await stage.network.clock.sleep(self.seconds)
        return None
