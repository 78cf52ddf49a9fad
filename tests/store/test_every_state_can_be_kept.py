"""The checks on the tables allow whatever the domain decides: a call that may be must be kept.

The worlds of the board's vectors make calls of every kind; each step of each is written to the real
tables, as the switchboard writes it. What the switchboard sees to (one call for each agent) is not
seen to there, so the indexes that insist on it are away for the moment.
"""

from random import Random
from typing import Any, cast

import asyncpg
import pytest

from backend.embedded_postgres import EmbeddedPostgres
from backend.store import floor
from backend.store.tenancy import Work
from tests.vectors.board_fold import AGENTS, START, TENANT, World

ONE_EACH = ("call_one_per_agent", "call_one_per_consulted", "call_one_caller_per_slot")
SEEDS = range(7)
STEPS = 75


@pytest.mark.parametrize(
    "kind", ["plain", "supervised", "calls_out", "in_teams", "confers", "mixed"]
)
async def test_whatever_is_decided_can_be_kept(postgres: EmbeddedPostgres, kind: str):
    connection = await asyncpg.connect(postgres.superuser_url, database="patchbay")
    story = connection.transaction()
    await story.start()
    try:
        await _found_the_company(connection)
        work = Work(TENANT, cast("Any", connection))
        for seed in SEEDS:
            dice = Random(seed)  # noqa: S311
            is_on = {
                flag: kind in (flag, "mixed") for flag in ("supervised", "in_teams", "confers")
            }
            world = World(dice, calls_out=kind in ("calls_out", "confers", "mixed"), **is_on)
            for _ in range(STEPS):
                world.turn()
                changed = world.changed()
                await floor.save(work, START, 0, changed, {}, [], [], [], [], [])
    finally:
        await story.rollback()
        await connection.close()


async def _found_the_company(connection: asyncpg.Connection) -> None:
    for index in ONE_EACH:
        await connection.execute(f"drop index {index}")
    await connection.execute("insert into tenant (tenant_id, name) values ($1, 'Acme')", TENANT)
    await connection.execute("insert into journal_head (tenant_id) values ($1)", TENANT)
    for agent in AGENTS:
        email = f"{agent.name.lower()}@vectors.example"
        await connection.execute(
            "insert into person (person_id, email, name, password_hash) values ($1, $2, $3, '')",
            agent.id,
            email,
            agent.name,
        )
        await connection.execute(
            "insert into membership (tenant_id, person_id, role) values ($1, $2, 'agent')",
            TENANT,
            agent.id,
        )
        await connection.execute(
            "insert into agent (tenant_id, id, name) values ($1, $2, $3)",
            TENANT,
            agent.id,
            agent.name,
        )
