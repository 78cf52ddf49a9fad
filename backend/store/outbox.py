"""Instructions to the carrier, written with the decision that asked for them.

A call's instructions are carried out one after the other, oldest first. Whoever takes one
leases it: if the process dies, it is due again when the lease is over. Nobody skips a locked one:
the next would overtake it. Only the end of a leg outside, once it has failed, goes behind the rest:
nobody in the call waits for it.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.domain.instructions import Instruction, PlaceOutbound
from backend.store.tenancy import Work

LEASE = timedelta(seconds=20)


class Order(Struct, frozen=True):
    """An instruction with its number in the outbox and how often it was tried."""

    id: int
    attempts: int
    instruction: Instruction


TAKE = """
update instruction set due_at = $4, attempts = attempts + 1
where tenant_id = $1 and id = (
  select id from instruction
  where tenant_id = $1 and call_id = $2 and done_at is null
  order by (body ->> 'type' = 'EndOutbound' and attempts > 0), id limit 1
  for update
) and due_at <= $3
returning id, attempts, body::text
"""

_instruction = msgspec.json.Decoder(Instruction).decode


async def take(work: Work, call_id: UUID, now: datetime) -> Order | None:
    """The call's oldest open instruction, leased, if it is due; None if there is none."""
    row = await work.connection.fetchrow(TAKE, work.tenant, call_id, now, now + LEASE)
    return None if row is None else Order(row["id"], row["attempts"], _instruction(row["body"]))


async def is_called_off(work: Work, wish: PlaceOutbound) -> bool:
    """Whether the end of that leg was asked for already, behind its beginning."""
    return await work.connection.fetchval(
        "select exists (select from instruction where tenant_id = $1 and call_id = $2"
        " and done_at is null and body ->> 'type' = 'EndOutbound' and body ->> 'outbound' = $3)",
        work.tenant,
        wish.call_id,
        str(wish.outbound),
    )


async def done(work: Work, order: int, now: datetime, problem: str | None = None) -> None:
    """Close an instruction: carried out, or given up because of `problem`."""
    await work.connection.execute(
        "update instruction set done_at = $3, problem = $4 where tenant_id = $1 and id = $2",
        work.tenant,
        order,
        now,
        problem,
    )


async def again(work: Work, order: int, due_at: datetime, problem: str) -> None:
    """Try an instruction again at `due_at`."""
    await work.connection.execute(
        "update instruction set due_at = $3, problem = $4 where tenant_id = $1 and id = $2",
        work.tenant,
        order,
        due_at,
        problem,
    )
