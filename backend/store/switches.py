"""What a company may call, in its rules; and the switch that stops all companies' calls at once."""

import msgspec

from backend.domain.rules import Dialling, Rules
from backend.store.tenancy import Database, Work

_rules = msgspec.json.Decoder(Rules).decode
_encode = msgspec.json.Encoder().encode


async def load_dialling(work: Work) -> Dialling:
    """The company's rules for calling out."""
    rules = await work.connection.fetchval(
        "select rules::text from tenant where tenant_id = $1", work.tenant
    )
    return _rules(rules).dialling


async def save_dialling(work: Work, dialling: Dialling) -> None:
    """Put new rules in their place. The next wish to call finds them so."""
    await work.connection.execute(
        "update tenant set rules = rules || jsonb_build_object('dialling', $2::jsonb)"
        " where tenant_id = $1",
        work.tenant,
        _encode(dialling).decode(),
    )


async def set_calling_out(database: Database, enabled: bool) -> None:
    """The platform's switch, over all companies."""
    await database.ask("update platform set calling_out = $1 returning calling_out", enabled)


async def may_anybody_call_out(database: Database) -> bool:
    """How the platform's switch stands."""
    (row,) = await database.ask("select calling_out from platform")
    return row["calling_out"]
