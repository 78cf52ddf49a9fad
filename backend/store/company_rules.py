"""A company's rules, as whoever runs the product changes them; and the switch that stops all
companies' calls to the outside at once."""

import msgspec
from msgspec.structs import replace

from backend.domain.rules import Dialling, Rules
from backend.store.changed_quarters import mark_all
from backend.store.tenancy import Database, Work

_rules = msgspec.json.Decoder(Rules).decode
_encode = msgspec.json.Encoder().encode


async def load_rules(work: Work) -> Rules:
    """The company's rules."""
    rules = await work.connection.fetchval(
        "select rules::text from tenant where tenant_id = $1", work.tenant
    )
    return _rules(rules)


async def save_rules(work: Work, rules: Rules) -> None:
    """Put new rules in their place. The next decision finds them so. By another clock, or with
    another S, every past day is to be rolled up again."""
    before = await load_rules(work)
    if _of_days(before) != _of_days(rules):
        await mark_all(work)
    await work.connection.execute(
        "update tenant set rules = $2::jsonb where tenant_id = $1",
        work.tenant,
        _encode(rules).decode(),
    )


def _of_days(rules: Rules) -> tuple[str, int]:
    """What a day's roll-up depends on."""
    return rules.time_zone, rules.short_abandon_seconds


async def load_dialling(work: Work) -> Dialling:
    """The company's rules for calling out."""
    return (await load_rules(work)).dialling


async def save_dialling(work: Work, dialling: Dialling) -> None:
    """Put new rules for calling out in their place."""
    await save_rules(work, replace(await load_rules(work), dialling=dialling))


async def set_calling_out(database: Database, enabled: bool) -> None:
    """The platform's switch, over all companies."""
    await database.ask("update platform set calling_out = $1 returning calling_out", enabled)


async def may_anybody_call_out(database: Database) -> bool:
    """How the platform's switch stands."""
    (row,) = await database.ask("select calling_out from platform")
    return row["calling_out"]
