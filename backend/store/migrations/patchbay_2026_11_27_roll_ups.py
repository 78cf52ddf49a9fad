# pyright: basic
"""Roll-ups: a company's past days, counted once and kept, and which quarters of an hour have
changed since; and the journal's lines that could not be read.

Every call that is in the books by now is marked as changed, so that the bookkeeper finds its day.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.store.sql_migration import sql_migration

ID = "2026-11-27T10:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "roll-ups of past days"

# A data folder of those days may have it already: it stood in the migration before for an hour.
UNREAD_LINES = """
create table if not exists unread_line (
  tenant_id uuid not null references tenant,
  number bigint not null,
  problem text not null,
  found_at timestamptz not null,
  primary key (tenant_id, number)
)
"""
CHANGED = """
create table if not exists changed_quarter (
  tenant_id uuid not null references tenant,
  start_at timestamptz not null,
  primary key (tenant_id, start_at)
)
"""
DAYS = """
create table if not exists rolled_day (
  tenant_id uuid not null references tenant,
  start_at timestamptz not null,
  end_at timestamptz not null check (end_at > start_at),
  short_seconds int not null,
  primary key (tenant_id, start_at)
)
"""
# A wait is four bytes of its whole seconds, so that two columns one after the other are their sum.
TALLIES = """
create table if not exists day_tally (
  tenant_id uuid not null,
  by text not null check (by in ('queue', 'agent')),
  start_at timestamptz not null,
  of_whom text not null,
  answered int not null,
  abandoned int not null,
  short_abandoned int not null,
  callback int not null,
  voicemail int not null,
  flow_out int not null,
  forced_out int not null,
  failed int not null,
  answered_wait_ms bigint not null,
  abandoned_wait_ms bigint not null,
  longest_wait_ms int not null,
  skewed int not null,
  answered_waits bytea not null,
  abandoned_waits bytea not null,
  other_waits bytea not null,
  handlings int not null,
  told_handlings int not null,
  unknown_handlings int not null,
  transfers int not null,
  talk_ms bigint not null,
  hold_ms bigint not null,
  consult_ms bigint not null,
  wrap_up_ms bigint not null,
  handle_ms bigint not null,
  longest_handle_ms int not null,
  primary key (tenant_id, by, start_at, of_whom),
  foreign key (tenant_id, start_at) references rolled_day on delete cascade
)
"""
OF_DAY = "create index if not exists day_tally_of_day on day_tally (tenant_id, start_at)"
TABLES = ("unread_line", "changed_quarter", "rolled_day", "day_tally")
CLOSED = """
alter table {table} enable row level security;
alter table {table} force row level security;
drop policy if exists tenant on {table};
create policy tenant on {table} to patchbay_app
  using (tenant_id = (select current_tenant()))
  with check (tenant_id = (select current_tenant()));
grant select, insert, update, delete on {table} to patchbay_app
"""
# Whoever owns a table reads nothing of it either, until this is over.
MARKED = """
alter table visit no force row level security;
alter table handling no force row level security;
alter table changed_quarter no force row level security;
insert into changed_quarter (tenant_id, start_at)
  select distinct tenant_id, date_bin('15 minutes', entered_at, 'epoch') from
    (select tenant_id, entered_at from visit union all
     select tenant_id, entered_at from handling where direction = 'inbound') as calls
  on conflict do nothing;
alter table visit force row level security;
alter table handling force row level security;
alter table changed_quarter force row level security
"""
DOORKEEPER = """
drop policy if exists doorkeeper on changed_quarter;
create policy doorkeeper on changed_quarter for select to patchbay_doorkeeper using (true);
grant select on changed_quarter to patchbay_doorkeeper
"""
CHANGED_COMPANIES = """
create or replace function changed_companies(before timestamptz) returns table (tenant_id uuid)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as
  $$ select t.tenant_id from tenant t where exists (select from changed_quarter c
       where c.tenant_id = t.tenant_id and c.start_at < before) order by 1 $$
"""
HANDED_OVER = """
revoke all on function changed_companies(timestamptz) from public;
grant execute on function changed_companies(timestamptz) to patchbay_app;
grant patchbay_doorkeeper to current_user;
grant create on schema public to patchbay_doorkeeper;
alter function changed_companies(timestamptz) owner to patchbay_doorkeeper;
revoke create on schema public from patchbay_doorkeeper;
revoke patchbay_doorkeeper from current_user
"""
WITHOUT = (
    "drop function if exists changed_companies(timestamptz)",
    *(f"drop table if exists {table}" for table in reversed(TABLES)),
)


async def forwards() -> MigrationManager:
    steps = [UNREAD_LINES, CHANGED, DAYS, TALLIES, OF_DAY]
    for table in TABLES:
        steps += CLOSED.format(table=table).split(";\n")
    steps += [*MARKED.split(";\n"), *DOORKEEPER.split(";\n")]
    steps += ["drop function if exists changed_companies(timestamptz)", CHANGED_COMPANIES]
    return sql_migration(ID, DESCRIPTION, [*steps, *HANDED_OVER.split(";\n")], WITHOUT)
