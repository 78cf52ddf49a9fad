"""A past day as the journal and the books tell it: how the board was, and what came after.

The journal has no index by time, since every call would pay for it. Its lines are written in the
order of time but for what was told late, so a moment's place is found by halving, like a word in a
dictionary.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from backend.domain.agent import Agent, AgentStatus
from backend.domain.board import (
    RECENT,
    AgentCard,
    Announcement,
    CallCard,
    Snapshot,
    agent_card_of,
    in_order_of_name,
    in_order_of_start,
    latest,
)
from backend.domain.call import CallState, Direction
from backend.measures.facts import Ending, Handling, Outcome, Visit
from backend.measures.known_at import Share
from backend.store import boards
from backend.store.agent_time import LONGEST_CALL
from backend.store.old_journal import read_line
from backend.store.tenancy import Work

TOLD_LATE = timedelta(hours=1)
"""That a call is over may be told so long after it was, and it is still found."""

FIND_LINE = """
with recursive between (low, high) as (
  select 1::bigint, number + 1 from journal_head where tenant_id = $1
  union all
  select case when j.at < $2 then j.number + 1 else b.low end,
    case when j.at < $2 then b.high else (b.low + b.high) / 2 end
  from between b cross join lateral (
    select number, at from journal
    where tenant_id = $1 and number >= (b.low + b.high) / 2 order by number limit 1) j
  where b.low < b.high
)
select low from between where low >= high limit 1
"""
CALLS = """
with told as (
  select id from call where tenant_id = $1 and state <> 'ended' and started_at <= $3
  union
  select id from call where tenant_id = $1 and state = 'ended' and started_at <= $3
    and ended_at >= $4 and ended_at < $5
  union
  (select id from call where tenant_id = $1 and state = 'ended' and ended_at < $3
   order by ended_at desc, id limit $6)
)
select before.announcement from told cross join lateral (
  select announcement from journal j
  where j.tenant_id = $1 and j.call_id = told.id and j.number < $2
  order by j.number desc limit 1) before
"""
AGENTS = """
with near as (
  select distinct on (agent_id) agent_id, announcement from journal
  where tenant_id = $1 and number >= $3 and number < $2 and call_id is null
    and agent_id is not null
  order by agent_id, number desc
)
select to_jsonb(a)::text as agent, coalesce(near.announcement, far.announcement) as announcement
from agent a left join near on near.agent_id = a.id
left join lateral (
  select j.announcement from agent_status s
  join journal j on j.tenant_id = $1 and j.number = s.number
  where s.tenant_id = $1 and s.agent_id = a.id and s.number < $2 and near.agent_id is null
  order by s.number desc limit 1) far on true
where a.tenant_id = $1
"""
LINES = """
select number, at, event, announcement from journal
where tenant_id = $1 and number > $2 and number <= $3 order by number limit $4
"""
VISITS = """
select call_id, number, queue, entered_at, outcome, wait_ms, answered_by, ended_at, is_skewed
from visit where tenant_id = $1 and entered_at >= $5 and entered_at < $6
  and (entered_at, call_id, number) > ($2, $3, $4)
order by entered_at, call_id, number limit $7
"""
SHARES = """
select h.call_id, h.entered_at, h.queue, h.direction, h.agent, h.started_at, h.ended_at, h.ending,
  h.talk_ms, h.hold_ms, h.consult_ms, h.wrap_up_ms, h.handle_ms, h.number, h.is_final,
  (select max(s.end_at) from span s where s.tenant_id = $1 and s.call_id = h.call_id
    and s.part = 'wrap_up' and s.agent = h.agent and s.start_at >= h.ended_at
    and s.start_at < coalesce((select min(n.started_at) from handling n where n.tenant_id = $1
      and n.call_id = h.call_id and n.agent = h.agent and n.number > h.number), 'infinity')
  ) as wrapped_up_at
from handling h where h.tenant_id = $1 and h.direction = 'inbound'
  and h.entered_at >= $5 and h.entered_at < $6
  and (h.entered_at, h.call_id, h.number) > ($2, $3, $4)
order by h.entered_at, h.call_id, h.number limit $7
"""

Place = tuple[datetime, UUID, int]
"""Where a visit or a share stands: when its call came in, its call, its number there."""

_agent = msgspec.json.Decoder(Agent).decode


async def first_line_at(work: Work, moment: datetime) -> int:
    """The number of the first line of the journal that tells of that moment or later; one more
    than the last if there is none yet."""
    return await work.connection.fetchval(FIND_LINE, work.tenant, moment)


async def board_before(work: Work, number: int, moment: datetime) -> Snapshot:
    """The board after the line before that number, as it was at that moment. Its rules, teams and
    supervisors are those of now."""
    now = await boards.snapshot(work, UUID(int=0), moment)
    cards = await _calls_before(work, number, moment)
    return replace(
        now,
        number=number - 1,
        calls=in_order_of_start(card for card in cards if card.state is not CallState.ENDED),
        recent=latest(card for card in cards if card.state is CallState.ENDED),
        agents=in_order_of_name(await _agents_before(work, number, moment)),
    )


async def lines_after(work: Work, number: int, last: int, limit: int) -> list[Announcement]:
    """The lines after that number up to `last`, at most `limit`. One that cannot be read tells
    nothing, but keeps its place: a board waits for every number."""
    rows = await work.connection.fetch(LINES, work.tenant, number, last, limit)
    return [_line(row) for row in rows]


async def visits_after(
    work: Work, place: Place, start: datetime, end: datetime, limit: int
) -> list[Visit]:
    """The next visits after that place that began between the two; callers are not named."""
    rows = await work.connection.fetch(VISITS, work.tenant, *place, start, end, limit)
    return [_visit(row) for row in rows]


async def shares_after(
    work: Work, place: Place, start: datetime, end: datetime, limit: int
) -> list[Share]:
    """The next agents' shares after that place, of calls that came in between the two."""
    rows = await work.connection.fetch(SHARES, work.tenant, *place, start, end, limit)
    return [_share(row) for row in rows]


async def _calls_before(work: Work, number: int, moment: datetime) -> Sequence[CallCard]:
    rows = await work.connection.fetch(
        CALLS, work.tenant, number, moment, moment - TOLD_LATE, moment + LONGEST_CALL, RECENT
    )
    lines = (read_line(row["announcement"]) for row in rows)
    return [line.call for line in lines if line.call is not None]


async def _agents_before(work: Work, number: int, moment: datetime) -> Sequence[AgentCard]:
    """By their last line of the day and night before; else by the line with which the books say
    that their status then began."""
    near = await first_line_at(work, moment - LONGEST_CALL)
    rows = await work.connection.fetch(AGENTS, work.tenant, number, near)
    return [_agent_before(row, moment) for row in rows]


def _agent_before(row: Any, moment: datetime) -> AgentCard:
    line = row["announcement"]
    card = None if line is None else read_line(line).agent
    if card is not None:
        return card
    agent = _agent(row["agent"])
    if agent.rev == 0:
        return agent_card_of(agent)
    gone = Agent(agent.id, agent.name, moment, status=AgentStatus.OFFLINE)
    return agent_card_of(gone)


def _line(row: Any) -> Announcement:
    try:
        return read_line(row["announcement"])
    except msgspec.DecodeError:
        return Announcement(row["number"], row["at"], row["event"])


def _visit(row: Any) -> Visit:
    told: dict[str, Any] = dict(row)
    told |= {"outcome": Outcome(told["outcome"]), "caller": ""}
    return Visit(**told)


def _share(row: Any) -> Share:
    told: dict[str, Any] = dict(row)
    wrapped_up_at: datetime | None = told.pop("wrapped_up_at")
    told |= {"direction": Direction(told["direction"]), "ending": Ending(told["ending"])}
    handling = Handling(**told)
    over_at = wrapped_up_at or handling.ended_at or handling.started_at
    return Share(handling, over_at if handling.is_final else None)
