# pyright: basic
"""Supervisors may monitor a call, set an agent's status; an agent may ask for help."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.store.sql_migration import sql_migration

ID = "2026-11-26T15:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "monitoring"

CALL = """
alter table call
  add column if not exists monitors jsonb not null default '[]',
  add column if not exists monitored_by uuid[] not null default '{}'
    check (monitored_by = '{}' or state in ('connecting', 'connected')),
  add column if not exists monitors_due timestamptz,
  add column if not exists help_at timestamptz check (help_at is null or state = 'connected')
"""
INDEXES = """
create index if not exists call_monitored on call (tenant_id) where monitored_by <> '{}';
create index if not exists call_monitors_due on call (monitors_due) where monitors_due is not null
"""
LEG = """
alter table leg drop constraint if exists leg_role_check,
  add constraint leg_role_check check (role in ('caller', 'agent', 'monitor', 'outside'))
"""
AGENT = """
alter table agent
  add column if not exists set_by uuid,
  add column if not exists set_reason text check ((set_reason is null) = (set_by is null)),
  drop constraint if exists agent_set_by_is_a_member,
  add constraint agent_set_by_is_a_member foreign key (tenant_id, set_by)
    references membership (tenant_id, person_id)
"""
LOG = """
create table if not exists monitoring_log (
  tenant_id uuid not null references tenant,
  id uuid not null,
  number bigint generated always as identity,
  at timestamptz not null,
  call_id uuid not null,
  person_id uuid not null,
  event text not null,
  facts jsonb not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, call_id) references call
);
create index if not exists monitoring_log_of_call on monitoring_log (tenant_id, call_id, number);
alter table monitoring_log enable row level security;
alter table monitoring_log force row level security;
drop policy if exists tenant on monitoring_log;
create policy tenant on monitoring_log to patchbay_app
  using (tenant_id = (select current_tenant()))
  with check (tenant_id = (select current_tenant()));
grant select, insert on monitoring_log to patchbay_app
"""
DUE = """
create or replace function monitors_that_are_due(the_now timestamptz)
  returns table (tenant_id uuid, kind text, id uuid)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as
  $$ select tenant_id, 'monitor', id from call where monitors_due <= the_now limit 500 $$
"""
HANDED_OVER = """
revoke all on function monitors_that_are_due(timestamptz) from public;
grant execute on function monitors_that_are_due(timestamptz) to patchbay_app;
grant patchbay_doorkeeper to current_user;
grant create on schema public to patchbay_doorkeeper;
alter function monitors_that_are_due(timestamptz) owner to patchbay_doorkeeper;
revoke create on schema public from patchbay_doorkeeper;
revoke patchbay_doorkeeper from current_user
"""
WITHOUT = (
    "drop function if exists monitors_that_are_due(timestamptz)",
    "drop table if exists monitoring_log",
    "alter table agent drop column if exists set_by, drop column if exists set_reason",
    "alter table call drop column if exists monitors, drop column if exists monitored_by,"
    " drop column if exists monitors_due, drop column if exists help_at",
)


async def forwards() -> MigrationManager:
    steps = [CALL, *INDEXES.split(";\n"), LEG, AGENT, *LOG.split(";\n")]
    steps += ["drop function if exists monitors_that_are_due(timestamptz)", DUE]
    steps += HANDED_OVER.split(";\n")
    return sql_migration(ID, DESCRIPTION, steps, WITHOUT)
