"""logs_made.py DIR SEED: a made day of a machine: numbers with incidents in DIR/numbers.csv, its log as an export of a
journal in DIR/lines.export and as files of syslog in DIR/syslog, turned over in the middle; what is what in DIR/truth.json.

Chatter is that of a busy server: it has warnings and errors of its own that come again and again, bursts, severe lines
that are frequent, a service that fails every few minutes, and lines that come once. Before each incident stands one line
that says why, worded as the kernel, systemd or NetworkManager word it.
"""
import json
import os
import random
import sys
import time

HOURS, STEP_S, CHATTER, INCIDENTS = 12, 2, 50000, 24
folder, seed = sys.argv[1], int(sys.argv[2])
rng = random.Random(seed)
start = int(time.time()) // 86400 * 86400 - 9 * 86400 + 3600
end = start + HOURS * 3600
lines = []  # (time, priority, ident, pid, unit, message id, text)


def say(t, priority, ident, text, unit="", message_id="", pid=None):
    pid = pid or (1 if ident == "systemd" else rng.randint(300, 32000))
    lines.append((t, priority, ident, pid, unit, message_id, text))


def ip():
    return ".".join(str(rng.randint(1, 254)) for _ in range(4))


def mac():
    return ":".join("%02x" % rng.randint(0, 255) for _ in range(14))


users = "admin root test oracle ubuntu git postgres pi ftp guest deploy jenkins minecraft user1 nagios steam".split()
often = [  # weight, priority, ident, text
    (30, 6, "sshd", lambda: f"Failed password for invalid user {rng.choice(users)} from {ip()} port {rng.randint(1024, 65535)} ssh2"),
    (12, 6, "sshd", lambda: f"Connection closed by authenticating user root {ip()} port {rng.randint(1024, 65535)} [preauth]"),
    (25, 4, "kernel", lambda: f"[UFW BLOCK] IN=eth0 OUT= MAC={mac()} SRC={ip()} DST={ip()} LEN={rng.randint(40, 60)} TOS=0x00 PREC=0x00 TTL={rng.randint(30, 250)} ID={rng.randint(1, 65535)} PROTO=TCP SPT={rng.randint(1024, 65535)} DPT={rng.randint(1, 65535)} WINDOW=1024 RES=0x00 SYN URGP=0"),
    (10, 3, "nginx", lambda: f"{rng.randint(100, 9999)}#0: *{rng.randint(1, 999999)} upstream timed out (110: Connection timed out) while reading response header from upstream, client: {ip()}, server: _, request: \"GET /api/items/{rng.randint(1, 9999)} HTTP/1.1\""),
    (8, 5, "kernel", lambda: f"audit: type=1400 audit({rng.randint(10**9, 2 * 10**9)}.{rng.randint(100, 999)}:{rng.randint(1, 9999)}): apparmor=\"DENIED\" operation=\"open\" profile=\"snap.firefox\" name=\"/proc/{rng.randint(1, 9999)}/mem\" pid={rng.randint(1, 9999)}"),
    (10, 6, "systemd", lambda: f"Started Session {rng.randint(1, 9999)} of User deploy."),
    (10, 6, "systemd", lambda: f"session-{rng.randint(1, 9999)}.scope: Deactivated successfully."),
    (9, 6, "CRON", lambda: "(root) CMD (command -v debian-sa1 > /dev/null && debian-sa1 1 1)"),
    (9, 6, "dhclient", lambda: f"DHCPREQUEST for {ip()} on eth0 to {ip()} port 67"),
    (7, 4, "systemd-resolved", lambda: f"Using degraded feature set UDP instead of UDP+EDNS0 for DNS server {ip()}."),
    (6, 3, "dockerd", lambda: f"time=\"2026-01-{rng.randint(10, 28)}T10:00:00Z\" level=error msg=\"Handler for POST /v1.41/containers/{rng.getrandbits(256):064x}/stop returned error: No such container\""),
    (4, 4, "postfix/smtpd", lambda: f"warning: hostname host{rng.randint(1, 999)}.example.net does not resolve to address {ip()}"),
    (3, 3, "sshd", lambda: "error: kex_exchange_identification: Connection closed by remote host"),
    (3, 4, "kernel", lambda: f"pcieport 0000:00:1c.5: AER: Corrected error received: 0000:03:00.{rng.randint(0, 1)}"),
    (2, 3, "gnome-shell", lambda: f"JS ERROR: TypeError: this._icon is null at line {rng.randint(1, 400)}"),
    (2, 6, "rsyslogd", lambda: f"action 'action-{rng.randint(1, 9)}-builtin:omfile' resumed (module 'builtin:omfile')"),
]
total = sum(o[0] for o in often)
every = [  # seconds, priority, ident, text: severe, and nothing new
    (1800, 2, "smartd", lambda: f"Device: /dev/sdc [SAT], {rng.randint(6, 9)} Currently unreadable (pending) sectors"),
    (300, 2, "ups-monitor", lambda: f"critical: battery of ups1 at {rng.randint(60, 99)} %, replace it"),
    (180, 4, "systemd", lambda: "telegraf.service: Failed with result 'exit-code'."),
    (180, 6, "systemd", lambda: f"telegraf.service: Scheduled restart job, restart counter is at {rng.randint(1, 400)}."),
    (180, 4, "systemd", lambda: "telegraf.service: Main process exited, code=exited, status=1/FAILURE"),
    (600, 3, "kernel", lambda: f"usb 1-4: device descriptor read/64, error -{rng.randint(32, 110)}"),
    (900, 6, "kernel", lambda: f"perf: interrupt took too long ({rng.randint(2500, 9000)} > {rng.randint(2000, 8000)}), lowering kernel.perf_event_max_sample_rate to {rng.randint(20000, 80000)}"),
    (1200, 4, "kernel", lambda: f"nfs: server files{rng.randint(1, 3)} not responding, still trying"),
]
once = [  # of each some, at any time
    (6, "systemd", "Started Daily man-db regeneration."), (6, "systemd", "Reloading OpenBSD Secure Shell server..."),
    (6, "kernel", "usb 1-2: new high-speed USB device number {n} using xhci_hcd"), (6, "systemd", "Starting Cleanup of Temporary Directories..."),
    (4, "kernel", "CIFS: VFS: {w} has not responded in 180 seconds. Reconnecting..."), (4, "chronyd", "Can't synchronise: no selectable sources"),
    (5, "sudo", "deploy : TTY=pts/{n} ; PWD=/srv/{w} ; USER=root ; COMMAND=/usr/bin/systemctl status {w}"),
    (3, "{w}d", "cannot open /etc/{w}/extra.conf: No such file or directory"), (3, "postfix/smtp", "{w}: to=<a@example.net>, relay=none, delay={n}, status=deferred (connect to mx.{w}.net[10.0.0.{n}]:25: Connection timed out)"),
    (4, "gnome-keyring", "couldn't access control socket: /run/user/{n}/keyring/control"), (4, "NetworkManager", "<warn>  [17000{n}.1] dhcp4 (eth0): request for {w} timed out"),
    (6, "unattended-upgrade", "Packages that will be upgraded: lib{w}{n}"), (3, "{w}", "backend {w}-{n} returned error 502 for /health"),
    (5, "{w}", "configuration reloaded from /etc/{w}/{w}.yaml"), (6, "{w}", "worker {n} finished job {w} in {n} ms"),
]
syllables = "ka lo mi ter vo ran sel dux pi mor ent al gra zu ne co".split()


def word():
    return "".join(rng.choice(syllables) for _ in range(rng.randint(2, 3)))


def chatter():
    for period, priority, ident, text in every:
        t = start + rng.uniform(0, period)
        while t < end:
            say(t, priority, ident, text())
            t += period * rng.uniform(0.8, 1.2)
    for _ in range(220):
        priority, ident, text = rng.choice(once)
        fill = {"n": rng.randint(1, 99), "w": word()}
        say(rng.uniform(start, end), priority, ident.format(**fill), text.format(**fill))
    while len(lines) < CHATTER:
        w = rng.uniform(0, total)
        for weight, priority, ident, text in often:
            w -= weight
            if w <= 0:
                break
        t = rng.uniform(start, end)
        for _ in range(rng.randint(20, 200) if rng.random() < 0.002 else 1):  # a burst
            say(t, priority, ident, text())
            t += rng.uniform(0.01, 0.6)


daemons = "mysqld java node postgres redis-server chrome clickhouse-serv python3 elasticsearch ruby".split()
services = "postgresql nginx redis-server mariadb haproxy grafana-server docker apache2 rabbitmq-server minio".split()


def oom():
    name, pid, kb = rng.choice(daemons), rng.randint(300, 32000), rng.randint(10**6, 9 * 10**6)
    return rng.choice([
        (3, "kernel", f"Out of memory: Killed process {pid} ({name}) total-vm:{2 * kb}kB, anon-rss:{kb}kB, file-rss:0kB, shmem-rss:0kB, UID:{rng.randint(100, 1000)} pgtables:{rng.randint(100, 9999)}kB oom_score_adj:0", "", ""),
        (4, "kernel", f"{name} invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=0", "", ""),
        (3, "kernel", f"Memory cgroup out of memory: Killed process {pid} ({name}) total-vm:{2 * kb}kB, anon-rss:{kb}kB, file-rss:0kB", "", "")])


def restart():
    s = rng.choice(services)
    return rng.choice([
        (5, "systemd", f"{s}.service: Main process exited, code=killed, status={rng.choice(['9/KILL', '11/SEGV', '6/ABRT'])}", f"{s}.service", "98e322203f7a4ed290d09fe03c09fe15"),
        (4, "systemd", f"{s}.service: Failed with result 'signal'.", f"{s}.service", "d9b373ed55a64feb8242e02dbe79a49c"),
        (6, "systemd", f"{s}.service: Scheduled restart job, restart counter is at 1.", f"{s}.service", "5eb03494b6584870a536b337290809b3")])


def disk():
    d = rng.choice(["sda", "sdb", "nvme0n1", "sdd"])
    return rng.choice([
        (3, "kernel", f"I/O error, dev {d}, sector {rng.randint(1, 10**9)} op 0x0:(READ) flags 0x80700 phys_seg {rng.randint(1, 8)} prio class 2", "", ""),
        (3, "kernel", f"ata{rng.randint(1, 6)}.00: failed command: READ FPDMA QUEUED", "", ""),
        (2, "kernel", f"EXT4-fs error (device {d}1): ext4_find_entry:{rng.randint(1000, 2000)}: inode #{rng.randint(2, 99999)}: comm {rng.choice(daemons)}: reading directory lblock 0", "", "")])


def link():
    return rng.choice([
        (6, "kernel", f"e1000e 0000:00:1f.6 eno{rng.randint(1, 4)}: NIC Link is Down", "", ""),
        (6, "kernel", f"r8169 0000:0{rng.randint(1, 6)}:00.0 enp{rng.randint(1, 6)}s0: Link is Down", "", ""),
        (6, "systemd-networkd", f"enp{rng.randint(1, 6)}s0: Lost carrier", "systemd-networkd.service", ""),
        (6, "kernel", f"mlx5_core 0000:b{rng.randint(1, 6)}:00.0 ens{rng.randint(1, 6)}f0: Link down", "", "")])


kinds = [("oom", oom), ("restart", restart), ("disk", disk), ("link", link)]
incidents, times = [], []
while len(times) < INCIDENTS:  # at random, but one has to be over before the next can be told from it
    t = rng.uniform(start + 1200, end - 900)
    if all(abs(t - u) > 900 for u in times):
        times.append(t)
chatter()
for k, t in enumerate(sorted(times)):
    name, make = kinds[k % len(kinds)]
    priority, ident, text, unit, message_id = make()
    at = t - rng.uniform(0.5, 25)
    say(at, priority, ident, text, unit, message_id)
    incidents.append({"kind": name, "start": t, "seconds": rng.uniform(40, 120), "line": at, "text": text})
lines.sort(key=lambda l: l[0])


def numbers(path):
    names = ["cpu.util", "memory.used", "disk.util{sda}", "net.recv.rate{eth0}", "cpu.iowait",
             "net.drops.rate{eth0}"]
    with open(path, "w") as f:
        f.write("time," + ",".join(names) + "\n")
        level = [12.0, 6e9, 8.0, 4e7, 1.0, 2.0]
        for k in range(HOURS * 3600 // STEP_S):
            t = start + k * STEP_S
            v = [level[0] + rng.gauss(0, 1.5), level[1] + rng.gauss(0, 3e7), level[2] + rng.gauss(0, 1),
                 level[3] * rng.lognormvariate(0, 0.1), abs(level[4] + rng.gauss(0, 0.3)), abs(level[5] + rng.gauss(0, 0.5))]
            for i in incidents:
                if i["start"] <= t < i["start"] + i["seconds"]:
                    if i["kind"] == "oom":
                        v[1] -= 2.5e9
                    elif i["kind"] == "restart":
                        v[0] += 55
                    elif i["kind"] == "disk":
                        v[2] += 85
                        v[4] += 30
                    else:
                        v[3] = 0.0
                        v[5] += 400
            f.write(f"{t}," + ",".join("%.6g" % max(x, 0) for x in v) + "\n")


def export(path):
    with open(path, "w") as f:
        for n, (t, priority, ident, pid, unit, message_id, text) in enumerate(lines):
            us = int(t * 1e6)
            f.write(f"__REALTIME_TIMESTAMP={us}\n__MONOTONIC_TIMESTAMP={us - int(start * 1e6) + 10**7}\n"
                    f"_BOOT_ID={seed:032x}\n_MACHINE_ID={seed + 1:032x}\n_HOSTNAME=host\n"
                    f"_TRANSPORT={'kernel' if ident == 'kernel' else 'syslog'}\nPRIORITY={priority}\n"
                    f"SYSLOG_IDENTIFIER={ident}\n_COMM={ident}\n_PID={pid}\nSYSLOG_FACILITY=3\n"
                    f"_SYSTEMD_UNIT={'init.scope' if ident == 'systemd' else ident + '.service'}\n")
            if unit:
                f.write(f"UNIT={unit}\n")
            if message_id:
                f.write(f"MESSAGE_ID={message_id}\n")
            f.write(f"MESSAGE={text}\n\n")


def syslog(folder):
    os.makedirs(folder)
    half = start + HOURS * 1800
    for name, part in (("syslog.1", [l for l in lines if l[0] < half]), ("syslog", [l for l in lines if l[0] >= half])):
        with open(os.path.join(folder, name), "w") as f:
            for t, priority, ident, pid, unit, message_id, text in part:
                stamp = time.strftime("%b %d %H:%M:%S", time.gmtime(t))
                stamp = stamp[:4] + stamp[4:6].lstrip("0").rjust(2) + stamp[6:]
                tag = "kernel:" if ident == "kernel" else f"{ident}[{pid}]:"
                up = f" [{t - start + 10:.6f}]" if ident == "kernel" else ""
                f.write(f"{stamp} host {tag}{up} {text}\n")


os.makedirs(folder, exist_ok=True)
numbers(os.path.join(folder, "numbers.csv"))
export(os.path.join(folder, "lines.export"))
syslog(os.path.join(folder, "syslog"))
with open(os.path.join(folder, "truth.json"), "w") as f:
    json.dump({"lines": len(lines), "incidents": incidents}, f, indent=1)
