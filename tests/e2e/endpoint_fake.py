"""An endpoint that tests/e2e/endpoint.sh asks: it keeps what it got, and behaves as its path says.

usage: endpoint_fake.py DIR [CERT KEY]; its port stands in DIR/port, the last body in DIR/body, its headers in
DIR/headers, how many requests came in DIR/count.
"""
import http.server
import json
import pathlib
import ssl
import sys
import time

DIR = pathlib.Path(sys.argv[1])
count = 0


def completion(text):
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode()


class Fake(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def reply(self, status, body, headers=()):
        self.send_response(status)
        for name, value in (("Content-Type", "application/json"), ("Set-Cookie", "a=b"), *headers):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def good(self, body):
        content = json.loads(json.loads(body)["messages"][1]["content"])
        known = content["results"]["numbers"][0]["shown"]
        self.reply(200, completion(f"It stood at {known}.\nMade up: 4242, and 17:03. \x1b[2J"))

    def drip(self):
        self.send_response(200)
        self.end_headers()
        for _ in range(200):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.1)

    def do_POST(self):
        global count
        body = self.rfile.read(int(self.headers["Content-Length"]))
        count += 1
        (DIR / "body").write_bytes(body)
        (DIR / "headers").write_text(f"{self.command} {self.path}\n{self.headers}")
        (DIR / "count").write_text(str(count))
        way = self.path.split("/")[1]
        if way == "slow":
            time.sleep(8)
        if way in ("good", "slow"):
            self.good(body)
        elif way == "broken":
            self.reply(500, b'{"error": {"message": "the model \\u001b fell over"}}')
        elif way == "key":
            self.reply(401, b"{}")
        elif way == "huge":
            self.reply(200, completion("x" * 200000))
        elif way == "elsewhere":
            self.reply(302, b"", [("Location", f"http://127.0.0.1:{self.server.server_port}/good/v1/chat/completions")])
        elif way == "garbage":
            self.reply(200, b"<html>hello</html>")
        elif way == "empty":
            self.reply(200, b'{"choices": []}')
        elif way == "drip":
            self.drip()
        # else it hangs up without a word


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # who asked went away


server = Server(("127.0.0.1", 0), Fake)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
(DIR / "count").write_text("0")
(DIR / "port.new").write_text(str(server.server_port))
(DIR / "port.new").rename(DIR / "port")
server.serve_forever()
