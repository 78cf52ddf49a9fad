"""What is asked in a tenant's turn looks at live calls, and never through all that are over."""

from datetime import UTC, datetime

import asyncpg
import pytest

from backend.embedded_postgres import EmbeddedPostgres
from backend.store import attendance, floor

ID = "00000000-0000-4000-8000-000000000001"
LATER = datetime(2026, 11, 26, tzinfo=UTC)
A_LONG_HISTORY = """
insert into call (tenant_id, id, rev, direction, state, caller, number, caller_leg, offered_to,
  declined_by, handled_by, caller_held, overdue, started_at, since, ended_at, end_reason,
  conference_over)
select $1, gen_random_uuid(), 9, 'inbound', 'ended', '+12125550147', '+12125550100', 'CA' || n,
  '{}', '{}', '{}', false, false, now(), now(), now(), 'completed', true
from generate_series(1, 5000) n
"""


@pytest.mark.parametrize(
    ("statement", "arguments"),
    [(attendance.RINGING, [ID, ID]), (floor.LOAD, [ID, ID, ID, "a key", LATER, True, ID])],
)
async def test_the_history_of_calls_is_not_read_through(
    postgres: EmbeddedPostgres, statement: str, arguments: list[object]
):
    connection = await asyncpg.connect(postgres.superuser_url, database="patchbay")
    history = connection.transaction()
    await history.start()
    try:
        await connection.execute("insert into tenant (tenant_id, name) values ($1, 'Acme')", ID)
        await connection.execute(A_LONG_HISTORY, ID)
        await connection.execute("analyze call")
        lines = await connection.fetch(f"explain {statement}", *arguments)
    finally:
        await history.rollback()
        await connection.close()
    plan = "\n".join(line[0] for line in lines)
    scans = [line.strip() for line in plan.splitlines() if " on call" in line]
    assert any("call_live" in scan or "call_one_per" in scan for scan in scans), plan
    assert not any(scan.startswith(("Seq", "->  Seq")) for scan in scans), plan
