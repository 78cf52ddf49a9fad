"""<Play>: "plays an audio file back to the caller", loop times; loop="0" plays until hang-up.

With `digits` it plays key tones instead, `w` waiting half a second.
"""

from typing import ClassVar
from xml.etree.ElementTree import Element

import msgspec

from backend.local_carrier.audio.sources import FromPlay
from backend.local_carrier.audio.tones import key_tones
from backend.local_carrier.keys import KEYS
from backend.local_carrier.sounds import NoSound
from backend.local_carrier.twiml.reading import Reader, TwimlError
from backend.local_carrier.twiml.stage import EVERYWHERE, Stage, Step, Where
from backend.local_carrier.webhooks.delivery import WebhookFailed

ATTRIBUTES = ("loop", "digits")


class Play(msgspec.Struct, frozen=True):
    answers: ClassVar[bool] = True
    allowed: ClassVar[frozenset[Where]] = EVERYWHERE
    url: str
    digits: str
    loop: int

    @classmethod
    def read(cls, element: Element) -> "Play":
        reader = Reader(element, ATTRIBUTES)
        digits = reader.text("digits")
        if not reader.body and not digits:
            raise TwimlError(12200, "<Play> needs an address or digits")
        if not KEYS.issuperset(digits):
            raise TwimlError(12200, f'<Play> cannot have digits="{digits}"')
        return cls(reader.body, digits, reader.whole("loop", 1, most=1000))

    async def run(self, stage: Stage) -> Step:
        if self.digits:
            source = FromPlay(url=f"digits:{self.digits}")
            await stage.play(key_tones(self.digits), source, loops=self.loop)
            return None
        url = stage.absolute(self.url)
        try:
            clip = await stage.network.sounds.at(stage.leg.account, url)
        except (WebhookFailed, NoSound) as error:
            stage.leg.note(f"cannot play: {error}")
            return None
        source = FromPlay(url=url, ringback=clip.ringback)
        await stage.play(clip, source, loops=self.loop)
        return None
