"""A consumer of webhooks: webhook_consumer.py BOOK PORT

Checks every message with the Standard Webhooks library and writes it into BOOK, a line of JSON each. POST /_control sets
{"mode": …, "now": seconds, "secrets": […]}; modes: ok, fails, hangs, drips, redirects, gone, drops, says.
"""

import json
import sys
import threading
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError, webhooks

state = {"mode": "ok", "now": None, "secrets": []}
lock = threading.Lock()


class MovedTime(datetime):
    """The library holds the signed time against the clock of the test."""

    @classmethod
    def now(cls, tz=None):
        return datetime.fromtimestamp(state["now"] or time.time(), tz)


webhooks.datetime = MovedTime


def verified(secret, body, headers):
    try:
        Webhook(secret).verify(body, headers)
        return True
    except WebhookVerificationError:
        return False


class Consumer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/_control":
            state.update(json.loads(body))
            return self.answer(200, b"{}")
        mode = state["mode"]
        entry = {
            "id": self.headers["webhook-id"],
            "verified": [verified(secret, body, dict(self.headers)) for secret in state["secrets"]],
            "mode": mode,
            "path": self.path,
            "body": body.decode(),
        }
        with lock, open(sys.argv[1], "a") as book:
            book.write(json.dumps(entry) + "\n")
        if mode == "fails":
            self.answer(500, b"not now")
        elif mode == "hangs":
            time.sleep(30)
        elif mode == "drips":
            self.send_response(200)
            self.send_header("content-length", "100000")
            self.end_headers()
            for _ in range(300):
                self.wfile.write(b".")
                self.wfile.flush()
                time.sleep(0.1)
        elif mode == "redirects":
            self.send_response(307)
            self.send_header("location", "/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()
        elif mode == "gone":
            self.answer(410, b"")
        elif mode == "drops":
            self.close_connection = True
        elif mode == "says":
            self.answer(500, b"\x1b[2J" + b"x" * 100_000)
        else:
            self.answer(200, b"")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self):
        try:
            super().handle()
        except ConnectionError:
            pass

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64


server = Server(("127.0.0.1", int(sys.argv[2])), Consumer)
print(server.server_port, flush=True)
server.serve_forever()
