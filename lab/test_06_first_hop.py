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

TRAP = Description({"AB": 2, "BD": 60, "AC": 10, "CD": 10})


@pytest.fixture(scope="module")
def lab():
    with Lab(TRAP, "first-hop") as built:
        built.up()
        built.steer()
        yield built


def test_path_avoids_what_score_takes(lab):
    a, d = lab["A"], lab["D"]
    lab.wait_until("under path, A reaches D through C", lambda: a.route_to(d) == lab["C"], 30)
    for candidate in a.explain(d)["candidates"]:
        print(f"    through {candidate['neighbour']}: {candidate['total_ms']:.1f} ms"
              f" = {candidate['own_link_ms']:.1f} own + {candidate['announced_ms']:.1f} announced")

    lab.write_mesh_file(replace(TRAP, policy="score"))
    for site in lab.sites:
        site.daemon.stop()
    lab.at_all_sites(lambda site: site.trimtab("up"))
    lab.at_all_sites(lambda site: site.bird.ask("configure"))
    lab.steer()
    lab.wait_until("under score, A reaches D through B", lambda: a.route_to(d) == lab["B"], 30)
    for candidate in a.explain(d)["candidates"]:
        print(f"    through {candidate['neighbour']}: preference {candidate['local_preference']}")
