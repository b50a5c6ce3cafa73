"""The MTU table of the specification, its rows with an IPv4 overlay, held against the kernel: a packet of the bound passes
whole, inside and outside the tunnel, and one byte more does not.

The table's rows have two ends alike. Where one is wider, WireGuard's padding at that end counts too: without that the
bound would pass in fragments, which nobody sees inside the tunnel.
"""

from dataclasses import replace

import pytest

from topology.mesh import Lab
from topology.meshfile import Description
from topology.ping import ping

PPPOE = {"wan_mtu": 1492}
# Pairs of sites, the first three a row of the table each: link → (what each of them says of its WAN, the bound).
ROWS = {"AB": ({}, {}, 1416), "CD": (PPPOE, PPPOE, 1408), "EF": ({"outer": "any"}, {}, 1396), "GH": (PPPOE, {}, 1400)}


def description(more=0):
    return Description(delays_ms={pair: 1 for pair in ROWS},
                       site_options={letter: said for pair, row in ROWS.items() for letter, said in zip(pair, row) if said},
                       link_options={pair: {"mtu": bound + more} for pair, (_, _, bound) in ROWS.items()})


@pytest.fixture(scope="module")
def lab():
    with Lab(description(), "mtu") as built:
        for pair, (one, other, _) in ROWS.items():
            narrower = min(said.get("wan_mtu", 1500) for said in (one, other))
            for sender, receiver in (pair, pair[::-1]):
                built[sender].router.run("ip", "link", "set", f"wan-{receiver.lower()}", "mtu", str(narrower))
        built.at_all_sites(lambda site: site.trimtab("up"))
        yield built


def fragments(site):
    """How many the router has made since it exists: WireGuard's packets carry no DF, so a bound that is too high
    would still pass, in pieces."""
    names, values = (line.split() for line in site.router.read("net/snmp").splitlines()[:2])
    return int(values[names.index("FragCreates")])


@pytest.mark.parametrize("pair", ROWS)
def test_the_bound_passes_whole_and_one_byte_more_does_not(lab, pair):
    sender, receiver = lab[pair[0]], lab[pair[1]]
    one, other, bound = ROWS[pair]
    subnet = [line.split() for line in sender.router.run("ip", "-o", "-4", "address", "show", "dev",
                                                         f"gre-{receiver.name}").stdout.splitlines()]
    own = subnet[0][3].split("/")[0]
    first = own.rpartition(".")
    peer = f"{first[0]}.{int(first[2]) + (1 if sender.id < receiver.id else -1)}"
    lab.wait_until(f"{pair}: the tunnel answers", lambda: ping(sender.router, peer) is not None, 15)
    before = fragments(sender), fragments(receiver)
    passed = any(ping(sender.router, peer, size=bound, dont_fragment=True) is not None for _ in range(3))
    more = ping(sender.router, peer, size=bound + 1, dont_fragment=True)
    made = fragments(sender) - before[0], fragments(receiver) - before[1]
    print(f"  {pair} {one or ''} {other or ''}: {bound} bytes {'pass' if passed else 'do not pass'}, "
          f"{bound + 1} {'pass' if more else 'do not'}; {sum(made)} fragments outside")
    assert passed and more is None
    assert made == (0, 0)


def test_check_refuses_a_byte_more_and_shows_the_sum(lab):
    lab.write_mesh_file(replace(description(more=1)))
    try:
        refused = lab["A"].trimtab("check", check=False)
        print("  " + refused.stderr.strip().replace("\n", "\n  "))
        assert refused.returncode == 1
        for _, _, bound in ROWS.values():
            assert str(bound) in refused.stderr
    finally:
        lab.write_mesh_file(description())
