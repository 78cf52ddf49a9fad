"""A company's first people, made on the command line as an operator would."""

import asyncio
import os
import sys
from pathlib import Path
from uuid import uuid4

from backend.embedded_postgres import EmbeddedPostgres

PASSWORD = "a long enough password"


async def backend(
    postgres: EmbeddedPostgres, folder: Path, *words: str, password: str = PASSWORD
) -> tuple[int | None, str]:
    """Run one command; gives its exit status and all that it printed."""
    environment = {
        **os.environ,
        "DATABASE_URL": postgres.web_url,
        "PATCHBAY_DATA": str(folder),
        "NEW_PASSWORD": password,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "backend", *words),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    return process.returncode, printed.decode()


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
