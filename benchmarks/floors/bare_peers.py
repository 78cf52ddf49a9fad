"""`python -m benchmarks.floors.bare_peers PORT`: aiortc alone. Answers offers, sends ready mu-law
packets 50 times a second, and throws away what it gets. The least that a browser leg can cost."""

import asyncio
import sys
from fractions import Fraction
from typing import Any

import aioice.ice
from aiohttp import web
from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import Packet

FRAME, RATE = 160, 8000
QUIET = b"\xff" * FRAME


class ReadyPackets(MediaStreamTrack):
    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._at = 0
        self._begin = asyncio.get_running_loop().time()

    async def recv(self) -> Any:
        due = self._begin + self._at / RATE
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        packet = Packet(QUIET)
        packet.pts, packet.time_base = self._at, Fraction(1, RATE)
        self._at += FRAME
        return packet


peers: list[RTCPeerConnection] = []
listening: list[asyncio.Task[None]] = []


async def offer(request: web.Request) -> web.Response:
    peer = RTCPeerConnection()
    peers.append(peer)
    peer.add_listener("track", lambda track: listening.append(asyncio.ensure_future(drain(track))))
    peer.addTrack(ReadyPackets())
    codecs = RTCRtpSender.getCapabilities("audio").codecs
    for transceiver in peer.getTransceivers():
        transceiver.setCodecPreferences([c for c in codecs if c.mimeType == "audio/PCMU"])
    await peer.setRemoteDescription(RTCSessionDescription(await request.text(), "offer"))
    await peer.setLocalDescription(await peer.createAnswer())
    anybody = {"Access-Control-Allow-Origin": "*"}
    return web.Response(text=peer.localDescription.sdp, headers=anybody)


async def drain(track: MediaStreamTrack) -> None:
    try:
        while True:
            await track.recv()
    except MediaStreamError:
        return


def main() -> None:
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    application = web.Application()
    application.router.add_post("/offer", offer)
    web.run_app(application, host="127.0.0.1", port=int(sys.argv[1]), print=None)


if __name__ == "__main__":
    main()
