# pyright: basic, reportUnknownMemberType=false
"""Tenants, people, calls and the journal; row level security from the first day.

Every table is keyed by its tenant first and closed to a session that has not said which tenant
it works for. Two group roles, neither of which may log in or bypass a policy:
`patchbay_app` is what the product runs as; `patchbay_doorkeeper` owns the few functions that
must look before a tenant is known (who signs in, whose time has run out).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.store.sql_migration import AnyTable, run

ID = "2026-11-23T09:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the first call"

ROLES = """
do $$ begin
  if not exists (select from pg_roles where rolname = 'patchbay_app') then
    create role patchbay_app nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'patchbay_doorkeeper') then
    create role patchbay_doorkeeper nologin;
  end if;
end $$
"""

TENANCY = """
create function current_tenant() returns uuid language plpgsql stable parallel safe as $$
declare said text := nullif(current_setting('app.tenant_id', true), '');
begin
  if said is null then
    raise exception 'no tenant was set for this work' using errcode = 'insufficient_privilege';
  end if;
  return said::uuid;
end $$
"""

TABLES = """
create table tenant (
  tenant_id uuid primary key,
  name text not null check (name <> ''),
  rules jsonb not null default '{}',
  created_at timestamptz not null default now()
);
create table person (
  person_id uuid primary key,
  email text not null unique check (email = lower(email)),
  name text not null,
  password_hash text not null,
  created_at timestamptz not null default now()
);
create table membership (
  tenant_id uuid not null references tenant,
  person_id uuid not null references person,
  role text not null check (role in ('owner', 'admin', 'supervisor', 'agent', 'analyst')),
  created_at timestamptz not null default now(),
  primary key (tenant_id, person_id)
);
create table session (
  tenant_id uuid not null,
  token_hash bytea not null,
  person_id uuid not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant_id, token_hash),
  foreign key (tenant_id, person_id) references membership on delete cascade
);
create table carrier_account (
  tenant_id uuid primary key references tenant,
  account_sid text not null,
  auth_token_sealed bytea not null,
  api_key_sid text,
  api_key_secret_sealed bytea,
  application_sid text
);
create table phone_number (
  tenant_id uuid not null references tenant,
  number text not null check (number like '+%'),
  number_sid text,
  primary key (tenant_id, number)
);
create table agent (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  rev int not null default 0,
  status text not null default 'offline'
    check (status in ('offline', 'available', 'away', 'wrap_up')),
  wanted text not null default 'away' check (wanted in ('available', 'away')),
  since timestamptz not null default now(),
  deadline timestamptz,
  seen_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, id) references membership (tenant_id, person_id)
);
create index agent_deadline on agent (deadline) where deadline is not null;
create index agent_seen on agent (seen_at) where status <> 'offline';
create table call (
  tenant_id uuid not null references tenant,
  id uuid not null,
  rev int not null,
  direction text not null check (direction in ('inbound', 'outbound')),
  state text not null
    check (state in ('ringing', 'connecting', 'connected', 'parked', 'ended')),
  caller text not null,
  number text not null,
  caller_leg text not null,
  agent_leg text,
  agent_id uuid,
  offered_to uuid[] not null,
  declined_by uuid[] not null,
  handled_by uuid[] not null,
  caller_held boolean not null,
  slot int,
  parked_by uuid,
  overdue boolean not null,
  started_at timestamptz not null,
  since timestamptz not null,
  answered_at timestamptz,
  ended_at timestamptz,
  end_reason text check (end_reason in
    ('completed', 'abandoned', 'no_answer', 'busy', 'failed', 'rejected', 'canceled')),
  deadline timestamptz,
  conference text,
  heard int,
  conference_over boolean not null,
  primary key (tenant_id, id),
  check ((state = 'ended') = (ended_at is not null)),
  check ((state = 'ended') = (end_reason is not null)),
  check (state <> 'parked' or slot is not null),
  check ((agent_id is not null) = (state in ('connecting', 'connected'))),
  foreign key (tenant_id, agent_id) references agent,
  foreign key (tenant_id, parked_by) references agent
);
create unique index call_one_caller_per_slot on call (tenant_id, slot) where slot is not null;
create unique index call_one_per_agent on call (tenant_id, agent_id)
  where state in ('connecting', 'connected');
create index call_live on call (tenant_id) where state <> 'ended';
create index call_deadline on call (deadline) where deadline is not null;
create index call_history on call (tenant_id, ended_at desc, id) where state = 'ended';
create table leg (
  tenant_id uuid not null,
  id text not null,
  call_id uuid not null,
  role text not null check (role in ('caller', 'agent')),
  agent_id uuid,
  joined_at timestamptz not null,
  left_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, call_id) references call
);
create index leg_of_call on leg (tenant_id, call_id);
create table journal_head (
  tenant_id uuid primary key references tenant,
  number bigint not null default 0
);
create table journal (
  tenant_id uuid not null references tenant,
  number bigint not null,
  at timestamptz not null,
  event text not null,
  call_id uuid,
  agent_id uuid,
  facts jsonb not null,
  announcement text not null,
  primary key (tenant_id, number)
);
create index journal_of_call on journal (tenant_id, call_id, number) where call_id is not null;
create table callback (
  tenant_id uuid not null references tenant,
  key text not null,
  call_id uuid not null,
  body jsonb not null,
  received_at timestamptz not null,
  applied_at timestamptz,
  primary key (tenant_id, key)
);
create index callback_waiting on callback (tenant_id, call_id) where applied_at is null;
create table instruction (
  tenant_id uuid not null references tenant,
  id bigint generated always as identity,
  call_id uuid not null,
  body jsonb not null,
  created_at timestamptz not null,
  due_at timestamptz not null,
  attempts int not null default 0,
  done_at timestamptz,
  problem text,
  primary key (tenant_id, id)
);
create index instruction_open on instruction (tenant_id, call_id, id) where done_at is null;
create index instruction_due on instruction (due_at) where done_at is null
"""

KEYED_BY_TENANT = (
    "tenant",
    "membership",
    "session",
    "carrier_account",
    "phone_number",
    "agent",
    "call",
    "leg",
    "journal_head",
    "journal",
    "callback",
    "instruction",
)

POLICY = """
alter table {table} enable row level security;
alter table {table} force row level security;
create policy tenant on {table} to patchbay_app
  using (tenant_id = (select current_tenant()))
  with check (tenant_id = (select current_tenant()));
grant select, insert, update, delete on {table} to patchbay_app
"""

PERSON_POLICY = """
alter table person enable row level security;
alter table person force row level security;
create policy colleague on person for select to patchbay_app
  using (exists (select from membership m
    where m.tenant_id = (select current_tenant()) and m.person_id = person.person_id));
grant select (person_id, email, name) on person to patchbay_app
"""

JOURNAL_IS_APPEND_ONLY = """
revoke update, delete on journal from patchbay_app
"""

DOORKEEPER = """
create policy doorkeeper on person to patchbay_doorkeeper using (true) with check (true);
create policy doorkeeper on membership for select to patchbay_doorkeeper using (true);
create policy doorkeeper on tenant for select to patchbay_doorkeeper using (true);
create policy doorkeeper on call for select to patchbay_doorkeeper using (true);
create policy doorkeeper on agent for select to patchbay_doorkeeper using (true);
create policy doorkeeper on callback for select to patchbay_doorkeeper using (true);
create policy doorkeeper on instruction for select to patchbay_doorkeeper using (true);
grant select, insert on person to patchbay_doorkeeper;
grant select on membership, tenant, call, agent, callback, instruction to patchbay_doorkeeper;

create function credentials_of(the_email text)
  returns table (person_id uuid, password_hash text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as
  $$ select person_id, password_hash from person where email = lower(the_email) $$;

create function memberships_of(the_person uuid)
  returns table (tenant_id uuid, tenant_name text, role text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as
  $$ select t.tenant_id, t.name, m.role from membership m join tenant t using (tenant_id)
     where m.person_id = the_person order by t.name, t.tenant_id $$;

create function register_person(the_id uuid, the_email text, the_name text, the_hash text)
  returns uuid
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into person (person_id, email, name, password_hash)
    values (the_id, lower(the_email), the_name, the_hash) on conflict (email) do nothing;
  return (select person_id from person where email = lower(the_email));
end $$;

create function tenants() returns table (tenant_id uuid, name text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as
  $$ select tenant_id, name from tenant $$;

create function work_that_is_due(the_now timestamptz, silent_since timestamptz,
    waiting_since timestamptz, call_silent_since timestamptz)
  returns table (tenant_id uuid, kind text, id uuid)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  (select tenant_id, 'call', id from call where deadline <= the_now limit 500)
  union all
  (select tenant_id, 'wrap-up', id from agent where deadline <= the_now limit 500)
  union all
  (select tenant_id, 'silent-agent', id from agent
    where status <> 'offline' and (seen_at is null or seen_at < silent_since) limit 500)
  union all
  (select distinct tenant_id, 'callback', call_id from callback
    where applied_at is null and received_at <= waiting_since limit 500)
  union all
  (select distinct tenant_id, 'instruction', call_id from instruction
    where done_at is null and due_at <= the_now limit 500)
  union all
  (select tenant_id, 'silent-call', id from call
    where state <> 'ended' and since <= call_silent_since limit 5000)
$$
"""

DOORKEEPER_FUNCTIONS = (
    "credentials_of(text)",
    "memberships_of(uuid)",
    "register_person(uuid, text, text, text)",
    "tenants()",
    "work_that_is_due(timestamptz, timestamptz, timestamptz, timestamptz)",
)

HANDED_OVER = """
revoke all on function {function} from public;
grant execute on function {function} to patchbay_app;
alter function {function} owner to patchbay_doorkeeper
"""


async def lay_out() -> None:
    if await is_laid_out():
        return  # the process was killed between this and Piccolo's mark
    await run(ROLES)
    await run(TENANCY)
    for statement in TABLES.split(";\n"):
        await run(statement)
    for table in KEYED_BY_TENANT:
        for statement in POLICY.format(table=table).split(";\n"):
            await run(statement)
    for statement in PERSON_POLICY.split(";\n"):
        await run(statement)
    await run(JOURNAL_IS_APPEND_ONLY)
    for statement in DOORKEEPER.split(";\n\n"):
        for single in _one_by_one(statement):
            await run(single)
    await run("grant patchbay_doorkeeper to current_user")
    await run("grant create on schema public to patchbay_doorkeeper")
    for function in DOORKEEPER_FUNCTIONS:
        for statement in HANDED_OVER.format(function=function).split(";\n"):
            await run(statement)
    await run("revoke create on schema public from patchbay_doorkeeper")
    await run("revoke patchbay_doorkeeper from current_user")


def _one_by_one(statements: str) -> list[str]:
    """A function's body holds semicolons; everything else here is one statement a line group."""
    return [statements] if "$$" in statements else statements.split(";\n")


async def is_laid_out() -> bool:
    """All of it is one transaction, so one table tells of everything."""
    (found,) = await AnyTable.raw("select to_regclass('public.tenant') is not null as there")
    return found["there"]


async def tear_down() -> None:
    for table in (*reversed(KEYED_BY_TENANT), "person"):
        await run(f"drop table if exists {table} cascade")
    for function in (*DOORKEEPER_FUNCTIONS, "current_tenant()"):
        await run(f"drop function if exists {function}")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="patchbay", description=DESCRIPTION)
    manager.add_raw(lay_out)
    manager.add_raw_backwards(tear_down)
    return manager
