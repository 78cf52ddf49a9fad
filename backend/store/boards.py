"""What a board is told: snapshots, the journal after a number, a call's history."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct, json

from backend.domain.agent import Agent
from backend.domain.board import (
    RECENT,
    Announcement,
    CallCard,
    Snapshot,
    TeamCard,
    agent_card_of,
    card_of,
    in_order_of_name,
    in_order_of_start,
    latest,
    rules_shown,
)
from backend.domain.call import Call
from backend.domain.decision import Note
from backend.domain.rules import Rules
from backend.store.people import SUPERVISES
from backend.store.tenancy import Work

MOST_REPLAYED = 500
"""A client that missed more than this gets a snapshot: it is smaller."""


class _Board(Struct, frozen=True):
    number: int
    rules: Rules
    calls: tuple[Call, ...]
    recent: tuple[Call, ...]
    agents: tuple[Agent, ...]
    teams: tuple[TeamCard, ...]
    supervisors: tuple[UUID, ...]


class JournalLine(Struct, frozen=True):
    """One fact of a call's history, in the order in which it was learnt."""

    number: int
    at: datetime
    event: str
    detail: dict[str, object]


BOARD = """
select jsonb_build_object(
  'number', h.number,
  'rules', (select rules from tenant where tenant_id = $1),
  'calls', coalesce((select jsonb_agg(to_jsonb(c)) from call c
    where c.tenant_id = $1 and c.state <> 'ended'), '[]'),
  'recent', coalesce((select jsonb_agg(to_jsonb(r)) from (select * from call c
    where c.tenant_id = $1 and c.state = 'ended'
    order by c.ended_at desc, c.id limit $2) r), '[]'),
  'agents', coalesce((select jsonb_agg(to_jsonb(a)) from agent a where a.tenant_id = $1), '[]'),
  'teams', coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name,
      'members', array(select m.agent_id from team_member m
        where m.tenant_id = $1 and m.team_id = t.id order by m.agent_id))
    order by t.name collate "C", t.id) from team t where t.tenant_id = $1), '[]'),
  'supervisors', array(select m.person_id from membership m
    where m.tenant_id = $1 and m.role = any($3::text[]) order by m.person_id)
)::text from journal_head h where h.tenant_id = $1
"""

_board = json.Decoder(_Board).decode
_calls = json.Decoder(tuple[Call, ...]).decode
_announcement = json.Decoder(Announcement).decode
_detail = json.Decoder(dict[str, object]).decode


class CallFile(Struct, frozen=True):
    """A call with all that was written down about it."""

    card: CallCard
    journal: list[JournalLine]
    notes: tuple[Note, ...]


class EarlierCalls(Struct, frozen=True):
    """Calls of one caller, the newest first, and the notes about them."""

    calls: tuple[CallCard, ...]
    notes: tuple[Note, ...]


async def snapshot(work: Work, me: UUID, now: datetime) -> Snapshot:
    """The whole board as of one journal number: one statement sees one state."""
    board = _board(await work.connection.fetchval(BOARD, work.tenant, RECENT, list(SUPERVISES)))
    return Snapshot(
        number=board.number,
        at=now,
        me=me,
        slots=board.rules.slots,
        calls=in_order_of_start(card_of(call) for call in board.calls),
        agents=in_order_of_name(agent_card_of(agent) for agent in board.agents),
        recent=latest(card_of(call) for call in board.recent),
        rules=rules_shown(board.rules),
        teams=board.teams,
        supervisors=board.supervisors,
    )


async def announcements_after(work: Work, number: int) -> list[str] | None:
    """The announcements after `number` as they were sent, or None if a snapshot is due."""
    head = await work.connection.fetchval(
        "select number from journal_head where tenant_id = $1", work.tenant
    )
    if number > head or head - number > MOST_REPLAYED:
        return None
    rows = await work.connection.fetch(
        "select announcement from journal where tenant_id = $1 and number > $2 and number <= $3"
        " order by number",
        work.tenant,
        number,
        head,
    )
    return [row["announcement"] for row in rows]


async def find_card(work: Work, call_id: UUID) -> CallCard | None:
    """A call's card, or None if this tenant has no such call."""
    row = await work.connection.fetchval(
        "select to_jsonb(c)::text from call c where tenant_id = $1 and id = $2",
        work.tenant,
        call_id,
    )
    return None if row is None else card_of(msgspec.json.decode(row, type=Call))


async def find_call(work: Work, call_id: UUID) -> CallFile | None:
    """A call with its journal and its notes, or None if this tenant has no such call."""
    card = await find_card(work, call_id)
    if card is None:
        return None
    lines = await work.connection.fetch(
        "select number, at, event, facts::text as facts from journal"
        " where tenant_id = $1 and call_id = $2 order by number",
        work.tenant,
        call_id,
    )
    journal = [
        JournalLine(line["number"], line["at"], line["event"], _facts(line["facts"]))
        for line in lines
    ]
    return CallFile(card, journal, await notes_on(work, [call_id]))


async def notes_on(work: Work, calls: Iterable[UUID]) -> tuple[Note, ...]:
    """What was noted about these calls, in the order in which it was written."""
    rows = await work.connection.fetch(
        "select call_id, agent_id, text, written_at from note"
        " where tenant_id = $1 and call_id = any($2::uuid[]) and text <> ''"
        " order by written_at, agent_id",
        work.tenant,
        list(calls),
    )
    return tuple(Note(*row) for row in rows)


async def ended_calls(work: Work, before: datetime | None, limit: int) -> tuple[CallCard, ...]:
    """Calls that ended before `before`, newest first."""
    rows = await work.connection.fetchval(
        "select coalesce(jsonb_agg(to_jsonb(r)), '[]')::text from (select * from call"
        " where tenant_id = $1 and state = 'ended'"
        " and ended_at < coalesce($2::timestamptz, 'infinity')"
        " order by ended_at desc, id limit $3) r",
        work.tenant,
        before,
        limit,
    )
    return tuple(card_of(call) for call in _calls(rows))


async def earlier_calls(work: Work, call_id: UUID, limit: int) -> EarlierCalls | None:
    """Ended calls of the same caller before that call, newest first; none if they withhold their
    number. None if this tenant has no such call."""
    rows = await work.connection.fetchval(
        "select coalesce((select jsonb_agg(to_jsonb(e)) from (select o.* from call o"
        " where o.tenant_id = $1 and o.caller = c.caller and o.state = 'ended' and o.id <> c.id"
        " and o.started_at <= c.started_at and c.caller like '+%'"
        " order by o.started_at desc, o.id limit $3) e), '[]')::text"
        " from call c where c.tenant_id = $1 and c.id = $2",
        work.tenant,
        call_id,
        limit,
    )
    if rows is None:
        return None
    calls = tuple(card_of(call) for call in _calls(rows))
    return EarlierCalls(calls, await notes_on(work, [call.id for call in calls]))


def _facts(text: str) -> dict[str, object]:
    facts = _detail(text)
    facts.pop("event", None)
    return facts


class Legs(Struct, frozen=True):
    """What the carrier can be asked about a live call: the caller's leg (empty while a callee's is
    not known), by our names the legs outside that have answered, or should have by now, and the
    agents' legs that are in the room as far as we know, each with whose it is."""

    caller: str
    outside: tuple[UUID, ...]
    seated: tuple[tuple[str, UUID], ...] = ()


STILL_RINGS = timedelta(seconds=90)
"""No leg outside is rung for longer; see `Dialling.ring_seconds`."""


async def legs_of(work: Work, call_id: UUID, now: datetime) -> Legs | None:
    """The legs of a live call, or None if it is over."""
    row = await work.connection.fetchrow(
        "select caller_leg, to_jsonb(c)::text as call,"
        " array(select id from outbound_leg o where o.tenant_id = $1"
        " and o.call_id = c.id and o.over_at is null"
        " and (o.answered_at is not null or o.asked_at < $3)) as outside"
        " from call c where tenant_id = $1 and id = $2 and state <> 'ended'",
        work.tenant,
        call_id,
        now - STILL_RINGS,
    )
    if row is None:
        return None
    call = msgspec.json.decode(row["call"], type=Call)
    return Legs(row["caller_leg"], tuple(row["outside"]), call.seated_agents())
