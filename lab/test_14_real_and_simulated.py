"""One scenario file on the real kernel and in the simulator: the same decisions in the same order, and the same routes.

Compared is what a busy machine does not change: for each link and direction the kinds of decisions (decisions.py), for
A to D and back the neighbours in turn, and the costs that were published just before each change of the wires. Where a
wire loses packets by chance, costs and times are chance too, and so is whether loss is proven beyond the boundary before
the cost has risen for it: there it counts that it was for the worse, and that it was taken back."""

import json
import math
import subprocess
import time
from dataclasses import replace

import pytest

from decisions import WORSE, Published, decisions, in_force_ms, published_ms, real_history, simulated_history
from topology.mesh import Lab
from topology.route_watch import RouteWatch
from topology.scenario import Scenario
from topology.site import REPOSITORY, TRIMTAB

FILE = REPOSITORY / "scenarios" / "four-sites.toml"
# A machine that stands still for half a second, as one that others use may, is no fault of the scenario's, and neither
# are BFD's packets that chance takes on the lossy link. The mesh file tells the simulator the same.
BFD = {"AB": {"bfd": "slow"}, "AC": {"bfd": "slow"}, "BC": {"bfd": "off"}, "BD": {"bfd": "slow"}, "CD": {"bfd": "slow"}}
# A machine only adds to an RTT: 7 ms where it has time for it, 28 ms where it had fifteen other things to do. Real costs
# may be higher by the larger of the first two (a round more or less), and lower by the last.
TOLERANCE, TOLERANCE_MS, LOWER_MS = 0.25, 40, 10
# The costs that were in force for so long before a change of the wires; the closest one counts. A busy moment lifts a
# cost at once, and a dwell later it may be lowered.
PLATEAU_S = 8
# For the worse it is decided within seconds; for the better a cost that is lowered in steps may need two dwells, and a round.
WORSE_S, BETTER_S = 4, 20
ROUND_S = 1


# (seconds, ms, reason) of what is published, 20 ms being usual → what was decided.
@pytest.mark.parametrize("published, kinds", [
    ([(3, 70, "step"), (4, 35, "step"), (5, 75, "step")], []),
    ([(3, 90, "step"), (4, 60, "step"), (5, 200, "step"), (9, 45, "step"), (20, 20, "step")], ["worse", "better"]),
    ([(3, 90, "step"), (9, 20, "step"), (12, 90, "step")], ["worse"]),
    ([(3, 90, "step"), (9, 20, "step"), (19, 90, "step")], ["worse", "better", "worse"]),
    ([(3, 90, "step"), (4, 300, "loss_boundary"), (5, 500, "step"), (60, 20, "loss_recovered")], ["crossed", "better"]),
    ([(3, 90, "step"), (4, 1e6, "down"), (9, 21, "returned")], ["down", "returned"]),
])
def test_what_counts_as_a_decision(published, kinds):
    before = [Published(0, 1e6, "first_answer"), Published(1, 20, "step")]
    found = decisions(before + [Published(*one) for one in published], since_s=2)
    assert [kind for _, kind in found] == kinds


def test_the_lab_and_the_simulator_decide_the_same(tmp_path):
    text = FILE.read_text()
    scenario = Scenario(text)
    ways = [scenario.watch, scenario.watch[::-1]]
    with Lab(replace(scenario.description(), link_options=BFD), "scenario") as lab:
        lab.up()
        lab.steer()
        lab.wait_until("A and D talk through B", lambda: all(lab[one].route_to(lab[other]) == lab["B"]
                                                             for one, other in ways), 60)
        real = carried_out(scenario, lab, ways)
        mesh = (lab["A"].config / "mesh.toml").rename(tmp_path / "mesh.toml")
    simulated = Story.simulated(mesh, FILE, ways, scenario.begins_s)
    show(real, simulated)

    assert real.kinds(chance(scenario)) == simulated.kinds(chance(scenario))
    assert not differences(scenario, real, simulated)
    # The comparison has teeth: had one of the events not happened in one of the two, it would have said so.
    first, *events = text.split("[[event]]")
    for left_out in events:
        (tmp_path / "shorter.toml").write_text("[[event]]".join([first, *(one for one in events if one != left_out)]))
        other = Story.simulated(mesh, tmp_path / "shorter.toml", ways, scenario.begins_s)
        assert other.kinds(chance(scenario)) != real.kinds(chance(scenario)), f"makes no difference: {left_out}"


class Story:
    """What happened: what each end of each link published, and each way's neighbours in turn as [(seconds, name)]."""

    def __init__(self, published, routes, begins_s):
        self.published = published
        self.routes = {way: settled([hop for hop in hops if hop[0] >= begins_s]) for way, hops in routes.items()}
        self.decided = {link: decisions(one, begins_s) for link, one in published.items()}

    @classmethod
    def simulated(cls, mesh, scenario, ways, begins_s):
        command = [TRIMTAB, "simulate", "--mesh", mesh, "--scenario", scenario, "--events", "--json"]
        answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)
        routes = {way: [(move["at_s"], move["to"]) for move in answer["moved"]
                        if (move["site"], move["destination"]) == (way[0].lower(), way[1].lower())] for way in ways}
        return cls(simulated_history(answer), routes, begins_s)

    def timed(self):
        """Per link or way: [(seconds, kind or neighbour)]."""
        named = {f"{one} to {other} goes through": hops for (one, other), hops in self.routes.items()}
        return named | {name_of(*link): found for link, found in sorted(self.decided.items())}

    def kinds(self, by_chance):
        by_chance_same = {"crossed": "worse", "down": "worse", "returned": "better"}  # down: a whole round was lost
        return {of: [by_chance_same.get(kind, kind) if of in by_chance else kind for _, kind in found]
                for of, found in self.timed().items()}


def settled(hops):
    """At the start everything goes through B. What does not last a round is BGP on its way, and no route."""
    lasting = [hop for hop, after in zip(hops, [*hops[1:], (math.inf, None)]) if after[0] - hop[0] >= ROUND_S]
    return [hop for before, hop in zip([(0, "b"), *lasting], lasting) if hop[1] != before[1]]


def carried_out(scenario, lab, ways):
    watches = {way: RouteWatch(lab[way[0]].router, lab[way[1]]) for way in ways}
    changing = [lab.wires[pair] for pair in {pair for _, pair, _ in scenario.changes()}]
    for wire in changing:
        wire.keep_ready()
    began, late_s = time.time(), []
    for at_s, pair, shape in scenario.changes():
        lab.wait_until(f"{pair} becomes {' '.join(shape.netem())}", lambda: time.time() - began >= at_s,
                       scenario.duration_s)
        lab.wires[pair].become(shape)
        late_s.append(time.time() - began - at_s)
    lab.wait_until("the scenario is over", lambda: time.time() - began >= scenario.duration_s, scenario.duration_s)
    for wire in changing:
        wire.release()
    for watch in watches.values():
        watch.close()
    print(f"  the wires changed {max(late_s):.2f} s late at most")
    routes = {way: [(at - began, name.removeprefix("gre-")) for at, name in watch.changes]
              for way, watch in watches.items()}
    return Story(real_history(lab.sites, began), routes, scenario.begins_s)


def show(real, simulated):
    for of, found in real.timed().items():
        for whose, story in (("real", found), ("simulated", simulated.timed()[of])):
            print(f"  {of:26} {whose:9} " + ", ".join(f"{kind} {at_s:.1f} s" for at_s, kind in story))


def differences(scenario, real, simulated):
    """What is beyond the tolerances, in words; kinds are taken to agree."""
    beyond = []
    for of, found in real.timed().items():
        for (at_s, kind), (other_s, _) in zip(found, simulated.timed()[of], strict=True):
            if abs(at_s - other_s) > (WORSE_S if kind in WORSE else BETTER_S) and of not in chance(scenario):
                beyond.append(f"{of} {kind} after {at_s:.1f} s, simulated {other_s:.1f} s")
    for (site, other), published in real.published.items():
        if name_of(site, other) in chance(scenario):
            continue
        for looked_s in sorted({at_s for at_s, *_ in scenario.changes()} | {scenario.duration_s}):
            other_ms = published_ms(simulated.published[site, other], looked_s)
            ms = min(in_force_ms(published, looked_s - PLATEAU_S, looked_s), key=lambda one: abs(one - other_ms))
            print(f"  {site} to {other} before {looked_s:2.0f} s: {ms:.1f} ms real, {other_ms:.1f} ms simulated")
            if not -LOWER_MS - TOLERANCE * other_ms <= ms - other_ms <= max(TOLERANCE * other_ms, TOLERANCE_MS):
                beyond.append(f"{site} to {other} costs {ms:.1f} ms at {looked_s:.0f} s, simulated {other_ms:.1f} ms")
    return beyond


def chance(scenario):
    """The links that lose packets at random."""
    pairs = [pair.lower() for event in scenario.events if event.kind == "loss" for pair in event.pairs]
    return {name_of(*one) for pair in pairs for one in (pair, pair[::-1])}


def name_of(site, other):
    return f"{site} of its link to {other}"
