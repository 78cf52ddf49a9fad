"""`python -m backend import-history`: a file of past calls becomes a company's history, or not."""

from pathlib import Path
from uuid import UUID, uuid4

from backend.store import people
from backend.store.people import Role
from tests.house.command_line import Said, give
from tests.stories.company import Company

HEAD = "call_id,queue_entered_at,answered_at,handle_seconds,agent\n"
GOOD = (
    HEAD
    + "1,2026-01-31 10:00,2026-01-31 10:00:09,60,Ana\n2,2026-01-31 11:00,2026-01-31 11:00:30,,\n"
)


async def command(company: Company, *words: str) -> Said:
    database = company.product.settings.database_url or ""
    return await give(
        "import-history", "--tenant", str(company.tenant), *words, DATABASE_URL=database
    )


async def visits(company: Company) -> list[tuple[object, ...]]:
    async with company.product.services.database.work(company.tenant) as work:
        rows = await work.connection.fetch(
            "select v.entered_at, v.wait_ms, h.handle_ms, h.agent, f.name from visit v"
            " join handling h using (tenant_id, call_id) join history_file f on f.id = v.file_id"
            " where v.tenant_id = $1 order by 1",
            company.tenant,
        )
    return [(f"{row[0]:%H:%M}", *list(row)[1:]) for row in rows]


async def test_a_file_becomes_history_of_its_company_alone_and_once(
    acme: Company, globex: Company, tmp_path: Path
):
    file = tmp_path / "old.csv"
    file.write_text(GOOD)
    checked = await command(acme, str(file), "--check")
    assert (checked.status, await visits(acme)) == (0, [])
    status, out, _ = await command(acme, str(file), "--time-zone", "Europe/Berlin")
    assert status == 0
    assert "2 calls, 2026-01-31 to 2026-01-31, times of Europe/Berlin." in out
    expected = [
        ("09:00", 9_000, 60_000, str(acme.ana.id), "old.csv"),
        ("10:00", 30_000, None, "", "old.csv"),
    ]
    assert await visits(acme) == expected
    assert await visits(globex) == []
    assert "imported before" in (await command(acme, str(file))).out
    assert await visits(acme) == expected


async def test_a_name_that_one_agent_has_is_that_agent_and_any_other_a_name(
    acme: Company, tmp_path: Path
):
    async with acme.product.services.database.work(acme.tenant) as work:
        await people.add_member(work, await somebody_called(acme, "Ben"), "Ben", Role.AGENT)
    file = tmp_path / "old.csv"
    row = "{},2026-01-31 1{}:00,2026-01-31 1{}:00:09,60,{}\n"
    names = enumerate(["Ana", "Ben", "ana", "Zoe"])
    file.write_text(HEAD + "".join(row.format(n, n, n, name) for n, name in names))
    assert (await command(acme, str(file))).status == 0
    agents = [row[3] for row in await visits(acme)]
    assert agents == [str(acme.ana.id), "Ben", "ana", "Zoe"], "of two called Ben nobody knows which"
    await acme.sam.signs_in()
    day = "first=2026-01-31&last=2026-01-31"
    (first, *_) = await acme.sam.asks("GET", f"/api/reports/calls?{day}")
    assert (first["agent"], first["agent_name"]) == (str(acme.ana.id), "Ana")
    happened = await acme.sam.asks("GET", f"/api/reports/calls/{first['call_id']}/events")
    assert [each["agent_name"] for each in happened] == [None, "Ana"]
    by_agent = await acme.sam.asks("GET", f"/api/reports/intervals?{day}&by=agent&size=whole")
    assert sorted(each["agent_name"] for each in by_agent) == ["Ana", "Ben", "Zoe", "ana"]


async def somebody_called(company: Company, name: str) -> UUID:
    """A person whom no company knows yet."""
    database = company.product.services.database
    email = f"{uuid4().hex[:8]}@acme.example"
    return await people.register_person(database, email=email, name=name, password_hash="")


async def test_a_corrected_file_tells_its_calls_anew(acme: Company, tmp_path: Path):
    file = tmp_path / "old.csv"
    file.write_text(GOOD)
    await command(acme, str(file))
    file.write_text(GOOD.replace("10:00:09,60", "10:00:10,70"))
    assert (await command(acme, str(file))).status == 0
    assert [row[1:3] for row in await visits(acme)] == [(10_000, 70_000), (30_000, None)]


async def test_an_imported_file_can_be_taken_back(acme: Company, tmp_path: Path):
    file = tmp_path / "old.csv"
    file.write_text(GOOD)
    await command(acme, str(file))
    unknown = await command(acme, "--take-back", "older.csv")
    assert (unknown.status, "these were: old.csv" in unknown.err) == (1, True)
    assert (await command(acme, "--take-back", "old.csv")).status == 0
    assert await visits(acme) == []
    assert (await command(acme, str(file))).status == 0, "and imported again"
    assert len(await visits(acme)) == 2


async def test_one_wrong_row_keeps_the_whole_file_out_and_is_named(acme: Company, tmp_path: Path):
    file = tmp_path / "old.csv"
    file.write_text(GOOD + "3,yesterday,,,\n1,2026-01-31 10:00,2026-01-31 10:00:09,,\n")
    status, _, err = await command(acme, str(file))
    assert status == 1
    assert "2 of its rows are wrong" in err
    assert "row 3, queue_entered_at: 'yesterday' is no time like 2026-01-31 14:48:31." in err
    assert "row 4, call_id: Row 1 has that call_id too." in err
    assert await visits(acme) == []


async def test_what_is_no_file_of_calls_is_refused_in_plain_words(acme: Company, tmp_path: Path):
    nothing = await command(acme, str(tmp_path / "none.csv"))
    assert nothing.status == 1
    assert nothing.err.strip().endswith("none.csv was not imported: No such file or directory.")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    other = await command(acme, str(tmp_path / "other.csv"))
    assert "There is no column queue_entered_at. The columns are: queue_entered_at," in other.err
    assert (await command(acme)).status == 2
    shown = await give("import-history", "--columns")
    assert (shown.status, "wait_seconds" in shown.out) == (0, True)


async def test_calls_of_our_own_days_are_not_imported_a_second_time(acme: Company, tmp_path: Path):
    await acme.on_duty("Ana")
    caller = await acme.rings()
    await acme.ana.is_rung_by(caller)
    await acme.product.the_books_are_right()
    file = tmp_path / "old.csv"
    file.write_text(GOOD + "3,2099-01-31 10:00,2099-01-31 10:00:09,60,Ana\n")
    status, _, err = await command(acme, str(file))
    assert status == 1
    assert "they would count twice" in err
    assert await visits(acme) == []
