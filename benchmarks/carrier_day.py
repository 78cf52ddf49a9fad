"""A day of the local carrier in fast time: 5,000 callers, whom its customer has connected.

A carrier process of its own, without audio, with a clock that jumps; a customer process that
answers TwiML and notes what it is told. Callers come by the hours of a working day, wait, talk or
lose patience, and all of it is told by webhooks: the voice URL, the conference's events, the
status of the call and of the party that it rang. The floor is the same number of plain requests
to the same customer, eight at a time.
"""

import asyncio
import sys
import time

import aiohttp

from benchmarks.processes import free_port, running
from benchmarks.report import Figure, Floor, Goal, say
from benchmarks.stage import Stage

NAME = "carrier-day"
NUMBER = "+15550100009"
OPENING = [20, 20, 20, 20, 30, 60, 120, 250, 450, 560, 570, 540, 480, 470, 480, 430, 300, 180]
"""Calls an hour, from midnight on; the evening goes on with the last."""
AT_ONCE = 8
PATIENCE_SECONDS = 600.0


async def measure(stage: Stage) -> list[Figure]:
    calls = stage.size(5000, 500)
    port, customer_port = free_port(), free_port()
    folder = stage.folder_for(NAME)
    carrier = [
        *(sys.executable, "-m", "backend.local_carrier", "--port", str(port)),
        *("--state", str(folder), "--media", "null", "--clock", "fast"),
    ]
    customer = [sys.executable, "-m", "benchmarks.floors.customer", str(customer_port)]
    async with (
        running(customer, customer_port, folder / "customer.log"),
        running(carrier, port, folder / "carrier.log") as process,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as lab,
    ):
        account = await _account(lab, f"http://127.0.0.1:{customer_port}")
        say(f"{NAME}: {calls} callers")
        before, began = process.cpu_seconds, time.perf_counter()
        wish = {"to": NUMBER, "calls": calls, "rates": OPENING, "seed": 1}
        counts, day = await _live_through(lab, wish)
        took = time.perf_counter() - began
        used, memory = process.cpu_seconds - before, process.resident_bytes
        webhooks = await _webhooks(lab)
        say(f"{NAME}: {webhooks} plain requests")
        floor = await _plain(f"http://127.0.0.1:{customer_port}/caller", webhooks)
    if counts["ended"] != calls:
        raise RuntimeError(f"of {calls} calls {counts['ended']} ended (account {account})")
    return [
        Figure(
            name=NAME,
            what=f"{calls} calls of a day, with {webhooks} webhooks, in fast time",
            value=took,
            unit="s",
            floor=Floor("as many plain requests to the same customer", floor, "s"),
            goal=Goal("value", 120.0),
            samples=calls,
            details={
                "answered": float(counts["answered"]),
                "abandoned": float(counts["abandoned"]),
                "webhooks": float(webhooks),
                "carriers_cpu_s": round(used, 1),
                "times_as_fast": round(day / took),
                "memory_mb": round(memory / 1e6, 1),
            },
        )
    ]


async def _account(lab: aiohttp.ClientSession, customer: str) -> str:
    wish = {"friendly_name": "A day", "numbers": [NUMBER]}
    async with lab.post("/lab/accounts", json=wish) as answer:
        account = await answer.json()
    sid, token = account["account_sid"], account["auth_token"]
    basic = {"Authorization": aiohttp.encode_basic_auth(sid, token)}
    number = account["numbers"][0]["sid"]
    form = {"VoiceUrl": f"{customer}/caller", "StatusCallback": f"{customer}/status"}
    path = f"/2010-04-01/Accounts/{sid}/IncomingPhoneNumbers/{number}.json"
    async with lab.post(path, data=form, headers=basic) as answer:
        answer.raise_for_status()
    return sid


async def _live_through(
    lab: aiohttp.ClientSession, wish: dict[str, object]
) -> tuple[dict[str, int], float]:
    """The day's counts, and how many of the carrier's seconds it took."""
    async with lab.post("/lab/generators", json=wish) as answer:
        answer.raise_for_status()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        await asyncio.sleep(0.5)
        async with lab.get("/lab/generators") as answer:
            (generator,) = await answer.json()
        if generator["is_over"]:
            async with lab.get("/lab/clock") as answer:
                return generator["counts"], (await answer.json())["seconds"]
    raise RuntimeError("the day does not end")


async def _webhooks(lab: aiohttp.ClientSession) -> int:
    async with lab.get("/lab/deliveries") as answer:
        return (await answer.json())[-1]["id"]


async def _plain(url: str, count: int) -> float:
    """Seconds for so many requests, some at once."""
    left = iter(range(count))
    form = {"CallSid": "CA" + "0" * 32, "From": "+15557654321", "To": NUMBER}
    began = time.perf_counter()
    async with aiohttp.ClientSession() as http:

        async def ask() -> None:
            for _ in left:
                async with http.post(url, data=form) as answer:
                    await answer.read()

        await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
    return time.perf_counter() - began
