"""What is asked in a tenant's turn looks at live calls, and never through all that are over."""

import asyncpg
import pytest

from backend.embedded_postgres import EmbeddedPostgres
from backend.store import attendance, floor

ID = "00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("statement", "arguments"),
    [(attendance.RINGING, [ID, ID]), (floor.LOAD, [ID, ID, ID, "a key"])],
)
async def test_the_history_of_calls_is_not_read_through(
    postgres: EmbeddedPostgres, statement: str, arguments: list[str]
):
    """Without sequential scans, a condition that no index of live calls serves shows as one of the
    whole table's indexes."""
    connection = await asyncpg.connect(postgres.web_url)
    try:
        await connection.execute("set enable_seqscan = off")
        await connection.execute("select set_config('app.tenant_id', $1, false)", ID)
        lines = await connection.fetch(f"explain {statement}", *arguments)
    finally:
        await connection.close()
    plan = "\n".join(line[0] for line in lines)
    scans = [line.strip() for line in plan.splitlines() if " on call" in line or "call_" in line]
    assert any("call_live" in scan or "call_one_per" in scan for scan in scans), plan
