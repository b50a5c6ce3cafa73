"""Row 12: a stream of our own fills the queue before a link."""

import contextlib
import statistics
import time

import pytest

from topology.waiting import wait_until

RATE_MBIT, QUEUE_MS = 8, 200
LOADED_S = 20


@contextlib.contextmanager
def stream(sender, receiver):
    """TCP over their link, as fast as it takes it: four streams, whose queue does not empty whenever one of them slows down."""
    address = receiver.link_address(sender)
    server = receiver.router.start("iperf3", "-s", "-1", "-B", address, "--logfile", "/dev/null")
    wait_until("the receiver listens", lambda: ":5201" in receiver.router.run("ss", "-ltn").stdout, 5)
    client = sender.router.start("iperf3", "-c", address, "-t", "120", "-P", "4", "--logfile", "/dev/null")
    try:
        yield client
    finally:
        for one in (client, server):
            one.kill()
            one.wait()


def looks_at(site, other, seconds):
    """Its status of that link, ten times a second."""
    looks, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        looks.append(site.link(other))
        time.sleep(0.1)
    return looks


def held_for_own_load(link):
    return (link["held"] or {}).get("reason") == "own_load"


@pytest.mark.alone
def test_row_12_queue_bloat(network):
    """The link is slow, not down; every probe leaves on time; and the daemon knows whose traffic it is."""
    sites = network("AB", "AC")
    a, b, c = sites
    a.tc("qdisc", "add", "dev", a.gre(b), "root", "tbf", "rate", f"{RATE_MBIT}mbit", "burst", "5kb",
         "latency", f"{QUEUE_MS}ms")
    sites.wait("a few rounds without load", lambda: a.link(b)["counters"]["probes_answered"] >= 25, 20)
    before, since = {site: a.link(site) for site in (b, c)}, a.last_event()
    with stream(a, b) as client:
        looks = looks_at(a, b, LOADED_S)
        assert client.poll() is None, "the stream ended"
        loaded = {site: a.link(site) for site in (b, c)}
    sites.wait("a round's RTT is short again", lambda: a.link(b)["last_rtt_ms"] < 10, 10)
    after = looks_at(a, b, 5)
    a.tc("qdisc", "delete", "dev", a.gre(b), "root")

    def rise(site, key):
        return loaded[site]["counters"][key] - before[site]["counters"][key]
    rtts = [look["last_rtt_ms"] for look in looks[len(looks) // 4:]]
    standings = {look["standing"] for look in looks}
    called_loaded = sum(look["loaded"] for look in looks)
    held = sum(held_for_own_load(look) for look in after)
    print(f"  row 12: RTT {before[b]['last_rtt_ms']:.2f} ms before, {statistics.median(rtts):.0f} ms (at most {max(rtts):.0f}) "
          f"under {loaded[b]['out_mbit']:.1f} Mbit/s of {RATE_MBIT}; standing {standings}, "
          f"loaded in {called_loaded} of {len(looks)} looks; {rise(b, 'probes_sent')} sent, "
          f"{rise(b, 'probes_lost')} lost, {rise(b, 'probes_unmeasured')} unmeasured; bandwidth {loaded[b]['bandwidth']}; "
          f"told {[event['to'] for event in a.published_events(b, since)]}; afterwards held for its own load in {held} of "
          f"{len(after)} looks; the other link told {a.published_events(c, since)}")
    assert statistics.median(rtts) > before[b]["last_rtt_ms"] + QUEUE_MS / 4
    assert standings == {"up"}
    assert rise(b, "probes_unmeasured") == rise(c, "probes_unmeasured") == 0
    # Five a second: none waits for the queue before it leaves.
    assert rise(b, "probes_sent") >= 5 * (LOADED_S - 2)
    assert loaded[b]["bandwidth"]["source"] == "measured" and abs(loaded[b]["bandwidth"]["mbit"] - RATE_MBIT) < RATE_MBIT / 4
    assert held > 0
    assert called_loaded > len(looks) / 2 and not before[b]["loaded"] and not any(look["loaded"] for look in after[-10:])
    assert a.published_events(c, since) == []
