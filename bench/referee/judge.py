#!/usr/bin/python3
"""The referee: what recorded meshes allow, and what simple controllers make of them.

    judge.py TRACE... [--json] [--plot OUT.svg] [--run NAME=COST@CHANGES ...] [--published wild|calm]

All figures are means over the traces, which should be draws of one world (draws.py makes the published ones). A run is
a controller's figure from elsewhere, as `trimtab replay --json` gives it; it is set beside the offline optimum with no
more changes; in the plot, runs of one name are a line. --published prints the published figures beside ours. Status 1:
a trace is refused, the line is named.
"""

import argparse
import json
import math
import statistics
import sys
from pathlib import Path

# The package's folder stands where Python put this file's own.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from referee import charging, controllers, optimum, report, traces  # noqa: E402


def run(text):
    name, _, figure = text.rpartition("=")
    cost, _, changes = figure.partition("@")
    try:
        found = charging.Figure(float(cost), float(changes))
    except ValueError:
        found = None
    if not (found and name and math.isfinite(found.cost + found.changes) and min(found.cost, found.changes) >= 0):
        raise argparse.ArgumentTypeError(f'"{text}" is no NAME=COST@CHANGES')
    return name, found


def arguments():
    parser = argparse.ArgumentParser(description="What recorded meshes allow.")
    parser.add_argument("traces", nargs="+", metavar="TRACE")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--plot", metavar="OUT.svg")
    parser.add_argument("--run", action="append", type=run, default=[], dest="runs", metavar="NAME=COST@CHANGES")
    parser.add_argument("--published", choices=("wild", "calm"))
    return parser.parse_args()


def _row(figure, **more):
    return {**more, "cost": figure.cost, "changes": figure.changes}


def verdict(judged, runs):
    points = optimum.frontier(judged)
    bounds = optimum.frontier(judged, of=optimum.bound)
    rows = [_row(charging.mean([charging.direct(trace) for trace in judged]), name="direct links, never changed",
                 published=controllers.DIRECT_PUBLISHED)]
    for rule, figure in zip(controllers.RULES, controllers.judge(controllers.RULES, judged)):
        rows.append(_row(figure, name=rule.name, published=dict(rule.published)))
    set_beside = []
    for name, figure in runs:
        best = optimum.at_changes(judged, figure.changes, points)
        set_beside.append(_row(figure, name=name, optimum=best and _row(
            best.figure, price_ms_frames=best.price_ms_frames)))
    return {
        "mesh": {
            "traces": len(judged),
            "hosts": "/".join(str(hosts) for hosts in sorted({trace.hosts for trace in judged})),
            "counted_frames": sum(len(trace.time_s) - trace.first_counted for trace in judged),
            "hours": sum(trace.hours for trace in judged),
            "pairs": sum(trace.pairs for trace in judged),
            "pairs_beyond_reach": sum(optimum.beyond_reach(trace) for trace in judged),
            "clairvoyant_ms": statistics.mean(trace.mean_clairvoyant_ms for trace in judged),
        },
        "controllers": rows,
        "frontier": [{"price_ms_frames": point.price_ms_frames, "optimum": _row(point.figure),
                      "bound": _row(bound.figure)} for point, bound in zip(points, bounds)],
        "runs": set_beside,
    }


def main():
    asked = arguments()
    try:
        judged = [traces.read(path) for path in asked.traces]
    except traces.TraceError as error:
        sys.exit(str(error))
    found = verdict(judged, asked.runs)
    if asked.json:
        print(json.dumps(found, indent=2))
    else:
        print("\n".join(report.table(found, asked.published)))
    if asked.plot:
        report.plot(found, asked.plot)


if __name__ == "__main__":
    main()
