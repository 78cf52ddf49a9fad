"""`websockets.broadcast` and nothing around it: what reaching many sockets costs at the least.

`python -m benchmarks.floors.broadcast PORT` listens; whatever is said on /announce goes to all
sockets on any other path. With DATABASE_URL set, each announcement is first stored durably, as
one plain row: the floor of a claim.
"""

import os
import sys

import asyncpg
import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

from benchmarks.floors.durable_insert import INSERT


async def listen(port: int) -> None:
    url = os.environ.get("DATABASE_URL")
    storing = await asyncpg.connect(url) if url else None
    listening: set[ServerConnection] = set()

    async def converse(socket: ServerConnection) -> None:
        if socket.request is None or socket.request.path != "/announce":
            listening.add(socket)
            await socket.wait_closed()
            listening.discard(socket)
            return
        async for message in socket:
            if storing is not None:
                await storing.execute(INSERT, str(message))
            broadcast(listening, message)

    async with serve(converse, "127.0.0.1", port, compression=None, ping_interval=None) as server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(listen(int(sys.argv[1])))
