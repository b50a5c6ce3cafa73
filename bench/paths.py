#!/usr/bin/python3
"""`./dev bench paths`: the steering on recorded meshes, against what was possible (docs/steering.md).

    paths.py PROGRAM DATA [--plots DIR]

Figures are means over the draws of one world (referee/draws.py), written cost @ changes: experienced / clairvoyant
RTT, and changes of next hop per hour and pair. --plots writes steering-wild.svg and steering-calm.svg.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import simulated
from replays import Program, progress

from referee import controllers, draws, forecaster, frontier, judge, optimum, report, traces

FOLKLORE = {"estimator": "ewma", "dwell": "0s", "cost_step_floor": "0ms", "publish_burst": 1000, "publish_refill": "1s"}
# Replays need no protection from restlessness: what the method does where nothing but its margins holds it back.
LIFTED = {"dwell": "0s", "publish_burst": 1000, "publish_refill": "1s"}
STEADINESS = (0, 0.3, 0.6, 1, 1.5, 2, 2.4, 3, 4, 6, 10, 20, 50, 100)
TARGETS = {"wild": (1.40, 9.3), "calm": (1.0020, 0.03)}
UNSEEN_SEEDS = range(7, 13)


def draw(data, work, world, seeds, hosts=8, degree=None):
    make, suffix = {"wild": (draws.wild, "csv"), "calm": (draws.calm, "csv.gz")}[world]
    drawn = [work / f"{world}-{hosts}-{degree or 'full'}-{seed}.{suffix}" for seed in seeds]
    for path, seed in zip(drawn, seeds):
        make(data, path, seed, hosts, degree)
    return drawn


def text(figure):
    return f"{figure.cost:.4f} @ {figure.changes:.3f}"


def line(label, *cells):
    print(f"{label:46}" + "".join(f"{cell:>26}" for cell in cells), flush=True)


class World:
    """Everything that is measured on the six draws of one world."""

    def __init__(self, program, name, drawn):
        progress(f"{name}: folklore, shipped and the frontier on {len(drawn)} draws")
        self.name = name
        self.folklore, self.direct = program.over(drawn, FOLKLORE)
        self.shipped, _ = program.over(drawn)
        self.lifted, _ = program.over(drawn, LIFTED)
        self.bounded = [program.over(drawn, {"steadiness": value})[0] for value in STEADINESS]
        self.frontier = [program.over(drawn, {**LIFTED, "steadiness": value})[0] for value in STEADINESS]
        progress(f"{name}: the offline optimum")
        self.traces = [traces.read(path) for path in drawn]
        # A few prices are enough to begin from: the search narrows them down.
        self._prices = optimum.frontier(self.traces, optimum.PRICES[::3])
        self.best_as_shipped, self.best_as_lifted = map(self._best, (self.shipped, self.lifted))

    def _best(self, figure):
        best = optimum.at_changes(self.traces, figure.changes, self._prices)
        return text(best.figure) if best else "none found"

    def plot(self, path):
        verdict = judge.verdict(self.traces, [])
        verdict["runs"] = [{"name": name, "cost": figure.cost, "changes": figure.changes} for name, figure in (
            ("as shipped", self.shipped), *(("bound lifted, steadiness 0 to 100", figure) for figure in self.frontier))]
        report.plot(verdict, path)

    def judged(self):
        cost, changes = TARGETS[self.name]
        met = self.shipped.cost <= cost and self.shipped.changes <= changes
        return f"{text(self.shipped)} {'met' if met else 'MISSED'}"


def tell_worlds(worlds):
    line("recorded meshes, 8 hosts, six draws each", *(world.name for world in worlds))
    line("target for what is shipped", *(f"<= {cost} @ <= {changes}" for cost, changes in TARGETS.values()))
    line("as shipped", *(world.judged() for world in worlds))
    line("direct links, never changed", *(text(world.direct) for world in worlds))
    line("folklore: EWMA 0.1, re-published at 10 %", *(text(world.folklore) for world in worlds))
    line("offline optimum, no more changes than shipped", *(world.best_as_shipped for world in worlds))
    for index, value in enumerate(STEADINESS):
        line(f"  shipped but for steadiness {value}", *(text(world.bounded[index]) for world in worlds))
    line("shipped, bound lifted", *(text(world.lifted) for world in worlds))
    for index, value in enumerate(STEADINESS):
        line(f"  lifted, steadiness {value}", *(text(world.frontier[index]) for world in worlds))
    line("offline optimum, as many changes as lifted", *(world.best_as_lifted for world in worlds))
    tell_forecasters(next(world for world in worlds if world.name == "wild"))


def tell_forecasters(wild):
    """Calm links hold no value for a number of frames: there is nothing to know."""
    changes = TARGETS["wild"][1]
    for label, way in (("knows ends and means, routes that settle", forecaster.Settled),
                       ("knows ends and means, free beyond the hop", forecaster.Free)):
        progress(f"wild: {label}")
        line(label, text(forecaster.at_changes(wild.traces, changes, way)))


def tell_rules(worlds):
    print()
    line("published controllers: is the frontier below?", *(world.name for world in worlds))
    for rule in controllers.RULES:
        cells = []
        for world in worlds:
            published = frontier.parse(dict(rule.published)[world.name])
            cells.append(frontier.against(published, world.frontier))
        line(rule.name, *cells)


def tell_others(program, data, work):
    """Meshes that nothing was tuned on. Draws share hosts, and the calm ones labelled links, with the tuned ones."""
    print()
    line("other meshes", "as shipped", "bound lifted", "folklore", "direct")
    for label, make in (
            ("wild, unseen draws: seeds 7 to 12", lambda: draw(data, work, "wild", UNSEEN_SEEDS)),
            ("calm, unseen draws: seeds 7 to 12", lambda: draw(data, work, "calm", UNSEEN_SEEDS)),
            ("wild, one mesh of links in no tuned draw", lambda: [draws.wild_untouched(data, work / "untouched.csv")]),
            ("wild, 16 hosts, two draws", lambda: draw(data, work, "wild", (1, 2), 16)),
            ("wild, all 24 hosts", lambda: draw(data, work, "wild", (1,), 24)),
            ("calm, 16 hosts, two draws", lambda: draw(data, work, "calm", (1, 2), 16)),
            ("calm, 24 hosts, one draw", lambda: draw(data, work, "calm", (1,), 24)),
            ("wild, degree 4, 16 hosts, two draws", lambda: draw(data, work, "wild", (1, 2), 16, 4)),
            ("calm, degree 4, 16 hosts, two draws", lambda: draw(data, work, "calm", (1, 2), 16, 4))):
        progress(label)
        drawn = make()
        shipped, direct = program.over(drawn)
        line(label, *map(text, (shipped, program.over(drawn, LIFTED)[0], program.over(drawn, FOLKLORE)[0], direct)))


def arguments():
    parser = argparse.ArgumentParser(description="The steering on recorded meshes.")
    parser.add_argument("program")
    parser.add_argument("data", type=Path)
    parser.add_argument("--plots", type=Path, metavar="DIR")
    return parser.parse_args()


def main():
    asked = arguments()
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        program = Program(asked.program, work)
        worlds = [World(program, name, draw(asked.data, work, name, draws.SEEDS)) for name in TARGETS]
        tell_worlds(worlds)
        tell_rules(worlds)
        tell_others(program, asked.data, work)
        print()
        simulated.tell(program, asked.data)
        if asked.plots:
            for world in worlds:
                progress(f"{world.name}: the plot")
                world.plot(asked.plots / f"steering-{world.name}.svg")


if __name__ == "__main__":
    sys.exit(main())
