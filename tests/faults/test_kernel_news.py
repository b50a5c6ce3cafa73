"""Rows 47 and 48: the kernel drops its news of interfaces, and a list of them changes while it is read."""

import os
import signal
import time

import pytest

from topology.namespace import batch
from topology.waiting import stays_true


def interfaces(site):
    return site.ask(ask="status")["interfaces"]


def test_row_47_netlink_overrun(network):
    """Thousands of changes while we are stopped: dropped by the kernel, noticed, and everything asked for once again."""
    sites = network("AB", "AC")
    a, b, c = sites
    before = interfaces(a)
    a.daemon.signal(signal.SIGSTOP)
    # Each change is a message to everybody who listens; the last is the one that must not be missed.
    batch([f"link set {a.LAN_INTERFACE} mtu {1400 + n % 50}" for n in range(3000)] + [f"link set {a.gre(b)} down"], a.router)
    time.sleep(1)
    a.daemon.signal(signal.SIGCONT)
    took = sites.wait("A knows what it was not told", lambda: a.standing(b) == "down", 3, every=0.02)
    stays_true("C is up", lambda: a.standing(c) == "up", 2)
    after = interfaces(a)
    print(f"  row 47: {after['overruns'] - before['overruns']} overrun, {after['dumps'] - before['dumps']} dumps, right after "
          f"{took:.2f} s")
    assert after["overruns"] > before["overruns"]
    assert 1 <= after["dumps"] - before["dumps"] <= 4
    batch([f"link set {a.LAN_INTERFACE} mtu 1500", f"link set {a.gre(b)} up"], a.router)
    sites.wait("every link is up", sites.every_link_up, 15)


@pytest.mark.alone  # so that a list meets the storm soon; whether it does is chance, hence the patience
def test_row_48_dump_interrupted(network):
    """Interfaces come and go while three hundred of them are listed: such a list is read again, and the last one is right."""
    sites = network("AB", start=False)
    a, b = sites
    batch([f"link add x{n} type veth peer name y{n}" for n in range(150)], a.router)
    storm = a.router.start("sh", "-c", "while :; do for n in 0 1 2 3 4 5 6 7; do echo link set x$n mtu 1400; "
                           "echo link set x$n mtu 1500; echo link add z$n type veth peer name w$n; echo link delete z$n; done; "
                           "done | ip -batch - >/dev/null 2>&1", start_new_session=True)
    try:
        a.start_trimtab()
        b.start_trimtab()
        sites.wait("the daemons answer", lambda: a.daemon_answers() and b.daemon_answers(), 20)
        began, before = time.monotonic(), interfaces(a)["dumps"]
        # Stopped and let go in turns: news is dropped, so lists are asked for in the middle of the storm.
        while interfaces(a)["interrupted_dumps"] == 0 and time.monotonic() - began < 90:
            a.daemon.signal(signal.SIGSTOP)
            time.sleep(0.3)
            a.daemon.signal(signal.SIGCONT)
            time.sleep(0.3)
        stormy, took = interfaces(a), time.monotonic() - began
    finally:
        os.killpg(storm.pid, signal.SIGKILL)
        storm.wait()
    batch([f"link delete x{n}" for n in range(150)], a.router)
    a.router.run("sh", "-c", "for n in 0 1 2 3 4 5 6 7; do ip link delete z$n 2>/dev/null; done; true")
    print(f"  row 48: {stormy['dumps']} dumps in {took:.1f} s of storm, {stormy['interrupted_dumps']} interrupted, "
          f"{stormy['overruns']} overruns")
    assert stormy["interrupted_dumps"] >= 1
    assert stormy["dumps"] - before <= 5 * took + 2, "at most one in 200 ms"
    sites.wait("the link is up", sites.every_link_up, 15)
    a.ip("link", "set", a.gre(b), "down")
    sites.wait("and still heard of", lambda: a.standing(b) == "down", 1)
    a.ip("link", "set", a.gre(b), "up")
