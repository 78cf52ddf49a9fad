"""<Reject>: "rejects a call without billing you"; `reason` is rejected or busy.

Only as the first verb: later the call is already answered, and it just ends.
"""

from typing import ClassVar
from xml.etree.ElementTree import Element

import msgspec

from backend.local_carrier.legs import LegStatus
from backend.local_carrier.twiml.reading import Reader
from backend.local_carrier.twiml.stage import IN_A_CALL, End, Stage, Step, Where

ATTRIBUTES = ("reason",)


class Reject(msgspec.Struct, frozen=True):
    answers: ClassVar[bool] = False
    allowed: ClassVar[frozenset[Where]] = IN_A_CALL
    reason: str

    @classmethod
    def read(cls, element: Element) -> "Reject":
        return cls(Reader(element, ATTRIBUTES).choice("reason", ("rejected", "busy"), "rejected"))

    async def run(self, stage: Stage) -> Step:
        if stage.leg.status is LegStatus.IN_PROGRESS:
            return End()
        if self.reason == "busy":
            return End(LegStatus.BUSY)
        stage.leg.was_declined = True
        return End(LegStatus.NO_ANSWER)
