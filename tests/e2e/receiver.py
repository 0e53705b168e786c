"""A receiver that tests/e2e/push.sh sends to, which fails as often as it is told, at every point of a request.

usage: receiver.py DIR SHARE SEED [PORT]; its port stands in DIR/port, what it has got (also of requests that it did not
answer) in DIR/got, requests in DIR/requests with the way each went. SHARE of them fail.
"""
import http.server
import pathlib
import random
import socket
import struct
import sys

DIR, SHARE, CHANCE = pathlib.Path(sys.argv[1]), float(sys.argv[2]), random.Random(int(sys.argv[3]))
WAYS = ("at once", "in the middle", "unread", "kept", "503", "429", "no status")


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reset(self):
        """The connection ends as that of a process that was killed."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def keep(self, body):
        with open(DIR / "got", "ab") as f:
            f.write(body)

    def reply(self, status, *headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self):
        way = CHANCE.choice(WAYS) if CHANCE.random() < SHARE else "good"
        n = int(self.headers["Content-Length"])
        with open(DIR / "requests", "a") as f:
            print(way, n, self.headers.get("Content-Type"), self.headers.get("Authorization"), file=f)
        if way == "at once":
            return self.reset()
        body = self.rfile.read(n // 2 if way == "in the middle" else n)
        if way in ("in the middle", "unread"):
            return self.reset()
        if way in ("503", "429"):
            return self.reply(int(way), ("Retry-After", "1"))
        self.keep(body)
        if way == "kept":
            return self.reset()
        if way == "no status":
            self.wfile.write(b"HTTP/1.1 20")
            return self.reset()
        return self.reply(204)


class Server(http.server.ThreadingHTTPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, *_):
        pass


server = Server(("127.0.0.1", int(sys.argv[4]) if len(sys.argv) > 4 else 0), Receiver)
(DIR / "port.new").write_text(str(server.server_address[1]))
(DIR / "port.new").rename(DIR / "port")
server.serve_forever()
