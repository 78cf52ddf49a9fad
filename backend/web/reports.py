"""Figures and the calls behind them, for supervisors, analysts and their notebooks."""

from collections.abc import AsyncGenerator
from datetime import date
from hashlib import sha256
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow as pa
from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream
from msgspec import Struct

from backend.clock import Clock
from backend.domain.refusals import NotAllowed
from backend.domain.rules import Rules
from backend.measures.catalogue import DEFAULT_LEVEL, MEASURES
from backend.measures.facts import Outcome
from backend.measures.intervals import Size
from backend.measures.repeats import REPEAT_MEASURES, Windows
from backend.reports.agents import agent_frame
from backend.reports.calls import SCHEMA, call_batches, count_calls, latest_calls
from backend.reports.forecast import Outlook, ask_ahead, forecast_formulas, forecast_frame
from backend.reports.formats import MEDIA_TYPES, Format, batches_of, must_fit, written
from backend.reports.happenings import event_frame
from backend.reports.intervals import interval_frame
from backend.reports.questions import Question, ask, counting_of, must_span
from backend.reports.repeats import repeats_frame, windows_of
from backend.reports.stretches import stretch_frame
from backend.reports.traffic import traffic_frame
from backend.reports.waits import wait_frame
from backend.store.company_rules import load_rules
from backend.store.people import READS_REPORTS, Role
from backend.store.report_tokens import find_token
from backend.store.tallies import By
from backend.store.tenancy import Database
from backend.web.connections import HttpRequest
from backend.web.problems import NoSuchKey
from backend.web.visitor import identify

MOST_DAYS_OF_STRETCHES = 92
MOST_SLOTS_OF_STRETCHES = 3_000
"""Every stretch of everybody's time is looked at: a month in quarters of an hour."""
Latest = Annotated[int | None, QueryParameter(ge=1, le=10_000)]
Queues = Annotated[tuple[str, ...] | None, QueryParameter(name="queue", max_length=100)]


class Reader(Struct, frozen=True):
    """Who may read a company's figures, and whether callers' numbers are shown to them whole.
    `session` is the hash of the signed-in person's, or of the key."""

    tenant: UUID
    sees_numbers: bool
    session: bytes


class MeasureCard(Struct, frozen=True):
    """A measure as it is shown: never without its formula."""

    name: str
    title: str
    unit: str
    formula: str


class Catalogue(Struct, frozen=True):
    """What there is to ask for, and what this company counts by."""

    measures: tuple[MeasureCard, ...]
    default_level: str
    time_zone: str
    answer_within_seconds: int
    short_abandon_seconds: int
    forecast: dict[str, str]
    """The formulas of what is expected, by column."""
    repeats: tuple[MeasureCard, ...]
    """The measures of who called again, as they are where no other days are asked for."""


async def current_reader(request: HttpRequest) -> Reader:
    """The dependency: a key in the request's header, else the signed-in person.

    Raises `NoSuchKey`, `SignedOut`, or `NotAllowed` for a role that reads no figures.
    """
    return await _reader_of(request, is_used=True)


async def current_onlooker(request: HttpRequest) -> Reader:
    """The dependency: the same for a page that stays open, which is not to use a session."""
    return await _reader_of(request, is_used=False)


async def _reader_of(request: HttpRequest, *, is_used: bool) -> Reader:
    database: Database = request.app.state.database
    clock: Clock = request.app.state.clock
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        found = await find_token(database, key.strip(), clock())
        if found is None:
            raise NoSuchKey
        return Reader(*found, sha256(key.strip().encode()).digest())
    visitor = await identify(request, database, clock, is_used=is_used)
    if visitor.role not in READS_REPORTS:
        raise NotAllowed
    return Reader(visitor.tenant, visitor.role is not Role.ANALYST, visitor.session.token.hash)


async def archive_in_turns(request: HttpRequest, reader: NamedDependency[Reader]) -> Database:
    """The dependency: the archive for this reader, who waits for their turn."""
    state = request.app.state
    return state.archive.in_turns(state.report_turns.of(reader.tenant, reader.session))


async def rules_of_reader(
    reader: NamedDependency[Reader], archive: NamedDependency[Database]
) -> Rules:
    """The dependency: what the reader's company counts by."""
    async with archive.work(reader.tenant) as work:
        return await load_rules(work)


async def days_asked_for(
    rules: NamedDependency[Rules],
    clock: NamedDependency[Clock],
    first: FromQuery[date | None] = None,
    last: FromQuery[date | None] = None,
    size: FromQuery[Size] = Size.WHOLE,
    by: FromQuery[By] = By.NOTHING,
    queue: Queues = None,
) -> Question:
    """The dependency: the question that the address asks. Raises a `Refusal`."""
    return ask(rules, clock(), first=first, last=last, size=size, by=by, queues=queue or ())


async def day_asked_for(
    rules: NamedDependency[Rules],
    clock: NamedDependency[Clock],
    day: FromQuery[date | None] = None,
    size: FromQuery[Size] = Size.HALF_HOUR,
    target: FromQuery[float] = 0.8,
    queue: Queues = None,
) -> Outlook:
    """The dependency: the day that is to be forecast. Raises a `Refusal`."""
    return ask_ahead(rules, clock(), day=day, size=size, queues=queue or (), target=target)


@get("/measures")
async def measures(rules: NamedDependency[Rules]) -> Catalogue:
    """Every measure with its formula, as this company counts."""
    counting = counting_of(rules)
    cards = tuple(
        MeasureCard(each.name, each.title, each.unit, each.shown_formula(counting))
        for each in MEASURES.values()
    )
    return Catalogue(
        cards,
        DEFAULT_LEVEL,
        rules.time_zone,
        rules.answer_within_seconds,
        rules.short_abandon_seconds,
        forecast_formulas(counting),
        tuple(
            MeasureCard(each.name, each.title, each.unit, each.shown_formula(Windows()))
            for each in REPEAT_MEASURES.values()
        ),
    )


@get("/intervals", media_type=MEDIA_TYPES[Format.JSON])
async def intervals(
    reader: NamedDependency[Reader],
    archive: NamedDependency[Database],
    question: NamedDependency[Question],
    format: FromQuery[Format] = Format.JSON,
) -> Stream:
    """Every measure for each slot of some days of the company's calendar (else: of today)."""
    frame = await interval_frame(archive, reader.tenant, question)
    return _whole(frame, format, "intervals", question.zone)


@get("/agents", media_type=MEDIA_TYPES[Format.JSON])
async def agents(
    reader: NamedDependency[Reader],
    archive: NamedDependency[Database],
    question: NamedDependency[Question],
    format: FromQuery[Format] = Format.JSON,
) -> Stream:
    """What each agent did with their time in each slot: talking, holding, away, occupancy."""
    must_span(question, MOST_DAYS_OF_STRETCHES, MOST_SLOTS_OF_STRETCHES)
    frame = await agent_frame(archive, reader.tenant, question)
    return _whole(frame, format, "agents", question.zone)


@get("/traffic", media_type=MEDIA_TYPES[Format.JSON])
async def traffic(
    reader: NamedDependency[Reader],
    archive: NamedDependency[Database],
    question: NamedDependency[Question],
    format: FromQuery[Format] = Format.JSON,
) -> Stream:
    """How many calls agents were in at once in each slot, at most and on average."""
    must_span(question, MOST_DAYS_OF_STRETCHES, MOST_SLOTS_OF_STRETCHES)
    frame = await traffic_frame(archive, reader.tenant, question)
    return _whole(frame, format, "traffic", question.zone)


@get("/forecast", media_type=MEDIA_TYPES[Format.JSON])
async def forecast(
    reader: NamedDependency[Reader],
    archive: NamedDependency[Database],
    outlook: NamedDependency[Outlook],
    format: FromQuery[Format] = Format.JSON,
) -> Stream:
    """How many callers to expect in each slot of a day, today if no other is named, and how many
    agents that needs."""
    frame = await forecast_frame(archive, reader.tenant, outlook)
    return _whole(frame, format, "forecast", outlook.zone)


@get("/waits", media_type=MEDIA_TYPES[Format.JSON])
async def waits(
    reader: NamedDependency[Reader],
    archive: NamedDependency[Database],
    question: NamedDependency[Question],
    format: FromQuery[Format] = Format.JSON,
) -> Stream:
    """How many callers waited how long, second by second, on those days."""
    frame = await wait_frame(archive, reader.tenant, question)
    return _whole(frame, format, "waits", question.zone)


@get("/repeats", media_type=MEDIA_TYPES[Format.JSON])
async def repeats(
    reader: NamedDependency[Reader],
    archive: NamedDependency[Database],
    question: NamedDependency[Question],
    within_days: FromQuery[int] = 7,
    format: FromQuery[Format] = Format.JSON,
) -> Stream:
    """How many callers called again, redialled after giving up, were lost, or had no need to call
    again within so many days."""
    frame = await repeats_frame(archive, reader.tenant, question, windows_of(within_days))
    return _whole(frame, format, "repeats", question.zone)


@get("/calls", media_type=MEDIA_TYPES[Format.JSON])
async def calls(
    reader: NamedDependency[Reader],
    archive: NamedDependency[Database],
    question: NamedDependency[Question],
    outcome: Annotated[tuple[Outcome, ...] | None, QueryParameter(max_length=8)] = None,
    latest: Latest = None,
    format: FromQuery[Format] = Format.JSON,
) -> Stream:
    """The calls behind the figures of those days, the earliest first; or only the `latest` of
    them, the latest first."""
    outcomes = outcome or ()
    async with archive.work(reader.tenant) as work:
        if latest is not None:
            frame = await latest_calls(
                work, question, outcomes, latest, sees_numbers=reader.sees_numbers
            )
            return _whole(frame, format, "calls", question.zone)
        there = await count_calls(work, question, outcomes)
    must_fit(there, format)
    batches = call_batches(
        archive, reader.tenant, question, outcomes, there, sees_numbers=reader.sees_numbers
    )
    return _stream(batches, SCHEMA, format, "calls", question.zone)


@get("/calls/{call_id:uuid}/events", media_type=MEDIA_TYPES[Format.JSON])
async def events(
    call_id: FromPath[UUID],
    reader: NamedDependency[Reader],
    archive: NamedDependency[Database],
    rules: NamedDependency[Rules],
    format: FromQuery[Format] = Format.JSON,
) -> Stream:
    """What happened in one call, in the order in which it was learnt."""
    async with archive.work(reader.tenant) as work:
        frame = await event_frame(work, call_id)
    return _whole(frame, format, "events", ZoneInfo(rules.time_zone))


@get("/calls/{call_id:uuid}/stretches", media_type=MEDIA_TYPES[Format.JSON])
async def stretches(
    call_id: FromPath[UUID],
    reader: NamedDependency[Reader],
    archive: NamedDependency[Database],
    rules: NamedDependency[Rules],
    format: FromQuery[Format] = Format.JSON,
) -> Stream:
    """How long the caller waited, and what each agent did in the call, from when to when."""
    async with archive.work(reader.tenant) as work:
        frame = await stretch_frame(work, call_id)
    return _whole(frame, format, "stretches", ZoneInfo(rules.time_zone))


def _whole(frame: pa.Table, as_format: Format, name: str, zone: ZoneInfo) -> Stream:
    must_fit(frame.num_rows, as_format)
    return _stream(batches_of(frame), frame.schema, as_format, name, zone)


def _stream(
    batches: AsyncGenerator[pa.RecordBatch],
    schema: pa.Schema,
    as_format: Format,
    name: str,
    zone: ZoneInfo,
) -> Stream:
    ending = "arrows" if as_format is Format.ARROW else as_format.value
    # A stream's own media type counts for less than its route's, which is JSON.
    headers = {"Cache-Control": "no-store", "Content-Type": MEDIA_TYPES[as_format]}
    if as_format is not Format.JSON:
        headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return Stream(written(batches, schema, as_format, zone), headers=headers)


reports_router = Router(
    "/api/reports",
    route_handlers=[
        measures,
        intervals,
        agents,
        traffic,
        forecast,
        repeats,
        waits,
        calls,
        events,
        stretches,
    ],
    dependencies={
        "reader": Provide(current_reader),
        "archive": Provide(archive_in_turns),
        "rules": Provide(rules_of_reader),
        "question": Provide(days_asked_for),
        "outlook": Provide(day_asked_for),
    },
)
