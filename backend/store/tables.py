"""The tables that are read and written through Piccolo's query builder.

Piccolo builds the statement and its parameters; `Work.run` runs it, on the one
connection that carries the tenant. The hot tables (calls, journal) are written by `floor`.
"""

from piccolo.columns import UUID, Bytea, Text, Timestamptz
from piccolo.engine.postgres import PostgresEngine
from piccolo.table import Table


class Dialect(PostgresEngine):
    """Tells Piccolo that it builds for PostgreSQL. It never connects; ours is the connection."""

    async def check_version(self) -> None:
        """Nothing to check: Piccolo would connect, and at import."""

    async def prep_database(self) -> None:
        """Nothing to prepare: the migrations do."""


class Tenant(Table, tablename="tenant"):
    tenant_id = UUID(primary_key=True)
    name = Text()


class Person(Table, tablename="person"):
    person_id = UUID(primary_key=True)
    email = Text()
    name = Text()


class Membership(Table, tablename="membership"):
    tenant_id = UUID()
    person_id = UUID(primary_key=True)
    role = Text()


class Session(Table, tablename="session"):
    tenant_id = UUID()
    token_hash = Bytea(primary_key=True)
    person_id = UUID()
    created_at = Timestamptz()
    seen_at = Timestamptz()
    expires_at = Timestamptz()


class CarrierAccount(Table, tablename="carrier_account"):
    tenant_id = UUID(primary_key=True)
    account_sid = Text()
    auth_token_sealed = Bytea()
    api_key_sid = Text(null=True)
    api_key_secret_sealed = Bytea(null=True)
    application_sid = Text(null=True)


class PhoneNumber(Table, tablename="phone_number"):
    tenant_id = UUID()
    number = Text(primary_key=True)
    number_sid = Text(null=True)


TABLES = (Tenant, Person, Membership, Session, CarrierAccount, PhoneNumber)

for table in TABLES:
    table._meta.db = Dialect(config={})  # pyright: ignore[reportPrivateUsage]  Piccolo's seam
