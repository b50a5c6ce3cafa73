"""What a site announces of its own: exactly the LANs of the mesh file, while the interface has an address inside."""

import pytest
from network import DEADLINE_S, wait_until
from test_routing import by_path, until_route


@pytest.fixture
def a(network):
    a = network["A"]
    yield a
    a.namespace.run("ip", "address", "flush", "dev", "br-lan")
    a.namespace.run("ip", "address", "add", f"{a.lan_address}/24", "dev", "br-lan")


def announced(router):
    lines = router.bird.ask("show route export site_2")
    return {word for line in lines for word in line.split()[:1] if "/" in word and line[:1] != " "}


def test_without_carrier(a, network):
    assert "NO-CARRIER" in a.namespace.run("ip", "link", "show", "br-lan").stdout
    until_route(network["B"], a, by_path("A", 100))


def test_other_prefixes_of_the_interface_stay_at_home(a, network):
    a.namespace.run("ip", "address", "add", "192.168.7.1/24", "dev", "br-lan")
    a.namespace.run("ip", "address", "add", "10.10.1.129/25", "dev", "br-lan")
    wait_until("BIRD has seen the addresses", lambda: "192.168.7.1" in " ".join(a.bird.ask("show interfaces")), DEADLINE_S)
    until_route(network["B"], a, by_path("A", 100))
    assert announced(a) & {"192.168.7.0/24", "10.10.1.128/25"} == set()


def test_withdrawn_with_the_address(a, network):
    until_route(network["B"], a, by_path("A", 100))
    a.namespace.run("ip", "address", "flush", "dev", "br-lan")
    wait_until("B has no route", lambda: network["B"].route(a) is None, DEADLINE_S)
    a.namespace.run("ip", "address", "add", f"{a.lan_address}/24", "dev", "br-lan")
    until_route(network["B"], a, by_path("A", 100))


@pytest.mark.parametrize("length", [25, 16])
def test_a_subnet_of_another_length_stands_for_the_lan(a, network, length):
    a.namespace.run("ip", "address", "flush", "dev", "br-lan")
    wait_until("B has no route", lambda: network["B"].route(a) is None, DEADLINE_S)
    a.namespace.run("ip", "address", "add", f"{a.lan_address}/{length}", "dev", "br-lan")
    network.render(lan_address="{}/%d" % length)
    network.publish()
    until_route(network["B"], a, by_path("A", 100))
    a.namespace.run("ip", "address", "flush", "dev", "br-lan")
    wait_until("B has no route", lambda: network["B"].route(a) is None, DEADLINE_S)
