"""A Litestar application that answers every voice webhook with the same TwiML and does nothing.

`python -m benchmarks.floors.static_handler PORT` serves it exactly as the product is served.
"""

import sys

import uvicorn
from litestar import Litestar, Response, post

TWIML = (
    '<?xml version="1.0" encoding="UTF-8"?><Response><Dial><Conference>room</Conference></Dial>'
    "</Response>"
)


@post("/twilio/{tenant:str}/voice", status_code=200)
async def voice() -> Response[str]:
    return Response(TWIML, media_type="text/xml", status_code=200)


def main() -> None:
    uvicorn.run(
        Litestar([voice], openapi_config=None, logging_config=None),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        ws_per_message_deflate=False,
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        lifespan="on",
    )


if __name__ == "__main__":
    main()
