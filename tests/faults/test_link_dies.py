"""Rows 1 to 3: the far end is silent, one direction is dead, a single probe is lost. And a link that flaps."""

import contextlib
import time

import pytest
from topology.meshfile import QUICK
from topology.waiting import stays_true

ECHO = "icmp type echo-request"
REPLY = "icmp type echo-reply"
# At the quick pace: the rest of the round in which it began, a whole round, its last probe's time-out; and what a busy
# machine takes. Quick probes tell of a loss sooner.
DETECTED_S = 1 + 1 + 3 + 1
LAST_RESORT_MS = 1_000_000


def test_row_01_far_end_silent(network):
    """Down within interval + time-out, told in few words; the other link is left alone; and back."""
    sites = network("AB", "AC")
    a, b, c = sites
    since = a.last_event()
    with b.drops(ECHO):
        first = sites.wait("A tells of a loss", lambda: a.published_events(b, since), DETECTED_S)
        took = first + sites.wait("A finds B down", lambda: a.standing(b) == "down", DETECTED_S)
        stays_true("C is up", lambda: a.standing(c) == "up", 2)
        told = a.published_events(b, since)
        print(f"  row 1: worse after {first:.2f} s, down after {took:.2f} s of silence (bound {DETECTED_S} s), told: "
              f"{[event['to'] for event in told]}")
        # It is lossy before it is silent: a few steps, each for the worse.
        assert [event["to"] for event in told] == sorted(event["to"] for event in told)
        assert told[-1]["to"] == LAST_RESORT_MS and len(told) <= 4
        assert a.published_events(c, since) == []
    back = sites.wait("A finds B up again", lambda: a.standing(b) == "up", 15)
    assert len(a.published_events(b, since)) == len(told) + 1
    print(f"  row 1: up {back:.2f} s after it answers again")


def test_row_02_one_direction_dead(network):
    """What B hears from A is dropped at B's door: both ends find out by their own probes, and stay with it."""
    sites = network("AB")
    a, b = sites
    since = {site: site.last_event() for site in sites}
    with b.rules("ip saddr 172.31.0.0/16 counter drop"):
        at_a = sites.wait("A finds B down", lambda: a.standing(b) == "down", DETECTED_S)
        sites.wait("B finds A down", lambda: b.standing(a) == "down", DETECTED_S)
        stays_true("both stay down", lambda: a.standing(b) == b.standing(a) == "down", 4)
        for site in sites:
            told = [event["to"] for event in site.published_events(since=since[site])]
            print(f"  row 2: {site} told {told}")
            assert told == sorted(told) and told[-1] == LAST_RESORT_MS
    print(f"  row 2: A down after {at_a:.2f} s")
    sites.wait("both are up again", sites.every_link_up, 15)


LEAVES = "BCDEFGHIJKLMNOPQRSTU"


def test_row_03_single_lost_probe(network):
    """Each hundredth probe is lost, on twenty links of one daemon: not one link of 10,000 probes goes down."""
    sites = network(*("A" + leaf for leaf in LEAVES), start=False, tuning={**QUICK, "probes": 20})
    a = sites["A"]
    with contextlib.ExitStack() as drops:
        for leaf in LEAVES:
            drops.enter_context(sites[leaf].rules(f"{ECHO} numgen inc mod 100 99 counter drop"))
        a.start_trimtab()
        sites.wait("every link is up", lambda: a.daemon_answers() and all(
            link["standing"] == "up" for link in a.ask(ask="status")["links"]), 20)
        since = a.last_event()

        def total(key):
            return sum(link["counters"][key] for link in a.ask(ask="status")["links"])
        began = total("probes_answered") + total("probes_lost")
        sites.wait("10,000 probes have come back or are lost",
                   lambda: total("probes_answered") + total("probes_lost") - began >= 10_000, 60, every=0.5)
        lost, told, events = total("probes_lost"), a.published_events(since=since), a.events(since)
        print(f"  row 3: {lost} lost of {total('probes_sent')}, {len(told)} values told: "
              f"{[(event['link'], event['from'], event['to']) for event in told][:8]}")
    assert lost >= 80
    assert [event for event in events if event["kind"] == "standing"] == []
    # One per cent for ever is a loss that is proven in the end, once; what comes and goes with each lost probe is flapping.
    assert max([sum(event["link"] == leaf.lower() for event in told) for leaf in LEAVES]) <= 1
    assert all(event["to"] - event["from"] < 10 for event in told)


# Slower than a round, each time is a drop; faster than one, it is loss.
@pytest.mark.waits
@pytest.mark.parametrize("each_s, long_s", [(3, 120), (0.5, 600)])
def test_row_58_flapping(network, each_s, long_s, request):
    """Up for so long and down for so long, with the shipped stability: at most four changes of a route, and the link's values
    stay within their bound."""
    seconds = long_s if request.config.getoption("--long") else 60
    shipped_but_quick = {"interval": "1s", "probe_timeout": "1s"}
    sites = network("AB", "AC", "BC", birds=True, tuning=shipped_but_quick)
    a, b = sites["A"], sites["B"]
    sites.wait("A reaches B at once", lambda: a.route_to(b) == b, 20)
    since, routes, end = a.last_event(), [a.route_to(b)], time.monotonic() + seconds

    def watch(for_s):
        until = time.monotonic() + for_s
        while time.monotonic() < until:
            now = a.route_to(b)
            if now != routes[-1]:
                routes.append(now)
            time.sleep(0.05)
    while time.monotonic() < end:
        with b.drops("iifname gre-a icmp type { echo-request, echo-reply }"):
            watch(each_s)
        watch(each_s)
    assert a.route_to(b) != b, "a link that is no better than that keeps nothing"
    changes, told = len(routes) - 1, a.published_events(b, since)
    print(f"  row 58: {changes} changes of A's route to B in {seconds} s of {each_s} s up, {each_s} s down: {routes}; "
          f"{len(told)} values told: {[event['to'] for event in told]}; {a.link(b)['standing']}, held: {a.link(b)['held']}")
    assert 1 <= changes <= 4
    assert None not in routes
    assert len(told) <= 10 + seconds / 180
    # Every way down has a way back: 30 s, twice as many for each drop. What else it may wait for is a change of its budget.
    held = a.link(b)["held"] or {"reason": None, "remaining_s": None}
    assert held["remaining_s"] is None or held["remaining_s"] <= (1800 if held["reason"] == "budget" else 600)
