# pyright: basic
"""Agents call out: legs to numbers outside, what they cost, and the switch for all of them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.store.sql_migration import sql_migration

ID = "2026-11-26T16:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "calling out"

# PostgreSQL numbers a check that speaks of several columns: 3 was the agent's, 5 the transfer's.
STATES = """
alter table call
  add column if not exists progress text check (progress in ('asked', 'ringing')),
  drop constraint if exists call_state_check,
  add constraint call_state_check check (state in
    ('ringing', 'connecting', 'dialling', 'connected', 'parked', 'forwarded', 'ended')),
  drop constraint if exists call_check5,
  drop constraint if exists call_transfer_check,
  add constraint call_transfer_check check
    (transfer is null or state in ('ringing', 'connecting', 'forwarded', 'ended')),
  drop constraint if exists call_check3,
  drop constraint if exists call_agent_has_it,
  add constraint call_agent_has_it
    check ((agent_id is not null) = (state in ('connecting', 'dialling', 'connected')))
"""
WITHOUT_ONE_EACH = "drop index if exists call_one_per_agent"
ONE_EACH = """
create unique index call_one_per_agent on call (tenant_id, agent_id)
  where state in ('connecting', 'dialling', 'connected')
"""
LEGS = """
alter table leg
  drop constraint if exists leg_role_check,
  add constraint leg_role_check check (role in ('caller', 'agent', 'monitor', 'outside'))
"""
OUTBOUND = """
create table if not exists outbound_leg (
  tenant_id uuid not null,
  id uuid not null,
  call_id uuid not null,
  number text not null,
  caller_id text not null,
  agent_id uuid not null,
  asked_at timestamptz not null,
  price numeric not null check (price >= 0),
  leg text,
  answered_at timestamptz,
  over_at timestamptz,
  failed text,
  primary key (tenant_id, id),
  foreign key (tenant_id, call_id) references call,
  foreign key (tenant_id, agent_id) references agent
)
"""
OF_CALL = "create index if not exists outbound_of_call on outbound_leg (tenant_id, call_id)"
OPEN = "create index if not exists outbound_open on outbound_leg (tenant_id) where over_at is null"
LATELY = "create index if not exists outbound_lately on outbound_leg (tenant_id, asked_at)"
POLICY = (
    "alter table outbound_leg enable row level security",
    "alter table outbound_leg force row level security",
    "drop policy if exists tenant on outbound_leg",
    """
create policy tenant on outbound_leg to patchbay_app
  using (tenant_id = (select current_tenant()))
  with check (tenant_id = (select current_tenant()))
""",
    "grant select, insert, update on outbound_leg to patchbay_app",
)
EMERGENCY = """
alter table phone_number add column if not exists emergency boolean not null default false
"""
PLATFORM = """
create table if not exists platform (
  the_only_row boolean primary key default true check (the_only_row),
  calling_out boolean not null default true
)
"""
THE_ROW = "insert into platform default values on conflict do nothing"
GRANT = "grant select, update (calling_out) on platform to patchbay_app"

NARROWER = """
alter table call
  drop constraint if exists call_state_check,
  add constraint call_state_check
    check (state in ('ringing', 'connecting', 'connected', 'parked', 'ended')),
  drop constraint if exists call_transfer_check,
  add constraint call_check5 check (transfer is null or state in ('ringing', 'connecting')),
  drop constraint if exists call_agent_has_it,
  add constraint call_check3
    check ((agent_id is not null) = (state in ('connecting', 'connected'))),
  drop column if exists progress
"""


async def forwards() -> MigrationManager:
    return sql_migration(
        ID,
        DESCRIPTION,
        [
            *(STATES, WITHOUT_ONE_EACH, ONE_EACH, LEGS, OUTBOUND, OF_CALL, OPEN, LATELY),
            *(*POLICY, EMERGENCY, PLATFORM, THE_ROW, GRANT),
        ],
        [
            "drop table if exists outbound_leg",
            "drop table if exists platform",
            "alter table phone_number drop column if exists emergency",
            NARROWER,
        ],
    )
