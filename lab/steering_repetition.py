"""One repetition of `./dev bench steering`: a mesh is made, comes to rest, meets its fault, and is taken down.

Traffic runs from before the fault until everything that moved because of it has settled, so no packet lost on the way
is missed. Times are read from one clock, as all sites share this machine's.
"""

import random
import time

from topology.mesh import Lab
from topology.meshfile import FOUR_SITES, SHIPPED, Description
from topology.rest import a_and_d_talk_over
from topology.route_watch import RouteWatch

INTERVAL_S = 15  # of a round, as shipped
# Quick probes that both ends are to have left: all 40, but for what a hiccup of the machine may have cost just now.
ENOUGH = 30
# Looked for so long. A mesh rests after one or two minutes without suspicion, and a busy machine is suspicious.
REST_WITHIN_S, MOVED_WITHIN_S = 600, 90
# Who moved may think again: a move is one that lasts.
SETTLED_S = 3
PACKET_EVERY_MS = 20
# A status costs the emulated machine some milliseconds, and nothing is measured while one waits for rest.
REST_LOOK_EVERY_S = 1
TOLD_EVERY_S = 30


def repetition(number, fault, say):
    """What the fault did. `number` seeds the moment at which it comes."""
    with Lab(Description(FOUR_SITES, tuning=SHIPPED), f"steering-{number}", say=say) as lab:
        lab.up()
        lab.steer()
        wire, allowances = lab.link("B", "D"), [Allowance(lab["B"], lab["D"]), Allowance(lab["D"], lab["B"])]
        wire.keep_ready()
        traffic = at_rest(lab, allowances, random.Random(number))
        traffic.mark()
        fault.begin(wire)
        figures = {"moved_s": traffic.moved(MOVED_WITHIN_S), **traffic.stop(),
                   "quick_left": {str(allowance): allowance.left for allowance in allowances}}
        wire.release()
    return figures


class Allowance:
    """How many quick probes a site has left on a link, from its counters. At least: the rules are those of
    src/probe/allowance.cc (ten at first, one for each regular probe, 40 at most), and what was earned between two looks
    is capped before what was spent is taken off."""
    AT_FIRST, MOST = 10, 40

    def __init__(self, site, other):
        self.site, self.other = site, other
        self.left, self.regular, self.quick = self.AT_FIRST, 0, 0

    def now(self):
        counters = self.site.status_of(self.other)["counters"]
        quick = counters["quick_probes"]
        regular = counters["probes_sent"] - quick
        earned = min(self.MOST, self.left + regular - self.regular)
        self.left = max(0, earned - (quick - self.quick))
        self.regular, self.quick = regular, quick
        return self.left

    def __str__(self):
        return f"{self.site}>{self.other}"


class Traffic:
    """Both LAN hosts talking, and the kernels' word on each change of A's route to D and D's route to A."""

    def __init__(self, lab):
        self.streams = [lab.stream(*way, every_ms=PACKET_EVERY_MS) for way in ("AD", "DA")]
        self.watches = {letter: RouteWatch(lab[letter].router, lab[other]) for letter, other in ("AD", "DA")}
        self.lab = lab
        lab.wait_until("both streams arrive", lambda: all(stream.arriving() for stream in self.streams), 10)

    def mark(self):
        """Packets and moves count from now on."""
        for stream in self.streams:
            stream.mark()
        self.known = {letter: len(watch.changes) for letter, watch in self.watches.items()}
        self.began = time.time()

    def moved(self, within_s):
        """By site, after how many seconds its route went through C to stay; None: it did not in time."""
        ends = time.monotonic() + within_s
        self.lab.wait_until(f"A and D talk through C, or {within_s} s have passed",
                            lambda: None not in self._moved().values() or time.monotonic() > ends, within_s + 10)
        time.sleep(SETTLED_S)
        return self._moved()

    def _moved(self):
        return {letter: to_stay(watch.changes[self.known[letter]:], "gre-c", self.began)
                for letter, watch in self.watches.items()}

    def stop(self):
        """What became of the packets sent since mark()."""
        reports = [stream.report() for stream in self.streams]
        for watch in self.watches.values():
            watch.close()
        self.lab.close_streams()
        return {"sent": sum(report.sent for report in reports), "lost": sum(report.lost for report in reports)}


def to_stay(changes, interface, began):
    """Seconds from `began` until a route went through `interface` and stayed; None: it goes elsewhere.

    Changes are told also where the interface stays the same: the first of the last ones that name it."""
    since = None
    for at, through in changes:
        since = None if through != interface else since or at
    return since and round(since - began, 3)


def at_rest(lab, allowances, chance):
    """The traffic of a mesh at rest, at a random moment of the round: what one waits for tends to happen at its end."""
    while True:
        _wait_for_rest(lab, allowances)
        traffic = Traffic(lab)
        time.sleep(chance.uniform(0, INTERVAL_S))
        if _ready(lab, allowances):
            return traffic
        lab.say("  a busy moment: once more")
        traffic.stop()


def _wait_for_rest(lab, allowances):
    told = 0.0

    def look():
        nonlocal told
        if time.monotonic() - told > TOLD_EVERY_S:
            told = time.monotonic()
            left = ", ".join(f"{allowance} {allowance.now()}" for allowance in allowances)
            a, d = lab["A"], lab["D"]
            lab.say(f"waiting for rest, about two minutes: A talks to D through {a.route_to(d)}, D to A through "
                    f"{d.route_to(a)}; quick probes left: {left}")
        return _ready(lab, allowances)

    lab.wait_until("the mesh is at rest, with its quick probes", look, REST_WITHIN_S, REST_LOOK_EVERY_S)


def _ready(lab, allowances):
    # All of them each time, or one would not see what the others waited through.
    return min([allowance.now() for allowance in allowances]) >= ENOUGH and (
        a_and_d_talk_over(lab, "ABD") and lab.every_link_up())
