"""Rows 26 to 29: rate-limited, forged, replayed and foreign ICMP changes no estimate and delays no probe."""

import os
import re
import time

import pytest
from packets import ECHO_REPLY, ECHO_REQUEST, Flood, catch, icmp, send, with_header
from topology.namespace import Namespace, batch
from topology.process import Process
from topology.waiting import stays_true

# Probes leave on a grid of so many ms of the monotonic clock.
GRID_MS = 50


@pytest.fixture
def pair(network):
    # Wide enough that what other programs send proves nothing about it that would be told.
    sites = network("AB", link_options={"AB": {"bandwidth": "10G"}})
    return sites, sites["A"], sites["B"]


def figures(site, other):
    """What must not move: what was told, whether it is up, what is lost."""
    link = site.link(other)
    return {"standing": link["standing"], "published": link["published_ms"], "lost": link["counters"]["probes_lost"],
            "loss": link["loss"]["proven_percent"]}


def test_row_26_icmp_rate_limit(pair):
    """A peer that answers at most twenty echo requests a second is asked five times a second, and nothing is lost."""
    sites, a, b = pair
    before, since = figures(a, b), a.last_event()
    with b.rules("icmp type echo-request limit rate over 20/second burst 5 packets counter drop"):
        stays_true("nothing is lost", lambda: figures(a, b)["lost"] == before["lost"], 6)
    assert a.published_events(b, since) == []
    # Below the rate of its rounds it is a loss like any other: nothing tells the two apart.
    with b.rules("icmp type echo-request limit rate over 3/second burst 1 packets counter drop"):
        sites.wait("loss is proven", lambda: a.link(b)["loss"]["proven_percent"] > 5, 20)
        told = [event["to"] for event in a.published_events(b, since)]
    print(f"  row 26: above the probes' rate 0 lost, 0 told; limit below it: told {told}, standing {a.standing(b)}")


def forgeries(request, a, b):
    """By name: answers to that request that are wrong in one thing each. The forger has seen the request."""
    def reply(identifier=0, sequence=0, payload=request.payload, source=b, right=True, cut=None):
        message = icmp(ECHO_REPLY, request.identifier ^ identifier, request.sequence ^ sequence, payload, right)
        return with_header(source, a, message[:cut])
    other = bytes(len(request.payload))
    return {"nonce": reply(payload=other), "sequence": reply(sequence=0x7FF), "identifier": reply(identifier=0x55AA),
            "source": reply(source="172.31.255.254"), "checksum": reply(right=False), "truncated": reply(cut=12),
            "longer": reply(payload=request.payload + b"x"), "bare header": reply(cut=4),
            "unasked": reply(sequence=0x3FFF, payload=os.urandom(16))}


def test_row_27_forged_answers(pair):
    """Each wrong in one thing, sent by the peer's host itself: counted, and nothing else."""
    sites, a, b = pair
    here, there = a.link_address(b), b.link_address(a)
    before, since, counted = figures(a, b), a.last_event(), a.counters(b)
    for _ in range(20):
        request = [one for one in catch(b.router, b.gre(a), ECHO_REQUEST, 8) if one.source == here][-1]
        send(b.router, forgeries(request, here, there).values())
    time.sleep(0.3)
    now = a.counters(b)
    rise = {key: now[key] - counted[key] for key in now if now[key] != counted[key] and key != "quick_probes"}
    print(f"  row 27: 20 times nine forgeries: {rise}")
    assert figures(a, b) == before and a.published_events(b, since) == []
    assert rise["forged_answers"] >= 20 * 3
    assert rise["malformed_packets"] >= 20 * 1
    assert rise.get("duplicate_answers", 0) == 0


@pytest.fixture
def stranger(pair):
    """A third namespace with a wire of its own to A, which routes the overlay's addresses to A."""
    sites, a, b = pair
    space = Namespace(f"{a.router.name}-eve")
    batch([f"netns add {space.name}"])
    batch([f"link add eve netns {a.router.name} type veth peer name wan netns {space.name}"])
    batch(["address add 192.0.2.1/24 dev eve", "link set eve up"], a.router)
    batch(["address add 192.0.2.2/24 dev wan", "link set wan up", "link set lo up",
           "route add 172.31.0.0/16 via 192.0.2.1"], space)
    for key in ("all", "eve"):
        a.router.run("sysctl", "-qw", f"net.ipv4.conf.{key}.rp_filter=0")
    yield space
    batch(["link delete eve"], a.router)
    batch([f"netns delete {space.name}"])


def departures(a, b, count):
    """How late probes left after the grid's last tick, in ms, as the wire at A saw it."""
    caught = catch(a.router, a.gre(b), ECHO_REQUEST, count, timeout=60)
    return sorted(one.at * 1000 % GRID_MS for one in caught if one.outgoing)


@pytest.mark.alone
@pytest.mark.parametrize("where", ["stranger", "peer"])
def test_row_27_flood(pair, stranger, where, tmp_path):
    """50,000 forged answers a second with the right identifier: from a third namespace, and from the peer's own.

    The daemon runs before everything else here: what other programs of a busy machine do to it is row 32's affair."""
    sites, a, b = pair
    os.sched_setscheduler(a.daemon.pid, os.SCHED_FIFO, os.sched_param(1))
    here, there = a.link_address(b), b.link_address(a)
    request = next(one for one in catch(b.router, b.gre(a), ECHO_REQUEST, 8) if one.source == here)
    forged = with_header(there, here, icmp(ECHO_REPLY, request.identifier, request.sequence, os.urandom(16)))
    before, since, counted = figures(a, b), a.last_event(), a.counters(b)
    quiet = departures(a, b, 20)
    stray = a.ask(ask="status")["stray_packets"]
    cpu, began = a.daemon.cpu_seconds(), time.monotonic()
    flood = Flood(stranger if where == "stranger" else b.router, forged, 50_000, tmp_path)
    lateness = departures(a, b, 60)
    cpu, took = a.daemon.cpu_seconds() - cpu, time.monotonic() - began
    rate = flood.stop()
    after = a.counters(b)
    seen = a.ask(ask="status")["stray_packets"] - stray + after["forged_answers"] - counted["forged_answers"]
    print(f"  row 27 ({where}): {rate:.0f} forged answers a second for {took:.1f} s, {seen / took:.0f} a second reached the "
          f"daemon; its CPU {100 * cpu / took:.1f} % (quiet probes leave {quiet[-1]:.1f} ms after their tick at most); "
          f"under the flood median {lateness[len(lateness) // 2]:.1f}, worst {lateness[-1]:.1f} ms; "
          f"{after['probes_unmeasured'] - counted['probes_unmeasured']} probes unmeasured")
    assert seen > 0 and rate > 20_000
    assert figures(a, b) == before and a.published_events(b, since) == []
    # A probe that is more than a tick late would show as a random phase; later than 250 ms it is unmeasured.
    assert lateness[-1] < 0.9 * GRID_MS
    assert after["probes_unmeasured"] == counted["probes_unmeasured"]
    assert cpu / took < 0.20


def test_row_28_replays(pair):
    """An answer that came is sent again, at once and when it is long forgotten; and one before it was asked for."""
    sites, a, b = pair
    here, there = a.link_address(b), b.link_address(a)
    before, since, counted = figures(a, b), a.last_event(), a.counters(b)
    replies = [one for one in catch(b.router, b.gre(a), ECHO_REPLY, 20) if one.target == here]
    send(b.router, [one.packet for one in replies for _ in range(3)])
    last = replies[-1]
    early = [with_header(there, here, icmp(ECHO_REPLY, last.identifier, (last.sequence & 0xc000) + (last.sequence + n) % 0x4000,
                                           last.payload)) for n in range(5, 25)]
    send(b.router, early)
    time.sleep(0.3)
    now = a.counters(b)
    print(f"  row 28: {3 * len(replies)} replays, {len(early)} answers before their question: "
          f"{now['duplicate_answers'] - counted['duplicate_answers']} duplicates, "
          f"{now['forged_answers'] - counted['forged_answers']} forged")
    assert now["duplicate_answers"] - counted["duplicate_answers"] == 3 * len(replies)
    assert now["forged_answers"] - counted["forged_answers"] == len(early)
    assert figures(a, b) == before and a.published_events(b, since) == []


def wakeups(process):
    with open(f"/proc/{process.pid}/status") as file:
        return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", file.read(), re.MULTILINE)[1])


def wakeups_a_second(process, seconds):
    before, began = wakeups(process), time.monotonic()
    time.sleep(seconds)
    return (wakeups(process) - before) / (time.monotonic() - began)


@pytest.mark.alone
def test_row_29_other_ping_programs(pair, tmp_path):
    """Five flooding pings beside us, three out and two in: no cross talk, and hardly a wake-up more."""
    sites, a, b = pair
    before, since, counted = figures(a, b), a.last_event(), a.counters(b)
    quiet = wakeups_a_second(a.daemon, 4)
    pings = [Process("ping", site.router, ["ping", "-f", "-q", other.link_address(site)], tmp_path / f"ping{number}")
             for number, (site, other) in enumerate([(a, b), (a, b), (a, b), (b, a), (b, a)])]
    try:
        busy = wakeups_a_second(a.daemon, 8)
    finally:
        for one in pings:
            one.signal(2)  # SIGINT: ping then tells what it did
        time.sleep(0.5)
        for one in pings:
            one.stop()
    sent = sum(int(match) for number in range(5)
               for match in re.findall(r"(\d+) packets transmitted", (tmp_path / f"ping{number}").read_text()))
    now = a.counters(b)
    print(f"  row 29: {sent / 8:.0f} foreign pings a second; wake-ups {quiet:.0f} a second before, {busy:.0f} beside them; "
          f"forged {now['forged_answers'] - counted['forged_answers']}")
    assert sent > 8 * 1000
    assert figures(a, b) == before and a.published_events(b, since) == []
    assert now["forged_answers"] == counted["forged_answers"] and now["duplicate_answers"] == counted["duplicate_answers"]
    assert busy < 3 * quiet + 20
