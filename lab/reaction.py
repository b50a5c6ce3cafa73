#!/usr/bin/python3
"""`./dev bench reaction`: from the sample that changes a decision to the new route in the kernel, in the four-site lab.

B's link to D gets slow and quick again; B publishes, BIRD tells A, A's kernel gets another route to D. Measured is
from B's own event, made in the turn in which the sample came in, to the kernel's notification at A. Both are read
from one clock, as all sites share this machine's. The round's own waiting (up to one interval) is not in it.
"""

import statistics
import sys

from screen import say
from timeline import last_number
from topology.mesh import Lab
from topology.route_watch import RouteWatch
from topology.meshfile import Description, FOUR_SITES

# Tokens for every change: here the way through is measured, not the patience before it.
PACE = {"interval": "1s", "dwell": "2s", "earned_return": "3s", "publish_refill": "1s"}
CYCLES = 5


def main():
    times = []
    with Lab(Description(FOUR_SITES, tuning=PACE), "reaction", say=say) as lab:
        lab.up()
        lab.steer()
        a, b, c, d = lab.sites
        lab.wait_until("A reaches D through B", lambda: a.route_to(d) == b, 30)
        watch = RouteWatch(a.router, d)
        for _ in range(CYCLES):
            times.append(measure(lab, watch, lambda: lab.link("B", "D").delay(add_ms=100), through=c))
            times.append(measure(lab, watch, lab.link("B", "D").repair, through=b))
        watch.close()
    say("  each: " + ", ".join(f"{time:.0f}" for time in times) + " ms")
    say(f"from a changed sample to the route in the kernel: median {statistics.median(times):.0f} ms, "
        f"worst {max(times):.0f} ms, {len(times)} changes "
        "(target: median <= 100 ms on a host kernel, <= 500 ms in the emulated machine)")


def measure(lab, watch, change, through):
    a, b, d = lab["A"], lab["B"], lab["D"]
    seen, changes = last_number(b), len(watch.changes)
    change()
    lab.wait_until(f"A reaches D through {through}", lambda: a.route_to(d) == through, 90)
    at, _ = next(change for change in watch.changes[changes:] if change[1] == f"gre-{through.name}")
    published = [event["at"] for event in b.events(since=seen)
                 if event["kind"] == "published" and event["link"] == d.name and event["at"] <= at]
    return (at - published[-1]) * 1000


if __name__ == "__main__":
    sys.exit(main())
