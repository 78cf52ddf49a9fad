"""Performs TwiML: asks for a document, runs its verbs, goes where they lead, until an end.

A document that cannot be had or read leads to the fallback URL; if that fails too the caller
is told of an application error, and the call ends.
"""

import asyncio
import time
from typing import ClassVar

import msgspec

from backend.local_carrier.audio.clips import Clip
from backend.local_carrier.audio.sources import FromPlay
from backend.local_carrier.legs import LegStatus
from backend.local_carrier.sounds import NoSound
from backend.local_carrier.twiml.documents import read_document
from backend.local_carrier.twiml.reading import TwimlError
from backend.local_carrier.twiml.say import Say
from backend.local_carrier.twiml.stage import End, GoTo, Stage, Step, Verb
from backend.local_carrier.webhooks.delivery import Answer, WebhookFailed
from backend.local_carrier.webhooks.parameters import call_parameters

APOLOGY = Say("We are sorry. An application error has occurred. Goodbye.", "en-US", 1)
HURRIED_SECONDS = 0.05
MOST_FALLBACKS = 10

Document = list[Verb]


async def perform_call(stage: Stage, start: GoTo | Document) -> End:
    """A leg's own TwiML, from its first document to its last."""
    fallbacks = 0
    step: Step | Document = start
    while not isinstance(step, End):
        try:
            document = await _asked(stage, step) if isinstance(step, GoTo) else step
        except (WebhookFailed, TwimlError) as failure:
            stage.leg.note(f"application error {failure}")
            fallback = _fallback(stage, step, failure)
            fallbacks += 1
            if fallback is None or fallbacks > MOST_FALLBACKS:
                return await _apologised(stage)
            try:
                document = await _asked(stage, fallback, fallback=True)
            except (WebhookFailed, TwimlError) as second_failure:
                stage.leg.note(f"the fallback failed too: {second_failure}")
                return await _apologised(stage)
        step = await _run(stage, document or [_Nothing()]) or End()
    return step


async def perform_music(stage: Stage, start: GoTo, *, repeat: bool) -> None:
    """What a waiting, held or announced-to participant hears.

    TwiML does not loop by itself; an audio file does where `repeat` is asked for.
    """
    step: Step = start
    try:
        while isinstance(step, GoTo):
            document = await _asked(stage, step, waiting=True, repeat=repeat)
            step = await _run(stage, document, waiting=True)
    except (WebhookFailed, TwimlError) as failure:
        stage.leg.note(f"no music: {failure}")


async def _asked(
    stage: Stage,
    step: GoTo,
    *,
    fallback: bool = False,
    waiting: bool = False,
    repeat: bool = False,
) -> Document:
    answer = await stage.webhooks.request(
        stage.leg.account,
        step.url,
        step.parameters | call_parameters(stage.leg),
        method=step.method,
        fallback=fallback,
    )
    stage.document_url = answer.url
    document = _read(stage, answer, repeat=repeat)
    if waiting and not all(verb.may_wait for verb in document):
        raise TwimlError(12200, "only Play, Say, Pause and Redirect may be heard while waiting")
    return document


def _read(stage: Stage, answer: Answer, *, repeat: bool) -> Document:
    if answer.content_type.startswith("audio/"):
        try:
            clip = stage.sounds.decoded(answer.body)
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


async def _run(stage: Stage, document: Document, *, waiting: bool = False) -> Step:
    began = time.monotonic()
    for verb in document:
        if not waiting and verb.answers and stage.leg.become(LegStatus.IN_PROGRESS):
            await stage.leg.far_end.answered()
        step = await verb.run(stage)
        if step is not None:
            if time.monotonic() - began < HURRIED_SECONDS:
                # Documents that lead to each other without a sound would spin as fast as they can.
                await asyncio.sleep(HURRIED_SECONDS)
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
    may_wait: ClassVar[bool] = True
    clip: Clip
    url: str
    loops: int

    async def run(self, stage: Stage) -> Step:
        source = FromPlay(url=self.url, ringback=self.clip.ringback)
        await stage.play(self.clip, source, loops=self.loops)
        return None


class _Nothing(msgspec.Struct, frozen=True):
    """An empty <Response/> still answers the call, and then hangs up."""

    answers: ClassVar[bool] = True
    may_wait: ClassVar[bool] = True

    async def run(self, stage: Stage) -> Step:
        return None
