"""A webhook that tests/e2e/alerts.sh posts to: refuses as often as DIR/refuse says, then takes; checks each signature.

usage: hook_fake.py DIR; its port stands in DIR/port, what it took line by line in DIR/took, what it refused in
DIR/refused, what was wrong in DIR/wrong.
"""
import hashlib
import hmac
import http.server
import json
import pathlib
import sys

DIR = pathlib.Path(sys.argv[1])


def note(name, text):
    with open(DIR / name, "a") as f:
        f.write(text + "\n")


class Hook(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            pass # whoever is told this need not listen to the end

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        want = "sha256=" + hmac.new(b"very secret", body, hashlib.sha256).hexdigest()
        if self.headers["X-Sonde-Signature"] != want:
            note("wrong", f"signature {self.headers['X-Sonde-Signature']} is not {want}")
        if self.headers["Content-Type"] != "application/json":
            note("wrong", f"content type {self.headers['Content-Type']}")
        json.loads(body)
        left = int((DIR / "refuse").read_text())
        if left:
            (DIR / "refuse").write_text(str(left - 1))
            note("refused", body.decode())
            self.answer(503, b"x" * 1000000) # more than anybody reads: the status counts
            return
        note("took", body.decode())
        self.answer(204)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
(DIR / "port.new").write_text(str(server.server_port))
(DIR / "port.new").rename(DIR / "port")
server.serve_forever()
