"""The smallest part there can be: it says its process number and answers HTTP."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

name, port, *options = sys.argv[1:]
if f"{name}-fails" in options:
    print("I have a reason", flush=True)
    sys.exit(3)
if f"{name}-is-deaf" in options:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("pid", os.getpid(), flush=True)


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


HTTPServer(("127.0.0.1", int(port)), Answer).serve_forever()
