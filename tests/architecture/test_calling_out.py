"""Every way of causing a leg to the outside, listed; none goes round the guard.

Toll fraud needs one forgotten way. A leg to the outside comes into being if Twilio is asked to
create a call or a participant, or is answered with TwiML that dials. So all of those are found in
the sources, and what may be among them is written down here.
"""

import ast
from pathlib import Path

from backend.carrier import twiml
from tests.architecture.code import calls_of, imported, name_called, sources, tree_of
from tests.isolation.operations import operations_in, the_application

OURS = [path for path in sources("backend") if "local_carrier" not in path.parts]
GUARD = Path("backend/domain/dialling_guard.py")

CREATES = {
    ("backend/carrier/rest.py", "participants"): "the one that rings; made of a PlaceOutbound",
    ("backend/carrier/provisioning.py", "new_keys"): "an API key",
    ("backend/carrier/provisioning.py", "applications"): "a TwiML App",
}
"""Everything that Twilio's client is asked to create."""
HTTP = {"aiohttp", "httpx", "requests", "urllib3"}
"""Ways to send a request. (`urllib` is used to take addresses apart.)"""
VERBS = {"Response", "Dial", "Conference", "Play", "Pause", "Redirect", "Say", "Hangup"}
"""No <Number>, <Sip>, <Client>, <Queue>, <Refer> or <Connect>: a <Dial> leads to a conference."""
NUMBERS_COME_IN = {
    "POST /api/dialling",
    "POST /api/calls/{call_id}/transfer",
    "POST /api/calls/{call_id}/consult",
}
"""Every operation that takes a number to call. `tests/stories/test_toll_fraud.py` tries them."""


def test_only_the_guard_makes_a_leg_outside_and_what_places_it():
    made = {
        (name_called(call), path)
        for path in OURS
        for call in calls_of(tree_of(path), "OutboundLeg", "PlaceOutbound")
    }
    assert made == {("OutboundLeg", GUARD), ("PlaceOutbound", GUARD)}


def test_whatever_the_carrier_is_asked_to_create_is_listed():
    found = {
        (str(path), ast.unparse(call.func).split(".")[-2])
        for path in OURS
        for call in calls_of(tree_of(path), "create", "create_async", "create_with_http_info_async")
        if isinstance(call.func, ast.Attribute)
    }
    assert found == set(CREATES)


def test_the_carriers_api_is_asked_by_its_client_only():
    """A request that is put together by hand would not be found above."""
    by_hand = {str(path) for path in OURS if "Participants.json" in (Path(path)).read_text()}
    assert by_hand == set()
    talk_http = {str(path) for path in OURS if imported(path) & HTTP}
    assert talk_http == {
        "backend/carrier/provisioning.py",
        "backend/carrier/rest.py",
        "backend/demo.py",
        "backend/web/panel_proxy.py",
    }


def test_our_twiml_dials_conferences_and_nothing_else():
    tree = tree_of(Path(twiml.__file__).relative_to(Path.cwd()))
    tags = {
        argument.value
        for call in calls_of(tree, "Element", "SubElement")
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    assert tags <= VERBS
    elsewhere = [
        p for p in OURS if "<Response" in p.read_text() or "VoiceResponse" in p.read_text()
    ]
    assert elsewhere == []


def test_every_operation_that_takes_a_number_is_known():
    document = the_application().openapi_schema.to_schema()
    taking = {
        each.name
        for each in operations_in(document)
        if any("number" in field or "phone" in field for field in each.in_body)
    }
    assert taking == NUMBERS_COME_IN
