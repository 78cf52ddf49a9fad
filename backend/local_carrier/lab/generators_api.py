"""Load on demand: callers by plan and seed, and how they fare."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.local_carrier.exchange import Exchange
from backend.local_carrier.generators import Counts, Generator, Plan, Spread
from backend.local_carrier.handsets import Keys, VoiceChoice
from backend.local_carrier.lab.problems import LabProblem
from backend.local_carrier.voices import voice_of

Lab = NamedDependency[Exchange]
MOST_CALLS = 1_000_000
Rate = Annotated[float, msgspec.Meta(gt=0, le=100_000)]


class NewGenerator(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Calls to one number: so many, at these rates an hour (one, or one for each hour)."""

    to: str
    calls: Annotated[int, msgspec.Meta(ge=1, le=MOST_CALLS)]
    rates: Annotated[list[Rate], msgspec.Meta(min_length=1, max_length=168)]
    talk: Spread = Spread(mean=180.0, shape="lognormal")
    patience: Spread | None = Spread(mean=120.0)
    keys: Keys = ""
    keys_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    voice: VoiceChoice = VoiceChoice(silence=True)
    seed: int = 0


class GeneratorView(msgspec.Struct, kw_only=True):
    id: int
    plan: Plan
    counts: Counts
    is_over: bool


class GeneratorsApi(Controller):
    path = "/lab"

    @get("/generators", summary="The call generators, and how their callers fare")
    async def generators(self, exchange: Lab) -> list[GeneratorView]:
        return [_view(generator) for generator in exchange.generators.all()]

    @post("/generators", summary="Let callers dial by plan; the same seed gives the same calls")
    async def start(self, exchange: Lab, data: JSONBody[NewGenerator]) -> GeneratorView:
        voice_of(exchange.sounds, data.voice)
        plan = msgspec.convert(data, Plan, from_attributes=True)
        return _view(exchange.generators.start(plan))

    @delete("/generators/{id:int}", summary="No more calls; those under way go on")
    async def stop(self, exchange: Lab, id: FromPath[int]) -> None:
        if not exchange.generators.stop(id):
            raise LabProblem(404, "no-such-generator", f"There is no generator {id}.")


def _view(generator: Generator) -> GeneratorView:
    return GeneratorView(
        id=generator.id,
        plan=generator.plan,
        counts=generator.counts,
        is_over=generator.is_over,
    )
