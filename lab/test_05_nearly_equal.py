"""Two ways of nearly the same length, both noisy: the traffic stays where it is."""

from topology.mesh import Lab
from topology.meshfile import Description
from topology.waiting import stays_true

# Long enough that what a busy machine adds, some milliseconds that come and go, is small against the noise made here.
NEARLY_EQUAL = {"AB": 40, "BD": 40, "AC": 40.8, "CD": 40.8}
NOISE = 0.1
WARM_UP_ROUNDS = 30
# A round is over when the last of its probes is: at the latest its time-out later. And BGP has to tell.
THE_LAST_ROUND_TAKES_S = 5
WATCHED_S = 120


def test_noise_of_a_tenth_moves_nothing_in_two_minutes():
    with Lab(Description(NEARLY_EQUAL), "nearly-equal") as lab:
        for pair, wire in lab.wires.items():
            wire.jitter(NOISE * NEARLY_EQUAL[pair])
        lab.up()
        lab.steer()
        a, d = lab["A"], lab["D"]
        warm_s = WARM_UP_ROUNDS + THE_LAST_ROUND_TAKES_S
        lab.wait_until(f"{WARM_UP_ROUNDS} rounds are over everywhere",
                       lambda: all(site.ask(ask="status")["uptime_s"] > warm_s for site in lab.sites), 90, every=1)
        chosen = a.route_to(d), d.route_to(a)
        published = {site: site.events()[-1]["number"] for site in lab.sites}
        stays_true(f"A reaches D through {chosen[0]}, and D reaches A through {chosen[1]}",
                   lambda: (a.route_to(d), d.route_to(a)) == chosen, WATCHED_S, every=0.25)
        for site in lab.sites:
            for link in site.ask(ask="status")["links"]:
                print(f"  {site} to {link['neighbour']}: RTT {link['rtt_ms']:.1f} ms, jitter {link['jitter_ms']:.1f} ms, "
                      f"published {link['published_ms']:.1f} ms")
        changes = sum(event["kind"] == "published" for site in lab.sites for event in site.events(since=published[site]))
        print(f"  0 moves and {changes} published changes in {WATCHED_S} s")
