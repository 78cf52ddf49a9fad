"""<Gather>: "collects digits or transcribes speech from a caller", while its nested <Say>, <Play>
and <Pause> are heard; the first key cuts them short.

What was entered goes to `action` (the current document unless named). Nothing entered, or nothing
before the finishing key: no request is made, and the next verb runs, unless `actionOnEmptyResult`
asks for it. Keys that are pressed while no <Gather> listens are lost. Speech is what the lab's
phone says in words; it cuts the prompt short unless `bargeIn` forbids it.
"""

import asyncio
from typing import ClassVar
from xml.etree.ElementTree import Element

import msgspec

from backend.local_carrier.clock import within
from backend.local_carrier.twiml.pause import Pause
from backend.local_carrier.twiml.play import Play
from backend.local_carrier.twiml.reading import Reader, TwimlError
from backend.local_carrier.twiml.say import Say
from backend.local_carrier.twiml.stage import EVERYWHERE, GoTo, Stage, Step, Where
from backend.local_carrier.webhooks.parameters import call_parameters

KEPT = (
    "action",
    "method",
    "timeout",
    "numDigits",
    "finishOnKey",
    "input",
    "bargeIn",
    "actionOnEmptyResult",
    "partialResultCallback",
    "partialResultCallbackMethod",
)
WITHOUT_EFFECT = (
    "language",
    "hints",
    "speechTimeout",
    "maxSpeechTime",
    "speechModel",
    "enhanced",
    "profanityFilter",
    "debug",
)
ATTRIBUTES = KEPT + WITHOUT_EFFECT
KEYS = set("0123456789*#")
CERTAIN = "0.9"
"""How sure the recogniser is of words that it was told."""
NESTED = {"Say": Say.read, "Play": Play.read, "Pause": Pause.read}


class Gather(msgspec.Struct, frozen=True):
    answers: ClassVar[bool] = True
    allowed: ClassVar[frozenset[Where]] = EVERYWHERE - {"room"}
    nested: tuple[Say | Play | Pause, ...]
    action: str
    method: str
    timeout: int
    most_digits: int
    finish_on: str
    by_keys: bool
    by_speech: bool
    barge_in: bool
    always_asks: bool
    partial_callback: str
    partial_method: str

    @classmethod
    def read(cls, element: Element) -> "Gather":
        reader = Reader(element, ATTRIBUTES, children=True)
        inputs = reader.text("input", "dtmf").split()
        if not inputs or set(inputs) - {"dtmf", "speech"}:
            raise TwimlError(12200, f'<Gather> cannot have input="{reader.text("input")}"')
        finish_on = reader.text("finishOnKey", "#")
        if len(finish_on) > 1 or set(finish_on) - KEYS:
            raise TwimlError(12200, f'<Gather> cannot have finishOnKey="{finish_on}"')
        return cls(
            nested=tuple(_nested(child) for child in element),
            action=reader.text("action"),
            method=reader.method("method"),
            timeout=_timeout(reader),
            most_digits=reader.whole("numDigits", 0, least=1, most=1000),
            finish_on=finish_on,
            by_keys="dtmf" in inputs,
            by_speech="speech" in inputs,
            barge_in=reader.flag("bargeIn", default=True),
            always_asks=reader.flag("actionOnEmptyResult", default=False),
            partial_callback=reader.text("partialResultCallback"),
            partial_method=reader.method("partialResultCallbackMethod"),
        )

    async def run(self, stage: Stage) -> Step:
        entry = _Entry(self)
        if self.by_keys:
            stage.leg.on_digit = entry.press
        if self.by_speech:
            stage.leg.on_speech = entry.speak
        try:
            await self._listen(stage, entry)
        finally:
            stage.leg.on_digit = stage.leg.on_speech = None
        if entry.words:
            self._tell_partial(stage, entry.words)
            return self._asks(stage, {"SpeechResult": entry.words, "Confidence": CERTAIN})
        if entry.digits or self.always_asks:
            return self._asks(stage, {"Digits": entry.digits})
        return None

    async def _listen(self, stage: Stage, entry: "_Entry") -> None:
        """The time-out begins when the prompt is over or cut short, and anew with every key."""
        prompt = asyncio.create_task(self._prompt(stage))
        try:
            await asyncio.wait({prompt, entry.interrupted}, return_when=asyncio.FIRST_COMPLETED)
            if prompt.done():
                prompt.result()  # what broke in it is not kept quiet
        finally:
            prompt.cancel()
            await asyncio.wait([prompt])
        while not entry.is_over and await within(
            stage.network.clock, entry.next_input(), self.timeout
        ):
            pass

    async def _prompt(self, stage: Stage) -> None:
        for verb in self.nested:
            await verb.run(stage)

    def _asks(self, stage: Stage, fields: dict[str, str]) -> GoTo:
        return GoTo(stage.absolute(self.action), self.method, fields)

    def _tell_partial(self, stage: Stage, words: str) -> None:
        if not self.partial_callback:
            return
        leg = stage.leg
        fields = call_parameters(leg) | {
            "UnstableSpeechResult": words,
            "Stability": CERTAIN,
            "SequenceNumber": "0",
        }
        url = stage.absolute(self.partial_callback)
        stage.network.webhooks.notify(
            (leg.sid, "speech"), leg.account, url, fields, method=self.partial_method
        )


class _Entry:
    """What the caller has entered so far: keys or words, whichever came first."""

    def __init__(self, wish: Gather) -> None:
        self._wish = wish
        self.digits = self.words = ""
        self.is_over = False
        self.interrupted = _moment()
        """Something was entered that cuts the prompt short."""
        self._next = _moment()

    def next_input(self) -> "asyncio.Future[None]":
        self._next = _moment()
        return self._next

    def press(self, digit: str) -> None:
        if self.is_over:
            return
        if digit == self._wish.finish_on:
            self.is_over = True
        else:
            self.digits += digit
            self.is_over = len(self.digits) == self._wish.most_digits
        _settle(self.interrupted)
        _settle(self._next)

    def speak(self, text: str) -> None:
        if self.is_over or self.digits:
            return
        self.words, self.is_over = text, True
        if self._wish.barge_in:
            _settle(self.interrupted)
        _settle(self._next)


def _moment() -> "asyncio.Future[None]":
    return asyncio.get_running_loop().create_future()


def _settle(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)


def _nested(element: Element) -> Say | Play | Pause:
    if element.tag not in NESTED:
        raise TwimlError(12200, f"<{element.tag}> is not allowed inside <Gather>")
    return NESTED[element.tag](element)


def _timeout(reader: Reader) -> int:
    given = reader.text("timeout", "5")
    return 5 if given == "auto" else reader.whole("timeout", 5, least=1)
