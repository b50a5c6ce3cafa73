"""Rows 14 to 18: the interface goes down, goes away, is renamed; its address or its route is taken from it."""

import signal

import pytest
from topology.waiting import stays_true

AT_ONCE_S = 0.5
LOCAL_S = 3  # a round of refused probes
RETURN_S = 15
DOWN_S = 8  # a whole round by probes alone, where one is on its way


@pytest.fixture
def two(network):
    sites = network("AB", "AC")
    return sites, sites["A"], sites["B"], sites["C"]


def test_row_14_interface_down_and_up(two):
    """Down by the kernel's word, not by probes; up again only after it has earned it."""
    sites, a, b, c = two
    for seconds in (1, 5):
        since = a.last_event()
        a.ip("link", "set", a.gre(b), "down")
        took = sites.wait("A knows", lambda: a.standing(b) == "down", AT_ONCE_S, every=0.01)
        link = a.link(b)
        assert link["interface_up"] is False and a.standing(c) == "up"
        stays_true("it stays down", lambda: a.standing(b) == "down", seconds)
        a.ip("link", "set", a.gre(b), "up")
        sites.wait("it answers and earns", lambda: a.standing(b) == "earning", RETURN_S, every=0.02)
        assert a.link(b)["published_ms"] == 1_000_000
        earned = sites.wait("it is up", lambda: a.standing(b) == "up", RETURN_S)
        sites.wait("its cost is told", lambda: a.link(b)["published_ms"] < 1_000_000, RETURN_S)
        told = [event["to"] for event in a.published_events(b, since)]
        print(f"  row 14: down {took * 1000:.0f} ms after the interface, {seconds} s later up again: earned in "
              f"{earned:.1f} s, told {told}")
        assert len(told) == 2 and earned > 2


def test_row_15_interface_deleted(two):
    """Gone with its index; the next one of that name is used, whatever its index is."""
    sites, a, b, c = two
    index = a.ip("-o", "link", "show", a.gre(b)).split(":")[0]
    a.ip("link", "delete", a.gre(b))
    took = sites.wait("A knows", lambda: a.standing(b) == "down", AT_ONCE_S, every=0.01)
    sites.wait("A says that it cannot send", lambda: a.link(b)["local_fault"] is not None, LOCAL_S)
    print(f"  row 15: down after {took * 1000:.0f} ms; {a.link(b)['local_fault']}")
    sites.connect(a, b)
    assert a.ip("-o", "link", "show", a.gre(b)).split(":")[0] != index
    back = sites.wait("both ends are up", sites.every_link_up, RETURN_S)
    assert a.link(b)["local_fault"] is None and a.standing(c) == "up"
    print(f"  row 15: up {back:.1f} s after it was made anew")


def test_row_15_bfd_returns_to_an_interface_made_anew(network):
    """The address is told before it can be bound to; a BIRD that was quick opened no socket for BFD, and never tries again.
    Here the local route is away while BIRD looks."""
    sites = network("AB", "AC", "BC", birds=True)
    a, b, c = sites
    a.ip("link", "delete", a.gre(b))
    sites.wait("A goes to B by way of C", lambda: a.route_to(b) == c, 10)
    a.bird_process.signal(signal.SIGSTOP)
    sites.connect(a, b)
    local = ("local", a.link_address(b), "dev", a.gre(b), "table", "local", "proto", "kernel", "scope", "host", "src",
             a.link_address(b))
    a.ip("route", "delete", *local)
    a.bird_process.signal(signal.SIGCONT)
    # It answers when it has looked at what the kernel told it.
    sites.wait("A's BIRD has it", lambda: a.link_address(b) in "\n".join(a.bird.ask("show interfaces")), 5)
    a.ip("route", "add", *local)
    took = sites.wait("both ends are up", sites.every_link_up, 40)
    # Both ends miss it, and the first to restart it restarts it for both.
    restarts = [event["text"] for site in (a, b) for event in site.events()
                if event["text"].startswith("BFD with") and "does not come back" in event["text"]]
    print(f"  row 15: up {took:.1f} s after the interface was there: {restarts}")
    assert 1 <= len(restarts) <= 2 and all("is restarted" in text for text in restarts)
    sites.wait("its cost is told", lambda: a.link(b)["published_ms"] < 1_000_000, RETURN_S)


def test_row_16_interface_renamed(two):
    """The mesh file's name is what counts: under another name it is gone, and said to be; the name's return is its."""
    sites, a, b, c = two
    a.ip("link", "set", a.gre(b), "down")
    a.ip("link", "set", a.gre(b), "name", "other")
    a.ip("link", "set", "other", "up")
    sites.wait("A knows", lambda: a.standing(b) == "down", AT_ONCE_S, every=0.01)
    assert any(f"interface {a.gre(b)} is gone" in event["text"] for event in a.events())
    stays_true("C is up", lambda: a.standing(c) == "up", 2)
    a.ip("link", "set", "other", "down")
    a.ip("link", "set", "other", "name", a.gre(b))
    a.ip("link", "set", a.gre(b), "up")
    back = sites.wait("both ends are up", sites.every_link_up, RETURN_S)
    print(f"  row 16: reported as gone, up {back:.1f} s after it has its name again")


def test_the_lan_interface_is_down(network):
    """BIRD takes the LAN back, and status says why; without carrier it is announced, and nothing is said."""
    sites = network("AB", birds=True)
    a, b = sites
    sites.wait("B has A's LAN", lambda: b.route_to(a) == a, 20)
    assert a.ask(ask="status")["lan_fault"] is None
    a.ip("link", "set", a.LAN_INTERFACE, "down")
    gone = sites.wait("B has it no more", lambda: b.route_to(a) is None, 5)
    fault = f"lan_interface {a.LAN_INTERFACE} is down: {a.lan_prefix} is not announced by it"
    assert a.ask(ask="status")["lan_fault"] == fault and f"\n{fault}.\n" in a.trimtab("status").stdout
    a.ip("link", "set", a.LAN_INTERFACE, "up")
    back = sites.wait("B has it again", lambda: b.route_to(a) == a, 10)
    assert a.ask(ask="status")["lan_fault"] is None
    print(f"  LAN down: B lost it after {gone:.1f} s, had it {back:.1f} s after it was up again")


def local_fault(sites, a, b, row):
    """A finds a fault of its own, and says so; B's and the peer's loss have nothing to do with it."""
    lost = a.counters(b)["probes_lost"]
    took = sites.wait("A says that the fault is its own", lambda: a.link(b)["local_fault"], LOCAL_S)
    link = a.link(b)
    print(f"  row {row}: after {took:.2f} s: {link['local_fault']}; standing {link['standing']}, "
          f"{link['counters']['local_faults']} refused, {link['counters']['probes_lost'] - lost} lost")
    assert link["standing"] == "down" and link["interface_up"] is True
    assert link["counters"]["local_faults"] >= 5
    # What was on its way when the address went could still be lost.
    assert link["counters"]["probes_lost"] - lost <= 3
    assert any(event["reason"] == "down" and "own kernel" in event["text"] for event in a.published_events(b))


def test_row_17_address_removed(two):
    sites, a, b, c = two
    a.ip("address", "delete", f"{a.link_address(b)}/30", "dev", a.gre(b))
    local_fault(sites, a, b, 17)
    assert a.standing(c) == "up"
    a.ip("address", "add", f"{a.link_address(b)}/30", "dev", a.gre(b))
    back = sites.wait("both ends are up", sites.every_link_up, RETURN_S)
    assert a.link(b)["local_fault"] is None
    print(f"  row 17: up {back:.1f} s after the address is back")


@pytest.mark.parametrize("kind", ["blackhole", "unreachable", "prohibit"])
def test_row_18_route_to_the_peer_blackholed(two, kind):
    """A route that refuses the peer's address: a probe is bound to its link and goes there all the same, as do BGP and
    everything that is forwarded."""
    sites, a, b, c = two
    before, since = a.counters(b), a.last_event()
    a.ip("route", "replace", kind, f"{b.link_address(a)}/32")
    try:
        stays_true("it stays up", lambda: a.standing(b) == a.standing(c) == "up", 4)
    finally:
        a.ip("route", "delete", kind, f"{b.link_address(a)}/32")
    after = a.counters(b)
    print(f"  row 18 ({kind}): {after['probes_answered'] - before['probes_answered']} probes answered, "
          f"{after['probes_lost'] - before['probes_lost']} lost, {after['local_faults'] - before['local_faults']} refused")
    assert after["probes_lost"] == before["probes_lost"] and a.published_events(b, since) == []


@pytest.mark.parametrize("kind", ["blackhole", "unreachable", "prohibit"])
def test_row_18_route_to_the_endpoint_blackholed(two, kind):
    """WireGuard drops what no route takes, and says nothing (here nft does it in its place): silence, and the kernel is
    asked why. (With WireGuard: lab/test_20_bad_links.py.)"""
    sites, a, b, c = two
    a.ip("route", "replace", kind, f"{b.wan_address}/32")
    with a.drops(f"iifname {a.gre(b)} icmp type echo-reply"):
        sites.wait("A's link is down", lambda: a.standing(b) == "down", DOWN_S)
        link = a.link(b)
        print(f"  row 18 ({kind}): {link['local_fault']}")
        assert link["local_fault"].startswith(("a ", "an ")) and f"{kind} route" in link["local_fault"] and f"takes what is for its endpoint {b.wan_address}" in link["local_fault"]
        assert a.standing(c) == "up"
        a.ip("route", "delete", kind, f"{b.wan_address}/32")
        sites.wait("A's fault is over", lambda: kind not in (a.link(b)["local_fault"] or ""), DOWN_S)
    sites.wait("both ends are up", sites.every_link_up, RETURN_S)
    assert a.link(b)["local_fault"] is None


def test_row_18_own_firewall_is_no_fault_of_the_link(two):
    """A rule of this host that refuses our echo requests: said, not believed about the link, which still carries traffic."""
    sites, a, b, c = two
    since = a.last_event()
    with a.drops(f"oifname {a.gre(b)} icmp type echo-request", hook="output"):
        sites.wait("A says that the fault is its own", lambda: a.link(b)["local_fault"], LOCAL_S)
        print(f"  row 18 (firewall): {a.link(b)['local_fault']}; standing {a.standing(b)}")
        stays_true("it stays up", lambda: a.standing(b) == "up", 4)
    sites.wait("A can send again", lambda: a.link(b)["local_fault"] is None, LOCAL_S)
    assert a.published_events(b, since) == []
