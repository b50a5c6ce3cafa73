#!/usr/bin/python3
"""`./dev bench paths`: the controller on recorded meshes, against the best that was possible in each frame.

Two worlds (docs/traces.md): wild, six draws of eight of the Seattle trace's hosts; calm, six server meshes made from
PlanetLab's levels and labelled links' variation. DATA is the directory with those files.
"""

import csv
import gzip
import json
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "home.toml"
HOSTS, SEEDS, CALM_FRAMES = 8, range(1, 7), 1500
# The classic recipe: EWMA 0.1 and re-publishing at 10 %, nothing else.
FOLKLORE = """[tuning]
dwell = "0s"
cost_step_floor = "0ms"
publish_burst = 1000
publish_refill = "1s"
"""


def wild(data, out, seed):
    """The draw that the published figures use."""
    with gzip.open(data / "seattle24_frames.csv.gz", "rt") as source:
        rows = csv.reader(source)
        head = next(rows)
        hosts = set(random.Random(seed).sample(range(24), HOSTS))
        kept = [0] + [column for column, name in enumerate(head) if column and set(map(int, name.split(">"))) <= hosts]
        with out.open("w", newline="") as target:
            writer = csv.writer(target, lineterminator="\n")
            writer.writerow([head[column] for column in kept])
            writer.writerows([row[column] for column in kept] for row in rows)


def calm(data, out, seed):
    subprocess.run(["/usr/bin/python3", data / "servermesh.py", data / "planetlab60_matrix.csv",
                    data / "labelled_links.csv.gz", out, str(HOSTS), str(CALM_FRAMES), str(seed)], check=True)


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
        for seed in SEEDS:
            for name, make, suffix in (("wild", wild, "csv"), ("calm", calm, "csv.gz")):
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
