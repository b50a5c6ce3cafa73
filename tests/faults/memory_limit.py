"""A process that may have so much memory and no more: a cgroup, of the second version or of the first."""

import os
import shlex
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")


class MemoryLimit:
    """command(...) runs in it; peak_mb() is what was charged at most, refusals() how often the limit was hit."""

    def __init__(self, megabytes):
        second = (ROOT / "cgroup.controllers").exists()
        self.path = (ROOT if second else ROOT / "memory") / f"trimtab-test-{os.getpid()}"
        self._limit, self._peak = ("memory.max", "memory.peak") if second else ("memory.limit_in_bytes", "memory.max_usage_in_bytes")
        self._second, self._bytes = second, megabytes << 20

    def __enter__(self):
        if self._second:
            (ROOT / "cgroup.subtree_control").write_text("+memory")
        self.path.mkdir()
        (self.path / self._limit).write_text(str(self._bytes))
        return self

    def __exit__(self, *_):
        self.path.rmdir()

    def command(self, words):
        return ["sh", "-c", f"echo $$ >{self.path}/cgroup.procs; exec {shlex.join(map(str, words))}"]

    def peak_mb(self):
        return int((self.path / self._peak).read_text()) / (1 << 20)

    def refusals(self):
        if not self._second:
            return int((self.path / "memory.failcnt").read_text())
        events = dict(line.split() for line in (self.path / "memory.events").read_text().splitlines())
        return int(events["max"])
