"""The scene of a decision, loaded in one statement, and what follows of it, saved in one.

Both go through JSON: PostgreSQL builds one document, msgspec makes typed values of it, and the
way back is the same. That is two round trips between BEGIN and COMMIT, however much changed.
"""

from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from backend.domain.agent import Agent
from backend.domain.board import Announcement
from backend.domain.call import Call
from backend.domain.decision import Note, Scene
from backend.domain.events import Event
from backend.domain.instructions import Instruction
from backend.domain.outbound import OwnNumber, Usage
from backend.domain.rules import Rules
from backend.domain.signals import Callback
from backend.store.tenancy import Work


class Loaded(Struct, frozen=True):
    """All that a decision about one call needs. `seen`: this very callback came before."""

    number: int
    rules: Rules
    call: Call | None
    actor: Agent | None
    actor_call: UUID | None
    actor_held: int
    free: tuple[UUID, ...]
    wrapping: tuple[UUID, ...]
    holding: tuple[UUID, ...]
    team: tuple[UUID, ...] | None
    slots: tuple[int, ...]
    names: dict[UUID, str]
    numbers: tuple[OwnNumber, ...]
    usage: Usage
    calling_out: bool
    note: str
    seen: bool
    waiting: tuple[Callback, ...]

    def scene(self, tenant: UUID, call: Call | None) -> Scene:
        """The scene as it is when the call has become `call` meanwhile."""
        return Scene(
            tenant=tenant,
            rules=self.rules,
            call=call,
            actor=self.actor,
            actor_call=self.actor_call,
            actor_held=self.actor_held,
            free=self.free,
            wrapping=self.wrapping,
            holding=self.holding,
            team=self.team,
            taken_slots=frozenset(self.slots),
            names=self.names,
            numbers=self.numbers,
            usage=self.usage,
            calling_out=self.calling_out,
            note=self.note,
        )


class Recorded(Struct, frozen=True):
    """What supervisors did with a call, kept for them, whether or not it was announced."""

    call_id: UUID
    at: datetime
    event: Event


class Said(Struct, frozen=True):
    """An event beside the announcement that carries it."""

    event: Event
    announcement: Announcement


LOAD = """
with idle as (
  select a.id, a.status, exists (select from call c where c.tenant_id = $1
    and c.agent_id = a.id and c.state = 'held') as holds from agent a
  where a.tenant_id = $1 and a.status in ('available', 'wrap_up')
    and not exists (select from call c where c.tenant_id = $1 and c.agent_id = a.id
      and c.state in ('connecting', 'dialling', 'connected'))
    and not exists (select from call c where c.tenant_id = $1 and c.consulted = a.id)
    and not exists (select from call c where c.tenant_id = $1
      and c.monitored_by <> '{}' and a.id = any(c.monitored_by))
    and not exists (select from call c where c.tenant_id = $1
      and c.guest_agents <> '{}' and a.id = any(c.guest_agents))
)
select jsonb_build_object(
  'number', (select number from journal_head where tenant_id = $1),
  'rules', (select rules from tenant where tenant_id = $1),
  'call', (select to_jsonb(c) || jsonb_build_object('legs', coalesce(
      (select jsonb_agg(l order by l.joined_at, l.id) from leg l
        where l.tenant_id = $1 and l.call_id = c.id), '[]'), 'outbound', coalesce(
      (select jsonb_agg(o order by o.asked_at, o.id) from outbound_leg o
        where o.tenant_id = $1 and o.call_id = c.id), '[]'))
    from call c where c.tenant_id = $1 and c.id = $2),
  'actor', (select to_jsonb(a) from agent a where a.tenant_id = $1 and a.id = $3),
  'actor_call', (select c.id from call c where c.tenant_id = $1
    and (c.agent_id = $3 and c.state in ('connecting', 'dialling', 'connected')
      or c.consulted = $3
      or c.monitored_by <> '{}' and $3 = any(c.monitored_by)
      or c.guest_agents <> '{}' and $3 = any(c.guest_agents)) limit 1),
  'actor_held', (select count(*) from call c
    where c.tenant_id = $1 and c.agent_id = $3 and c.state = 'held'),
  'free', coalesce((select jsonb_agg(id order by id) from idle
    where status = 'available' and not holds), '[]'),
  'wrapping', coalesce((select jsonb_agg(id order by id) from idle
    where status = 'wrap_up' and not holds), '[]'),
  'holding', coalesce((select jsonb_agg(id order by id) from idle where holds), '[]'),
  'team', (select coalesce(jsonb_agg(m.agent_id) filter (where m.agent_id is not null), '[]')
    from team t left join team_member m on m.tenant_id = $1 and m.team_id = t.id
    where t.tenant_id = $1 and t.id = coalesce($7::uuid, (select (c.transfer->>'team')::uuid
      from call c where c.tenant_id = $1 and c.id = $2))
    group by t.id),
  'slots', coalesce((select jsonb_agg(c.slot) from call c
    where c.tenant_id = $1 and c.slot is not null), '[]'),
  'names', coalesce((select jsonb_object_agg(a.id, a.name) from agent a join call c
    on c.tenant_id = $1 and c.id = $2 and a.id = c.agent_id where a.tenant_id = $1), '{}'),
  'numbers', coalesce((select jsonb_agg(n order by n.number) from phone_number n
    where n.tenant_id = $1 and $3 is not null), '[]'),
  'usage', case when not $6::boolean then '{}' else (select jsonb_build_object(
    'open', count(*) filter (where o.over_at is null),
    'last_minute', count(*) filter (where o.asked_at > $5::timestamptz - interval '1 minute'),
    'last_minute_by_actor', count(*) filter (
      where o.asked_at > $5::timestamptz - interval '1 minute' and o.agent_id = $3),
    'spent', coalesce(sum(o.price * ceil(extract(epoch from
      coalesce(o.over_at, $5::timestamptz) - o.answered_at) / 60)) filter (
        where o.answered_at > $5::timestamptz - interval '1 day'), 0))
    from outbound_leg o where o.tenant_id = $1
      and (o.over_at is null or o.asked_at > $5::timestamptz - interval '1 day')) end,
  'calling_out', (select calling_out from platform),
  'note', coalesce((select n.text from note n
    where n.tenant_id = $1 and n.call_id = $2 and n.agent_id = $3), ''),
  'seen', exists (select from callback b where b.tenant_id = $1 and b.key = $4),
  'waiting', coalesce((select jsonb_agg(b.body order by b.received_at) from callback b
    where b.tenant_id = $1 and b.call_id = $2 and b.applied_at is null), '[]')
)::text
"""

SAVE = """
with
the_call as (
  insert into call select * from jsonb_populate_recordset(null::call, $2::jsonb)
  on conflict (tenant_id, id) do update set
    rev = excluded.rev, state = excluded.state, agent_leg = excluded.agent_leg,
    agent_id = excluded.agent_id, offered_to = excluded.offered_to,
    declined_by = excluded.declined_by, handled_by = excluded.handled_by,
    dispositions = excluded.dispositions,
    caller_held = excluded.caller_held, held_at = excluded.held_at,
    caller_leg = excluded.caller_leg, progress = excluded.progress,
    transfer = excluded.transfer, consult = excluded.consult, consulted = excluded.consulted,
    guests = excluded.guests, guest_agents = excluded.guest_agents,
    guests_due = excluded.guests_due,
    slot = excluded.slot, parked_by = excluded.parked_by,
    overdue = excluded.overdue, since = excluded.since, answered_at = excluded.answered_at,
    ended_at = excluded.ended_at, end_reason = excluded.end_reason,
    deadline = excluded.deadline, conference = excluded.conference, heard = excluded.heard,
    conference_over = excluded.conference_over, monitors = excluded.monitors,
    monitored_by = excluded.monitored_by, monitors_due = excluded.monitors_due,
    help_at = excluded.help_at
),
the_legs as (
  insert into leg select * from jsonb_populate_recordset(null::leg, $3::jsonb)
  on conflict (tenant_id, id) do update set left_at = excluded.left_at
),
the_outbound as (
  insert into outbound_leg select * from jsonb_populate_recordset(null::outbound_leg, $9::jsonb)
  on conflict (tenant_id, id) do update set leg = excluded.leg,
    answered_at = excluded.answered_at, over_at = excluded.over_at, failed = excluded.failed
),
the_agents as (
  update agent a set rev = n.rev, status = n.status, wanted = n.wanted, since = n.since,
    reason = n.reason, deadline = n.deadline, wrap_up_of = n.wrap_up_of, missed = n.missed,
    set_by = n.set_by, set_reason = n.set_reason,
    seen_at = coalesce(n.seen_at, a.seen_at)
  from jsonb_populate_recordset(null::agent, $4::jsonb) n
  where a.tenant_id = $1 and a.id = n.id
),
the_callbacks as (
  insert into callback select * from jsonb_populate_recordset(null::callback, $5::jsonb)
  on conflict (tenant_id, key) do update set applied_at = excluded.applied_at
),
the_journal as (
  insert into journal select * from jsonb_populate_recordset(null::journal, $6::jsonb)
),
the_notes as (
  insert into note select * from jsonb_populate_recordset(null::note, $10::jsonb)
  on conflict (tenant_id, call_id, agent_id) do update set
    text = excluded.text, written_at = excluded.written_at
),
the_records as (
  insert into monitoring_log (tenant_id, id, at, call_id, person_id, event, facts)
  select tenant_id, id, at, call_id, person_id, event, facts
  from jsonb_populate_recordset(null::monitoring_log, $11::jsonb)
),
the_head as (
  update journal_head set number = $7 where tenant_id = $1 and number <> $7
)
insert into instruction (tenant_id, call_id, body, created_at, due_at)
select $1, call_id, body, created_at, created_at
from jsonb_to_recordset($8::jsonb) as i(call_id uuid, body jsonb, created_at timestamptz)
"""

_decode = msgspec.json.Decoder(Loaded).decode
_encode = msgspec.json.Encoder().encode


async def load(
    work: Work,
    call_id: UUID,
    actor: UUID | None,
    key: str | None,
    now: datetime,
    *,
    usage: bool = False,
    team: UUID | None = None,
) -> Loaded:
    """The scene of `call_id` for the agent `actor`; `key` asks whether that callback is known.

    The `usage` of legs outside is summed up only if asked for: it looks at a whole day of them.
    The `team` whose people are told is the one asked for, else the one that the call rings at.
    """
    document = await work.connection.fetchval(
        LOAD, work.tenant, call_id, actor, key, now, usage, team
    )
    return _decode(document)


async def save(
    work: Work,
    now: datetime,
    number: int,
    calls: dict[UUID, Call],
    agents: dict[UUID, Agent],
    callbacks: list[tuple[Callback, bool]],
    said: list[Said],
    asked: list[Instruction],
    noted: list[Note],
    recorded: list[Recorded],
) -> None:
    """Write everything that one turn of the switchboard changed; `number` is the journal's last.

    `callbacks` are those of this turn, each with whether it was applied or has to wait.
    """
    tenant = str(work.tenant)
    legs = [
        {"tenant_id": tenant, "call_id": call.id, **asdict(leg)}
        for call in calls.values()
        for leg in call.legs
    ]
    outbound = [
        {"tenant_id": tenant, "call_id": call.id, **asdict(leg)}
        for call in calls.values()
        for leg in call.outbound
    ]
    rows = [{"tenant_id": tenant, **_columns(call)} for call in calls.values()]
    people = [{"tenant_id": tenant, **asdict(agent)} for agent in agents.values()]
    inbox = [
        {
            "tenant_id": tenant,
            "key": callback.key,
            "call_id": callback.call_id,
            "body": callback,
            "received_at": callback.received_at,
            "applied_at": now if applied else None,
        }
        for callback, applied in callbacks
    ]
    lines = [_journal_line(tenant, one) for one in said]
    orders = [{"call_id": one.call_id, "body": one, "created_at": now} for one in asked]
    notes = [{"tenant_id": tenant, **asdict(note)} for note in noted]
    watched = [
        {
            "tenant_id": tenant,
            "id": uuid4(),
            "at": one.at,
            "call_id": one.call_id,
            "person_id": getattr(one.event, "agent_id", None),
            "event": one.event.name,
            "facts": one.event,
        }
        for one in recorded
    ]
    await work.connection.execute(
        SAVE,
        work.tenant,
        *(_encode(part).decode() for part in (rows, legs, people, inbox, lines)),
        number,
        *(_encode(part).decode() for part in (orders, outbound, notes, watched)),
    )


def _columns(call: Call) -> dict[str, object]:
    columns: dict[str, object] = asdict(call)
    columns["consulted"] = call.consulted  # a column of its own: no agent is asked twice at once
    columns["monitored_by"] = [one.person_id for one in call.monitors]
    due = [one.deadline for one in call.monitors if one.deadline is not None]
    columns["monitors_due"] = min(due, default=None)
    columns["guest_agents"] = [one.agent_id for one in call.guests if one.agent_id is not None]
    due = [one.deadline for one in call.guests if one.deadline is not None]
    columns["guests_due"] = min(due, default=None)
    del columns["legs"], columns["outbound"]
    return columns


def _journal_line(tenant: str, said: Said) -> dict[str, object]:
    announcement = said.announcement
    return {
        "tenant_id": tenant,
        "number": announcement.number,
        "at": announcement.at,
        "event": announcement.event,
        "call_id": announcement.call.id if announcement.call else None,
        "agent_id": getattr(said.event, "agent_id", None)
        or (announcement.agent.id if announcement.agent else None),
        "facts": said.event,
        "announcement": _encode(announcement).decode(),
    }
