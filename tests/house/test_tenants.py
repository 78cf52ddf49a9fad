"""A company's first people, made on the command line as an operator would."""

from pathlib import Path
from uuid import uuid4

from backend.embedded_postgres import EmbeddedPostgres
from tests.house.command_line import give

PASSWORD = "a long enough password"


async def backend(
    postgres: EmbeddedPostgres, folder: Path, *words: str, password: str = PASSWORD
) -> tuple[int | None, str]:
    """Give one command; gives its exit status and all that it printed."""
    around = {"DATABASE_URL": postgres.web_url, "PATCHBAY_DATA": str(folder)}
    said = await give(*words, **around, NEW_PASSWORD=password)
    return said.status, said.out + said.err


async def test_a_company_is_founded_once_and_gets_its_people(
    postgres: EmbeddedPostgres, tmp_path: Path
):
    name = f"Initech {uuid4().hex[:6]}"
    status, said = await backend(postgres, tmp_path, "found-tenant", "--name", name)
    assert (status, name in said) == (0, True)
    status, said = await backend(postgres, tmp_path, "found-tenant", "--name", name)
    assert (status, "already" in said) == (1, True)
    person = ("--name", "Bill", "--email", f"bill@{uuid4().hex[:6]}.example", "--role", "owner")
    short = await backend(
        postgres, tmp_path, "add-person", "--tenant", name, *person, password="short"
    )
    assert (short[0], "12 characters" in short[1]) == (1, True)
    status, said = await backend(postgres, tmp_path, "add-person", "--tenant", name, *person)
    assert (status, "owner" in said) == (0, True)
    assert PASSWORD not in said
    nowhere = await backend(postgres, tmp_path, "add-person", "--tenant", "No such", *person)
    assert (nowhere[0], name in nowhere[1]) == (1, True)


async def test_the_commands_find_the_postgresql_that_the_product_runs_of_its_own(
    postgres: EmbeddedPostgres, tmp_path: Path
):
    nothing_runs = await give("found-tenant", "--name", "Hooli", PATCHBAY_DATA=str(tmp_path))
    assert (nothing_runs.status, "DATABASE_URL" in nothing_runs.err) == (2, True)
    assert "start Patchbay" in nothing_runs.err
    (tmp_path / "postgres").symlink_to(postgres.home.folder)
    name = f"Hooli {uuid4().hex[:6]}"
    found = await give("found-tenant", "--name", name, PATCHBAY_DATA=str(tmp_path))
    assert (found.status, name in found.out) == (0, True)
    assert "postgresql://" not in found.out + found.err
