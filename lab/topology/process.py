"""A process that the lab started, with its log: it ends when the lab says so, and the lab knows it has."""

import os
import signal
import subprocess
import time

GRACE_S = 5


class Process:
    def __init__(self, name, namespace, command, log, environment=None):
        self.name, self.command, self.log_path = name, command, log
        self._log = open(log, "ab")
        self._ended_by_us = False
        self._popen = namespace.start(*command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
                                      env={**os.environ, **(environment or {})})

    @property
    def pid(self):
        return self._popen.pid

    def running(self):
        return self._popen.poll() is None

    def must_be_alive(self):
        """Fails with its last words if it ended without being told to."""
        if not self.running() and not self._ended_by_us:
            last = self.log_path.read_text(errors="replace").strip().splitlines()[-5:]
            raise AssertionError(f"{self.log_path.stem} ended by itself, status {self._popen.returncode}: " + " / ".join(last))

    def signal(self, number):
        self._popen.send_signal(number)

    def stop(self):
        """SIGTERM, and SIGKILL to what ignores it; returns the exit status."""
        self._ended_by_us = True
        if self.running():
            self.signal(signal.SIGTERM)
            self.signal(signal.SIGCONT)
            try:
                self._popen.wait(GRACE_S)
            except subprocess.TimeoutExpired:
                self.kill()
        return self._finish()

    def kill(self):
        self._ended_by_us = True
        if self.running():
            self.signal(signal.SIGKILL)
        return self._finish()

    def _finish(self):
        status = self._popen.wait()
        self._log.close()
        return status

    def memory_mb(self):
        with open(f"/proc/{self.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:")) / 1024

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stop_all(processes):
    """All asked first, then all waited for: in a row, each one's last seconds would add up."""
    for process in processes:
        if process.running():
            process.signal(signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S
    while any(process.running() for process in processes) and time.monotonic() < deadline:
        time.sleep(0.02)
    for process in processes:
        process.kill()
