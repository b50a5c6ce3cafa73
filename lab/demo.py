#!/usr/bin/python3
"""`./dev demo`: a mesh of four sites on a real kernel, and what trimtab makes of what happens to its links.

Each act does one thing to the mesh and shows it as a timeline: what was seen, what was published, where the routes
went, and what a stream of numbered packets between two LAN hosts lost over it.
"""

import sys
import time
from dataclasses import dataclass

from screen import Wait, heading, paint, say, table
from timeline import Timeline
from topology.mesh import Lab
from topology.meshfile import Description, FOUR_SITES
from topology.waiting import wait_until

# The shipped pace is made for years, not for ninety seconds. The screen says so.
PACE = {"interval": "1s", "dwell": "5s", "earned_return": "3s", "publish_refill": "12s"}

PICTURE = r"""
                 B
          5 ms ╱ │ ╲ 5 ms          A and D have no link of their own:
              A  10 ms D             through B  5 + 5 ms one way, 20 ms there and back
          8 ms ╲ │ ╱ 7 ms            through C  8 + 7 ms one way, 30 ms there and back
                 C
"""


@dataclass
class Act:
    title: str
    route_s: float
    lost: int
    outage_ms: float
    noticed_by: str


class Demo:
    def __init__(self, lab):
        self.lab = lab
        self.a, self.b, self.c, self.d = lab.sites
        self.streams = {}
        self.acts = []

    # --- bringing it up

    def bring_up(self):
        lab = self.lab
        with Wait("trimtab up: WireGuard, GRE, addresses, nft and BIRD's configuration on four routers"):
            lab.at_all_sites(lambda site: site.trimtab("up"))
        with Wait("BIRD: five links, ten ends, every BGP and BFD session") as wait:
            for site in lab.sites:
                site.start_bird()
            self.wait(wait, lab.every_session_established, 30)
        with Wait("trimtab run: the first measurements of every link") as wait:
            for site in lab.sites:
                site.start_trimtab()
            self.wait(wait, lambda: all(site.daemon_answers() for site in lab.sites) and lab.every_link_up(), 30)
            self.wait(wait, lambda: self.talk_through(self.b), 30)
            self.wait(wait, lambda: [one["path"] for one in self.a.explain(self.d)["candidates"]] == [["b", "d"], ["c", "d"]], 30)
        self.streams = {"A → D": lab.stream("A", "D"), "D → A": lab.stream("D", "A")}
        wait_until("both streams arrive", self.arriving, 10)

    def wait(self, shown, predicate, deadline):
        def look():
            shown.turn()
            return predicate()
        wait_until(shown.text, look, deadline)

    def talk_through(self, site):
        return (self.a.route_to(self.d), self.d.route_to(self.a)) == (site, site)

    def arriving(self):
        return all(stream.arriving() for stream in self.streams.values())

    def show_mesh(self):
        heading("the mesh, as its own daemons see it")
        rows = []
        for pair, wire in self.lab.wires.items():
            low, high = wire.ends.values()
            there, back = low.status_of(high), high.status_of(low)
            rows.append([f"{low} – {high}", f"{wire.healthy.delay_ms} ms", f"{there['rtt_ms']:.1f} ms", f"{back['rtt_ms']:.1f} ms",
                         f"{there['loss']['percent']:.0f} %", f"{there['published_ms']:.1f} ms", f"{back['published_ms']:.1f} ms",
                         paint(there["standing"], "green")])
        table(["LINK", "ONE WAY", "RTT SEEN BY 1ST", "BY 2ND", "LOSS", "COST PUBLISHED BY 1ST", "BY 2ND", "STANDING"], rows)
        self.explain()

    def explain(self, site=None):
        site = site or self.a
        say(paint(f"  {site}$ trimtab explain d", "dim"))
        for line in site.trimtab("explain", "d").stdout.splitlines():
            say(f"    {line}")

    # --- the acts

    def silence(self):
        heading("1. Silence. The link B–D swallows every packet; its carrier stays up")
        timeline = self.begin()
        self.lab.link("B", "D").blackhole()
        timeline.did("B–D drops everything, both ways, without a word")
        moved = timeline.until("BFD and BIRD take the traffic away", lambda: self.talk_through(self.c), 10)
        timeline.until("trimtab publishes last resort for it", lambda: self.b.published_ms(self.d) >= 1_000_000, 15)
        self.end("the link goes silent", moved, "BFD, 5 × 100 ms")
        self.explain()
        self.lab.link("B", "D").repair()
        timeline.did("B–D is repaired")
        timeline.until("the link answers, and earns its cost before it gets traffic", lambda: self.talk_through(self.b), 40)
        self.after("its return")

    def brownout(self):
        heading("2. Brownout. B–D gets 100 ms slower in one direction; nothing is lost, no session notices")
        timeline = self.begin()
        self.lab.link("B", "D").delay(add_ms=100, direction="B>D")
        timeline.did("packets from B to D take 105 ms instead of 5")
        moved = timeline.until("the measured cost rises until the other path is cheaper", lambda: self.talk_through(self.c), 20)
        self.end("+100 ms one way", moved, "trimtab's probes")
        self.explain()
        self.lab.link("B", "D").repair()
        timeline.did("B–D is as quick as before")
        timeline.until("the cost sinks, one step per dwell time", lambda: self.talk_through(self.b), 40)
        self.after("its return")

    def loss(self):
        heading("3. Loss. A–B loses a fifth of its packets each way; BGP would stay on it for ever")
        timeline = self.begin()
        self.lab.link("A", "B").loss(20)
        timeline.did("A–B loses 20 % in each direction")
        moved = timeline.until("loss is proven, not guessed from one lost probe",
                               lambda: self.a.route_to(self.d) == self.c, 40)
        self.end("20 % loss each way", moved, "trimtab's probes")
        self.explain()
        self.lab.link("A", "B").repair()

    def death(self):
        heading("4. kill -9. Every trimtab dies at once; it was never on the way of a packet")
        timeline = self.begin()
        for site in self.lab.sites:
            site.daemon.kill()
        timeline.did("kill -9 to four daemons")
        timeline.forget_numbers()
        for site in self.lab.sites:
            site.start_trimtab()
        timeline.did("started again")
        timeline.until("they publish what they had published",
                       lambda: all(site.daemon_answers() for site in self.lab.sites), 20)
        self.end("kill -9, restart", 0, "nobody")

    def begin(self):
        for stream in self.streams.values():
            stream.mark()
        return Timeline(self.lab, "A", "D")

    def end(self, title, route_s, noticed_by):
        reports = self.reports()
        self.acts.append(Act(title, route_s, sum(report.lost for report in reports),
                             max(report.outage_ms for report in reports), noticed_by))

    def after(self, title):
        say(f"  {title}:")
        self.reports()

    def reports(self):
        """What the LAN hosts saw since the last mark; a new mark."""
        found = []
        for direction, stream in self.streams.items():
            report = stream.report()
            stream.mark()
            found.append(report)
            outage = paint(f"outage {report.outage_ms:.0f} ms", "bold", "yellow") if report.lost else paint("no outage", "bold", "green")
            say(f"  LAN host {direction}: {report.sent} packets, {report.lost} lost, {outage}")
        return found

    def summary(self, took):
        heading("what you have seen")
        table(["WHAT HAPPENED", "NOTICED BY", "ROUTE MOVED AFTER", "PACKETS LOST", "LONGEST OUTAGE"],
              [[act.title, act.noticed_by, f"{act.route_s:.2f} s" if act.route_s else "–", act.lost,
                f"{act.outage_ms:.0f} ms" if act.lost else "none"] for act in self.acts])
        say()
        say(f"  All of it in {took:.0f} s, on this kernel, with real WireGuard, GRE and BIRD. Next:")
        say("    ./dev lab                        this mesh, yours to break: at a trimtab status, cut B D, heal")
        say("    trimtab init                     your own mesh file; README.md has the way from there")
        say("    docs/architecture.md             the way from a probe to a route")


def main():
    began = time.monotonic()
    heading("trimtab: four sites, one file, a mesh that keeps choosing its best paths")
    for line in PICTURE.strip("\n").splitlines():
        say(line)
    say()
    say(paint("  Quick timing for the demo: " + ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in PACE.items())
              + ".", "yellow"))
    say(paint("  As shipped: interval 15s, dwell 120s, earned return 30s, publish refill 3m.", "yellow"))
    say()
    waiting = Wait("building four routers, four LANs and the internet between them")
    waiting.__enter__()
    with Lab(Description(FOUR_SITES, tuning=PACE), "demo", say=lambda text: None) as lab:
        waiting.__exit__(None)
        demo = Demo(lab)
        try:
            demo.bring_up()
            demo.show_mesh()
            for act in (demo.silence, demo.brownout, demo.loss, demo.death):
                act()
            demo.summary(time.monotonic() - began)
        except (TimeoutError, AssertionError, RuntimeError) as trouble:
            say(paint(f"\n  this should not have happened: {trouble}", "bold", "red"))
            say(f"  logs: {lab.kept_logs}")
            return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
