"""The programs whose telemetry is recorded: what each does, again and again, until it is stopped.

RUNS is the list: name, split, label, program, and the loop that is started. A label is a workload category, or
"unknown" for programs of other kinds, or "mixed". Programs of the split "test" are other ones than those of "train".
Everything works below a folder of its own and on the loopback interface.
"""
import functools
import http.server
import multiprocessing
import os
import pathlib
import random
import shutil
import socketserver
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORDS = ("the report says that a machine which was quiet for days began to write at noon and nobody knew why "
         "until somebody looked at what had been started then").split()


def loop(command):
    """A shell command that is run over and over, until it fails."""
    return lambda place: subprocess.Popen(["sh", "-c", f"cd '{place}'; while {command}; do :; done"],
                                          start_new_session=True, stdin=subprocess.DEVNULL,
                                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def worker(function, *args):
    """A function of this file in a process of its own."""
    def start(place):
        code = f"import sys; sys.path.insert(0, {str(ROOT / 'bench')!r}); import workloads_programs as p; " \
               f"p.{function.__name__}({str(place)!r}, *{args!r})"
        return subprocess.Popen([sys.executable, "-B", "-c", code], start_new_session=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return start


def together(*starts):
    return lambda place: [start(place) for start in starts]


# ---- writing ----

def open_window(place, program, file):
    """A program on a screen of its own, which nobody touches: both processes."""
    display = f":{100 + os.getpid() % 400}"
    screen = subprocess.Popen(["Xvfb", display, "-screen", "0", "1280x900x24"])
    os.environ["DISPLAY"] = display
    time.sleep(2)
    return screen, subprocess.Popen([program, file], cwd=place)


def stand_open(place, program, file):
    sys.exit(open_window(place, program, file)[1].wait())


def type_into(place, program, file, seed):
    """A person who writes in a window: some five keys a second, pauses, now and then a look back and a save."""
    g = random.Random(seed)
    screen, editor = open_window(place, program, file)
    def keys(*argv):
        subprocess.run(["xdotool", *argv], check=True)
    keys("search", "--sync", "--onlyvisible", "--class", program, "windowfocus")
    table = program == "gnumeric"
    while editor.poll() is None and screen.poll() is None:
        for _ in range(g.randrange(2, 5)):
            words = [f"{w} " for w in g.choices(WORDS, k=12)]
            if table:
                words = [f"{g.randrange(10 ** 5)}\t" for _ in range(6)]
            end = "\n" if table or g.random() < 0.2 else ""
            keys("type", "--delay", str(g.randrange(120, 260)), "".join(words) + end)
            time.sleep(g.uniform(0.5, 5))
        if g.random() < 0.5:
            keys("key", "--delay", "200", *["Page_Up", "Page_Down"] * 2)
        if not table:
            keys("key", "ctrl+s")


def type_in_terminal(place, program, file, seed):
    """The same person, in a terminal."""
    import pty
    g = random.Random(seed)
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(place)
        os.environ["TERM"] = "xterm"
        os.execvp(program, [program, file])
    os.set_blocking(terminal, False)
    while True:
        for key in " ".join(g.choices(WORDS, k=g.randrange(8, 40))) + " ":
            os.write(terminal, key.encode())
            time.sleep(g.uniform(0.1, 0.3))
            try:
                os.read(terminal, 65536)
            except BlockingIOError:
                pass
        time.sleep(g.uniform(0.5, 5))


def poll(place):
    """What programs do that wait for something: a few threads wake up, look at a file, and sleep again."""
    import threading
    def watch(seconds):
        while True:
            os.stat(place)
            time.sleep(seconds)
    for seconds in (0.05, 0.1, 0.5, 1, 1):
        threading.Thread(target=watch, args=(seconds,), daemon=True).start()
    time.sleep(1e6)


def office(place, kind, seed, writes=True):
    """LibreOffice without a window, driven through its own interface over a pipe: a letter, or a table."""
    import uno
    from com.sun.star.beans import PropertyValue
    g = random.Random(seed)
    name = f"sonde{os.getpid()}"
    subprocess.Popen(["soffice", "--headless", "--norestore", f"--accept=pipe,name={name};urp;",
                      f"-env:UserInstallation=file://{place}/office-{kind}"])
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(60):
        try:
            context = resolver.resolve(f"uno:pipe,name={name};urp;StarOffice.ComponentContext")
            break
        except Exception:
            time.sleep(0.5)
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    document = desktop.loadComponentFromURL(f"private:factory/{kind}", "_blank", 0,
                                            (PropertyValue("Hidden", 0, True, 0),))
    saved = time.monotonic()
    row = 0
    while True:
        if not writes:
            time.sleep(1)
        elif kind == "swriter":
            text = document.Text
            for key in g.choice(WORDS) + " ":
                text.insertString(text.End, key, False)
                time.sleep(g.uniform(0.08, 0.3))
        else:
            sheet = document.Sheets.getByIndex(0)
            sheet.getCellByPosition(row % 8, row // 8).Value = g.random()
            if row % 8 == 7:
                sheet.getCellByPosition(8, row // 8).Formula = f"=SUM(A{row // 8 + 1}:H{row // 8 + 1})"
            row += 1
            time.sleep(g.uniform(0.3, 1.5))
        if g.random() < 0.05:
            time.sleep(g.uniform(2, 6))
        if writes and time.monotonic() - saved > 20:
            filter_name = "writer8" if kind == "swriter" else "calc8"
            document.storeToURL(f"file://{place}/document.{kind}", (PropertyValue("FilterName", 0, filter_name, 0),))
            saved = time.monotonic()


# ---- browsing ----

PAGE = """<!doctype html><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px serif;max-width:50em;margin:auto}} .grid{{display:grid;grid-template-columns:repeat(4,1fr)}}
img{{width:100%}} td{{border:1px solid #ccc}}</style><h1>{title}</h1>{body}
<script>
let n = 0, read = {read} * (0.6 + 0.8 * Math.random());
function look() {{
  window.scrollBy({{top: 150 + 400 * Math.random(), behavior: "smooth"}});
  document.title = "{title} " + n++;
  setTimeout(look, 700 + 1800 * Math.random());
}}
setTimeout(look, 500);
setTimeout(() => location.href = "/{site}/" + Math.floor({pages} * Math.random()) + ".html?" + Math.random(),
           1000 * read);
</script>"""


def make_site(place, site, pages=12):
    """Pages that read themselves: they scroll as a reader does and go on to another one after a while."""
    g = random.Random(site)
    folder = pathlib.Path(place) / "site" / site
    folder.mkdir(parents=True, exist_ok=True)
    read = {"news": 9, "shop": 6, "wiki": 12, "forum": 15}[site]
    for i in range(24):
        subprocess.run(["ffmpeg", "-y", "-v", "error", "-f", "lavfi", "-i",
                        f"mandelbrot=s=800x600:start_x={-0.7 - 0.01 * i}", "-frames:v", "1", "-q:v", "3",
                        str(folder / f"{i}.jpg")], check=True)
    for n in range(pages):
        def text(k):
            return "".join(f"<p>{' '.join(g.choice(WORDS) for _ in range(90))}.</p>" for _ in range(k))
        if site == "shop":
            body = '<div class="grid">' + "".join(
                f'<div><img src="{g.randrange(24)}.jpg?{n}-{i}"><b>{g.choice(WORDS)}</b> {i} EUR</div>'
                for i in range(48)) + "</div>"
        elif site == "forum":
            body = "".join(f"<hr><b>{g.choice(WORDS)}</b>{text(1)}" for _ in range(60))
        elif site == "wiki":
            body = text(40) + "<table>" + "".join(
                "<tr>" + "".join(f"<td>{g.randrange(10 ** 6)}" for _ in range(12)) for _ in range(300)) + "</table>"
        else:
            body = "".join(text(3) + f'<img src="{g.randrange(24)}.jpg?{n}-{i}">' for i in range(10))
        (folder / f"{n}.html").write_text(PAGE.format(title=f"{site} {n}", body=body, read=read, site=site,
                                                      pages=pages))


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def end_headers(self):
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


def serve(place):
    """A server on the loopback interface in a process of its own; its port."""
    handler = functools.partial(Quiet, directory=str(pathlib.Path(place) / "site"))
    server = Server(("127.0.0.1", 0), handler)
    multiprocessing.get_context("fork").Process(target=server.serve_forever, daemon=True).start()
    return server.server_port


def browse(place, program, site):
    run_browser(program, pathlib.Path(place) / f"profile-{program}-{site}",
                f"http://127.0.0.1:{serve(place)}/{site}/0.html")


def run_browser(program, profile, url):
    profile.mkdir(exist_ok=True)
    if program == "chromium":
        argv = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--window-size=1280,900", f"--user-data-dir={profile}", url]
    else:
        (profile / "user.js").write_text('user_pref("datareporting.policy.dataSubmissionEnabled", false);\n'
                                         'user_pref("app.update.enabled", false);\n')
        argv = ["firefox-esr", "--headless", "--no-remote", "--profile", str(profile), url]
    subprocess.run(argv)


def open_browser(place, program):
    """A browser that stands open on a page which does nothing."""
    still = pathlib.Path(place) / "still.html"
    still.write_text("<h1>Still</h1>" + "<p>text</p>" * 200)
    run_browser(program, pathlib.Path(place) / f"profile-still-{program}", f"file://{still}")


# ---- building ----

def edit_and_build(place, build, seed):
    """A change, a build, a look at what it says."""
    g = random.Random(seed)
    sources = sorted((pathlib.Path(place) / "tree/src").rglob("*.c"))
    while True:
        for source in g.sample(sources, g.randrange(1, 4)):
            source.touch()
        subprocess.run(["ninja", "-C", f"{place}/tree/{build}", "sonde"], check=True)
        time.sleep(g.uniform(4, 12))


# ---- training, and other computing ----

def train(place, what):
    import numpy as np
    from sklearn import cluster, ensemble, neural_network, svm
    g = np.random.default_rng(1)
    x = g.standard_normal((20000, 128))
    y = (x @ g.standard_normal(128) + g.standard_normal(20000) > 0).astype(int)
    if what == "numpy":
        a, b = g.standard_normal((128, 512)) * 0.1, g.standard_normal((512, 1)) * 0.1
        while True:
            for i in range(0, 20000, 256):
                h = np.maximum(x[i:i + 256] @ a, 0)
                e = 1 / (1 + np.exp(-h @ b)) - y[i:i + 256, None]
                b -= 1e-3 * h.T @ e
                a -= 1e-3 * x[i:i + 256].T @ ((e @ b.T) * (h > 0))
    model = {"mlp": lambda: neural_network.MLPClassifier((256, 64), max_iter=5),
             "trees": lambda: ensemble.RandomForestClassifier(30, n_jobs=-1),
             "k-means": lambda: cluster.KMeans(20, n_init=1, max_iter=30),
             "boosting": lambda: ensemble.HistGradientBoostingClassifier(max_iter=60),
             "svm": lambda: svm.SVC(max_iter=2000)}[what]
    while True:
        model().fit(x, y)


def database(place):
    import sqlite3
    path = pathlib.Path(place) / "table.db"
    path.unlink(missing_ok=True)
    table = sqlite3.connect(path)
    table.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c REAL)")
    g = random.Random(1)
    while True:
        with table:
            table.executemany("INSERT INTO t (b, c) VALUES (?, ?)",
                              [(" ".join(g.choices(WORDS, k=8)), g.random()) for _ in range(200)])
        table.execute("SELECT b, sum(c) FROM t WHERE c > ? GROUP BY substr(b, 1, 4)", (g.random(),)).fetchall()


def echo(place):
    """Short messages to and fro between two processes, over the loopback interface."""
    import socket
    server = socket.create_server(("127.0.0.1", 0))
    multiprocessing.get_context("fork").Process(target=answer, args=(server,), daemon=True).start()
    client = socket.create_connection(server.getsockname())
    while True:
        client.sendall(b"x" * 200)
        client.recv(4096)


def answer(server):
    taken, _ = server.accept()
    while data := taken.recv(4096):
        taken.sendall(data)


def loaded_server(place):
    port = serve(place)
    while True:
        subprocess.run(["ab", "-q", "-n", "20000", "-c", "8", f"http://127.0.0.1:{port}/news/0.html"], check=True)


# ---- material and the list ----

def prepare(place):
    """What the programs work on, made once."""
    place = pathlib.Path(place)
    if (place / "ready").exists():
        return
    place.mkdir(parents=True, exist_ok=True)
    for site in ("news", "shop", "wiki", "forum"):
        make_site(place, site)
    subprocess.run(["ffmpeg", "-y", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30,noise=alls=12:allf=t",
                    "-t", "40", "-c:v", "mpeg2video", "-b:v", "20M", str(place / "clip.mkv")], check=True)
    tree = place / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir()
    archive = subprocess.run(["git", "-C", str(ROOT), "archive", "HEAD"], check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", str(tree)], input=archive.stdout, check=True)
    for compiler in ("gcc", "clang"):
        subprocess.run(["meson", "setup", f"build-{compiler}", "-Dbpf=disabled"], cwd=tree, check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, "CC": compiler})
        subprocess.run(["ninja", "-C", f"build-{compiler}", "sonde"], cwd=tree, check=True, stdout=subprocess.DEVNULL)
    (place / "program.cc").write_text("#include <iostream>\n#include <map>\n#include <regex>\nint main()\n{\n"
                                      "    std::map<std::string, std::regex> m{{\"a\", std::regex(\"b+\")}};\n"
                                      "    std::cout << m.size();\n}\n")
    (place / "letter.txt").write_text("\n".join(" ".join(WORDS) for _ in range(40)))
    (place / "sums.csv").write_text("1,2,3\n" * 40)
    (place / "ready").touch()


FRESH = "sync; echo 1 2>/dev/null >/proc/sys/vm/drop_caches"  # else a second backup reads nothing from the disk
ENCODE = "ffmpeg -nostdin -v error -y -i clip.mkv"

RUNS = [
    # name, split, label, program, start
    ("idle-nothing", "train", "idle", "nothing", loop("sleep 1000")),
    ("idle-services", "train", "idle", "services", together(
        loop("redis-server --port 0 --unixsocket idle.sock --save '' >/dev/null"), loop("tail -f letter.txt"))),
    ("idle-abiword", "train", "idle", "abiword at rest", worker(stand_open, "abiword", "letter.txt")),
    ("idle-writer", "train", "idle", "writer at rest", worker(office, "swriter", 9, False)),
    ("idle-mousepad", "train", "idle", "mousepad at rest", worker(stand_open, "mousepad", "letter.txt")),
    ("idle-featherpad", "train", "idle", "featherpad at rest", worker(stand_open, "featherpad", "letter.txt")),
    ("idle-chromium", "train", "idle", "chromium at rest", worker(open_browser, "chromium")),
    ("idle-polls", "train", "idle", "programs that wait", worker(poll)),
    ("idle-monitor", "train", "idle", "top in a terminal", loop("top -b -d 3 >/dev/null")),
    ("coding-gcc", "train", "coding_development", "gcc",
     loop("ninja -C tree/build-gcc -t clean; ninja -C tree/build-gcc sonde")),
    ("coding-edit-gcc", "train", "coding_development", "edit gcc", worker(edit_and_build, "build-gcc", 1)),
    ("coding-python", "train", "coding_development", "python checks", loop(
        "python3 tree/tests/lint/style.py tree; python3 tree/tests/lint/layers.py tree --self-test; sleep 1")),
    ("coding-g++", "train", "coding_development", "g++", loop("g++ -O2 program.cc -o program")),
    ("coding-cppcheck", "train", "coding_development", "cppcheck", loop("cppcheck -q -j2 tree/src >/dev/null 2>&1")),
    ("video-x264", "train", "video_editing", "x264", loop(f"{ENCODE} -c:v libx264 out.mkv")),
    ("video-x265", "train", "video_editing", "x265", loop(
        f"{ENCODE} -c:v libx265 -preset fast -x265-params log-level=0 out.mkv")),
    ("video-mpeg4", "train", "video_editing", "mpeg4", loop(f"{ENCODE} -c:v mpeg4 -q:v 4 out.avi")),
    ("video-filters", "train", "video_editing", "filters and x264", loop(
        f"{ENCODE} -vf hqdn3d,scale=960:-2,unsharp -c:v libx264 -preset veryfast out-small.mkv")),
    ("video-prores", "train", "video_editing", "prores", loop(f"{ENCODE} -c:v prores_ks out.mov")),
    ("upkeep-tar", "train", "system_maintenance", "tar gzip",
     loop(f"{FRESH}; tar -C /usr -cf - lib share | gzip -1 >backup.tgz")),
    ("upkeep-find", "train", "system_maintenance", "find dd", loop(
        f"{FRESH}; find /usr /var -xdev -type f -size -9 -exec cat {{}} + >/dev/null; du -s /usr /var; "
        "dd if=/dev/zero of=zeros bs=1M count=1500 conv=fsync; rm zeros")),
    ("upkeep-hdd", "train", "system_maintenance", "stress-ng hdd", loop(
        "stress-ng --hdd 1 --hdd-bytes 1g --temp-path . -q -t 1000")),
    ("web-chromium-news", "train", "web_browsing", "chromium news", worker(browse, "chromium", "news")),
    ("web-chromium-forum", "train", "web_browsing", "chromium forum", worker(browse, "chromium", "forum")),
    ("web-chromium-shop", "train", "web_browsing", "chromium shop", worker(browse, "chromium", "shop")),
    ("text-abiword", "train", "document_editing", "abiword", worker(type_into, "abiword", "letter.txt", 1)),
    ("text-mousepad", "train", "document_editing", "mousepad", worker(type_into, "mousepad", "letter.txt", 11)),
    ("text-featherpad", "train", "document_editing", "featherpad", worker(type_into, "featherpad", "letter.txt", 12)),
    ("text-nano", "train", "document_editing", "nano", worker(type_in_terminal, "nano", "letter.txt", 8)),
    ("text-writer", "train", "document_editing", "writer", worker(office, "swriter", 2)),
    ("train-numpy", "train", "ai_training", "numpy", worker(train, "numpy")),
    ("train-mlp", "train", "ai_training", "sklearn mlp", worker(train, "mlp")),
    ("train-trees", "train", "ai_training", "sklearn random forest", worker(train, "trees")),
    ("train-k-means", "train", "ai_training", "sklearn k-means", worker(train, "k-means")),
    ("other-matrix", "train", "unknown", "stress-ng matrix", loop("stress-ng --matrix 0 -q -t 1000")),
    ("other-xz", "train", "unknown", "xz", loop("xz -T1 -6 -k -c clip.mkv >/dev/null")),
    ("other-sort", "train", "unknown", "sort", loop("seq 3000000 | shuf | sort >/dev/null")),
    ("other-awk", "train", "unknown", "awk", loop("awk 'BEGIN { for (i = 0; i < 1e8; i++) x += sin(i) }'")),
    ("other-perl", "train", "unknown", "perl", loop(
        "perl -e '$h{int(rand(1e6))} .= rand() for 1 .. 4e6; print scalar keys %h' >/dev/null")),
    ("other-random", "train", "unknown", "dd of random bytes", loop("dd if=/dev/urandom of=/dev/null bs=1M")),
    ("other-sockets", "train", "unknown", "socket echo", worker(echo)),
    ("other-factor", "train", "unknown", "factor on all cores", together(
        *[loop("seq 1000000000000 1000000200000 | factor >/dev/null")] * 2)),
    ("other-awk-all", "train", "unknown", "awk on all cores", together(
        *[loop("awk 'BEGIN { for (i = 0; i < 3e7; i++) a[i % 5000000] = i }'")] * 2)),

    ("idle-firefox", "test", "idle", "firefox at rest", worker(open_browser, "firefox")),
    ("idle-gnumeric", "test", "idle", "gnumeric at rest", worker(stand_open, "gnumeric", "sums.csv")),
    ("idle-calc", "test", "idle", "calc at rest", worker(office, "scalc", 10, False)),
    ("coding-clang", "test", "coding_development", "clang",
     loop("ninja -C tree/build-clang -t clean; ninja -C tree/build-clang sonde")),
    ("coding-edit-clang", "test", "coding_development", "edit clang", worker(edit_and_build, "build-clang", 3)),
    ("video-vp9", "test", "video_editing", "vp9", loop(f"{ENCODE} -c:v libvpx-vp9 -row-mt 1 -cpu-used 4 out.webm")),
    ("video-av1", "test", "video_editing", "svt-av1", loop(f"{ENCODE} -c:v libsvtav1 -preset 10 out-av1.mkv")),
    ("upkeep-rsync", "test", "system_maintenance", "rsync sha256sum", loop(
        f"{FRESH}; rm -rf copy; rsync -a /usr/lib/ copy; find copy -type f -exec sha256sum {{}} + >sums")),
    ("web-firefox", "test", "web_browsing", "firefox wiki", worker(browse, "firefox", "wiki")),
    ("web-firefox-shop", "test", "web_browsing", "firefox shop", worker(browse, "firefox", "shop")),
    ("text-gnumeric", "test", "document_editing", "gnumeric", worker(type_into, "gnumeric", "sums.csv", 4)),
    ("text-calc", "test", "document_editing", "calc", worker(office, "scalc", 5)),
    ("train-boosting", "test", "ai_training", "sklearn boosting", worker(train, "boosting")),
    ("train-svm", "test", "ai_training", "sklearn svm", worker(train, "svm")),
    ("other-openssl", "test", "unknown", "openssl speed", loop("openssl speed -multi 2 -seconds 5 sha256")),
    ("other-sqlite", "test", "unknown", "sqlite", worker(database)),
    ("other-server", "test", "unknown", "http server", worker(loaded_server)),
    ("other-memory", "test", "unknown", "stress-ng vm", loop("stress-ng --vm 2 --vm-bytes 1g -q -t 1000")),
    ("mixed-gcc-chromium", "test", "mixed", "gcc and chromium", together(
        worker(edit_and_build, "build-gcc", 6), worker(browse, "chromium", "wiki"))),
    ("mixed-x264-abiword", "test", "mixed", "x264 and abiword", together(
        loop(f"{ENCODE} -threads 1 -c:v libx264 out.mkv"), worker(type_into, "abiword", "letter.txt", 7))),
]

# Steady use for minutes, to count how often the answer changes.
LONG = [(f"long-{name}", "steady", label, program, start) for name, split, label, program, start in RUNS
        if name in ("coding-edit-clang", "web-firefox", "text-gnumeric")]
MIXED = {"gcc and chromium": ["coding_development", "web_browsing"],
         "x264 and abiword": ["video_editing", "document_editing"]}
