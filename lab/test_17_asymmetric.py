"""There and back on different paths, through routers whose own firewall knows only half of every connection.

    A ---- B ---- D     A's traffic to D goes through B, D's to A through C.
     \\           /     The link between B and D takes 1280 bytes, the others 1400.
      +--- C ---+

What BIRD is told stands still: no daemon runs here, the metrics files are written by hand.
"""

import re
import socket
import threading

import pytest

from topology.mesh import Lab
from topology.meshfile import Description
from topology.ping import ping

FIREWALL = """table inet host {
  chain forward {
    type filter hook forward priority filter; policy accept;
    ct state invalid counter drop
  }
}
"""
CHEAP, DEAR = 10, 1000  # 0.1 ms
PORT, MEGABYTES = 5500, 2
# site: neighbour's id -> what its link costs
COSTS = {"A": {2: CHEAP, 3: CHEAP}, "D": {2: CHEAP, 3: CHEAP}, "B": {1: DEAR, 4: CHEAP}, "C": {1: CHEAP, 4: DEAR}}


@pytest.fixture(scope="module")
def lab():
    with Lab(Description({"AB": 1, "AC": 1, "BD": 1, "CD": 1}, link_options={"BD": {"mtu": 1280}}), "asymmetric") as built:
        built.at_all_sites(lambda site: site.trimtab("up"))
        for site in built.sites:
            path = site.run / "metrics.conf"
            path.write_text(re.sub(r"COST_(\d) = \d+", lambda found: f"COST_{found[1]} = {COSTS[site.letter][int(found[1])]}",
                                   path.read_text()))
            site.start_bird()
        a, b, c, d = built.sites
        built.wait_until("every BIRD answers", lambda: all(site.bird.answers() for site in built.sites), 10)
        built.wait_until("A goes through B and D through C", lambda: (a.path_to(d), d.path_to(a)) == ([b, d], [c, a]), 30)
        built.wait_until("so do their kernels", lambda: (a.route_to(d), d.route_to(a)) == (b, c), 10)
        for transit in (b, c):
            transit.router.run("nft", "-f", "-", input=FIREWALL)
        yield built


def transfer(source, target, timeout=15):
    """Whether so many megabytes arrive at `target`'s LAN host, and an answer comes back."""
    with target.host.inside():
        server = socket.create_server((target.host_address, PORT))
    with source.host.inside():
        client = socket.socket()
    received = []

    def serve():
        try:
            connection, _ = server.accept()
            connection.settimeout(timeout)
            size = 0
            while piece := connection.recv(65536):
                size += len(piece)
            connection.sendall(str(size).encode())
            connection.close()
        except OSError as trouble:
            received.append(trouble)

    server.settimeout(timeout)
    client.settimeout(timeout)
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        client.connect((target.host_address, PORT))
        client.sendall(bytes(MEGABYTES * 1_000_000))
        client.shutdown(socket.SHUT_WR)
        return int(client.recv(64) or 0) == MEGABYTES * 1_000_000
    except OSError:
        return False
    finally:
        client.close()
        thread.join()
        server.close()


def dropped(site):
    return int(re.search(r"packets (\d+)", site.router.run("nft", "list", "table", "inet", "host").stdout)[1])


def test_each_direction_has_its_own_path_and_both_work_through_stateful_firewalls(lab):
    a, b, c, d = lab.sites
    assert ping(a.host, d.host_address) and ping(d.host, a.host_address)
    assert transfer(a, d) and transfer(d, a)
    print(f"  {MEGABYTES} MB each way; dropped as invalid: {dropped(b)} at B, {dropped(c)} at C")
    assert dropped(b) == dropped(c) == 0


def test_without_the_exemption_from_tracking_they_would_not(lab):
    """That this is what the firewall would have done."""
    a, b, c, d = lab.sites
    for transit in (b, c):
        transit.router.run("nft", "flush", "chain", "inet", "trimtab", "arriving")
    try:
        assert not transfer(a, d, timeout=3)
        print(f"  dropped as invalid: {dropped(b)} at B, {dropped(c)} at C")
        assert dropped(b) + dropped(c) > 0
    finally:
        for transit in (b, c):
            assert "was changed since" in transit.trimtab("up").stdout
    assert transfer(a, d)


def test_fragmentation_needed_reaches_the_sender_from_two_hops_away(lab):
    a, b, c, d = lab.sites
    assert ping(a.host, d.host_address, size=1280, dont_fragment=True)
    assert ping(a.host, d.host_address, size=1400, dont_fragment=True) is None
    lab.wait_until("A's LAN host knows the path's MTU",
                   lambda: "mtu 1280" in a.host.run("ip", "route", "get", d.host_address).stdout, 5)


def test_large_transfers_work_by_that_alone(lab):
    """Without the clamp that makes it unnecessary for TCP."""
    a, b, c, d = lab.sites
    lab.at_all_sites(lambda site: site.router.run("nft", "flush", "chain", "inet", "trimtab", "crossing"))
    for host in (a.host, d.host):
        host.run("ip", "route", "flush", "cache")
    try:
        assert transfer(a, d) and transfer(d, a)
    finally:
        lab.at_all_sites(lambda site: site.trimtab("up"))
    assert transfer(a, d)
