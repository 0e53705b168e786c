"""A recorded machine: two cores at 1 Hz, and a process, hog, that is busy for a while.

usage: busy_machine.py DIR START_MS SECONDS BUSY_FROM BUSY_TO SEED
"""
import os, random, sys
folder, start, seconds, busy_from, busy_to, seed = sys.argv[1], *map(int, sys.argv[2:])
random.seed(seed)
user, idle, hog = 100000, 900000, 100

def put(i, name, text):
    path = f"{folder}/{i:04}/{name}"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)

def process(pid, name, ticks, pages):
    return (f"{pid} ({name}) S 1 {pid} {pid} 0 -1 4194304 200 0 0 0 {ticks} 0 0 0 20 0 1 0 5000 "
            f"{pages * 4096} {pages} "
            "18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n")

put(0, "proc/uptime", "10000.00 18000.00\n")
put(0, "proc/1/stat", process(1, "init", 1000, 2000))
for i in range(seconds):
    busy = busy_from <= i < busy_to
    work = 195 if busy else max(0, min(200, round(random.gauss(10, 3))))
    hog += 190 if busy else 0
    user, idle = user + work, idle + 200 - work
    half = f"{user // 2} 0 0 {idle // 2} 0 0 0 0 0 0"
    put(i, "proc/stat", f"cpu  {user} 0 0 {idle} 0 0 0 0 0 0\ncpu0 {half}\ncpu1 {half}\nintr {i * 100}\n"
        f"ctxt {i * 300}\nbtime 1795000000\nprocesses {4000 + i}\nprocs_running 1\nprocs_blocked 0\n")
    if i % 5 == 0:
        used = 2000000 + round(random.gauss(0, 500))
        free = 8000000 - used
        put(i, "proc/meminfo", f"MemTotal: 8000000 kB\nMemFree: {free} kB\nMemAvailable: {free} kB\n"
            "SwapTotal: 0 kB\nSwapFree: 0 kB\n")
    if i == 0 or busy:
        put(i, "proc/77/stat", process(77, "hog", hog, 3000))
    put(i, ".sonde/clock", f"{start + 1000 * i} {1000000000 * (i + 100)} {1000000000 * (i + 100)}\n")
