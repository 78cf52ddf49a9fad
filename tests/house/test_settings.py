"""The environment: what is read, what is refused, and in which words."""

import base64
import stat
from pathlib import Path

import pytest

from backend.settings import SETTINGS, Settings, WrongSettings, read_settings, table_of_settings

KEY = base64.b64encode(bytes(range(32))).decode()


def read(**environ: str) -> Settings:
    return read_settings({"PATCHBAY_SECRET_KEY": KEY, **environ})


def refusal(**environ: str) -> str:
    with pytest.raises(WrongSettings) as refused:
        read(**environ)
    return str(refused.value)


def test_with_nothing_set_the_product_is_whole_on_one_machine():
    settings = read()
    assert settings.database_url is None
    assert settings.public_url == "http://localhost:8080"
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert (settings.carrier, settings.carrier_port) == ("local", 8081)
    assert settings.carrier_api_url == "http://localhost:8081"
    assert settings.carrier_signalling == "localhost:8081"
    assert settings.panel_port == 8082
    assert settings.statistics_port == 8083
    assert settings.secret_key == bytes(range(32))
    assert (settings.demo, settings.log_format, settings.database_pool) == ("auto", "console", 10)


def test_another_port_moves_the_public_address_too():
    assert read(PATCHBAY_PORT="9000").public_url == "http://localhost:9000"


def test_a_real_carrier_has_its_own_addresses():
    settings = read(PATCHBAY_CARRIER="twilio")
    assert settings.carrier_api_url == "https://api.twilio.com"
    assert settings.carrier_signalling == ""


def test_another_carrier_is_plugged_in_by_its_addresses():
    settings = read(
        PATCHBAY_CARRIER="twilio",
        PATCHBAY_CARRIER_API_URL="https://carrier.example/",
        PATCHBAY_CARRIER_SIGNALLING="voice.carrier.example:443",
    )
    assert settings.carrier_api_url == "https://carrier.example"
    assert settings.carrier_signalling == "voice.carrier.example:443"


def test_an_empty_value_counts_as_unset():
    assert read(PATCHBAY_PORT="", DATABASE_URL=" ").port == 8080


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PATCHBAY_PORT", "80x", "'80x' is not a number; expected a port number from 1 to 65535"),
        ("PATCHBAY_PORT", "70000", "out of range"),
        ("PATCHBAY_DATABASE_POOL", "0", "out of range; expected a number of connections"),
        ("PATCHBAY_HOST", "http://0.0.0.0", "expected one like 127.0.0.1"),
        ("PATCHBAY_PUBLIC_URL", "http://calls.example", "not encrypted; expected https"),
        ("PATCHBAY_PUBLIC_URL", "https://calls.example/app", "more than a scheme, a host"),
        ("PATCHBAY_PUBLIC_URL", "calls.example", "not a web address"),
        ("PATCHBAY_PUBLIC_URL", "https://calls.example:x", "not a valid address"),
        ("PATCHBAY_DATA", __file__, "is a file; expected a folder"),
        ("PATCHBAY_CARRIER", "twillio", "expected local or twilio"),
        ("PATCHBAY_CARRIER_SIGNALLING", "wss://x", "expected something like localhost:8081"),
        ("PATCHBAY_SECRET_KEY", "c2hvcnQ=", "holds 5 bytes; expected 32 random bytes"),
        ("PATCHBAY_DEMO", "maybe", "expected auto or yes or no"),
        ("PATCHBAY_LOG", "xml", "expected console or json"),
        ("DATABASE_URL", "mysql://u:p@h/d", "not a PostgreSQL address"),
        ("DATABASE_URL", "postgresql://h/d", "names no user"),
        ("DATABASE_OWNER_URL", "postgresql://u:p@h", "names no database"),
    ],
)
def test_a_wrong_value_is_refused_with_its_name_and_reason(name: str, value: str, words: str):
    said = refusal(**{name: value})
    assert said.startswith(f"{name}: ")
    assert words in said


def test_all_that_is_wrong_is_said_at_once():
    said = refusal(PATCHBAY_PORT="x", PATCHBAY_LOG="y", PATCHBAY_DEMOO="yes")
    assert [line.split(":")[0] for line in said.splitlines()] == [
        "PATCHBAY_PORT",
        "PATCHBAY_LOG",
        "PATCHBAY_DEMOO",
    ]


def test_a_misspelt_name_is_refused_with_the_nearest_one():
    assert "did you mean PATCHBAY_PUBLIC_URL?" in refusal(PATCHBAY_PUBLIC_URI="http://localhost")


def test_names_for_the_tests_alone_are_let_through():
    assert read(PATCHBAY_TEST_BROWSER="/usr/bin/chromium").port == 8080


def test_two_parts_cannot_have_one_port():
    assert "8080 is the port of PATCHBAY_PORT too" in refusal(PATCHBAY_PANEL_PORT="8080")


def test_the_demo_companies_need_the_local_carrier():
    assert "PATCHBAY_DEMO" in refusal(PATCHBAY_DEMO="yes", PATCHBAY_CARRIER="twilio")


def test_no_refusal_and_no_table_shows_a_secret():
    environ = {
        "DATABASE_URL": "postgresql://ana:hush@db.example:5433/calls",
        "DATABASE_OWNER_URL": "mysql://ana:hush@db.example/calls",
        "PATCHBAY_SECRET_KEY": "hush",
    }
    assert "hush" not in refusal(**environ)
    table = table_of_settings(environ)
    assert "hush" not in str(table)
    assert table[0].current == "postgresql://ana:***@db.example:5433/calls"


def test_the_table_has_every_field_of_the_settings_once():
    assert sorted(setting.field for setting in SETTINGS) == sorted(Settings.__struct_fields__)
    assert [row.name for row in table_of_settings({})] == [setting.name for setting in SETTINGS]
    assert all(row.meaning and row.default for row in table_of_settings({}))


def test_the_key_is_made_once_and_is_for_our_eyes_only(tmp_path: Path):
    environ = {"PATCHBAY_DATA": str(tmp_path / "data")}
    first = read_settings(environ)
    assert len(first.secret_key) == 32
    assert read_settings(environ).secret_key == first.secret_key
    assert stat.S_IMODE((tmp_path / "data" / "secret.key").stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["secret.key"]


def test_a_damaged_key_is_never_replaced(tmp_path: Path):
    (tmp_path / "secret.key").write_text("damaged")
    with pytest.raises(WrongSettings, match=r"secret\.key cannot be used"):
        read_settings({"PATCHBAY_DATA": str(tmp_path)})
    assert (tmp_path / "secret.key").read_text() == "damaged"
