"""A favour keeps a prefix where it goes, and only there: what is announced stays true, and BGP settles (specification §6).
The sites of the last part are a triangle around a destination, each holding on to it through the next."""

import os
import re
import time

import pytest
from network import DEADLINE_S, LAST_RESORT, Network, wait_until
from test_routing import by_path, until_route

from topology.waiting import stays_true

CLAMP = "  if preferred_by >= link_cost then preferred_by = link_cost - 1;\n"
# Both ways from A to D cost 200; the favour is three tenths of the path, at most A's own link to C, which costs OWN, minus 1.
FAVOUR = 300  # ‰
OWN = 100
QUIET_S = 1
# Without the rule two slow cores still carry thousands a second; a mesh at rest has none.
RESTLESS_PER_S = 200


def favouring(router, peer, destination, share, **costs):
    """The router's own costs, 100 unless given, and its favour for the destination through that peer."""
    values = {other: costs.get(other, 100) for other in router.peers}
    assert router.publish("COST", values, {peer: (share, [destination.lan_prefix])}) == "Reconfigured"


def updates(network):
    return sum(router.bird.updates_received() for router in network)


def settled_updates(network):
    """The number of updates so far, once none has come for QUIET_S."""
    def quiet():
        before = updates(network)
        time.sleep(QUIET_S)
        return updates(network) == before
    wait_until("no update for a while", quiet, 5 * DEADLINE_S)
    return updates(network)


def favoured_route(path, cost, favour, own=OWN):
    return path, 2_000_000_000 - cost + min(cost * favour // 1000, own - 1), cost


# ---- staying and leaving


def test_a_favoured_prefix_stays_on_a_path_that_is_dearer_by_less_and_leaves_one_dearer_by_more(network):
    a, b, c, d = network
    until_route(a, d, by_path("BD", 200))
    favouring(a, "C", d, FAVOUR)
    until_route(a, d, favoured_route("CD", 200, FAVOUR))
    before = {router.letter: router.sessions_since() for router in network}

    favouring(c, "D", d, 0, D=184)
    until_route(a, d, favoured_route("CD", 284, FAVOUR))
    favouring(c, "D", d, 0, D=187)
    until_route(a, d, by_path("BD", 200))
    favouring(c, "D", d, 0)
    until_route(a, d, favoured_route("CD", 200, FAVOUR))
    assert {router.letter: router.sessions_since() for router in network} == before


@pytest.mark.parametrize("favour", [0, FAVOUR])
def test_a_favoured_prefix_leaves_a_link_at_last_resort(network, favour):
    """A path so dear that a share of it does not fit into 32 bits is still favoured by that share alone."""
    a, b, c, d = network
    favouring(a, "B", d, FAVOUR)
    until_route(a, d, favoured_route("BD", 200, FAVOUR))
    favouring(a, "B", d, favour, B=LAST_RESORT)
    until_route(a, d, by_path("CD", 200))


def test_only_the_favoured_prefix_is_favoured(network):
    a, b, c, d = network
    network.publish(AB=100, BC=20)
    favouring(a, "C", d, FAVOUR)
    until_route(a, d, favoured_route("CD", 200, FAVOUR))
    assert a.route(b) == by_path("B", 100)
    assert a.route(c) == by_path("C", 100)
    favouring(a, "C", b, FAVOUR)
    until_route(a, b, favoured_route("CB", 120, FAVOUR))


def test_a_third_site_hears_the_true_sum(network):
    """B's only way to D is A, whose favoured path costs 250: B must not see a bit of the favour."""
    a, b, c, d = network
    network.publish(BD=2000, BC=2000)
    favouring(a, "C", d, FAVOUR)
    favouring(c, "D", d, 0, D=150)
    until_route(a, d, favoured_route("CD", 250, FAVOUR))
    until_route(b, d, by_path("ACD", 350))


def test_moving_the_favour_onto_the_chosen_way_changes_nothing_elsewhere(network):
    a, b, c, d = network
    network.publish(BD=90)
    until_route(a, d, by_path("BD", 190))
    settled_updates(network)
    routes = {(one, other): one.route(other) for one in network for other in network if one is not other}
    chosen = routes.pop((a, d))
    favouring(a, "B", d, FAVOUR)
    until_route(a, d, favoured_route("BD", 190, FAVOUR))
    assert chosen[::2] == a.route(d)[::2], "the same path at the same cost"
    settled_updates(network)
    for (one, other), route in routes.items():
        assert one.route(other) == route, (one, other)


@pytest.mark.parametrize("prefix", ["10.10.0.0/16", "10.10.4.0/25", "10.10.4.0/32"])
def test_a_favour_is_for_exactly_the_prefix(network, prefix):
    a, b, c, d = network
    assert a.publish("COST", {"B": 100, "C": 101}, {"C": (FAVOUR, [prefix])}) == "Reconfigured"
    until_route(a, d, by_path("BD", 200))


def test_no_packet_is_lost_to_a_favour(network):
    a, b, c, d = network
    network.publish(AB=99)
    until_route(a, d, by_path("BD", 199))
    until_route(d, a, by_path("BA", 199))
    count = 500
    stream = a.namespace.start("ping", "-q", "-i0.005", f"-c{count}", "-I", a.lan_address, d.lan_address,
                               stdout=open(a.directory / "ping", "w"))
    moves = 0
    while stream.poll() is None:
        moves += 1
        share = FAVOUR if moves % 2 else 0
        favouring(a, "C", d, share, B=99)
        until_route(a, d, favoured_route("CD", 200, FAVOUR) if share else by_path("BD", 199))
    summary = (a.directory / "ping").read_text()
    print(f"  {moves} moves under a stream of {count} packets")
    assert moves >= 10
    assert f"{count} packets transmitted, {count} received" in summary, summary


# ---- a file that asks for too much


@pytest.mark.parametrize("favour", [500, 1000, 1001, 2_000_000_000, 4_294_967_295])
def test_a_favour_that_is_not_below_its_links_cost_counts_as_one_that_is(network, favour):
    a, b, c, d = network
    favouring(a, "C", d, favour)
    until_route(a, d, favoured_route("CD", 200, 1000))
    favouring(c, "D", d, 0, D=100 + 98)
    until_route(a, d, favoured_route("CD", 298, 1000))
    favouring(c, "D", d, 0, D=100 + 100)
    until_route(a, d, by_path("BD", 200))


def test_the_highest_preference_is_never_exceeded(network):
    a, c = network["A"], network["C"]
    favouring(a, "C", c, 4_294_967_295, C=1)
    until_route(a, c, by_path("C", 1))


def test_without_its_favours_a_metrics_file_does_not_parse(network):
    """As the version before wrote it: `up` has to write the new one first."""
    a, c = network["A"], network["C"]
    until_route(a, c, by_path("C", 100))
    a.replace_metrics("define COST_2 = 50;\ndefine COST_3 = 50;\ndefine METRICS_COMPLETE = 1;\n")
    assert a.configure() != "Reconfigured"
    assert a.route(c) == by_path("C", 100)


# ---- reading


def read_command():
    """As read_routes_command writes it; tests/unit/bird holds it to this text."""
    return ("show route filter { if source != RTS_BGP then reject; bgp_path.empty; "
            "bgp_path.prepend(filter(bgp_large_community, [(4200000000, 1, *)]).max.data2); accept; }")


def test_a_reading_tells_choice_and_true_sums_and_leaves_the_routes_alone(network):
    a, b, c, d = network
    favouring(a, "C", d, FAVOUR, C=110)
    until_route(a, d, favoured_route("CD", 210, FAVOUR, own=110))
    settled = settled_updates(network)
    lines = a.bird.ask(read_command())
    heading = next(i for i, line in enumerate(lines) if line.startswith(d.lan_prefix))
    routes = [re.search(r"\[site_(\d) .*?\]( \*)? \(100\) \[AS(\d+)i\]", line) for line in lines[heading:]]
    assert [found.groups() for found in routes if found][:2] == [("3", " *", "210"), ("2", None, "200")]
    assert a.route(d) == favoured_route("CD", 210, FAVOUR, own=110)
    stays_true("no update comes of it", lambda: updates(network) == settled, QUIET_S)


# ---- the triangle


TRIANGLE = {"AB": 1, "AC": 1, "BC": 1, "AD": 10, "BD": 10, "CD": 10}
NEXT = {"A": "B", "B": "C", "C": "A"}
RING, DIRECT = 10, 100  # 0.1 ms
# ‰ of the way through the next one, 110: 0.9 ms, just below the ring link, and 1.5 ms.
ALLOWED, TOO_MUCH = 82, 137
# A site that is busy with its updates forgets its BFD, and a session that falls takes its counter along.
WITHOUT_BFD = {link: {"bfd": "off"} for link in TRIANGLE}


@pytest.fixture(scope="module")
def triangle(tmp_path_factory):
    network = Network(f"tri{os.getpid()}", tmp_path_factory.mktemp("triangle"), TRIANGLE)
    try:
        network.build()
        network.render(link_options=WITHOUT_BFD)
        network.start()
        yield network
    finally:
        network.close()


def chase(triangle, favour):
    """Each of the three holds D's prefix through the next one."""
    for router in triangle:
        costs = {peer: DIRECT if "D" in peer + router.letter else RING for peer in router.peers}
        favours = {NEXT[router.letter]: (favour, [triangle["D"].lan_prefix])} if router.letter != "D" else {}
        assert router.publish("COST", costs, favours) == "Reconfigured"


@pytest.mark.parametrize("favour", [ALLOWED, TOO_MUCH])
def test_three_sites_around_a_destination_settle(triangle, favour):
    triangle.render(link_options=WITHOUT_BFD)
    before = updates(triangle)
    chase(triangle, favour)
    d = triangle["D"]
    for letter in NEXT:
        until_route(triangle[letter], d, by_path("D", DIRECT))
    settled = settled_updates(triangle)
    print(f"  favour {favour} ‰: {settled - before} updates until it was quiet")
    stays_true("it is at rest", lambda: updates(triangle) == settled, QUIET_S)


def test_without_the_rule_they_never_do(triangle):
    """That the rule matters: the same file, and bird.conf without its one line."""
    triangle.render(link_options=WITHOUT_BFD)
    for letter in NEXT:
        text = triangle[letter].configuration.read_text()
        assert CLAMP in text
        triangle[letter].configuration.write_text(text.replace(CLAMP, ""))
    chase(triangle, TOO_MUCH)
    rates = []
    for _ in range(3):
        before, began = updates(triangle), time.monotonic()
        time.sleep(1)
        rates.append((updates(triangle) - before) / (time.monotonic() - began))
    print(f"  without the rule: {', '.join(f'{rate:.0f}' for rate in rates)} updates a second, second by second")
    assert min(rates) > RESTLESS_PER_S
    triangle.render(link_options=WITHOUT_BFD)
    chase(triangle, TOO_MUCH)
    settled_updates(triangle)
