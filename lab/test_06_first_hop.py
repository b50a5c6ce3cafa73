"""The best first hop leads to a bad path. `path` adds the whole of it up and avoids it; `score` looks at the first link
alone and takes it. docs/policies.md draws this mesh.

    A --- 2 ms --- B
    |              |
    10 ms        60 ms        A to D:  through B  4 + 120 ms,  through C  20 + 20 ms
    |              |
    C --- 10 ms -- D
"""

from dataclasses import replace

import pytest

from topology.mesh import Lab
from topology.meshfile import Description

LAST_RESORT_MS = 1_000_000
TRAP = Description({"AB": 2, "BD": 60, "AC": 10, "CD": 10})


@pytest.fixture(scope="module")
def lab():
    with Lab(TRAP, "first-hop") as built:
        built.up()
        built.steer()
        yield built


def candidates(lab):
    """Neighbour → what A's daemon says of the way through it."""
    return {found["neighbour"]: found for found in lab["A"].explain(lab["D"])["candidates"]}


def both_ways_known(lab, key, unknown):
    """Both are offered, and neither of them is a last resort any more."""
    found = candidates(lab)
    return found.keys() == {"b", "c"} and all(unknown(way[key]) is False for way in found.values())


def test_path_avoids_what_score_takes(lab):
    a, d = lab["A"], lab["D"]
    lab.wait_until("under path, A knows what both ways cost",
                   lambda: both_ways_known(lab, "total_ms", lambda cost: cost >= LAST_RESORT_MS), 30)
    lab.wait_until("A reaches D through C", lambda: a.route_to(d) == lab["C"], 10)
    found = candidates(lab)
    for name, way in found.items():
        print(f"    through {name}: {way['total_ms']:.1f} ms = {way['own_link_ms']:.1f} own + {way['announced_ms']:.1f} announced")
    assert found["b"]["own_link_ms"] < found["c"]["own_link_ms"]
    assert found["c"]["total_ms"] < found["b"]["total_ms"]

    lab.write_mesh_file(replace(TRAP, policy="score"))
    for site in lab.sites:
        site.daemon.stop()
    lab.at_all_sites(lambda site: site.trimtab("up"))
    lab.at_all_sites(lambda site: site.bird.ask("configure"))
    lab.steer()
    lab.wait_until("under score, A prefers one way for its first link",
                   lambda: both_ways_known(lab, "local_preference", lambda preference: preference == 0), 30)
    lab.wait_until("A reaches D through B", lambda: a.route_to(d) == lab["B"], 10)
    found = candidates(lab)
    for name, way in found.items():
        print(f"    through {name}: preference {way['local_preference']}")
    assert found["b"]["local_preference"] > found["c"]["local_preference"]
