"""Both families, in the mesh and outside: first IPv6 beside IPv4, with one site that is called over IPv6; then the same
sites move, by `up` and `configure`, to a mesh of IPv6 alone, whose GRE, BGP and probes run over IPv6 too.
"""

import signal
from dataclasses import replace

import pytest

from families import assert_blackhole_moves, assert_bound, assert_everybody_talks, assert_up_is_done
from topology.audit import assert_same, everything, wait_for_addresses
from topology.mesh import Lab
from topology.meshfile import BOTH, FOUR_SITES, IPV6_ONLY, Description

ROUTER_ID_OF_A = "0.0.0.1"
DUAL = Description(FOUR_SITES, outside6="D", **BOTH)
ALONE = replace(DUAL, outside6="", **IPV6_ONLY)
# Rows of the specification's table: one end called over IPv6; GRE over IPv6 with IPv4 outside; IPv6 inside and outside.
BOUND_OUTSIDE, BOUND_INSIDE, BOUND_BOTH = 1396, 1396, 1376


@pytest.fixture(scope="module")
def lab():
    with Lab(DUAL, "ipv6") as built:
        wait_for_addresses(built)
        built.before = built.at_all_sites(everything)
        yield built


def call_over_ipv6(one, other):
    """Whether both do. WireGuard calls where it was last called from, and the two files name one end by IPv4: whose
    first packet came last has decided. So it is decided here, until it stays."""
    stays = True
    for site, peer in ((one, other), (other, one)):
        endpoint = f"[{peer.wan_address6}]:51820"
        if f"{peer.public_key}\t{endpoint}" not in site.router.run("wg", "show", "wg0", "endpoints").stdout:
            site.router.run("wg", "set", "wg0", "peer", peer.public_key, "endpoint", endpoint)
            stays = False
    return stays


def test_both_families_talk_through_transit_sites(lab):
    lab.up()
    a, b, d = lab["A"], lab["B"], lab["D"]
    b.trimtab("render", "--target", "files", "--out", str(lab.directory / "rendered"))
    rendered = (lab.directory / "rendered/wg0.conf").read_text()
    assert f"Endpoint = [{d.wan_address6}]:51820" in rendered and f"Endpoint = {a.wan_address}:51820" in rendered
    lab.wait_until("B and D call each other over IPv6", lambda: call_over_ipv6(b, d), 10)
    lab.steer()
    assert_everybody_talks(lab)
    explained = a.ask(ask="explain", destination=d.host_address6)
    print(f"  A says of {d.host_address6}: {explained['prefix']} through {explained['candidates'][0]['path']}")
    assert explained["prefix"] == d.lan_prefix6 and explained["candidates"][0]["chosen"]
    assert '"as_chosen":true' in a.trimtab("explain", d.host_address6, "--json").stdout, "the kernel does so too"
    assert_up_is_done(lab)


def test_a_blackholed_link_moves_both_families(lab):
    assert_blackhole_moves(lab, (4, 6))


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("pair", ["AB", "BD"])
def test_the_bound_passes_whole_whatever_is_outside(lab, pair, family):
    """B's wg0 gives way to D's IPv6; AB runs over IPv4 and BD over IPv6."""
    assert_bound(lab, pair, family, BOUND_OUTSIDE)


def move(lab, description):
    """As docs/mesh-file.md says: `up`, the daemon, BIRD."""
    lab.write_mesh_file(description)
    lab.at_all_sites(lambda site: site.trimtab("up"))
    for site in lab.sites:
        site.daemon.signal(signal.SIGHUP)
    for site in lab.sites:
        print(f"  {site}: {site.bird.ask('configure')[-1]}")


def test_the_mesh_moves_to_ipv6_alone(lab):
    move(lab, ALONE)
    lab.wait_until("every BGP session is established", lab.every_session_established, 60)
    assert_everybody_talks(lab)
    lab.wait_until("every link is measured, by ICMPv6", lab.every_link_up, 60)
    a = lab["A"]
    tunnel = a.router.run("ip", "-d", "link", "show", "gre-b").stdout
    assert "ip6gre" in tunnel and "encaplimit none" in tunnel
    status = " ".join(a.bird.ask("show status"))
    print(f"  A's link to B: {a.status_of(lab['B'])['rtt_ms']:.1f} ms; {status}")
    assert f"Router ID is {ROUTER_ID_OF_A}" in status
    assert a.router.routes().get(("10.10.4.0", 24)) is None
    assert_up_is_done(lab)
    assert_bound(lab, "AB", 6, BOUND_INSIDE)


def test_a_blackholed_link_moves_ipv6_alone(lab):
    assert_blackhole_moves(lab, (6,))


def test_the_bound_with_ipv6_inside_and_outside(lab):
    lab.write_mesh_file(replace(ALONE, outside6="D"))
    lab.at_all_sites(lambda site: site.trimtab("up"))
    assert_bound(lab, "BD", 6, BOUND_BOTH)


def test_down_leaves_everything_as_it_was(lab):
    for site in lab.sites:
        for process in site.processes():
            process.stop()
    lab.at_all_sites(lambda site: site.trimtab("down"))
    after = lab.at_all_sites(everything)
    assert_same(lab.before, after)
    print(f"  down left {sum(map(len, after.values()))} lines of ip, wg, nft and settings as they were")
