"""Twilio's public sample documents (github.com/TwilioDevEd/api-snippets, MIT): those that use what
this carrier keeps are read and performed, all others give the documented error.

The samples are not part of this repository: PATCHBAY_TEST_TWIML_SAMPLES names a checkout of them.
"""

import os
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from backend.local_carrier.clock import MovedClock
from backend.local_carrier.twiml.documents import read_document
from backend.local_carrier.twiml.messaging import read_messaging
from backend.local_carrier.twiml.reading import TwimlError
from tests.local_carrier.customer import Customer, Reply
from tests.local_carrier.lab import Company, Lab

FOLDER = os.environ.get("PATCHBAY_TEST_TWIML_SAMPLES")
NOT_KEPT = {
    *("Application", "Connect", "Pay", "Prompt", "Refer", "Sim", "Sip", "Sms", "Start", "Stop"),
    *("Message", "referUrl", "transcribe", "transcribeCallback"),
}
"""Verbs, nouns and attributes of the samples that the README names as not kept."""
NOT_TWIML = ("+1888XXXXXXX", "<Hangup><Parameter", "<Reject><Parameter")
"""A placeholder in the place of a number, and nouns where Twilio's documents allow none."""

pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="PATCHBAY_TEST_TWIML_SAMPLES names no checkout of Twilio's samples"
)
SAMPLES = sorted(Path(FOLDER or ".").rglob("*.twiml")) if FOLDER else []


def is_messaging(sample: Path, text: str) -> bool:
    """Whether the sample answers a message: of its folder, or since it can answer nothing else."""
    verbs = {element.tag for element in fromstring(text)}
    return "twiml/message/" in sample.as_posix() or verbs == {"Message"}


def is_kept(text: str) -> bool:
    """Whether a call's document uses only what this carrier keeps; `<Message>` is a message's."""
    elements = list(fromstring(text).iter())
    names = {element.tag for element in elements}
    names |= {name for element in elements for name in element.attrib}
    squeezed = "".join(text.split())
    return not names & NOT_KEPT and not any(each in squeezed for each in NOT_TWIML)


@pytest.fixture
async def lab(still_lab: Lab) -> Lab:
    return still_lab


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_a_sample_is_read_or_gives_the_documented_error(sample: Path) -> None:
    text = sample.read_text().strip()
    if is_messaging(sample, text):
        read_messaging("text/xml", text)
        return
    if is_kept(text):
        assert read_document(text)
        return
    with pytest.raises(TwimlError) as error:
        read_document(text)
    assert error.value.code in (12200, 13214)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, id=sample.stem)
        for sample in SAMPLES
        if is_kept(text := sample.read_text().strip()) and not is_messaging(sample, text)
    ],
)
async def test_a_sample_that_is_kept_is_performed(
    acme: Company, customer: Customer, clock: MovedClock, text: str
) -> None:
    customer.answers(acme.voice_path, Reply(text))
    caller = await acme.is_called(script=[{"after": 3000, "hang_up": True}])
    await clock.move(4000)
    seen = await caller.look()
    assert seen["ended_at"] is not None
    notes = [line["text"] for line in seen["log"]]
    errors = [note for note in notes if note.startswith("application error")]
    # What a document leads to may not be there; the document itself was performed.
    assert all(error.startswith("application error 11") for error in errors), notes
