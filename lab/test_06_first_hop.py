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


def test_path_avoids_what_score_takes(lab):
    a, b, c, d = lab.sites
    lab.wait_until("under path, A reaches D through C", lambda: a.route_to(d) == c, 30)
    # B too reaches D through A and C, so it announces nothing to A: what it could offer is its own link.
    through_c = candidates(lab)["c"]
    through_b_ms = a.published_ms(b) + b.published_ms(d)
    print(f"    first link: to B {a.published_ms(b):.1f} ms, to C {a.published_ms(c):.1f} ms")
    print(f"    whole path: through B {through_b_ms:.1f} ms, through C {through_c['total_ms']:.1f} ms = "
          f"{through_c['own_link_ms']:.1f} own + {through_c['announced_ms']:.1f} announced")
    assert a.published_ms(b) < a.published_ms(c)
    assert through_c["total_ms"] < through_b_ms < LAST_RESORT_MS

    lab.write_mesh_file(replace(TRAP, policy="score"))
    for site in lab.sites:
        site.daemon.stop()
    lab.at_all_sites(lambda site: site.trimtab("up"))
    lab.at_all_sites(lambda site: site.bird.ask("configure"))
    lab.steer()
    lab.wait_until("under score, A knows what both first links are worth",
                   lambda: [way["local_preference"] > 0 for way in candidates(lab).values()] == [True, True], 30)
    lab.wait_until("A reaches D through B", lambda: a.route_to(d) == b, 10)
    found = candidates(lab)
    for name, way in found.items():
        print(f"    through {name}: preference {way['local_preference']}")
    assert found["b"]["local_preference"] > found["c"]["local_preference"]
