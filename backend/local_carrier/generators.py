"""Callers by the hundred: a plan with a seed, and the people who carry it out.

The plan is a pure function of its wish: the same seed gives the same calls, to the microsecond.
They arrive as a Poisson process, at one rate or at a rate for each hour of a day; how long a caller
waits and talks is drawn from distributions (exponential and lognormal are those that call centres
are measured by).
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from math import log
from random import Random
from typing import Annotated, Literal

import msgspec

from backend.local_carrier.background import Background
from backend.local_carrier.calls import Calls
from backend.local_carrier.clock import Clock, within
from backend.local_carrier.handsets import Step, VoiceChoice
from backend.local_carrier.legs import Leg
from backend.local_carrier.people import People
from backend.local_carrier.phones import ScriptedPhone
from backend.local_carrier.sounds import Sounds
from backend.local_carrier.voices import voice_of

HOUR = 3600.0
AREAS = (212, 312, 415, 617, 202, 303, 404, 512, 702, 813)
"""Of American cities: callers have numbers that could be called back, ten thousand in each."""
KEYS_AFTER_SECONDS = 1.0


class Spread(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seconds, around a mean: always the same, exponential, or lognormal with that sigma."""

    mean: Annotated[float, msgspec.Meta(gt=0, le=86_400)]
    shape: Literal["fixed", "exponential", "lognormal"] = "exponential"
    sigma: Annotated[float, msgspec.Meta(ge=0, le=5)] = 0.6

    def drawn(self, dice: Random) -> float:
        match self.shape:
            case "fixed":
                return self.mean
            case "exponential":
                return dice.expovariate(1 / self.mean)
            case "lognormal":
                return dice.lognormvariate(log(self.mean) - self.sigma**2 / 2, self.sigma)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`rates` are calls an hour, for each hour from now on; the last goes on for ever."""

    to: str
    calls: int
    rates: tuple[float, ...]
    talk: Spread = Spread(mean=180.0, shape="lognormal")
    """From when somebody is with the caller until the caller hangs up."""
    patience: Spread | None = Spread(mean=120.0)
    """How long a caller waits for somebody; None is for ever."""
    keys: str = ""
    """Pressed a second after the answer, by the share of callers who do."""
    keys_share: float = 1.0
    voice: VoiceChoice = VoiceChoice(silence=True)
    seed: int = 0


class Planned(msgspec.Struct, frozen=True):
    """One call: seconds after the beginning, who, and for how long."""

    at: float
    caller: str
    talk: float
    patience: float | None
    keys: str


class Counts(msgspec.Struct, kw_only=True):
    offered: int = 0
    answered: int = 0
    """Somebody was with the caller."""
    abandoned: int = 0
    """The call ended before that."""
    refused: int = 0
    """The number could not be dialled."""
    ended: int = 0


def planned(plan: Plan) -> Iterator[Planned]:
    """The calls of a plan, in the order of their arrival."""
    dice = Random(plan.seed)  # noqa: S311  a seed is wished for, not secrecy
    arrived = 0.0
    for number in range(plan.calls):
        arrived += dice.expovariate(1.0)
        yield Planned(
            at=_moment_of(arrived, plan.rates),
            caller=f"+1{AREAS[number // 10_000 % len(AREAS)]}555{number % 10_000:04}",
            talk=plan.talk.drawn(dice),
            patience=plan.patience.drawn(dice) if plan.patience is not None else None,
            keys=plan.keys if dice.random() < plan.keys_share else "",
        )


def _moment_of(arrived: float, rates: Sequence[float]) -> float:
    """When so many calls are expected to have come, in seconds: the inverse of the summed rates."""
    for hour, rate in enumerate(rates[:-1]):
        if arrived < rate:
            return (hour + arrived / rate) * HOUR
        arrived -= rate
    return (len(rates) - 1 + arrived / rates[-1]) * HOUR


class Generator:
    def __init__(self, generator_id: int, plan: Plan) -> None:
        self.id, self.plan = generator_id, plan
        self.counts = Counts()
        self.arrivals: asyncio.Task[None] | None = None

    @property
    def is_over(self) -> bool:
        arriving = self.arrivals is not None and not self.arrivals.done()
        return not arriving and self.counts.ended == self.counts.offered


class Generators:
    """`dial(caller, called, phone)` begins a call, or gives None if that number cannot be."""

    def __init__(
        self,
        clock: Clock,
        calls: Calls,
        people: People,
        sounds: Sounds,
        background: Background,
        dial: Callable[[str, str, ScriptedPhone], Leg | None],
    ) -> None:
        self._clock, self._calls, self._people = clock, calls, people
        self._sounds, self._background, self._dial = sounds, background, dial
        self._all: dict[int, Generator] = {}
        self._ids = count(1)

    def all(self) -> list[Generator]:
        return list(self._all.values())

    def start(self, plan: Plan) -> Generator:
        generator = Generator(next(self._ids), plan)
        self._all[generator.id] = generator
        generator.arrivals = self._background.start(self._arrive(generator))
        return generator

    def stop(self, generator_id: int) -> bool:
        """No more calls arrive; those that are there go on and are counted. One that is over is
        forgotten. False if there is no such generator."""
        generator = self._all.get(generator_id)
        if generator is None:
            return False
        if generator.arrivals is not None:
            generator.arrivals.cancel()
        if generator.counts.ended == generator.counts.offered:
            del self._all[generator_id]
        return True

    async def _arrive(self, generator: Generator) -> None:
        began = self._clock.seconds()
        for each in planned(generator.plan):
            await self._clock.sleep(max(0.0, began + each.at - self._clock.seconds()))
            phone = ScriptedPhone("caller", voice_of(self._sounds, generator.plan.voice))
            leg = self._dial(each.caller, generator.plan.to, phone)
            if leg is None:
                generator.counts.refused += 1
                continue
            generator.counts.offered += 1
            self._background.start(self._live_through(generator.counts, leg, each))

    async def _live_through(self, counts: Counts, leg: Leg, each: Planned) -> None:
        keys = (Step(after=KEYS_AFTER_SECONDS, press=each.keys),) if each.keys else ()
        self._people.follow(leg, keys, each.patience)
        met = asyncio.ensure_future(leg.met.wait())
        over = asyncio.ensure_future(leg.over.wait())
        try:
            await asyncio.wait({met, over}, return_when=asyncio.FIRST_COMPLETED)
            if not leg.met.is_set():
                counts.abandoned += 1
            else:
                counts.answered += 1
                if not await within(self._clock, over, each.talk):
                    await self._calls.hung_up_by_far_end(leg)
            await over
        finally:
            met.cancel()
            over.cancel()
        counts.ended += 1
