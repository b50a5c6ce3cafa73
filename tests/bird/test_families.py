"""Both families through the rendered configuration: BIRD takes it, carries both in one session, and refuses of either
what is not its origin's."""

import os
import subprocess

import pytest
from network import BIRD, Network, batch, wait_until

BOTH = {"links": ("172.31.0.0/16", "fd31::/64"), "lans": ("10.10.0.0/16", "fd10:10::/32")}
ALONE = {"overlay": ("fd00:255::/64",), "links": ("fd31::/64",), "lans": ("fd10:10::/32",)}
DEADLINE_S = 10


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """A-B-C, so that C's LANs reach A through a transit site."""
    network = Network(f"fam{os.getpid()}", tmp_path_factory.mktemp("families"), {"AB": 5, "BC": 5})
    try:
        network.build()
        for one, other in network.links:
            for router, peer in ((network[one], network[other]), (network[other], network[one])):
                batch([f"address add {router.link_address6(peer)}/127 dev gre-{peer.name} nodad"], router.namespace)
        for router in network:
            batch([f"address add {router.lan_address6}/64 dev br-lan nodad"], router.namespace)
            router.namespace.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1")
        network.render(families=BOTH)
        network.start()
        yield network
    finally:
        network.close()


@pytest.mark.parametrize("policy", ["path", "score"])
@pytest.mark.parametrize("families", [BOTH, ALONE], ids=["both", "ipv6_alone"])
def test_bird_takes_it(tmp_path, families, policy):
    network = Network("unused", tmp_path)
    network.render(policy=policy, families=families)
    for router in network:
        done = subprocess.run([BIRD, "-p", "-c", router.configuration], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_both_families_go_through_the_transit_site(chain):
    a, c = chain["A"], chain["C"]

    def in_the_kernel():
        return c.lan_prefix in a.namespace.run("ip", "route").stdout and c.lan_prefix6 in a.namespace.run("ip", "-6", "route").stdout
    wait_until("A has C's LANs of both families", in_the_kernel, DEADLINE_S)
    route = a.namespace.run("ip", "-6", "route", "show", c.lan_prefix6).stdout
    assert f"via {chain['B'].link_address6(a)} dev gre-b" in route and f"src {a.lan_address6}" in route


def test_a_prefix_of_either_family_that_is_not_its_origins_is_refused(chain):
    b, c = chain["B"], chain["C"]
    wait_until("B has C's LANs", lambda: b.accepted_from(c) == {c.lan_prefix, c.lan_prefix6}, DEADLINE_S)
    batch([f"address add {address} dev br-lan{more}" for address, more in (("10.10.99.1/24", ""), ("fd10:10:99::1/64", " nodad"))],
          c.namespace)
    text = c.configuration.read_text()
    c.edit("net ~ [ 10.10.3.0/24 ]", "net ~ [ 10.10.3.0/24, 10.10.99.0/24 ]")
    c.edit("net ~ [ fd10:10:3::/64 ]", "net ~ [ fd10:10:3::/64, fd10:10:99::/64 ]")
    wait_until("C announces them", lambda: "fd10:10:99::/64" in " ".join(
        c.bird.ask(f"show route export site_{b.id}")), DEADLINE_S)
    wait_until("B has heard of them", lambda: "10.10.99.0/24" in " ".join(
        b.bird.ask(f"show route filtered protocol site_{c.id}") + b.bird.ask("show route import table site_3.ipv4")), DEADLINE_S)
    assert b.accepted_from(c) == {c.lan_prefix, c.lan_prefix6}
    c.configuration.write_text(text)
    assert c.configure() == "Reconfigured"
