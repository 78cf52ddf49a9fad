"""<Leave>: "transfers control of a call that is in a queue so that the caller exits the queue"
and goes on behind its <Enqueue>. Anywhere else there is nothing to leave.
"""

import asyncio
from typing import ClassVar
from xml.etree.ElementTree import Element

import msgspec

from backend.local_carrier.twiml.reading import Reader
from backend.local_carrier.twiml.stage import Stage, Step, Where

ATTRIBUTES = ()


class Leave(msgspec.Struct, frozen=True):
    answers: ClassVar[bool] = False
    allowed: ClassVar[frozenset[Where]] = frozenset({"call", "queue"})

    @classmethod
    def read(cls, element: Element) -> "Leave":
        Reader(element, ATTRIBUTES)
        return cls()

    async def run(self, stage: Stage) -> Step:
        if stage.network.queues.leave(stage.leg, "leave"):
            # Nothing behind it is performed: its <Enqueue> ends this wait document.
            await asyncio.get_running_loop().create_future()
        return None
