"""The faults, scripted to the second and the same for every rival, and what is measured while they last.

The link in use is BD: at rest A and D talk through B in 20 ms, and through C in 30 ms. A fault lasts as long as
FAULT_S says whether or not the rival has moved, so packets lost and mean RTT are over the same time for all.
"""

import time
from concurrent.futures import ThreadPoolExecutor

from topology.route_watch import RouteWatch

QUIET_S = 60
# A blackhole is over for every rival well within half a minute; what shows only in measurements takes longer to see.
FAULT_S = {"blackhole": 30, "brownout": 90, "loss": 90}
RETURN_S = 120
FLAP_S, FLAP_HALF_S = 60, 3
BEGIN = {"blackhole": lambda wire: wire.blackhole(), "brownout": lambda wire: wire.delay(add_ms=100),
         "loss": lambda wire: wire.loss(20)}
# 50 packets a second each way: an outage is told to 20 ms, and three meshes at once leave the emulated machine idle time.
PACKET_EVERY_MS = 20
SETTLED_S = 3


class Traffic:
    """The two LAN hosts talking, and the kernel's word on each change of A's route to D."""

    def __init__(self, lab):
        self.streams = [lab.stream(*way, every_ms=PACKET_EVERY_MS) for way in ("AD", "DA")]
        self.watch = RouteWatch(lab["A"].router, lab["D"])
        lab.wait_until("both streams arrive", lambda: all(stream.arriving() for stream in self.streams), 10)
        self.mark()

    def mark(self):
        """What is measured begins now."""
        for stream in self.streams:
            stream.mark()
        self.began, self.known = time.time(), len(self.watch.changes)

    def moves(self, at_start="gre-b"):
        """(seconds after the mark, interface) of each time that the route went another way than before."""
        found = []
        for at, interface in self.watch.changes[self.known:]:
            if interface != (found[-1][1] if found else at_start):
                found.append((at - self.began, interface))
        return found

    def reports(self):
        with ThreadPoolExecutor(len(self.streams)) as pool:
            return list(pool.map(lambda stream: stream.report(), self.streams))

    def close(self, lab):
        self.watch.close()
        lab.close_streams()


def a_uses(lab, neighbour):
    return way(lab["A"], lab["D"]) == f"gre-{neighbour}"


def at_rest(lab):
    """A and D talk through B, both ways."""
    return a_uses(lab, "b") and way(lab["D"], lab["A"]) == "gre-b"


def way(site, other):
    """The interface by which `site`'s kernel reaches `other`'s LAN; None without a route."""
    network, _, length = other.lan_prefix.partition("/")
    return site.router.routes().get((network, int(length)))


def quiet(lab):
    """A minute without LAN traffic: what the routing itself costs all four routers together."""
    watch = RouteWatch(lab["A"].router, lab["D"])
    bytes_before, cpu_before = _bytes_sent(lab), _cpu_s(lab)
    time.sleep(QUIET_S)
    figures = {"bytes": _bytes_sent(lab) - bytes_before, "cpu_ms": round((_cpu_s(lab) - cpu_before) * 1000),
               "changes": len(watch.changes)}
    watch.close()
    return figures


def _bytes_sent(lab):
    """Over all links, each packet once, where it is sent: the IP packets inside the tunnels."""
    total = 0
    for site in lab.sites:
        for line in site.router.read("net/dev").splitlines():
            interface, _, counters = line.strip().partition(":")
            if interface in {f"gre-{other.name}" for other in lab.sites}:
                total += int(counters.split()[8])
    return total


def _cpu_s(lab):
    return sum(process.cpu_seconds() for site in lab.sites for process in site.processes())


def fault(lab, kind):
    """From the fault's first moment to its end, and then the way back."""
    traffic, wire = Traffic(lab), lab.link("B", "D")
    BEGIN[kind](wire)
    time.sleep(max(0.0, traffic.began + FAULT_S[kind] - time.time()))
    moves, reports = traffic.moves(), traffic.reports()
    figures = {"move_s": next((at for at, interface in moves if interface == "gre-c"), None), "changes": len(moves),
               "lost": _lost(reports), "outage_ms": reports[0].outage_ms,
               "rtt_ms": sum(report.mean_delay_ms for report in reports)}
    away = not a_uses(lab, "b")
    traffic.mark()
    wire.repair()
    if away:
        figures["return_s"] = _wait_for_return(traffic)
        figures["return_lost"] = _lost(traffic.reports())
    traffic.close(lab)
    return figures


def _wait_for_return(traffic):
    """None if it did not come back in time. A few more seconds belong to it: the other sites may still be moving."""
    while time.time() < traffic.began + RETURN_S:
        back = next((at for at, interface in traffic.moves("gre-c") if interface == "gre-b"), None)
        if back is not None:
            time.sleep(SETTLED_S)
            return back
        time.sleep(0.2)
    return None


def flapping(lab):
    """Down first, then up, every three seconds; over after a minute."""
    traffic, wire = Traffic(lab), lab.link("B", "D")
    for turn in range(FLAP_S // FLAP_HALF_S):
        (wire.repair if turn % 2 else wire.blackhole)()
        time.sleep(max(0.0, traffic.began + (turn + 1) * FLAP_HALF_S - time.time()))
    figures = {"changes": len(traffic.moves()), "lost": _lost(traffic.reports())}
    traffic.close(lab)
    return figures


def _lost(reports):
    return sum(report.lost for report in reports)
