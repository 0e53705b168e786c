"""Programs side by side and what each of them costs, for collect.py, peers.py and store_peers.py.

CPU comes from a control group of each program's own (cpuacct of v1, cpu.stat of v2): it counts all
threads and children, those that ended too. Where no group can be made it comes from the program's
CPU clock, which leaves out children. Whatever is started or made ends with the `with` that made it,
and programs end with this one even if it is killed.
"""
import contextlib
import ctypes
import os
import pathlib
import platform
import random
import re
import signal
import statistics
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1
V1_CONTROLLERS = ("cpu", "cpuacct", "memory", "blkio", "pids")
libc = ctypes.CDLL(None)


def mounted(kind):
    """Mount points of a type of file system with their options."""
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        _, where, what, options = line.split()[:4]
        if what == kind:
            yield pathlib.Path(where), options.split(",")


def own_group(controller):
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        if controller in names.split(","):
            return path.lstrip("/")
    return ""


def group_parents():
    """Where a group for measuring may be made, and the file that tells its CPU; the best first."""
    for where, options in mounted("cgroup"):
        if "cpuacct" in options:
            yield where / own_group("cpuacct"), "cpuacct.usage"
    for where, _ in mounted("cgroup2"):
        yield where / own_group(""), "cpu.stat"


def remove_group(path):
    for _ in range(50):  # the kernel takes a moment to forget those that ended
        with contextlib.suppress(FileNotFoundError):
            try:
                path.rmdir()
            except OSError:
                time.sleep(0.02)
                continue
        return


class Group:
    """A control group to measure in, or none where it cannot be made."""
    count = 0

    def __init__(self):
        self.path = None
        for parent, file in group_parents():
            Group.count += 1
            path = parent / f"sonde-bench-{os.getpid()}-{Group.count}"
            with contextlib.suppress(OSError):
                path.mkdir()
                if os.access(path / file, os.R_OK):
                    self.path, self.file = path, path / file
                    return
                path.rmdir()

    def enter(self):
        if self.path:
            (self.path / "cgroup.procs").write_text("0")

    def cpu_us(self):
        text = self.file.read_text()
        return int(text) / 1000 if self.file.name == "cpuacct.usage" else int(text.split()[1])

    def pids(self):
        return [int(pid) for pid in (self.path / "cgroup.procs").read_text().split()]

    def remove(self):
        if self.path:
            remove_group(self.path)


class Program:
    """A program in a group of its own."""

    def __init__(self, argv, **options):
        self.argv = [str(a) for a in argv]
        self.group = Group()
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL, **options}
        self.process = subprocess.Popen(self.argv, text=True, preexec_fn=self.begin, **options)

    def begin(self):
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        self.group.enter()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def cpu_us(self):
        if self.group.path:
            return self.group.cpu_us()
        return time.clock_gettime_ns((~self.process.pid << 3) | 2) / 1000  # its CPU clock, clock_getcpuclockid(3)

    def pids(self):
        return self.group.pids() if self.group.path else [self.process.pid]

    def status_kib(self, field):
        """A field of /proc/PID/status over all its processes."""
        total = 0
        for pid in self.pids():
            with contextlib.suppress(OSError, TypeError):
                text = pathlib.Path(f"/proc/{pid}/status").read_text()
                total += int(re.search(field + r":\s+(\d+)", text)[1])
        return total

    def rss_kib(self):
        return self.status_kib("VmRSS")

    def peak_kib(self):
        return self.status_kib("VmHWM")

    def uses_bpf(self):
        """Does it hold a link or an iterator of BPF? What it said it does is not asked."""
        for fd in pathlib.Path(f"/proc/{self.process.pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if "bpf" in os.readlink(fd):
                    return True
        return False

    def stop(self):
        """Ends it with all its children. Returns what it printed."""
        out = ""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            out, _ = self.process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
        if self.group.path:
            for pid in self.group.pids() if self.group.path.exists() else []:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            self.group.remove()
        return out or ""


class Idlers:
    """Processes that only are there."""

    def __init__(self, program, count):
        self.process = subprocess.Popen([str(program), str(max(0, count))], stdout=subprocess.PIPE, text=True,
                                        preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
        self.process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


class Services:
    """Groups like those of services, with one sleeping process each."""

    def __init__(self, count):
        self.groups, self.sleepers = [], []
        v1 = [where for where, options in mounted("cgroup") if set(options) & set(V1_CONTROLLERS)]
        roots = [root / "system.slice" for root in v1 or [where for where, _ in mounted("cgroup2")]]
        self.slices = [root for root in roots if not root.exists()]
        try:
            for number in range(count):
                made = [root / f"sonde-bench-{number:02}.service" for root in roots]
                for path in made:
                    path.mkdir(parents=True)
                    self.groups.append(path)
                self.sleepers.append(subprocess.Popen(["sleep", "infinity"], preexec_fn=lambda: self.settle(made)))
        except OSError:
            self.__exit__()
            raise

    @staticmethod
    def settle(groups):
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        for path in groups:
            (path / "cgroup.procs").write_text("0")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for sleeper in self.sleepers:
            sleeper.kill()
            sleeper.wait()
        for path in self.groups + self.slices:
            remove_group(path)


def sleep_until(moment):
    time.sleep(max(0, moment - time.monotonic()))


def start_in_phase(argv, phase):
    now = time.monotonic()
    sleep_until(now - now % 1 + phase + (1 if now % 1 > phase - 0.05 else 0))
    return Program(argv)


def side_by_side(first, second, seconds, warm_up=3):
    """Two programs that wake once a second, half a second apart, in random order.

    Returns the CPU of each in microseconds per second, and what the first printed.
    """
    pair = [first, second]
    order = random.sample((0, 1), 2)
    with contextlib.ExitStack() as stack:
        program = {}
        for place in order:
            program[place] = stack.enter_context(start_in_phase(pair[place], 0.1 if place == order[0] else 0.6))
        begin = time.monotonic() // 1 + 1 + warm_up + 0.35  # between the two
        sleep_until(begin)
        before = [program[i].cpu_us() for i in (0, 1)]
        sleep_until(begin + seconds)
        cost = [(program[i].cpu_us() - before[i]) / seconds for i in (0, 1)]
        return cost, program[0].stop()


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def processes():
    return sum(name.isdigit() for name in os.listdir("/proc"))


def first_line(*argv):
    with contextlib.suppress(OSError, subprocess.CalledProcessError, IndexError):
        out = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True).stdout
        return out.splitlines()[0].strip()
    return "unknown"


def cards():
    nvidia = pathlib.Path("/proc/driver/nvidia/gpus").glob("*/information")
    found = [first_line("grep", "^Model", path) for path in nvidia]
    drm = pathlib.Path("/sys/class/drm").glob("card[0-9]/device/uevent")
    found += [re.sub(r".*DRIVER=(\w+).*", r"\1", path.read_text(), flags=re.S) for path in drm]
    return ", ".join(found) or "none"


def machine(build):
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    here = pathlib.Path(__file__).parent
    return {
        "kernel": platform.release(), "system": platform.freedesktop_os_release().get("PRETTY_NAME", "unknown"),
        "cpu": cpu[1] if cpu else platform.machine(), "cpus": os.cpu_count(), "cards": cards(),
        "processes": processes(), "load": os.getloadavg()[0],
        "sonde": first_line(build / "sonde", "--version"),
        "commit": first_line("git", "-C", here, "describe", "--always", "--dirty"),
        "compiler": first_line("cc", "--version"), "libc": first_line("ldd", "--version"),
    }


def tell_machine(m):
    print(f"{m['system']}, Linux {m['kernel']}; {m['cpus']} x {m['cpu']}; graphics: {m['cards']}; "
          f"{m['processes']} processes, load {m['load']:.1f}")
    print(f"{m['sonde']} ({m['commit']}); {m['compiler']}; {m['libc']}")


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def end_on_signal():
    """SIGTERM unwinds like Ctrl-C does."""
    def leave(number, _):
        raise KeyboardInterrupt
    signal.signal(signal.SIGTERM, leave)
