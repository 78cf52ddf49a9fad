"""A company's teams and who is in them, as whoever runs the product sets them."""

from uuid import UUID, uuid4

import msgspec
from msgspec import Struct

from backend.store.tenancy import Work

_teams = msgspec.json.Decoder(dict[str, UUID]).decode


class Colleague(Struct, frozen=True):
    """Somebody who takes calls, as the company knows them."""

    id: UUID
    name: str
    email: str


async def team_ids(work: Work) -> dict[str, UUID]:
    """The company's teams by name."""
    return _teams(
        await work.connection.fetchval(
            "select coalesce(jsonb_object_agg(name, id), '{}')::text from team"
            " where tenant_id = $1",
            work.tenant,
        )
    )


async def make_team(work: Work, name: str) -> UUID:
    """A new team without anybody in it. Its name must be free."""
    team = uuid4()
    await work.connection.execute(
        "insert into team (tenant_id, id, name) values ($1, $2, $3)", work.tenant, team, name
    )
    return team


async def rename_team(work: Work, team: UUID, name: str) -> None:
    """The team keeps its people, and the calls that ring at it. The new name must be free."""
    await work.connection.execute(
        "update team set name = $3 where tenant_id = $1 and id = $2", work.tenant, team, name
    )


async def remove_team(work: Work, team: UUID) -> None:
    """The team is gone; its people stay. A call that rings at it goes on ringing there."""
    await work.connection.execute(
        "delete from team_member where tenant_id = $1 and team_id = $2", work.tenant, team
    )
    await work.connection.execute(
        "delete from team where tenant_id = $1 and id = $2", work.tenant, team
    )


async def put_in(work: Work, team: UUID, agent: UUID) -> None:
    """Make an agent one of the team, if they are not already."""
    await work.connection.execute(
        "insert into team_member (tenant_id, team_id, agent_id) values ($1, $2, $3)"
        " on conflict do nothing",
        work.tenant,
        team,
        agent,
    )


async def take_out(work: Work, team: UUID, agent: UUID) -> None:
    """The agent is no longer one of the team, if they were."""
    await work.connection.execute(
        "delete from team_member where tenant_id = $1 and team_id = $2 and agent_id = $3",
        work.tenant,
        team,
        agent,
    )


async def colleagues(work: Work) -> list[Colleague]:
    """Everybody of the company who takes calls, by name."""
    rows = await work.connection.fetch(
        "select a.id, a.name, p.email from agent a join person p on p.person_id = a.id"
        " where a.tenant_id = $1 order by a.name, p.email",
        work.tenant,
    )
    return [Colleague(row["id"], row["name"], row["email"]) for row in rows]


async def members_of(work: Work, team: UUID) -> set[UUID]:
    """Who is in that team."""
    rows = await work.connection.fetch(
        "select agent_id from team_member where tenant_id = $1 and team_id = $2",
        work.tenant,
        team,
    )
    return {row["agent_id"] for row in rows}
