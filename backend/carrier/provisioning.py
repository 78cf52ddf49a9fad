"""Setting an account up for us: API key, TwiML App, the number's webhooks. Idempotent."""

# Twilio ships types, but not as stubs, and not for everything.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

from collections.abc import Callable
from uuid import UUID

import aiohttp
from msgspec import Struct
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.api.v2010.account.incoming_phone_number import IncomingPhoneNumberInstance

from backend.carrier.addresses import Addresses
from backend.carrier.rest import CarrierHttp
from backend.carrier.voice_token import Keys

KEY_NAME = "Patchbay browser phones"


class ProvisioningFailed(Exception):
    """The account could not be set up."""


class Provisioned(Struct, frozen=True):
    """What the account now has for us, and whether anything had to be changed. `emergency`: the
    number has an address registered, where help can be sent."""

    keys: Keys
    number: str
    number_sid: str
    emergency: bool
    changed: bool


async def provision(
    api_url: str,
    public_url: str,
    tenant: UUID,
    account_sid: str,
    auth_token: str,
    number: str | None,
    known: Keys | None,
    say: Callable[[str], None],
) -> Provisioned:
    """Make the account as we need it. `known` is what an earlier run left, so that nothing is
    made twice. Says each thing that it did or found. Raises `ProvisioningFailed`."""
    http = CarrierHttp(api_url)
    try:
        client = Client(account_sid, auth_token, http_client=http)
        return await _provision(client, Addresses(public_url, tenant), tenant, number, known, say)
    except TwilioRestException as problem:
        if problem.status == 401:
            raise ProvisioningFailed(
                f"The carrier does not accept this auth token for {account_sid}."
            ) from problem
        raise ProvisioningFailed(f"The carrier refused: {problem.msg}") from problem
    except (aiohttp.ClientError, TimeoutError) as problem:
        raise ProvisioningFailed(
            f"The carrier does not answer at {api_url}: {problem}"
        ) from problem
    finally:
        await http.close()


async def _provision(
    client: Client,
    to: Addresses,
    tenant: UUID,
    number: str | None,
    known: Keys | None,
    say: Callable[[str], None],
) -> Provisioned:
    account = await client.api.accounts(client.account_sid or "").fetch_async()
    say(f"Account {account.sid} ({account.friendly_name}): the credentials are right.")
    key_sid, key_secret, made_key = await _key(client, known, say)
    application_sid, changed_app = await _application(client, to, tenant, known, say)
    chosen = await _choose_number(client, number)
    changed_number = await _point_number(client, chosen, to, say)
    return Provisioned(
        keys=Keys(client.account_sid or "", key_sid, key_secret, application_sid),
        number=chosen.phone_number or "",
        number_sid=chosen.sid or "",
        emergency=str(chosen.emergency_status) == "Active",
        changed=made_key or changed_app or changed_number,
    )


async def _key(
    client: Client, known: Keys | None, say: Callable[[str], None]
) -> tuple[str, str, bool]:
    if known is not None:
        present = await client.keys.list_async()
        if any(key.sid == known.key_sid for key in present):
            say(f"API key {known.key_sid}: as it should be.")
            return known.key_sid, known.key_secret, False
    made = await client.new_keys.create_async(friendly_name=KEY_NAME)
    say(f"API key {made.sid}: made. Its secret is kept sealed.")
    return made.sid or "", made.secret or "", True


async def _application(
    client: Client,
    to: Addresses,
    tenant: UUID,
    known: Keys | None,
    say: Callable[[str], None],
) -> tuple[str, bool]:
    name = f"Patchbay {tenant}"
    there = [
        each
        for each in await client.applications.list_async()
        if each.friendly_name == name or (known and each.sid == known.application_sid)
    ]
    if not there:
        made = await client.applications.create_async(
            friendly_name=name,
            voice_url=to.agent,
            voice_method="POST",
            voice_fallback_url=to.agent_fallback,
            voice_fallback_method="POST",
        )
        say(f"TwiML App {made.sid}: made.")
        return made.sid or "", True
    application = there[0]
    now = (
        *(application.voice_method, application.voice_url),
        *(application.voice_fallback_method, application.voice_fallback_url),
    )
    if now == ("POST", to.agent, "POST", to.agent_fallback):
        say(f"TwiML App {application.sid}: as it should be.")
        return application.sid or "", False
    await client.applications(application.sid or "").update_async(
        voice_url=to.agent,
        voice_method="POST",
        voice_fallback_url=to.agent_fallback,
        voice_fallback_method="POST",
    )
    say(f"TwiML App {application.sid}: pointed at us.")
    return application.sid or "", True


async def _choose_number(client: Client, number: str | None) -> IncomingPhoneNumberInstance:
    owned = await client.incoming_phone_numbers.list_async()
    matching = [each for each in owned if number in (None, each.phone_number)]
    if len(matching) == 1:
        return matching[0]
    listed = ", ".join(str(each.phone_number) for each in owned) or "none"
    wanted = f"The account does not own {number}" if number else "Choose one with --number"
    raise ProvisioningFailed(f"{wanted}; its numbers are: {listed}.")


async def _point_number(
    client: Client,
    number: IncomingPhoneNumberInstance,
    to: Addresses,
    say: Callable[[str], None],
) -> bool:
    now = (
        *(number.voice_method, number.voice_url),
        *(number.voice_fallback_method, number.voice_fallback_url),
        *(number.status_callback_method, number.status_callback),
    )
    wanted = ("POST", to.voice, "POST", to.voice_fallback, "POST", to.caller_status)
    # A TwiML App of its own would be asked instead of these addresses.
    if now == wanted and not number.voice_application_sid:
        say(f"Number {number.phone_number}: as it should be.")
        return False
    await client.incoming_phone_numbers(number.sid or "").update_async(
        voice_url=to.voice,
        voice_method="POST",
        voice_fallback_url=to.voice_fallback,
        voice_fallback_method="POST",
        status_callback=to.caller_status,
        status_callback_method="POST",
        voice_application_sid="",
    )
    say(f"Number {number.phone_number}: its calls now come to us.")
    return True
