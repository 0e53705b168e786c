"""What tests/e2e/serve.sh asks of a server: raw bytes over sockets, as no well-behaved client would send them.

usage: serve_client.py WHAT PORT [ARGUMENTS]; prints what went wrong and fails, or prints one line of figures.
"""
import json
import os
import random
import select
import socket
import sys
import time

PORT = int(sys.argv[2])
HOST = f"localhost:{PORT}"
JSON = "application/json"
SANITIZED = "SONDE_SANITIZED" in os.environ


def connect(receive=None):
    s = socket.socket()
    if receive:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    s.settimeout(20)
    s.connect(("127.0.0.1", PORT))
    return s


def rest(s):
    """Until the server closes."""
    out = b""
    try:
        while piece := s.recv(65536):
            out += piece
    except ConnectionResetError:
        pass
    return out


def ask(path="/healthz", method="GET", host=HOST, headers=(), body=b"", version="1.1"):
    """A whole request on a connection of its own: status, headers as text, body."""
    lines = [f"{method} {path} HTTP/{version}", f"Host: {host}", "Connection: close", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return raw("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


def raw(data):
    with connect() as s:
        try:
            s.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass # it was refused before all was sent; why can still be read
        head, _, content = rest(s).partition(b"\r\n\r\n")
    text = head.decode("latin-1")
    return (int(text.split(" ")[1]) if text else 0), text, content


def want(status, *args, **kwargs):
    got, head, body = ask(*args, **kwargs)
    assert got == status, f"{got} instead of {status}: {args} {kwargs}: {head} {body[:200]}"
    assert "Content-Security-Policy: default-src 'self'" in head and "unsafe" not in head
    if status >= 400:
        error = json.loads(body)
        assert error["error"] and "remedy" in error
    return head, body


def plain():
    head, body = want(200)
    assert body == b"ok\n" and "X-Content-Type-Options: nosniff" in head
    assert want(200, method="HEAD")[1] == b""
    head, body = want(405, method="DELETE")
    assert "Allow: GET, HEAD" in head
    want(405, method="BREW")
    want(404, "/api/v1/nothing")
    # the page: compressed only, and not again where it is known; some builds have none, and say so
    status, head, body = ask("/", headers=["Accept-Encoding: gzip, deflate"])
    if status == 404:
        assert b"no page" in body
    else:
        assert status == 200 and "Content-Encoding: gzip" in head and body[:2] == b"\x1f\x8b"
        etag = head.split("ETag: ")[1].split("\r\n")[0]
        assert want(304, "/", headers=["Accept-Encoding: gzip", f"If-None-Match: {etag}"])[1] == b""
        want(406, "/")
    # several requests at once, and a second one on the same connection
    with connect() as s:
        s.sendall(f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode() * 50)
        out = b""
        while out.count(b"\r\n\r\nok\n") < 50:
            out += s.recv(65536)
        s.sendall(f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        assert b"200 OK" in rest(s)


def foreign():
    for host in ("evil.example", f"evil.example:{PORT}", "localhost", f"localhost:{PORT + 1}",
                 f"localhost.evil.example:{PORT}"):
        want(421, host=host)
    for host in f"127.0.0.1:{PORT}", f"[::1]:{PORT}":
        want(200, host=host)
    for origin in "http://evil.example", "null", f"https://{HOST}", f"http://localhost:{PORT + 1}":
        want(403, headers=[f"Origin: {origin}"])
        want(403, "/api/v1/live", headers=[f"Origin: {origin}"])
        want(403, "/login", "POST", headers=[f"Origin: {origin}", "Content-Type: application/json"], body=b"{}")
    want(200, headers=[f"Origin: http://{HOST}"])
    want(403, "/api/v1/live", headers=["Sec-Fetch-Site: cross-site"])
    want(403, "/login", "POST", headers=["Content-Type: text/plain"], body=b"{}")


def paths():
    for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e%5cetc", "/a/./b",
                 "//../x", "/%00", "/%", "/%zz", "/\x80"):
        want(400, path)
    for path in "/etc/passwd", "//etc/passwd", "/%252e%252e/etc/passwd", "/.git/config", "/keys/web":
        want(404, path, headers=["Accept-Encoding: gzip"])


def large():
    want(414, "/" + "a" * 9000)
    want(431, headers=["X: " + "a" * 20000])
    want(431, headers=[f"X{i}: {'a' * 100}" for i in range(1000)])
    want(413, "/login", "POST", headers=["Content-Type: application/json"], body=b"x" * 65537)
    want(413, "/login", "POST", headers=["Content-Length: 999999999999"])
    want(400, "/login", "POST", headers=["Content-Type: application/json"], body=b"x" * 65536)
    want(501, "/login", "POST", headers=["Transfer-Encoding: chunked"])
    assert raw(b"GET / HTTP/1.1\r\n\r\n")[0] == 400
    assert raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")[0] == 400 # TLS where there is none
    # a body that says it is longer than what comes with it is no second request
    status, _, body = raw(f"POST /login HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 40\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                          f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
    assert status == 501 and b"ok\n" not in body


def slow():
    """Requests that never end, by one byte a second, are closed after ten seconds; others are served meanwhile."""
    many = [connect() for _ in range(200)]
    body = connect()
    body.sendall(f"POST /login HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 60000\r\n\r\n".encode())
    silent, start, ended = connect(), time.monotonic(), {}
    while len(ended) < 202 and time.monotonic() < start + 20:
        for s in [*many, body]:
            try:
                if s not in ended:
                    s.sendall(b"G")
            except OSError:
                ended[s] = time.monotonic() - start
        left = [s for s in [*many, body, silent] if s not in ended]
        for s in select.select(left, [], [], 0)[0]:
            if not s.recv(1000):
                ended[s] = time.monotonic() - start
        began = time.monotonic()
        want(200)
        assert time.monotonic() - began < 1
        time.sleep(1)
    assert len(ended) == 202, f"{len(ended)} of 202 were closed"
    assert 8 < min(ended.values()) and max(ended.values()) < 14, (min(ended.values()), max(ended.values()))
    print(f"202 slow clients were closed after {min(ended.values()):.0f} to {max(ended.values()):.0f} s")


def rss(pid):
    return next(int(line.split()[1]) for line in open(f"/proc/{pid}/status") if line.startswith("VmRSS:"))


def heavy(pid):
    """What answers of megabytes needed, and what was too much to answer, is given back when it is over."""
    before = rss(pid)
    for _ in range(2):
        body = want(200, "/api/v1/frames?metrics=*&from=-1h&points=600")[1]
        assert len(body) > 2000000, len(body)
        want(413, "/api/v1/frames?metrics=*&from=-1h&points=2000")
    time.sleep(3)
    after = rss(pid)
    assert after < before + 4096 or SANITIZED, f"memory: {before} kB, and {after} kB after answers of {len(body)} bytes"


def noise(pid, count):
    """So many requests that are none, or half of one, or one with a few bytes changed."""
    r = random.Random(1)
    good = [f"GET /{path} HTTP/1.1\r\nHost: {HOST}\r\nX: y\r\n\r\n".encode() for path in
            ("", "healthz", "api/v1/live?metrics=cpu.*", "api/v1/host", "api/v1/frames?metrics=*&from=-1h&points=9",
             "x")]
    good.append(f"POST /login HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: {JSON}\r\nContent-Length: 13\r\n\r\n"
                '{"token":"x"}'.encode())
    sizes = []
    for i in range(count):
        data = bytearray(r.choice(good) if r.random() < 0.8 else r.randbytes(r.randrange(1, 2000)))
        for _ in range(r.randrange(6)):
            data[r.randrange(len(data))] = r.choice(b"\0\r\n %:/?&=;.,Aa0\xff")
        del data[r.randrange(len(data)) + 1 if r.random() < 0.3 else len(data):]
        with connect() as s:
            try:
                s.sendall(data)
                if i % 10 == 0:
                    s.settimeout(0.05)
                    s.recv(4096)
            except OSError:
                pass
        if i % (count // 10) == 0:
            sizes.append(rss(pid))
    want(200)
    time.sleep(2)
    sizes.append(rss(pid))
    assert sizes[-1] < sizes[0] + 6000 or SANITIZED, f"memory grows: {sizes} kB"
    print(f"{count} requests of noise, {sizes[0]} kB of memory before, at most {max(sizes)}, {sizes[-1]} kB after all")


def stuck(pid):
    """Who listens to everything and reads nothing is dropped; who reads beside it loses nothing."""
    reader = connect()
    reader.sendall(f"GET /api/v1/live HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
    many = [connect(receive=4096) for _ in range(20)]
    for s in many:
        s.sendall(f"GET /api/v1/live?metrics=* HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
    before, start, heard, dropped = rss(pid), time.monotonic(), b"", set()
    while len(dropped) < len(many) and time.monotonic() < start + 60:
        if select.select([reader], [], [], 0.5)[0]:
            heard += reader.recv(1 << 20)
        poll = select.poll()
        for s in many:
            poll.register(s, select.POLLHUP | select.POLLERR)
        dropped |= {fd for fd, _ in poll.poll(0)}
    grown = rss(pid) - before
    assert len(dropped) == len(many), f"{len(dropped)} of {len(many)} were dropped"
    assert grown < 40 * 1024 or SANITIZED, f"memory grew by {grown} kB"
    lines = [line for line in heard.split(b"\n") if line.startswith(b"data: {\"t\"") and line.endswith(b"}")]
    times = [json.loads(line[6:])["t"] for line in lines]
    gaps = max(b - a for a, b in zip(times, times[1:]))
    assert len(times) > 10 and gaps < 1000, (len(times), gaps)
    print(f"20 readers that stopped were dropped within {time.monotonic() - start:.0f} s, {grown} kB more memory")


def tokens(full, reads):
    json_type = "Content-Type: application/json"
    want(401, "/api/v1/live")
    want(200)
    assert ask("/", headers=["Accept-Encoding: gzip"])[0] in (200, 404) # the page asks for the token
    want(400, f"/api/v1/live?token={full}")
    want(400, f"/?a=b&access_token={full}", headers=["Accept-Encoding: gzip"])
    for token in full, reads:
        with connect() as s:
            s.sendall(f"GET /api/v1/live HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
            assert s.recv(1000).startswith(b"HTTP/1.1 200 OK")
        head, _ = want(204, "/login", "POST", headers=[json_type], body=json.dumps({"token": token}).encode())
        cookie = head.split("Set-Cookie: ")[1].split("\r\n")[0]
        assert "HttpOnly; SameSite=Strict" in cookie and token not in head
        session = cookie.split(";")[0]
        with connect() as s:
            s.sendall(f"GET /api/v1/live HTTP/1.1\r\nHost: {HOST}\r\nCookie: {session}\r\n\r\n".encode())
            assert s.recv(1000).startswith(b"HTTP/1.1 200 OK")
            want(204, "/logout", "POST", headers=[json_type, f"Cookie: {session}"])
            s.settimeout(20)
            while s.recv(65536): # the stream ends with the session
                pass
        want(401, "/api/v1/live", headers=[f"Cookie: {session}"])
    wrong = json.dumps({"token": full[::-1]}).encode()
    for _ in range(5):
        want(401, "/login", "POST", headers=[json_type], body=wrong)
    head, _ = want(429, "/login", "POST", headers=[json_type], body=wrong)
    assert 0 < int(head.split("Retry-After: ")[1].split("\r\n")[0]) <= 60
    want(429, "/api/v1/live", headers=[f"Authorization: Bearer {full[::-1]}"])


def live(seconds):
    """Schema first, then ticks and now of the same instants."""
    s = connect()
    s.sendall(f"GET /api/v1/live?metrics=cpu.util,memory.* HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
    until, text = time.monotonic() + seconds, b""
    while time.monotonic() < until:
        if select.select([s], [], [], 0.2)[0]:
            text += s.recv(65536)
    events = [e.split(b"\ndata: ") for e in text.split(b"\r\n\r\n", 1)[1].split(b"\n\n") if e.startswith(b"event: ")]
    names = [name[7:].decode() for name, _ in events]
    said = [(n, json.loads(d)) for n, (_, d) in zip(names, events)]
    assert names[0] == "schema", names[:5]
    ids = said[0][1]["ids"]
    assert "cpu.util" in ids and any(i.startswith("memory.") for i in ids)
    assert not any(i.startswith("disk") for i in ids)
    ticks, nows = ([d for n, d in said if n == k] for k in ("tick", "now"))
    assert len(ticks) >= 3 and [t["t"] for t in ticks] == [n["t"] for n in nows]
    wide = max(i for i, n in enumerate(names) if n == "schema")
    assert all(len(d["v"]) == len(said[wide][1]["ids"]) for n, d in said[wide:] if n == "tick")
    assert all(0 <= n["v"]["cpu.util"] <= 100 for n in nows[1:])
    assert all(n["level"] in ("well", "look", "unknown") for n in nows)
    print(f"{len(ticks)} ticks of {len(ids)} metrics")


if __name__ == "__main__":
    names = {f.__name__: f for f in (plain, foreign, paths, large, slow, tokens)}
    what, rest_of = sys.argv[1], sys.argv[3:]
    if what == "heavy":
        heavy(int(rest_of[0]))
    elif what == "noise":
        noise(int(rest_of[0]), int(rest_of[1]))
    elif what == "stuck":
        stuck(int(rest_of[0]))
    elif what == "live":
        live(float(rest_of[0]))
    else:
        names[what](*rest_of)
