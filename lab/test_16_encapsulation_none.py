"""`encapsulation = "none"`: a WireGuard interface for each link, BGP straight over it, and 24 bytes more."""

import pytest

from families import assert_blackhole_moves, assert_bound, assert_everybody_talks, assert_up_is_done
from topology.audit import assert_same, everything, wait_for_addresses
from topology.mesh import Lab
from topology.meshfile import BOTH, FOUR_SITES, Description

BOUND, DEFAULT = 1440, 1424


@pytest.fixture(scope="module")
def lab():
    with Lab(Description(FOUR_SITES, encapsulation="none", link_options={"AB": {"mtu": BOUND}}, **BOTH), "none") as built:
        wait_for_addresses(built)
        built.before = built.at_all_sites(everything)
        yield built


def test_everybody_talks_and_each_link_is_a_wireguard_of_its_own(lab):
    lab.up()
    lab.steer()
    assert_everybody_talks(lab)
    a, b = lab["A"], lab["B"]
    links = a.router.run("ip", "-br", "link").stdout
    print("  " + links.replace("\n", "\n  "))
    assert "wg-b" in links and "wg-c" in links and "trimtab0" in links
    assert "wg0" not in links and "gre-" not in links
    shown = a.router.run("wg", "show", "wg-b").stdout
    assert f"listening port: {51820 + b.id}" in shown
    assert f"endpoint: {b.wan_address}:{51820 + a.id}" in shown
    assert "0.0.0.0/0" in shown and "::/0" in shown
    assert f"mtu {DEFAULT}" in a.router.run("ip", "link", "show", "wg-c").stdout
    # No route follows from "everything".
    assert all(network not in ("0.0.0.0", "::") for network, length in a.router.routes() if length == 0)
    assert f"{a.overlay_address}/32" in a.router.run("ip", "address", "show", "trimtab0").stdout
    assert_up_is_done(lab)


@pytest.mark.parametrize("family", [4, 6])
def test_the_bound_passes_whole(lab, family):
    assert_bound(lab, "AB", family, BOUND)


def test_a_blackholed_link_moves_both_families(lab):
    assert_blackhole_moves(lab, (4, 6))


def test_down_leaves_everything_as_it_was(lab):
    for site in lab.sites:
        for process in site.processes():
            process.stop()
    lab.at_all_sites(lambda site: site.trimtab("down"))
    assert_same(lab.before, lab.at_all_sites(everything))
