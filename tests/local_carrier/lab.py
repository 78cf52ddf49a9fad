"""Drives the carrier as outsiders do: the lab by HTTP, the REST API by the real Twilio client."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant
from twilio.rest import Client

from tests.local_carrier.customer import Customer, Got, Reply
from tests.local_carrier.openapi import check_answer
from tests.serving import eventually

TWILIO = "https://api.twilio.com"


class CarrierHttpClient(AsyncHttpClient):
    """Twilio's own seam for another address. Keeps every answer, for the schema check."""

    def __init__(self, address: str, http: aiohttp.ClientSession) -> None:
        super().__init__(logging.getLogger("twilio"), is_async=True)
        self.address, self.http = address, http
        self.answers: list[tuple[str, str, int, str]] = []

    async def request(
        self,
        method: str,
        uri: str,
        params: Any = None,
        data: Any = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        asked = uri.replace(TWILIO, self.address)
        username, password = auth or ("", "")
        basic = {"Authorization": aiohttp.encode_basic_auth(username, password)}
        async with self.http.request(
            method.upper(), asked, params=params, data=data, headers={**(headers or {}), **basic}
        ) as response:
            text = await response.text()
            self.answers.append((method.upper(), response.url.path, response.status, text))
            return Response(response.status, text, dict(response.headers))


class Lab:
    def __init__(self, address: str, http: aiohttp.ClientSession) -> None:
        self.address, self.http = address, http
        self.clients: list[CarrierHttpClient] = []

    @classmethod
    @asynccontextmanager
    async def at(cls, address: str) -> AsyncGenerator["Lab", None]:
        async with aiohttp.ClientSession(address) as http:
            lab = cls(address, http)
            yield lab
            for client in lab.clients:
                for answer in client.answers:
                    check_answer(*answer)

    async def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        async with self.http.request(method, path, json=body) as response:
            assert response.status == status, await response.text()
            return await response.json() if response.content_length else None

    async def company(self, name: str, number: str, customer: Customer) -> "Company":
        made = await self.ask("POST", "/lab/accounts", {"friendly_name": name, "numbers": [number]})
        company = Company(self, made["account_sid"], made["auth_token"], number, customer)
        path = f"/{name.lower()}/voice"
        application = await company.twilio.applications.create_async(
            friendly_name=f"{name}'s phones", voice_url=customer.url(path)
        )
        company.application_sid = application.sid
        company.voice_path = path
        company.number_sid = made["numbers"][0]["sid"]
        await company.twilio.incoming_phone_numbers(company.number_sid).update_async(
            voice_url=customer.url(path)
        )
        return company

    def client(self, username: str, password: str, account_sid: str) -> Any:
        """The real client; untyped, as its own types say that every sid may be missing."""
        http = CarrierHttpClient(self.address, self.http)
        self.clients.append(http)
        return Client(username, password, account_sid, http_client=http)

    async def handset(self, number: str, **how: Any) -> None:
        """How the telephone at that outside number behaves from now on."""
        await self.ask("PUT", f"/lab/handsets/{number}", how)

    async def passes(self, seconds: float) -> None:
        """Lets so much of the carrier's time pass, with all that happens in it."""
        await self.ask("POST", "/lab/clock", {"advance": seconds})

    async def texts(self, **which: str) -> list[dict[str, Any]]:
        """Every text, the oldest first, with all that the lab knows of it."""
        texts = await self.ask("GET", "/lab/messages")
        return [t for t in texts if all(t[name] == value for name, value in which.items())]

    async def grants(self, account_sid: str, **limits: Any) -> None:
        await self.ask("PUT", f"/lab/accounts/{account_sid}/limits", limits)

    async def arms(self, kind: str, **how: Any) -> int:
        """From now on that fault strikes. Gives the id by which it is mended."""
        return (await self.ask("POST", "/lab/faults", {"kind": kind, **how}, 201))["id"]

    async def strikes(self) -> list[str]:
        """The kinds of the faults that have struck, one for each time."""
        return [strike["kind"] for strike in await self.ask("GET", "/lab/strikes")]

    async def deliveries(self) -> list[dict[str, Any]]:
        return await self.ask("GET", "/lab/deliveries")


class Company:
    number_sid: str
    application_sid: str
    voice_path: str

    def __init__(
        self, lab: Lab, account_sid: str, auth_token: str, number: str, customer: Customer
    ) -> None:
        self.lab, self.customer = lab, customer
        self.account_sid, self.auth_token, self.number = account_sid, auth_token, number
        self.twilio = lab.client(account_sid, auth_token, account_sid)

    def answers_calls_with(self, verbs: str) -> None:
        self.customer.twiml(self.voice_path, verbs)

    def answers_callers_and_agents(self, callers: str, agents: str) -> None:
        """Telephones hear the one, the company's own browser phones the other."""

        def voice(got: Got) -> Reply:
            verbs = agents if got.fields["From"].startswith("client:") else callers
            return Reply(f"<Response>{verbs}</Response>")

        self.customer.answers(self.voice_path, voice)

    async def is_called(self, voice: dict[str, Any] | None = None, **more: Any) -> "Phone":
        body = {"from": "+15557654321", "to": self.number, "voice": voice or {"tone": 440}, **more}
        made = await self.lab.ask("POST", "/lab/phones", body, 201)
        return Phone(self.lab, made["sid"])

    async def is_texted(self, body: str = "", **more: Any) -> dict[str, Any]:
        """A telephone outside texts the company's number. Answers what the lab knows of it."""
        message = {"from": "+15557654321", "to": self.number, "body": body, **more}
        return await self.lab.ask("POST", "/lab/messages", message, 201)

    async def takes_texts_at(self, path: str, **more: str) -> None:
        """Where the company is asked how to answer; `more` are the number's other settings."""
        await self.twilio.incoming_phone_numbers(self.number_sid).update_async(
            sms_url=self.customer.url(path), **more
        )

    async def token(self, identity: str = "ana", **changes: Any) -> str:
        key = await self.twilio.new_keys.create_async(friendly_name="tokens")
        token = AccessToken(
            changes.get("account_sid", self.account_sid),
            key.sid,
            changes.get("secret", key.secret),
            identity=identity,
            ttl=changes.get("ttl", 600),
        )
        sid = changes.get("application_sid", self.application_sid)
        incoming = changes.get("incoming", False)
        token.add_grant(VoiceGrant(outgoing_application_sid=sid, incoming_allow=incoming))
        return token.to_jwt()

    async def downloads(self, url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """What the REST API answers at that address: status, headers and body."""
        basic = {"Authorization": aiohttp.encode_basic_auth(self.account_sid, self.auth_token)}
        asked = url.replace(TWILIO, self.lab.address)
        async with self.lab.http.get(asked, headers={**headers, **basic}) as response:
            return response.status, dict(response.headers), await response.read()

    async def connects(self, params: dict[str, str] | None = None, tone: float = 700) -> "Phone":
        body = {"token": await self.token(), "params": params or {}, "voice": {"tone": tone}}
        made = await self.lab.ask("POST", "/lab/softphones", body, 201)
        return Phone(self.lab, made["sid"])


class Phone:
    def __init__(self, lab: Lab, sid: str) -> None:
        self.lab, self.sid = lab, sid

    async def look(self, heard: float = 0.2) -> dict[str, Any]:
        """All about it; what it hears is measured on so many of the last seconds."""
        return await self.lab.ask("GET", f"/lab/phones/{self.sid}?heard={heard}")

    async def answers(self) -> None:
        """By hand: it rings until then."""
        await self.lab.ask("POST", f"/lab/phones/{self.sid}/answer")

    async def hangs_up(self) -> None:
        await self.lab.ask("DELETE", f"/lab/phones/{self.sid}", status=204)

    async def presses(self, digits: str) -> None:
        await self.lab.ask("POST", f"/lab/phones/{self.sid}/digits", {"digits": digits})

    async def hears_voices(self, *phones: "Phone") -> None:
        """Waits until these are the ones whom it hears, and nobody else."""
        expected = {phone.sid for phone in phones}

        async def listen() -> bool:
            sources = (await self.look())["hears"]["sources"]
            return {s["sid"] for s in sources if s["kind"] == "participant"} == expected

        await eventually(listen)

    async def hears_source(self, kind: str) -> None:
        """Waits until that is among what it hears."""

        async def listen() -> bool:
            return any(s["kind"] == kind for s in (await self.look())["hears"]["sources"])

        await eventually(listen)

    async def hears_for(self, seconds: float) -> None:
        """Waits until so much more audio has reached it."""
        until = (await self.look())["frames_received"] + seconds * 50

        async def look() -> bool:
            return (await self.look())["frames_received"] >= until

        await eventually(look)

    async def says(self, text: str) -> None:
        """Words for a <Gather>."""
        await self.lab.ask("POST", f"/lab/phones/{self.sid}/speech", {"text": text})

    async def becomes(self, status: str) -> dict[str, Any]:
        async def look() -> dict[str, Any] | None:
            seen = await self.look()
            return seen if seen["status"] == status else None

        return await eventually(look)

    async def notes(self, words: str) -> None:
        """Waits until its log says so."""

        async def look() -> bool:
            return any(words in line["text"] for line in (await self.look())["log"])

        await eventually(look)

    async def hears(self, kind: str, pitch: float | None = None) -> dict[str, Any]:
        """Waits until this is what it hears, measured on the audio that reached it."""

        async def listen() -> dict[str, Any] | None:
            heard = (await self.look())["hears"]
            right = heard["kind"] == kind
            if pitch is not None:
                right = right and heard["pitch_hz"] is not None
                right = right and abs(heard["pitch_hz"] - pitch) < 5
            return heard if right else None

        try:
            return await eventually(listen)
        except AssertionError as error:
            raise AssertionError(f"wanted {kind} {pitch}, heard {await self.look()}") from error
