"""What a call leaves in the books, as the people lived it."""

from datetime import UTC, datetime

from tests.house.command_line import give
from tests.stories.bookkeeping import the_books_are_right
from tests.stories.company import Company


async def facts(company: Company, table: str) -> list[dict[str, object]]:
    """The books' rows of that company, by time."""
    database = company.product.services.database
    await the_books_are_right(database, company.tenant)
    async with database.work(company.tenant) as work:
        rows = await work.connection.fetch(
            f"select * from {table} where tenant_id = $1 order by entered_at, call_id, number",  # noqa: S608
            company.tenant,
        )
    return [dict(row) for row in rows]


async def test_an_answered_call_is_a_visit_and_a_share_of_its_agent(acme: Company, globex: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.hangs_up(caller)
    await acme.ana.goes("available")
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ana) == "available")
    (visit,) = await facts(acme, "visit")
    assert (visit["outcome"], visit["answered_by"]) == ("answered", str(acme.ana.id))
    assert (visit["queue"], visit["caller"]) == (acme.number, caller.number)
    (share,) = await facts(acme, "handling")
    assert (share["agent"], share["ending"], share["is_final"]) == (
        str(acme.ana.id),
        "over",
        True,
    )
    assert share["handle_ms"] == share["talk_ms"] + share["wrap_up_ms"]  # type: ignore[operator]
    assert await facts(globex, "visit") == []


async def test_a_caller_who_gives_up_has_abandoned_and_a_handed_over_one_is_counted_once(
    acme: Company,
):
    await acme.on_duty("Ana", "Ben")
    gives_up = await acme.rings("+15550001111")
    await acme.ana.is_rung_by(gives_up)
    await gives_up.hangs_up()
    await acme.ana.sees_call(gives_up, "ended")
    caller = await acme.rings("+15550002222")
    await acme.ana.answers(caller)
    await acme.ana.transfers(caller, acme.ben)
    await acme.ben.answers(caller)
    await acme.ben.hangs_up(caller)
    await acme.ana.sees_call(caller, "ended")
    visits = await facts(acme, "visit")
    assert [visit["outcome"] for visit in visits] == ["abandoned", "answered"]
    shares = await facts(acme, "handling")
    assert [(share["agent"], share["ending"]) for share in shares] == [
        (str(acme.ana.id), "transferred"),
        (str(acme.ben.id), "over"),
    ]


async def test_a_line_that_cannot_be_read_is_left_out_and_said_and_holds_up_nothing(acme: Company):
    product = acme.product
    database = product.services.database
    broken = await product.company("Broken")
    product.companies.remove(broken)  # its books will never be right
    async with database.work(broken.tenant, alone=True) as work:
        await work.connection.execute(
            "insert into journal (tenant_id, number, at, event, facts, announcement)"
            " values ($1, 1, $2, 'torn', '{}', 'not JSON')",
            broken.tenant,
            datetime.now(UTC),
        )
        await work.connection.execute(
            "update journal_head set number = 1 where tenant_id = $1", broken.tenant
        )
    await acme.on_duty("Ana")
    caller = await acme.rings()
    await acme.ana.is_rung_by(caller)
    await product.services.bookkeeper.read_on()
    assert await said_of(broken) == (
        "The books of Broken are complete.\n  line 1 was left out: DecodeError\n"
    )
    await said_of(broken, "--anew")
    await product.services.bookkeeper.read_on()
    assert "line 1 was left out" in await said_of(broken)
    async with database.work(acme.tenant) as work:
        assert (
            await work.connection.fetchval(
                "select count(*) from visit where tenant_id = $1", acme.tenant
            )
            == 1
        )
    before = await facts(acme, "visit"), await facts(acme, "handling")
    await said_of(acme, "--anew")
    assert await facts(acme, "visit") != [], "read anew to compare"
    assert (await facts(acme, "visit"), await facts(acme, "handling")) == before


async def said_of(company: Company, *wish: str) -> str:
    """What `company-books` says; the company has its name for itself here."""
    database = company.product.settings.database_url or ""
    whose = ("--tenant", str(company.tenant))
    said = await give("company-books", *whose, *wish, DATABASE_URL=database)
    assert said.status == 0, said
    return said.out.replace(str(company.tenant), company.name)
