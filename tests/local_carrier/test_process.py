"""The carrier as a process: what it prints, how it ends, what it remembers."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from backend.local_carrier.__main__ import main
from backend.local_carrier.accounts import Accounts
from backend.local_carrier.clock import RealClock
from backend.local_carrier.lab.page import NAMES
from tests.local_carrier.lab import Lab


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@asynccontextmanager
async def process(state: Path, ends_by: signal.Signals, *more: str) -> AsyncGenerator[Lab, None]:
    port = free_port()
    command = ["-W", "error", "-m", "backend.local_carrier", "--port", str(port)]
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        "--state",
        str(state),
        *more,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert running.stdout is not None
    line = await asyncio.wait_for(running.stdout.readline(), 20)
    assert line.decode() == f"Local carrier is ready: http://127.0.0.1:{port}/\n"
    async with Lab.at(f"http://127.0.0.1:{port}") as lab:
        yield lab
    running.send_signal(ends_by)
    out, errors = await asyncio.wait_for(running.communicate(), 10)
    assert (running.returncode, out, errors) == (0, b"", b"")


async def test_accounts_survive_a_restart_and_both_signals_end_it_cleanly(tmp_path: Path) -> None:
    body = {"friendly_name": "Acme", "numbers": ["+15550100001"]}
    async with process(tmp_path, signal.SIGTERM) as lab:
        first = await lab.ask("POST", "/lab/accounts", body)
        twilio = lab.client(first["account_sid"], first["auth_token"], first["account_sid"])
        key = await twilio.new_keys.create_async(friendly_name="tokens")
        await twilio.incoming_phone_numbers(first["numbers"][0]["sid"]).update_async(
            voice_url="http://127.0.0.1:9/voice"
        )
    async with process(tmp_path, signal.SIGINT, "--media", "null") as lab:
        second = await lab.ask("POST", "/lab/accounts", body)
        assert second["account_sid"] == first["account_sid"]
        assert second["auth_token"] == first["auth_token"]
        assert second["numbers"][0]["voice_url"] == "http://127.0.0.1:9/voice"
        by_key = lab.client(key.sid, key.secret or "", first["account_sid"])
        assert (await by_key.keys(key.sid).fetch_async()).friendly_name == "tokens"
        # It ends while a call is going on.
        await lab.ask("POST", "/lab/phones", {"from": "+1", "to": "+15550100001"}, 201)


async def test_it_starts_with_a_clock_that_the_lab_moves(tmp_path: Path) -> None:
    async with process(
        tmp_path,
        signal.SIGTERM,
        "--media",
        "null",
        "--clock",
        "hand",
        "--public-url",
        "http://x.y/",
    ) as lab:
        await lab.passes(5)
        assert (await lab.ask("GET", "/lab/clock"))["seconds"] == 5.0


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--clock", "hand"], "--clock hand needs --media null: audio takes its own time"),
        (["--clock", "fast"], "--clock fast needs --media null: audio takes its own time"),
        (["--media", "null", "--most", "10"], "--most is only for --clock fast"),
        (["--most", "0"], "argument --most: 0 is not a number above 0"),
        (["--port", "80000"], "argument --port: 80000 is not a port"),
        (["--media-address", "me"], "argument --media-address: me is not an IP address"),
        (["--public-url", "me"], "argument --public-url: me is not like https://carrier.exampl"),
        (["--port", "{taken}"], "cannot listen on 127.0.0.1:{taken}: Address already in use"),
        (["--port", "0", "--state", "{file}"], "cannot use the state in {file}: "),
        (["--port", "0", "--state", "{broken}"], "cannot use the state in {broken}: "),
    ],
)
def test_it_says_in_one_line_why_it_does_not_start(
    options: list[str],
    why: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file, broken = tmp_path / "file", tmp_path / "broken"
    broken.mkdir()
    file.write_text("")
    (broken / "local-carrier.json").write_text("[{")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        names = {"taken": listener.getsockname()[1], "file": file, "broken": broken}
        given = ["--state", str(tmp_path), *(option.format(**names) for option in options)]
        monkeypatch.setattr(sys, "argv", ["carrier", *given])
        with pytest.raises(SystemExit) as ended:
            main()
    said = capsys.readouterr()
    assert (ended.value.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith(f"python -m backend.local_carrier: {why.format(**names)}")


def test_the_state_file_is_for_its_owner_only(tmp_path: Path) -> None:
    Accounts(tmp_path / "deep" / "state.json", RealClock()).open("Acme", ["+15550100001"])
    (kept,) = (tmp_path / "deep").iterdir()
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("path", ["/", *(f"/page/{name}" for name in sorted(NAMES))])
async def test_the_lab_page_asks_nothing_of_any_other_host(lab: Lab, path: str) -> None:
    async with lab.http.get(path) as response:
        text = await response.text()
    assert response.status == 200
    assert "https://" not in text
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
