"""The rooms are apart: import-linter's contracts, and that there are such."""

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.architecture.code import ROOT

EXPECTED = 10


def test_the_contracts_between_the_rooms_are_kept():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_no_contract_has_been_dropped_or_given_exceptions():
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert len(told["contracts"]) >= EXPECTED
    assert not any("ignore_imports" in contract for contract in told["contracts"])
