# pyright: basic
"""More than three may talk in one call: those beside its agent and whoever is consulted."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.store.sql_migration import sql_migration

ID = "2026-11-26T19:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "conferences"

CALL = """
alter table call
  add column if not exists guests jsonb not null default '[]'
    check (guests = '[]' or state in ('connected', 'forwarded')),
  add column if not exists guest_agents uuid[] not null default '{}'
    check (guest_agents = '{}' or state = 'connected'),
  add column if not exists guests_due timestamptz
"""
INDEXES = """
create index if not exists call_with_guests on call (tenant_id) where guest_agents <> '{}';
create index if not exists call_guests_due on call (guests_due) where guests_due is not null
"""
DUE = """
create or replace function guests_that_are_due(the_now timestamptz)
  returns table (tenant_id uuid, kind text, id uuid)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as
  $$ select tenant_id, 'guest', id from call where guests_due <= the_now limit 500 $$
"""
HANDED_OVER = """
revoke all on function guests_that_are_due(timestamptz) from public;
grant execute on function guests_that_are_due(timestamptz) to patchbay_app;
grant patchbay_doorkeeper to current_user;
grant create on schema public to patchbay_doorkeeper;
alter function guests_that_are_due(timestamptz) owner to patchbay_doorkeeper;
revoke create on schema public from patchbay_doorkeeper;
revoke patchbay_doorkeeper from current_user
"""
WITHOUT = (
    "drop function if exists guests_that_are_due(timestamptz)",
    "alter table call drop column if exists guests, drop column if exists guest_agents,"
    " drop column if exists guests_due",
)


async def forwards() -> MigrationManager:
    steps = [CALL, *INDEXES.split(";\n")]
    steps += ["drop function if exists guests_that_are_due(timestamptz)", DUE]
    steps += HANDED_OVER.split(";\n")
    return sql_migration(ID, DESCRIPTION, steps, WITHOUT)
