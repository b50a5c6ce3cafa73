"""Rows 45 and 51 to 54: who asks the daemon, who may, and who else wants to be it."""

import contextlib
import os
import resource
import socket
import subprocess
import sys
import time

import pytest
from steering import PUBLISHED_S, bias, in_file, in_force, pending, probes_in, settled, start_alone
from topology.process import Process

NOBODY = 65534


@contextlib.contextmanager
def many_descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def crowd(site, number):
    """Connections that say nothing; those that the daemon has closed stay open at our end."""
    connections = []
    for _ in range(number):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(2)
        while True:
            try:
                connection.connect(str(site.run / "trimtab.sock"))
                break
            except BlockingIOError:  # the queue is full
                time.sleep(0.001)
        connections.append(connection)
    return connections


def answer_times(site, number):
    times = []
    for _ in range(number):
        began = time.monotonic()
        assert "links" in site.ask(ask="status")
        times.append(time.monotonic() - began)
    return sorted(times)


@pytest.mark.alone
def test_row_45_no_descriptor_left(network):
    """Forty descriptors, a thousand clients: no spinning, probes on time, and what BIRD and the file need is kept."""
    sites = network("AB", start=False)
    a, b = sites
    a.start_bird()
    sites.wait("BIRD answers", a.bird.answers, 10)
    a.daemon = Process("trimtab", a.router, ["prlimit", "--nofile=40:40", *a.command("run")], a.logs / "a-trimtab.log")
    settled(sites, a)
    with many_descriptors(), contextlib.ExitStack() as stack:
        for connection in crowd(a, 1000):
            stack.callback(connection.close)
        cpu, began = a.daemon.cpu_seconds(), time.monotonic()
        probes, slowest = probes_in(a, 2)
        load = (a.daemon.cpu_seconds() - cpu) / (time.monotonic() - began)
        open_now = len(os.listdir(f"/proc/{a.daemon.pid}/fd"))
        bias(a, 30)
        sites.wait("it publishes", lambda: not pending(a) and in_force(a, b) == in_file(a, b) > 30, PUBLISHED_S)
    print(f"  row 45: {open_now} of 40 descriptors open, {100 * load:.0f} % of a core, {probes} probes in 2 s, "
          f"slowest answer {1000 * slowest:.0f} ms")
    assert open_now < 40 and load < 0.3 and 8 <= probes <= 14


def test_row_51_without_the_right_to_send_probes(network):
    sites = network("AB", start=False)
    a = sites["A"]
    done = a.router.run("setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw", *a.command("run"), check=False, timeout=10)
    print(f"  row 51: status {done.returncode}: {done.stderr.strip()}")
    assert done.returncode == 2 and "CAP_NET_RAW" in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert not (a.run / "trimtab.sock").exists()


def test_row_51_datagrams_where_the_kernel_allows_them(network):
    """Without CAP_NET_RAW, and net.ipv4.ping_group_range has our group: links are measured all the same."""
    sites = network("AB", start=False)
    a, b = sites
    a.router.run("sysctl", "-qw", "net.ipv4.ping_group_range=0 0")
    command = ["setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw", *a.command("run")]
    a.daemon = Process("trimtab", a.router, command, a.logs / "a-trimtab.log")
    settled(sites, a, bird=False)
    probes, _ = probes_in(a, 2)
    with b.drops("icmp type echo-request"):
        took = sites.wait("A finds B down", lambda: a.standing(b) == "down", 5)
    link = a.link(b)
    print(f"  row 51: datagram ICMP: {probes} probes in 2 s, RTT {link['rtt_ms']} ms, down after {took:.2f} s")
    assert 8 <= probes <= 20 and link["counters"]["forged_answers"] == 0
    assert "datagram" in (a.logs / "a-trimtab.log").read_text()


@pytest.mark.alone
def test_row_52_clients_that_are_slow_silent_huge_or_many(network):
    sites = network("AB", start=False)
    a, b = sites
    start_alone(sites, a, bird=False)
    memory, alone = a.daemon.memory_mb(), answer_times(a, 20)
    with many_descriptors(), contextlib.ExitStack() as stack:
        slow = crowd(a, 1)[0]
        stack.callback(slow.close)
        slow.sendall(b'{"ask"')
        slow_began = time.monotonic()
        for connection in crowd(a, 64):
            stack.callback(connection.close)
        full = answer_times(a, 20)
        began = time.monotonic()
        for connection in crowd(a, 1000):
            stack.callback(connection.close)
        storm = time.monotonic() - began
        after = answer_times(a, 20)
        probes, _ = probes_in(a, 2)
        huge = crowd(a, 1)[0]
        stack.callback(huge.close)
        sent = 0
        with contextlib.suppress(OSError):
            for _ in range(1600):
                sent += huge.send(b"x" * 65536)
        burst = crowd(a, 1)[0]
        stack.callback(burst.close)
        with contextlib.suppress(OSError):
            burst.sendall(b'{"ask":"status"}\n' * 10_000)
        answer_times(a, 5)
        grown = a.daemon.memory_mb() - memory
    print(f"  row 52: answers' median and maximum: nobody else {of_times(alone)}; 64 silent {of_times(full)}; "
          f"after 1000 connects in {storm:.2f} s {of_times(after)}; {probes} probes in 2 s; of 100 MB it took {sent >> 10} kB; memory +{grown:.1f} MB")
    # What the machine takes without a crowd is not the crowd's doing.
    bound = max(0.05, 2 * alone[10])
    assert full[10] < bound and after[10] < bound
    assert 8 <= probes <= 14 and sent < 4 << 20 and grown < 8
    slow = crowd(a, 1)[0]
    slow.settimeout(20)
    slow.sendall(b'{"ask"')
    began = time.monotonic()
    assert slow.recv(100) == b"", "a request that never ends is cut off"
    print(f"  row 52: half a request: let go after {time.monotonic() - began:.1f} s")
    assert 9 < time.monotonic() - began < 12
    slow.close()


def of_times(times):
    return f"{1000 * times[len(times) // 2]:.1f}/{1000 * times[-1]:.0f} ms"


AS_NOBODY = """
import os, socket, sys
os.chdir(sys.argv[1]); os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(65534)
for _ in range(int(sys.argv[3])):
    sock = socket.socket(socket.AF_UNIX); sock.settimeout(5)
    try:
        sock.connect("trimtab.sock"); sock.sendall(b'{"ask":"status"}\\n'); print("answered" if sock.recv(9) else "closed")
    except OSError as error: print(type(error).__name__)
"""


def test_row_53_somebody_elses_question(network):
    sites = network("AB", start=False)
    a = sites["A"]
    start_alone(sites, a, bird=False)
    path, log = a.run / "trimtab.sock", a.logs / "a-trimtab.log"
    said_before = log.read_text().count("refused to talk")
    a.run.chmod(0o755)

    def ask_as_nobody(group=NOBODY, times=1):
        done = subprocess.run([sys.executable, "-c", AS_NOBODY, a.run, str(group), str(times)], capture_output=True, text=True)
        return done.stdout.split() or done.stderr

    assert path.stat().st_mode & 0o777 == 0o660
    assert ask_as_nobody() == ["PermissionError"]
    path.chmod(0o666)  # by mistake
    answers = ask_as_nobody(times=50)
    assert set(answers) <= {"closed", "ConnectionResetError", "BrokenPipeError"} and len(answers) == 50, answers
    lines = [line for line in log.read_text().splitlines() if "refused to talk" in line][said_before:]
    print(f"  row 53: 50 refused by their credentials, {len(lines)} line in the log: {lines[0]}")
    assert len(lines) == 1 and f"uid {NOBODY}" in lines[0]
    os.chown(path, 0, NOBODY)
    path.chmod(0o660)
    assert ask_as_nobody() == ["answered"], "the socket's group may ask"


def said(site, text):
    """How often, in a log that goes on from run to run."""
    return (site.logs / f"{site.name}-trimtab.log").read_text().count(text)


def test_row_54_two_daemons(network):
    sites = network("AB", start=False)
    a = sites["A"]
    start_alone(sites, a, bird=False)
    same = a.router.run(*a.command("run"), check=False, timeout=10)
    other = a.command("run")
    other[other.index("--socket") + 1] = str(a.config / "other.sock")
    shared = a.router.run(*other, check=False, timeout=10)
    (a.config / "other.sock.lock").unlink(missing_ok=True)
    for done in (same, shared):
        print(f"  row 54: status {done.returncode}: {done.stderr.strip()}")
        assert done.returncode == 2 and "another trimtab" in done.stderr
    assert a.daemon_answers(), "the first one is left alone"
    a.daemon.kill()
    assert (a.run / "trimtab.sock").exists(), "a stale socket"
    a.start_trimtab()
    took = sites.wait("the next one has taken the stale socket", a.daemon_answers, 10)
    print(f"  row 54: stale socket reclaimed within {took:.2f} s")


def test_row_54_the_socket_is_tidied_away(network):
    """Nobody could ask the daemon any more, nor start another one: it puts its socket there again."""
    sites = network("AB", start=False)
    a = sites["A"]
    start_alone(sites, a, bird=False)
    again = "somebody removed the socket that commands ask at, or its lock: it is there again"
    said_before = said(a, again)
    locks = ["trimtab.sock.lock", "metrics.conf.lock"]
    for names in (["trimtab.sock"], ["trimtab.sock", *locks]):
        for name in names:
            (a.run / name).unlink()
        took = sites.wait("the daemon answers again", lambda: a.daemon_answers() and all(
            (a.run / name).exists() for name in [*names, *locks]), 10)
        print(f"  row 54: without {' and '.join(names)}: answers after {took:.1f} s")
        same = a.router.run(*a.command("run"), check=False, timeout=10)
        assert same.returncode == 2 and "another trimtab" in same.stderr
    assert said(a, again) == said_before + 2


def test_row_54_both_locks_are_tidied_away_and_a_second_one_is_quicker(network):
    """Two that write one metrics file undo each other's work: the first one goes, and says why."""
    sites = network("AB", start=False)
    a = sites["A"]
    start_alone(sites, a, bird=False)
    first, said_before = a.daemon, said(a, "another trimtab writes")
    for name in ("trimtab.sock.lock", "metrics.conf.lock"):
        (a.run / name).unlink()
    a.start_trimtab()
    took = sites.wait("the first one has ended", lambda: not first.running(), 10)
    assert sites.wait("the second one answers", a.daemon_answers, 5) is not None and a.daemon.running()
    assert said(a, "another trimtab writes") == said_before + 1
    print(f"  row 54: two for {took:.1f} s, then the first one has gone")
