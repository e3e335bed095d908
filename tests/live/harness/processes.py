"""Processes of the plane: started in the background, recorded by PID and start time, stopped by these alone."""
import contextlib
import itertools
import os
import pathlib
import signal
import subprocess
import time

from . import settings


def start_time(pid):
    """When a process started, in ticks; nothing for one that is gone or a zombie."""
    try:
        rest = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if rest[0] == "Z" else rest[19]


def alive(record):
    """The PID in a record, if the process that it names still runs."""
    try:
        pid, started = record.read_text().split()
    except (OSError, ValueError):
        return None
    return int(pid) if start_time(pid) == started else None


class Processes:
    def __init__(self, folder):
        self.pids, self.logs = folder / "pid", folder / "log"
        for made in (self.pids, self.logs):
            made.mkdir(parents=True, exist_ok=True)
        self.children = {}

    def start(self, name, command, env=None):
        with open(self.logs / f"{name}.log", "ab") as log:
            child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                     env=os.environ | (env or {}), start_new_session=True)
        self.children[name] = child
        (self.pids / name).write_text(f"{child.pid} {start_time(child.pid)}")

    def dead(self):
        return [record.name for record in self.pids.iterdir() if not alive(record)]

    def stop(self, name):
        stop([self.pids / name])
        self.reap()

    def stop_all(self):
        stop(self.pids.iterdir())
        self.reap()

    def reap(self):
        self.children = {name: child for name, child in self.children.items() if child.poll() is None}

    def usage(self):
        """Peak memory in MiB and seconds of CPU of each process that runs."""
        found = {}
        for record in sorted(self.pids.iterdir()):
            pid = alive(record)
            if pid is None:
                continue
            stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
            cpu = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
            found[record.name] = (int(status["VmHWM"].split()[0]) // 1024, round(cpu))
        return found


def stop(records):
    """Stops recorded processes: those that talk to the API servers, then these, then etcd."""
    rank = lambda record: (record.name == "etcd") * 2 + record.name.startswith("apiserver")  # noqa: E731
    records = sorted(records, key=rank)
    for _, group in itertools.groupby(records, rank):
        group = list(group)
        for sign in (signal.SIGTERM, signal.SIGKILL):
            for record in group:
                pid = alive(record)
                if pid is not None:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, sign)
            end = time.time() + 10
            while any(map(alive, group)) and time.time() < end:
                time.sleep(0.1)
        for record in group:
            record.unlink(missing_ok=True)


def stop_everything():
    """Stops what any run left behind. Returns the names."""
    records = [record for record in settings.RUN.glob("*/pid/*") if alive(record)]
    stop(records)
    return [f"{record.parent.parent.name}/{record.name}" for record in records]
