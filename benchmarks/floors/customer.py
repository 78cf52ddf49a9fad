"""`python -m benchmarks.floors.customer PORT`: a customer of the carrier that connects everybody.

Callers are put through to a telephone outside; whatever it is told, it takes note of.
"""

import sys

from aiohttp import web

ANSWERS = "+15557770001"
CONNECT = (
    "<Response><Dial><Number statusCallback='/status'"
    f" statusCallbackEvent='initiated ringing answered completed'>{ANSWERS}</Number></Dial>"
    "</Response>"
)


async def caller(request: web.Request) -> web.Response:
    await request.post()
    return web.Response(text=CONNECT, content_type="text/xml")


async def status(request: web.Request) -> web.Response:
    await request.post()
    return web.Response(status=204)


def main() -> None:
    application = web.Application()
    application.router.add_post("/caller", caller)
    application.router.add_post("/status", status)
    web.run_app(application, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)


if __name__ == "__main__":
    main()
