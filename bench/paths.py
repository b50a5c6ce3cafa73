#!/usr/bin/python3
"""`./dev bench paths`: the controller on recorded meshes, against the best that was possible in each frame.

Two worlds of six draws each (referee/draws.py). DATA is the directory with the measured traces.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from referee import draws

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "home.toml"
# The classic recipe: EWMA 0.1 and re-publishing at 10 %, nothing else.
FOLKLORE = """[tuning]
dwell = "0s"
cost_step_floor = "0ms"
publish_burst = 1000
publish_refill = "1s"
"""


def replay(program, trace, mesh_file):
    tuned = ["--tuned", "--mesh", mesh_file] if mesh_file else []
    done = subprocess.run([program, "replay", trace, "--json", *tuned], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def mean(results, key):
    return statistics.mean(result[key] for result in results)


def main():
    program, data = sys.argv[1], Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        folklore = work / "folklore.toml"
        folklore.write_text(EXAMPLE.read_text() + FOLKLORE)
        traces = {"wild": [], "calm": []}
        for seed in draws.SEEDS:
            for name, make, suffix in (("wild", draws.wild, "csv"), ("calm", draws.calm, "csv.gz")):
                traces[name].append(work / f"{name}{seed}.{suffix}")
                make(data, traces[name][-1], seed)
        rows = []
        for label, mesh_file in (("shipped", None), ("EWMA 0.1, re-published at 10 %", folklore)):
            found = {name: [replay(program, trace, mesh_file) for trace in some] for name, some in traces.items()}
            rows.append((label, [(mean(results, "cost_ratio"), mean(results, "changes_per_hour_pair"))
                                 for results in found.values()]))
        direct = [(mean(results, "direct_ratio"), 0.0) for results in found.values()]
    print(f"{'controller':34} {'wild: cost @ changes':>24} {'calm: cost @ changes':>24}")
    for label, figures in [("direct links, never changed", direct), *rows]:
        print(f"{label:34} " + " ".join(f"{cost:14.4f} @ {changes:7.3f}" for cost, changes in figures))
    print("target (steering, not reached yet)         1.40   @ 9.3            1.0020 @ 0.03")


if __name__ == "__main__":
    sys.exit(main())
