"""What browsers load is what the sources say. Needs no Node: the build writes down its hashes."""

import hashlib
import json
import re
from pathlib import Path

import pytest

BOARD = Path(__file__).parents[2] / "dashboards" / "board"
BROWSER, DIST = BOARD / "browser", BOARD / "dist"
MANIFEST = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
NOT_A_SOURCE = {"node_modules", "test", ".npmrc", "vitest.config.ts"}
ANY_ADDRESS = re.compile(r"""(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s"'`)]*""", re.IGNORECASE)


def test_the_bundle_is_built_from_these_sources() -> None:
    sources = {
        path.relative_to(BROWSER).as_posix(): sha256(path)
        for path in BROWSER.rglob("*")
        if path.is_file() and path.relative_to(BROWSER).parts[0] not in NOT_A_SOURCE
    }
    assert sources == MANIFEST["sources"], "run: make bundle"


def test_nobody_has_touched_what_was_built() -> None:
    outputs = {path.name: sha256(path) for path in DIST.iterdir() if path.name != "manifest.json"}
    assert outputs == MANIFEST["outputs"], "run: make bundle"


@pytest.mark.parametrize("page", ["board.html", "sign_in.html"])
def test_a_page_runs_under_a_strict_content_policy(page: str) -> None:
    html = (DIST / page).read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html)
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL)
    assert scripts
    assert all("src=" in attributes and not body for attributes, body in scripts)


@pytest.mark.parametrize("name", ["board.html", "sign_in.html", "board.css", "sign_in.css"])
def test_a_page_names_no_other_host(name: str) -> None:
    assert ANY_ADDRESS.findall((DIST / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", ["board.html", "sign_in.html"])
def test_a_page_names_its_files_by_their_content(page: str) -> None:
    html = (DIST / page).read_text(encoding="utf-8")
    named = re.findall(r"/assets/([\w.]+)\?v=(\w+)", html)
    assert len(named) == 2
    for name, version in named:
        assert MANIFEST["outputs"][name].startswith(version)


def test_every_file_that_a_page_names_is_there() -> None:
    for page in DIST.glob("*.html"):
        for name in re.findall(r"/assets/([\w.-]+)", page.read_text(encoding="utf-8")):
            assert (DIST / name).is_file(), name


def test_the_licence_of_everything_bundled_is_shipped() -> None:
    notices = (DIST / "third_party_licenses.txt").read_text(encoding="utf-8")
    for package in ("react ", "react-dom ", "@dnd-kit/core ", "@twilio/voice-sdk ", "inter "):
        assert package in notices
    assert "no licence text" not in notices


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((BROWSER / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in lock["packages"].items() if name)


def test_the_panel_page_names_its_bundle_by_its_content() -> None:
    from dashboards.board.component import CallBoard

    address = CallBoard._render_esm(server=True)
    name, _, version = address.partition("?v=")
    assert name.endswith("/dist/board.bundle.js")
    assert MANIFEST["outputs"]["board.bundle.js"].startswith(version)
    assert version


def test_the_replays_bundle_has_no_way_to_ask_anybody() -> None:
    text = (DIST / "replay.bundle.js").read_text(encoding="utf-8")
    ways = ("fetch(", "XMLHttpRequest", "WebSocket", "EventSource", "sendBeacon", "twilio")
    assert [way for way in ways if way in text] == []
    assert "WebSocket" in (DIST / "board.bundle.js").read_text(encoding="utf-8")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
