# pyright: basic
"""An agent may set a call aside for another: several on hold, one in hand."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.store.sql_migration import sql_migration

ID = "2026-11-26T20:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "several calls of an agent"

# PostgreSQL numbers a check that speaks of several columns: 4 was that of `held_at`.
STATES = """
alter table call
  drop constraint if exists call_state_check,
  add constraint call_state_check check (state in
    ('ringing', 'connecting', 'dialling', 'connected', 'held', 'parked', 'forwarded', 'ended')),
  drop constraint if exists call_check4,
  drop constraint if exists call_held_at_check,
  add constraint call_held_at_check
    check (held_at is null or state in ('connected', 'held')),
  drop constraint if exists call_agent_has_it,
  add constraint call_agent_has_it check
    ((agent_id is not null) = (state in ('connecting', 'dialling', 'connected', 'held'))),
  drop constraint if exists call_held_is_on_hold,
  add constraint call_held_is_on_hold
    check (state <> 'held' or (held_at is not null and agent_leg is null))
"""
OF_AGENT = """
create index if not exists call_held on call (tenant_id, agent_id) where state = 'held'
"""

NOBODY_IS_HELD = """
update call set state = 'ringing', agent_id = null, held_at = null where state = 'held'
"""
AS_BEFORE = """
alter table call
  drop constraint if exists call_held_is_on_hold,
  drop constraint if exists call_state_check,
  add constraint call_state_check check (state in
    ('ringing', 'connecting', 'dialling', 'connected', 'parked', 'forwarded', 'ended')),
  drop constraint if exists call_held_at_check,
  add constraint call_check4 check (held_at is null or state = 'connected'),
  drop constraint if exists call_agent_has_it,
  add constraint call_agent_has_it
    check ((agent_id is not null) = (state in ('connecting', 'dialling', 'connected')))
"""
WITHOUT_INDEX = "drop index if exists call_held"


async def forwards() -> MigrationManager:
    return sql_migration(
        ID, DESCRIPTION, [STATES, OF_AGENT], [WITHOUT_INDEX, NOBODY_IS_HELD, AS_BEFORE]
    )
