"""Rows 57 and 59: every link is bad at once; nobody reads the log."""

import contextlib
import fcntl
import os
import time

from packets import ECHO_REQUEST, catch
from topology.process import Process
from topology.waiting import stays_true

ECHO = "icmp type echo-request counter drop"


def test_row_57_all_links_bad_at_once(network):
    """No probe of anybody's is answered, BGP goes on: routes stay, nobody prefers "none", and the return is quiet."""
    sites = network("AB", "AC", "BC", birds=True)
    a, b, c = sites
    sites.wait("A has both routes", lambda: a.route_to(b) == b and a.route_to(c) == c, 20)
    since, began = a.last_event(), time.monotonic()
    with contextlib.ExitStack() as drops:
        for site in sites:
            drops.enter_context(site.rules(ECHO))
        sites.wait("every link is down", lambda: all(link["standing"] == "down" for site in sites
                                                     for link in site.ask(ask="status")["links"]), 8)
        # They went down one after the other, and BIRD is told once a second.
        sites.wait("A's routes are the direct ones", lambda: a.route_to(b) == b and a.route_to(c) == c, 3)
        assert all(site.ask(ask="status")["every_link_down"] for site in sites)
        assert "Every link is down" in a.trimtab("status").stdout
        stays_true("A keeps a route to both", lambda: a.route_to(b) == b and a.route_to(c) == c, 3)
        explained = a.explain(b)["candidates"]
        print(f"  row 57: all down; A to B: {[(one['neighbour'], one['chosen'], one['local_preference']) for one in explained]}")
        assert all(link["published_ms"] == 1_000_000 for link in a.ask(ask="status")["links"])
    sites.wait("every link is up again", sites.every_link_up, 20)
    assert not a.ask(ask="status")["every_link_down"]
    sites.wait("A's routes are the direct ones", lambda: a.route_to(b) == b and a.route_to(c) == c, 10)
    told, took = a.published_events(since=since), time.monotonic() - began
    print(f"  row 57: {len(told)} values told in {took:.0f} s, {[(one['link'], one['to']) for one in told]}")
    assert len([one for one in told if one["to"] < 1_000_000 and one["from"] == 1_000_000]) == 2, "each came back once"
    # Three or four rising losses, by where in its round the fault found a link, then last resort and the return.
    assert len(told) <= 2 * 6


def test_row_59_stderr_is_a_full_pipe(network):
    """Nobody reads the log: the loop goes on, probes leave on time, questions are answered, and no line is torn."""
    sites = network("AB", start=False)
    a, b = sites
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 64)
    except BlockingIOError:
        pass
    os.set_blocking(writer, True)

    class Stuck(Process):
        def __init__(self):
            self.name, self.log_path, self._ended_by_us = "trimtab", sites.logs / "a-trimtab.log", False
            self._log = os.fdopen(writer, "wb")
            self._popen = a.router.start(*a.command("run"), stdin=-3, stdout=writer, stderr=writer)
    a.daemon = Stuck()
    b.start_trimtab()
    sites.wait("both answer", lambda: a.daemon_answers() and b.daemon_answers() and sites.every_link_up(), 20)
    for _ in range(10):  # each writes lines
        a.ip("link", "set", a.gre(b), "down")
        sites.wait("A knows", lambda: a.standing(b) == "down", 1, every=0.02)
        a.ip("link", "set", a.gre(b), "up")
        sites.wait("A hears an answer", lambda: a.standing(b) == "earning", 3, every=0.02)
    counted = a.counters(b)
    caught = [one for one in catch(a.router, a.gre(b), ECHO_REQUEST, 40, 15) if one.outgoing]
    longest = max(later.at - earlier.at for earlier, later in zip(caught, caught[1:]))
    slowest = 0
    for _ in range(50):
        began = time.monotonic()
        a.ask(ask="status")
        slowest = max(slowest, time.monotonic() - began)
    now = a.counters(b)
    print(f"  row 59: ten drops with a full pipe: longest gap between probes {longest * 1000:.0f} ms, slowest of 50 answers "
          f"{slowest * 1000:.1f} ms, {now['probes_unmeasured'] - counted['probes_unmeasured']} unmeasured")
    assert longest < 0.6 and slowest < 0.25
    assert now["probes_unmeasured"] == counted["probes_unmeasured"]
    # The pipe is read at last: whole lines, and one that says how many were lost.
    os.set_blocking(reader, False)
    os.read(reader, 1 << 20)
    a.ip("link", "set", a.gre(b), "down")
    sites.wait("A knows", lambda: a.standing(b) == "down", 1, every=0.02)
    time.sleep(0.2)
    lines = os.read(reader, 1 << 20).decode()
    a.ip("link", "set", a.gre(b), "up")
    print(f"  row 59: then: {lines.splitlines()[0]}")
    assert "lines were lost here" in lines
    os.close(reader)
