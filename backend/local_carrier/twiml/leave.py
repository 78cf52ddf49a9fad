"""<Leave>: "transfers control of a call that is in a queue so that the caller exits the queue"
and goes on behind its <Enqueue>. Anywhere else there is nothing to leave.
"""

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
        stage.network.queues.leave(stage.leg, "leave")
        return None
