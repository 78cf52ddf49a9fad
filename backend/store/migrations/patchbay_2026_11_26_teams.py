# pyright: basic
"""Teams of a company, and who is in them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.store.sql_migration import sql_migration

ID = "2026-11-26T21:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "teams"

TEAM = """
create table if not exists team (
  tenant_id uuid not null references tenant,
  id uuid not null,
  name text not null check (char_length(name) between 1 and 40),
  primary key (tenant_id, id),
  unique (tenant_id, name)
)
"""
MEMBER = """
create table if not exists team_member (
  tenant_id uuid not null,
  team_id uuid not null,
  agent_id uuid not null,
  primary key (tenant_id, team_id, agent_id),
  foreign key (tenant_id, team_id) references team,
  foreign key (tenant_id, agent_id) references agent
)
"""
TEAM_CLOSED = (
    "alter table team enable row level security",
    "alter table team force row level security",
    "drop policy if exists tenant on team",
    """create policy tenant on team to patchbay_app
  using (tenant_id = (select current_tenant()))
  with check (tenant_id = (select current_tenant()))""",
    "grant select, insert, update, delete on team to patchbay_app",
)
MEMBER_CLOSED = (
    "alter table team_member enable row level security",
    "alter table team_member force row level security",
    "drop policy if exists tenant on team_member",
    """create policy tenant on team_member to patchbay_app
  using (tenant_id = (select current_tenant()))
  with check (tenant_id = (select current_tenant()))""",
    "grant select, insert, delete on team_member to patchbay_app",
)


async def forwards() -> MigrationManager:
    return sql_migration(
        ID,
        DESCRIPTION,
        [TEAM, MEMBER, *TEAM_CLOSED, *MEMBER_CLOSED],
        ["drop table if exists team_member", "drop table if exists team"],
    )
