"""Runs one process and measures it: wall time, processor time, and the peak memory of its whole tree."""

import os
import subprocess
import threading
import time
from collections import namedtuple

# seconds, seconds, MiB, MiB: `resident` counts pages of mapped files too, `private` only what is the process's own.
Measured = namedtuple("Measured", "wall cpu resident private status output errors")

_EVERY = 0.02
_PAGE = os.sysconf("SC_PAGE_SIZE")


def run(command, environment=None, cores=None, limit=None):
    """Runs the command on the given cores; ends it after `limit` seconds."""
    def pin():
        if cores:
            os.sched_setaffinity(0, cores)

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
                          preexec_fn=pin, text=True) as process:
        began = time.perf_counter()
        texts = {}
        readers = [threading.Thread(target=lambda n=n, f=f: texts.update({n: f.read()}), daemon=True)
                   for n, f in (("output", process.stdout), ("errors", process.stderr))]
        for reader in readers:
            reader.start()
        watch = _Watch(process.pid)
        watch.start()
        timer = threading.Timer(limit, process.kill) if limit else None
        if timer:
            timer.start()
        # The usage of a process that was waited for counts the children that it waited for.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        if timer:
            timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.stop()
        for reader in readers:
            reader.join()
    resident = max(usage.ru_maxrss * 1024, watch.resident) / (1 << 20)
    private = watch.private / (1 << 20)
    return Measured(wall, usage.ru_utime + usage.ru_stime, resident, private, process.returncode,
                    texts["output"], texts["errors"])


class _Watch(threading.Thread):
    """Adds up the memory of a process and its descendants, again and again."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.resident, self.private, self.ended = pid, 0, 0, threading.Event()

    def run(self):
        while not self.ended.wait(_EVERY):
            resident = private = 0
            for pid in _tree(self.pid):
                try:
                    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
                        pages = file.read().split()
                except OSError:
                    continue
                resident += int(pages[1]) * _PAGE
                private += (int(pages[1]) - int(pages[2])) * _PAGE
            self.resident, self.private = max(self.resident, resident), max(self.private, private)

    def stop(self):
        self.ended.set()
        self.join()


def _tree(pid):
    found, waiting = [], [pid]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                    waiting += map(int, file.read().split())
        except OSError:
            continue
    return found


def warm(paths):
    """Reads the files once, so that every contender finds them in the page cache, as far as they fit."""
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while file.read(1 << 24):
                pass
