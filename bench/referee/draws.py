"""The two worlds of the published comparisons, drawn from the directory DATA of measured traces.

wild: hosts of the Seattle trace; calm: server meshes made from PlanetLab's levels and labelled links' variation.
With a degree, a mesh keeps the union of every site's nearest links (median RTT) and leaves the others out.

    draws.py DATA OUT [HOSTS [DEGREE]]      writes OUT/wild1.csv … wild6.csv and OUT/calm1.csv.gz … calm6.csv.gz
"""

import csv
import gzip
import random
import statistics
import subprocess
import sys
from pathlib import Path

SEEDS, CALM_FRAMES = range(1, 7), 1500


def wild(data, out, seed, hosts=8, degree=None):
    head, *rows = _lines(data / "seattle24_frames.csv.gz")
    _write(out, head, rows, _within(head, _wild_hosts(seed, hosts)), degree)


def wild_untouched(data, out):
    """One mesh of all 24 hosts, made of the links that are in none of the six draws."""
    head, *rows = _lines(data / "seattle24_frames.csv.gz")
    drawn = {column for seed in SEEDS for column in _within(head, _wild_hosts(seed, 8))}
    _write(out, head, rows, [column for column in range(1, len(head)) if column not in drawn], None)
    return out


def calm(data, out, seed, hosts=8, degree=None):
    subprocess.run(["/usr/bin/python3", data / "servermesh.py", data / "planetlab60_matrix.csv",
                    data / "labelled_links.csv.gz", out, str(hosts), str(CALM_FRAMES), str(seed)], check=True)
    if degree:
        head, *rows = _lines(out)
        _write(out, head, rows, _within(head, set(range(hosts))), degree)


def _wild_hosts(seed, hosts):
    return set(random.Random(seed).sample(range(24), hosts))


def _open(path, mode):
    return gzip.open(path, mode + "t") if path.suffix == ".gz" else path.open(mode, newline="")


def _lines(path):
    with _open(path, "r") as source:
        return list(csv.reader(source))


def _ends(name):
    return tuple(map(int, name.split(">")))


def _within(head, hosts):
    return [column for column, name in enumerate(head) if column and set(_ends(name)) <= hosts]


def _write(out, head, rows, columns, degree):
    if degree:
        columns = _nearest(head, rows, columns, degree)
    with _open(out, "w") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerows([row[0], *(row[column] for column in columns)] for row in (head, *rows))


def _nearest(head, rows, columns, degree):
    """A link is wanted by both ends or by one; it then stands in both directions."""
    near = {}
    for column in columns:
        site, other = _ends(head[column])
        near.setdefault(site, []).append((statistics.median(float(row[column]) for row in rows), other))
    wanted = {frozenset((site, other)) for site, others in near.items() for _, other in sorted(others)[:degree]}
    return [column for column in columns if frozenset(_ends(head[column])) in wanted]


def main(words):
    data, out = Path(words[0]), Path(words[1])
    hosts, degree = (int(word) if word else None for word in (words[2:] + ["8", ""][len(words) - 2:]))
    out.mkdir(parents=True, exist_ok=True)
    for seed in SEEDS:
        wild(data, out / f"wild{seed}.csv", seed, hosts, degree)
        calm(data, out / f"calm{seed}.csv.gz", seed, hosts, degree)


if __name__ == "__main__":
    main(sys.argv[1:])
