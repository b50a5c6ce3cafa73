"""Rows 30 and 32: the clock is set, and the daemon does not get to run. Neither says anything about a link."""

import os
import signal
import struct
import subprocess
import time
from pathlib import Path

import pytest
from topology.process import Process
from topology.waiting import stays_true

HERE = Path(__file__).resolve().parent
NS = 1_000_000_000
STEPS_S = [1, -1, 3600, -3600, 0.2, -0.2]


class Clock:
    """The realtime clock of a daemon that was started with it (clock_shim.c)."""

    def __init__(self, directory):
        self.file, self.library, self.offset = directory / "clock", directory / "clock_shim.so", 0
        self.file.write_bytes(struct.pack("=qqq", 0, 0, 0))
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", self.library, HERE / "clock_shim.c", "-ldl"], check=True)

    def environment(self):
        return {"LD_PRELOAD": str(self.library), "CLOCK_SHIM": str(self.file)}

    def step(self, seconds):
        before, self.offset = self.offset, self.offset + int(seconds * NS)
        with open(self.file, "r+b") as file:  # one write: the three belong together
            file.write(struct.pack("=qqq", self.offset, before, time.time_ns()))


def test_row_30_clock_steps(network, tmp_path):
    """Set by ±0.2 s, ±1 s and ±1 h, and the pace of a leap second: no RTT that is negative or huge, nothing told, no timer off."""
    sites = network("AB", start=False)
    a, b = sites
    clock = Clock(tmp_path)
    a.daemon = Process("trimtab", a.router, a.command("run"), sites.logs / "a-trimtab.log", clock.environment())
    b.start_trimtab()
    sites.wait("every link is up", lambda: a.daemon_answers() and b.daemon_answers() and sites.every_link_up(), 20)
    time.sleep(2)
    since, lost, sent = a.last_event(), a.counters(b)["probes_lost"], a.counters(b)["probes_sent"]
    rtts, began = [], time.monotonic()
    for seconds in STEPS_S:
        clock.step(seconds)
        until = time.monotonic() + 2
        while time.monotonic() < until:
            rtts.append(a.link(b)["last_rtt_ms"])
            time.sleep(0.02)
    now, took = a.counters(b), time.monotonic() - began
    pace = (now["probes_sent"] - sent) / took
    at = a.events()[-1]["at"]
    print(f"  row 30: {len(STEPS_S)} steps of up to an hour: RTT {min(rtts):.3f} to {max(rtts):.3f} ms, {now['clock_steps']} answers "
          f"without an RTT, {now['probes_lost'] - lost} lost, {pace:.1f} probes a second, told "
          f"{[event['to'] for event in a.published_events(b, since)]}")
    assert 0 <= min(rtts) and max(rtts) < 150
    assert now["probes_lost"] == lost
    assert a.published_events(b, since) == [] and a.standing(b) == "up"
    assert 4 <= pace <= 8
    assert abs(at - time.time()) < 2 * 3600


def test_row_30_the_shim_moves_the_clock(network, tmp_path):
    """That the row above tests anything: an event's time is an hour off after the step."""
    sites = network("AB", start=False)
    a, b = sites
    clock = Clock(tmp_path)
    a.daemon = Process("trimtab", a.router, a.command("run"), sites.logs / "a-trimtab.log", clock.environment())
    sites.wait("A answers", a.daemon_answers, 20)
    sites.wait("B is up", lambda: a.standing(b) == "up", 20)
    clock.step(3600)
    a.ip("link", "set", a.gre(b), "down")
    sites.wait("A knows", lambda: a.standing(b) == "down", 2)
    assert 3500 < a.events()[-1]["at"] - time.time() < 3700
    a.ip("link", "set", a.gre(b), "up")


def test_row_32_stopped_for_five_seconds(network):
    """SIGSTOP, 5 s, SIGCONT: what nobody sent or heard is unmeasured; not one probe is lost, nothing is told."""
    sites = network("AB", "AC")
    a, b, c = sites
    for number in range(2):
        since, counted = a.last_event(), a.counters(b)
        a.daemon.signal(signal.SIGSTOP)
        time.sleep(5)
        a.daemon.signal(signal.SIGCONT)
        stays_true("both links are up", lambda: a.standing(b) == a.standing(c) == "up", 5)
        now = a.counters(b)
        print(f"  row 32: {now['probes_unmeasured'] - counted['probes_unmeasured']} unmeasured, "
              f"{now['probes_lost'] - counted['probes_lost']} lost, told {a.published_events(since=since)}")
        # Of the rounds that were running; those that were slept through are not owed.
        assert now["probes_unmeasured"] - counted["probes_unmeasured"] >= 1
        assert now["probes_sent"] - counted["probes_sent"] <= 5 * 8, "no burst"
        assert now["probes_lost"] == counted["probes_lost"]
        assert a.published_events(since=since) == []


@pytest.mark.alone
def test_row_32_starved(network):
    """Four processes that want all of both processors: no link goes down, and nothing is lost."""
    sites = network("AB", "AC")
    a, b, c = sites
    since, counted = a.last_event(), a.counters(b)
    hogs = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(2 * os.cpu_count())]
    try:
        stays_true("both links are up", lambda: a.standing(b) == a.standing(c) == "up", 10)
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
    now = a.counters(b)
    print(f"  row 32 (starved): {now['probes_sent'] - counted['probes_sent']} sent, "
          f"{now['probes_unmeasured'] - counted['probes_unmeasured']} unmeasured, {now['probes_lost'] - counted['probes_lost']} lost, "
          f"told {[(event['from'], event['to']) for event in a.published_events(since=since)]}")
    assert now["probes_lost"] == counted["probes_lost"]
    assert all(event["to"] < 100 for event in a.published_events(since=since))
