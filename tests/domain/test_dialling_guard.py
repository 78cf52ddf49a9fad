"""What may be called, and what not: every wish to ring a number outside passes this."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from msgspec.structs import replace

from backend.domain.decision import Scene
from backend.domain.dialling_guard import authorise
from backend.domain.outbound import OutboundLeg, OwnNumber, Usage
from backend.domain.refusals import Refusal
from backend.domain.rules import Dialling, Rules

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
ANA = UUID(int=11)
OWN = (OwnNumber("+12125550100"), OwnNumber("+13125550100"))
HOME = "(212) 555-0147"


def scene(dialling: Dialling | None = None, **more: object) -> Scene:
    usual = Scene(UUID(int=1), Rules(dialling=dialling or Dialling()), numbers=OWN)
    return replace(usual, **more)


def asked(within: Scene, typed: str = HOME, caller_id: str | None = None) -> OutboundLeg:
    return authorise(within, None, UUID(int=5), typed, caller_id, ANA, NOW)


def refused(within: Scene, typed: str = HOME, caller_id: str | None = None) -> str:
    with pytest.raises(Refusal) as refusal:
        asked(within, typed, caller_id)
    return refusal.value.code


@pytest.mark.parametrize("typed", [HOME, "212.555.0147", "1 212 555 0147", " +1 212-555-0147 "])
def test_a_number_is_read_as_it_is_dialled_in_the_companys_country(typed: str):
    leg = asked(scene())
    assert asked(scene(), typed).number == leg.number == "+12125550147"
    assert (leg.caller_id, leg.agent_id, leg.asked_at) == ("+12125550100", ANA, NOW)


def test_in_another_country_the_same_digits_are_another_number():
    german = Dialling(country="DE", countries=("DE",))
    assert asked(scene(german), "030 901820").number == "+4930901820"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "7",
        "call me",
        "+",
        "+1",
        "555-0147",
        "+1 212 555 0147 ext. 5",
        "+12125550147;postd=99",
        "sip:ana@example.com",
        "client:u_0123",
        "+1212555014700000",
        "9" * 65,
        "\x00",
    ],
)
def test_what_is_no_number_is_refused(typed: str):
    assert refused(scene(), typed) == "not-a-number"


@pytest.mark.parametrize("typed", ["+49 30 901820", "+1 876 555 0100", "+1 246 234 5678"])
def test_only_allowed_countries_are_called_also_those_that_share_a_code(typed: str):
    assert refused(scene(), typed) == "country-not-allowed"


@pytest.mark.parametrize("typed", ["+1 900 555 0100", "+881 6 1234 5678", "+979 1 2345 6789"])
def test_specially_charged_numbers_are_not_called(typed: str):
    everywhere = Dialling(countries=("US", "GB"))
    assert refused(scene(everywhere), typed) == "premium-number"


def test_a_company_may_allow_premium_numbers_of_its_countries():
    assert asked(scene(Dialling(premium=True)), "+1 900 555 0100").number == "+19005550100"
    assert refused(scene(Dialling(premium=True)), "+881 6 1234 5678") == "country-not-allowed"


def test_nobody_elses_number_is_ever_shown():
    assert asked(scene(), caller_id="+13125550100").caller_id == "+13125550100"
    assert refused(scene(), caller_id="+12025550199") == "not-your-number"
    assert refused(scene(numbers=())) == "no-number-to-call-from"


def test_two_switches_stop_everybody():
    assert refused(scene(Dialling(enabled=False))) == "calling-out-is-off"
    assert refused(scene(calling_out=False)) == "calling-out-is-off"


@pytest.mark.parametrize(
    ("usage", "code"),
    [
        (Usage(open=20), "too-many-outbound-calls"),
        (Usage(last_minute=30), "dialling-too-fast"),
        (Usage(last_minute=6, last_minute_by_actor=6), "dialling-too-fast"),
        (Usage(spent=Decimal(50)), "spend-limit-reached"),
    ],
)
def test_beyond_its_limits_a_company_calls_nobody(usage: Usage, code: str):
    assert refused(scene(usage=usage)) == code


def test_just_within_its_limits_it_does():
    usage = Usage(open=19, last_minute=29, last_minute_by_actor=5, spent=Decimal("49.99"))
    assert asked(scene(usage=usage)).number == "+12125550147"


def test_the_price_of_a_minute_is_that_of_its_country():
    rules = Dialling(countries=("US", "DE"), prices={"DE": Decimal("0.25")})
    assert asked(scene(rules)).price == Decimal("0.10")
    assert asked(scene(rules), "+49 30 901820").price == Decimal("0.25")


def test_emergency_calls_need_a_number_with_an_address():
    assert refused(scene(), "911") == "no-emergency-calls"


@pytest.mark.parametrize(
    "typed", ["911/x123456789", "911\\x123456789", "911/x8765551234", "+911", "911;+18765550100"]
)
def test_nothing_hides_behind_an_emergency_number(typed: str):
    with_address = scene(numbers=(OwnNumber("+12025550100", emergency=True),))
    assert refused(with_address, typed) in ("not-a-number", "country-not-allowed")


@pytest.mark.parametrize("typed", ["911", "9-1-1", " 911 "])
def test_an_emergency_number_is_one_however_it_is_written(typed: str):
    with_address = scene(numbers=(OwnNumber("+12025550100", emergency=True),))
    assert asked(with_address, typed).number == "911"


def test_an_emergency_call_passes_every_limit_and_every_switch():
    with_address = (*OWN, OwnNumber("+12025550100", emergency=True))
    worst = scene(
        Dialling(enabled=False, countries=()),
        numbers=with_address,
        calling_out=False,
        usage=Usage(open=99, last_minute=99, last_minute_by_actor=99, spent=Decimal(999)),
    )
    leg = asked(worst, "911", caller_id="+12125550100")
    assert (leg.number, leg.caller_id) == ("911", "+12025550100")
