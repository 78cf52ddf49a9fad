"""<Say>: "converts text to speech that is read back to the caller", loop times; 0 is for ever.

Spoken by espeak-ng if it is installed, else a hum of the same length; the log has the words.
"""

from typing import ClassVar
from xml.etree.ElementTree import Element

import msgspec

from backend.local_carrier.audio.sources import FromSay
from backend.local_carrier.audio.speech import spoken
from backend.local_carrier.twiml.reading import Reader, TwimlError
from backend.local_carrier.twiml.stage import EVERYWHERE, Stage, Step, Where

ATTRIBUTES = ("voice", "language", "loop")
SSML = frozenset(
    ("break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "speak", "sub", "w")
)
LONGEST_TEXT = 4096


class Say(msgspec.Struct, frozen=True):
    answers: ClassVar[bool] = True
    allowed: ClassVar[frozenset[Where]] = EVERYWHERE
    text: str
    language: str
    loop: int

    @classmethod
    def read(cls, element: Element) -> "Say":
        reader = Reader(element, ATTRIBUTES, children=True)
        text = " ".join(_words(element).split())
        if len(text) > LONGEST_TEXT:
            raise TwimlError(12200, f"<Say> is longer than {LONGEST_TEXT} characters")
        loop = reader.whole("loop", 1, most=1000)
        return cls(text, reader.text("language", "en-US"), loop)

    async def run(self, stage: Stage) -> Step:
        stage.leg.note(f"says: {self.text}")
        with stage.network.clock.work():  # another program speaks
            clip = await spoken(self.text, self.language)
        await stage.play(clip, FromSay(text=self.text), loops=self.loop)
        return None


def _words(element: Element) -> str:
    """The words of <Say>, those inside SSML elements too: how they are to be spoken is not kept."""
    if element.tag == "sub":
        return element.get("alias", "")
    words = element.text or ""
    for child in element:
        if child.tag not in SSML:
            raise TwimlError(12200, f"<{child.tag}> is not allowed inside <Say>")
        words += f" {_words(child)} {child.tail or ''}"
    return words
