"""Performs TwiML: asks for a document, runs its verbs, goes where they lead, until an end.

A document that cannot be had or read leads to the fallback URL; if that fails too the caller
is told of an application error, and the call ends.
"""

import asyncio
from collections.abc import Callable
from typing import ClassVar

import msgspec

from backend.local_carrier.audio.clips import Clip
from backend.local_carrier.audio.sources import FromPlay
from backend.local_carrier.audio.tones import hold_music
from backend.local_carrier.sounds import NoSound
from backend.local_carrier.twiml.documents import read_document
from backend.local_carrier.twiml.reading import TwimlError
from backend.local_carrier.twiml.say import Say
from backend.local_carrier.twiml.stage import EVERYWHERE, End, GoTo, Stage, Step, Verb, Where
from backend.local_carrier.webhooks.delivery import Answer, Parameters, WebhookFailed
from backend.local_carrier.webhooks.parameters import call_parameters

APOLOGY = Say("We are sorry. An application error has occurred. Goodbye.", "en-US", 1)
HURRIED_SECONDS = 0.05
WAIT_AGAIN_SECONDS = 1.0
MOST_FALLBACKS = 10

Document = list[Verb]
Fields = Callable[[], Parameters]


async def perform_call(stage: Stage, start: GoTo | Document) -> End:
    """A leg's own TwiML, from its first document to its last."""
    fallbacks = 0
    step: Step | Document = start
    while not isinstance(step, End):
        try:
            document = await _asked(stage, step) if isinstance(step, GoTo) else step
            _check_place(document, stage.where)
        except (WebhookFailed, TwimlError) as failure:
            stage.leg.note(f"application error {failure}")
            fallback = _fallback(stage, step, failure)
            fallbacks += 1
            if fallback is None or fallbacks > MOST_FALLBACKS:
                return await _apologised(stage)
            try:
                document = await _asked(stage, fallback, fallback=True)
                _check_place(document, stage.where)
            except (WebhookFailed, TwimlError) as second_failure:
                stage.leg.note(f"the fallback failed too: {second_failure}")
                return await _apologised(stage)
        step = await _run(stage, document or NOTHING) or End()
    return step


async def perform_aside(stage: Stage, start: GoTo) -> None:
    """What a party hears before it is connected with another. A <Hangup> there ends it."""
    step: Step = start
    try:
        while isinstance(step, GoTo):
            document = await _asked(stage, step)
            _check_place(document, stage.where)
            step = await _run(stage, document)
    except (WebhookFailed, TwimlError) as failure:
        stage.leg.note(f"nothing is heard before the connection: {failure}")
        return
    if isinstance(step, End):
        await stage.network.end(stage.leg, step.status)


async def perform_music(stage: Stage, start: GoTo, *, repeat: bool) -> None:
    """What a waiting, held or announced-to participant hears.

    TwiML does not loop by itself; an audio file does where `repeat` is asked for.
    """
    step: Step = start
    try:
        while isinstance(step, GoTo):
            document = await _asked(stage, step, repeat=repeat)
            _check_place(document, stage.where)
            step = await _run(stage, document)
    except (WebhookFailed, TwimlError) as failure:
        stage.leg.note(f"no music: {failure}")


async def perform_while_waiting(stage: Stage, start: GoTo, fields: Fields) -> None:
    """What a queue's member hears: the document is asked for again whenever it is over."""
    network, leg = stage.network, stage.leg
    step: Step = start
    while True:
        to = step if isinstance(step, GoTo) else start
        document: Document = []
        try:
            document = await _asked(stage, GoTo(to.url, to.method, to.parameters | fields()))
            _check_place(document, stage.where)
        except WebhookFailed as failure:
            leg.note(f"no music: {failure}")
        except TwimlError as error:
            leg.note(f"leaves the queue, as its wait document has an error: {error}")
            network.queues.leave(leg, "error")
            return
        began = network.clock.seconds()
        step = await _run(stage, document)
        if isinstance(step, End):
            # Not awaited: ending the call cancels what it hears, which is this.
            network.end(leg, step.status)
            return
        if step is None and network.clock.seconds() - began < HURRIED_SECONDS:
            await network.clock.sleep(WAIT_AGAIN_SECONDS)


async def play_own_music(stage: Stage) -> None:
    """For whoever waits in a queue without a waitUrl."""
    await stage.play(hold_music(), FromPlay(url="hold-music"), loops=0)


async def _asked(
    stage: Stage, step: GoTo, *, fallback: bool = False, repeat: bool = False
) -> Document:
    answer = await stage.network.webhooks.request(
        stage.leg.account,
        step.url,
        step.parameters | call_parameters(stage.leg),
        method=step.method,
        fallback=fallback,
        cookies=stage.leg.cookies,
    )
    stage.document_url = answer.url
    return _read(stage, answer, repeat=repeat)


def _read(stage: Stage, answer: Answer, *, repeat: bool) -> Document:
    if answer.content_type.startswith("audio/"):
        try:
            clip = stage.network.sounds.decoded(answer.body)
        except NoSound as error:
            raise TwimlError(12300, str(error)) from error
        return [_PlayAnswer(clip, answer.url, loops=0 if repeat else 1)]
    text = answer.body.decode(errors="replace")
    if answer.content_type == "text/plain":
        try:
            return read_document(text)
        except TwimlError:
            return [Say(text, "en-US", 1)]
    return read_document(text)


def _check_place(document: Document, where: Where) -> None:
    for verb in document:
        if where in verb.allowed:
            continue
        name = type(verb).__name__
        if where == "callee" and name == "Dial":
            raise TwimlError(13201, "a called party's document cannot dial out")
        raise TwimlError(12200, f"<{name}> is not allowed in a document of this kind: {where}")


async def _run(stage: Stage, document: Document) -> Step:
    clock = stage.network.clock
    began = clock.seconds()
    for at, verb in enumerate(document):
        if stage.where == "call" and verb.answers:
            await stage.answer()
        stage.following = document[at + 1] if at + 1 < len(document) else None
        step = await verb.run(stage)
        if step is not None:
            if clock.seconds() - began < HURRIED_SECONDS:
                # Documents that lead to each other without a sound would spin as fast as they can.
                await clock.sleep(HURRIED_SECONDS)
            return step
    return None


def _fallback(
    stage: Stage, step: GoTo | Document, failure: WebhookFailed | TwimlError
) -> GoTo | None:
    callbacks = stage.leg.callbacks
    if not callbacks.fallback_url:
        return None
    failed_url = step.url if isinstance(step, GoTo) else stage.document_url
    told = {"ErrorCode": str(failure.code), "ErrorUrl": failed_url.partition("#")[0]}
    return GoTo(callbacks.fallback_url, callbacks.fallback_method, told)


async def _apologised(stage: Stage) -> End:
    await _run(stage, [APOLOGY])
    return End()


class _PlayAnswer(msgspec.Struct, frozen=True):
    """The answer was audio itself: played once to a call, over and over to one who waits."""

    answers: ClassVar[bool] = True
    allowed: ClassVar[frozenset[Where]] = EVERYWHERE
    clip: Clip
    url: str
    loops: int

    async def run(self, stage: Stage) -> Step:
        source = FromPlay(url=self.url, ringback=self.clip.ringback)
        await stage.play(self.clip, source, loops=self.loops)
        return None


class _Nothing(msgspec.Struct, frozen=True):
    """An empty <Response> still answers the call, and then it is over."""

    answers: ClassVar[bool] = True
    allowed: ClassVar[frozenset[Where]] = EVERYWHERE

    async def run(self, stage: Stage) -> Step:
        await asyncio.sleep(0)
        return None


NOTHING: Document = [_Nothing()]
