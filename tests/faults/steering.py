"""What rows about the daemon itself do to one site: make it publish, ask its BIRD, watch its system calls, play its BIRD.

A site's neighbour needs neither daemon nor BIRD: its kernel answers probes, and a session that never stood says nothing
about a link.
"""

import contextlib
import re
import signal
import socket
import subprocess
import threading
import time

from topology.process import Process

PUBLISHED_S = 8


def start_alone(sites, site, bird=True):
    """BIRD, if wanted, and the daemon at this one site, every link measured and published."""
    if bird:
        site.start_bird()
        sites.wait(f"{site}'s BIRD answers", site.bird.answers, 10)
    site.start_trimtab()
    settled(sites, site, bird)


def settled(sites, site, bird=True):
    sites.wait(f"{site} answers", site.daemon_answers, 20)
    sites.wait(f"{site} has published every link", lambda: all_up(site) and not (bird and pending(site)), 20)


def all_up(site):
    return all(link["standing"] == "up" for link in site.ask(ask="status")["links"])


def bird_state(site):
    return site.ask(ask="status")["bird"]


def pending(site):
    return bird_state(site)["pending"]


def mesh_text(site):
    return (site.config / "mesh.toml").read_text()


def reload(site, text=None):
    if text is not None:
        (site.config / "mesh.toml").write_text(text)
    site.daemon.signal(signal.SIGHUP)


def bias(site, ms):
    """The operator makes every link of the mesh file dearer: the next thing that the daemon publishes."""
    text = re.sub(r"bias = .*\n", "", mesh_text(site))
    reload(site, text.replace("[[link]]\n", f'[[link]]\nbias = "{ms}ms"\n'))


def in_file(site, other):
    """The cost that the metrics file gives for the neighbour, in ms; None without one."""
    found = re.search(rf"^define COST_{other.id} = (\d+);", site.metrics_file(), re.MULTILINE)
    return int(found[1]) / 10 if found else None


def in_force(site, other):
    """The cost that BIRD runs with, in ms."""
    return int(site.bird.ask(f"eval COST_{other.id}")[-1]) / 10


def is_whole(text):
    """Does the last line fit the others (docs/formats.md)? A neutral file is whole as well."""
    lines, end, last = text.rpartition("define METRICS_COMPLETE = ")
    if not end or not last.endswith(";\n"):
        return False
    value = 2166136261
    for byte in lines.encode():
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return int(last[:-2]) in (0, max(value, 2))


def reconfigurations(site):
    log = site.logs / f"{site.name}-bird.log"
    return log.read_text().count("Reconfigured") if log.exists() else 0


def leftovers(site):
    return [path.name for path in site.run.iterdir() if re.search(r"\.[0-9a-f]{16}$", path.name)]


def probes_in(site, seconds):
    """How many probes left in so many seconds, over all links, and how long the daemon took to say so at most."""
    asked = []

    def sent():
        began = time.monotonic()
        status = site.ask(ask="status")
        asked.append(time.monotonic() - began)
        return sum(link["counters"]["probes_sent"] for link in status["links"])

    before, end = sent(), time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.05)
        after = sent()
    return after - before, max(asked)


@contextlib.contextmanager
def traced(site, *options):
    """strace at the running daemon; gives a function that returns the lines so far."""
    log = site.logs / f"{site.name}-strace.log"
    log.unlink(missing_ok=True)
    tracer = subprocess.Popen(["strace", "-p", str(site.daemon.pid), "-ttt", "-s", "200", "-o", str(log), *options],
                              stderr=subprocess.PIPE, text=True)
    try:
        tracer.stderr.readline()  # "attached"
        yield lambda: log.read_text().splitlines() if log.exists() else []
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait()
        tracer.stderr.close()


def start_traced(site, *options):
    """The daemon under strace from its first system call on; the tracer is a grandchild, so the pid is the daemon's."""
    log = site.logs / f"{site.name}-strace.log"
    log.unlink(missing_ok=True)
    site.daemon = Process("trimtab", site.router, ["strace", "-D", "-ttt", "-s", "200", "-o", str(log), *options, *site.command("run")],
                          site.logs / f"{site.name}-trimtab.log")
    return log


class FakeBird:
    """Listens where the site's BIRD would; `say(connection, command)` answers, after the greeting."""

    GREETING = b"0001 BIRD 2.0.12 ready.\n"
    STATUS = b"1000-BIRD 2.0.12\n1011-Router ID is 10.255.0.1\n Last reboot on 2026-11-23 23:01:27.123\n0013 up\n"

    def __init__(self, site, say, greeting=GREETING):
        self.site, self.say, self.greeting = site, say, greeting
        self.commands, self.connections = [], 0
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(site.run / "bird.ctl"))
        self._listener.listen(8)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)
        (self.site.run / "bird.ctl").unlink()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection, contextlib.suppress(OSError):
                connection.settimeout(10)
                connection.sendall(self.greeting)
                for line in connection.makefile("rb"):
                    self.commands.append(line.decode().strip())
                    self.say(connection, self.commands[-1])

    def usual(self, command):
        """What a BIRD that has read the metrics file would say."""
        if command == "show status":
            return self.STATUS
        if command.startswith("configure check"):
            return b"0020 Configuration OK\n"
        if command == "configure":
            return b"0003 Reconfigured\n"
        if command.startswith("eval"):
            return b"0023 " + self.site.metrics_file().rpartition(" = ")[2].rstrip(";\n").encode() + b"\n"
        return b"0000 \n"
