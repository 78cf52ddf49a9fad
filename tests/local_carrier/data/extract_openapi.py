"""Makes `twilio_api_v2010.min.json`: the part of Twilio's OpenAPI document that the carrier keeps.

    npm pack @twilio/cli-core@8.3.2 && tar xzf twilio-cli-core-8.3.2.tgz
    python tests/local_carrier/data/extract_openapi.py \
        package/src/services/twilio-api/twilio_api_v2010.json
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

SOURCE = "@twilio/cli-core@8.3.2 src/services/twilio-api/twilio_api_v2010.json"
NOTICE = (
    "Extracted from Twilio's OpenAPI document (info.license: Apache 2.0), as shipped in the npm "
    "package @twilio/cli-core (MIT, Copyright (C) 2022, Twilio, Inc.). See NOTICE.txt beside it."
)
ROOT = "/2010-04-01/Accounts"
ONE = f"{ROOT}/{{AccountSid}}"
RESOURCES = (
    "Applications",
    "Calls",
    "Conferences",
    "IncomingPhoneNumbers",
    "Keys",
    "Messages",
    "OutgoingCallerIds",
    "Queues",
    "Recordings",
)
OWNERS = ("Calls/{CallSid}", "Conferences/{ConferenceSid}")
USAGE = ("", "/AllTime", "/Daily", "/LastMonth", "/Monthly", "/ThisMonth", "/Today", "/Yearly")
PATHS = (
    f"{ROOT}.json",
    f"{ROOT}/{{Sid}}.json",
    *(f"{ONE}/{name}.json" for name in RESOURCES),
    *(f"{ONE}/{name}/{{Sid}}.json" for name in RESOURCES),
    f"{ONE}/Conferences/{{ConferenceSid}}/Participants.json",
    f"{ONE}/Conferences/{{ConferenceSid}}/Participants/{{CallSid}}.json",
    f"{ONE}/Queues/{{QueueSid}}/Members.json",
    f"{ONE}/Queues/{{QueueSid}}/Members/{{CallSid}}.json",
    *(f"{ONE}/{of}/Recordings{end}.json" for of in OWNERS for end in ("", "/{Sid}")),
    f"{ONE}/Messages/{{MessageSid}}/Media.json",
    f"{ONE}/Messages/{{MessageSid}}/Media/{{Sid}}.json",
    f"{ONE}/AvailablePhoneNumbers.json",
    f"{ONE}/AvailablePhoneNumbers/{{CountryCode}}.json",
    *(
        f"{ONE}/AvailablePhoneNumbers/{{CountryCode}}/{kind}.json"
        for kind in ("Local", "Mobile", "TollFree")
    ),
    *(f"{ONE}/Usage/Records{when}.json" for when in (*USAGE, "/Yesterday")),
    f"{ONE}/Calls/{{CallSid}}/UserDefinedMessages.json",
    f"{ONE}/Calls/{{CallSid}}/UserDefinedMessageSubscriptions.json",
    f"{ONE}/Calls/{{CallSid}}/UserDefinedMessageSubscriptions/{{Sid}}.json",
)
UNUSED = ("description", "example", "examples", "x-twilio", "x-class-extra-annotation")
UNUSED_IN_FIELDS = ("x-field-extra-annotation", "x-getter-extra-annotation")


def main(document: Path) -> None:
    whole = json.loads(document.read_bytes())
    paths = {path: plain(whole["paths"][path]) for path in PATHS}
    schemas: dict[str, Any] = {}
    wanted = references(paths)
    while wanted:
        name = wanted.pop()
        if name not in schemas:
            schemas[name] = plain(whole["components"]["schemas"][name])
            wanted |= references(schemas[name])
    extract = {
        "notice": NOTICE,
        "source": SOURCE,
        "sha256": hashlib.sha256(document.read_bytes()).hexdigest(),
        "openapi": whole["openapi"],
        "info": {"version": whole["info"]["version"], "license": whole["info"]["license"]},
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items()))},
    }
    out = Path(__file__).with_name("twilio_api_v2010.min.json")
    out.write_text(json.dumps(extract, separators=(",", ":")) + "\n")


def plain(part: Any) -> Any:
    """Without the words: only what a machine can check."""
    if isinstance(part, list):
        return [plain(item) for item in part]
    if not isinstance(part, dict):
        return part
    unused = (*UNUSED, *UNUSED_IN_FIELDS)
    return {
        # A field may well be called "description": inside `properties` every name is a field's.
        name: plain_fields(value) if name == "properties" else plain(value)
        for name, value in part.items()
        if name not in unused
    }


def plain_fields(fields: Any) -> Any:
    return {name: plain(value) for name, value in fields.items()}


def references(part: Any) -> set[str]:
    if isinstance(part, list):
        return set().union(*(references(item) for item in part))
    if not isinstance(part, dict):
        return set()
    found = set().union(*(references(value) for value in part.values()))
    if "$ref" in part:
        found.add(part["$ref"].rpartition("/")[2])
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
