"""<Pause>: "waits silently for a specific number of seconds", one unless `length` says more.

As the first verb it lets the phone ring that much longer before the call is answered.
"""

import asyncio
from typing import ClassVar
from xml.etree.ElementTree import Element

import msgspec

from backend.local_carrier.twiml.reading import Reader
from backend.local_carrier.twiml.stage import Stage, Step

ATTRIBUTES = ("length",)


class Pause(msgspec.Struct, frozen=True):
    answers: ClassVar[bool] = False
    may_wait: ClassVar[bool] = True
    seconds: int

    @classmethod
    def read(cls, element: Element) -> "Pause":
        return cls(Reader(element, ATTRIBUTES).whole("length", 1))

    async def run(self, stage: Stage) -> Step:
        await asyncio.sleep(self.seconds)
        return None
