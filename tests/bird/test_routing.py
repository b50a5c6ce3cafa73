"""What BIRD makes of the rendered configuration and the published costs (specification §4, §6)."""

import re
import time

from network import DEADLINE_S, LAST_RESORT, wait_until


def until_route(one, other, expected):
    """Waits until `one` goes to `other` as expected: (path, LOCAL_PREF, cost), or None for no route."""
    wait_until(f"{one} goes to {other} by {expected}", lambda: one.route(other) == expected or None, DEADLINE_S)
    assert one.route(other) == expected


def by_path(path, cost):
    return path, 2_000_000_000 - cost, cost


def test_the_cheapest_sum_wins_and_travels(network):
    network.publish(AB=50, BD=80, AC=60, CD=30, BC=10)
    a, d = network["A"], network["D"]
    until_route(a, d, by_path("CD", 90))
    until_route(network["B"], d, by_path("CD", 40))
    until_route(d, a, by_path("CA", 90))
    assert "via 172.31.0.6 dev gre-c" in a.kernel_route(d)


def test_a_path_of_three_links_beats_one_of_two(network):
    network.publish(AB=10, BC=10, CD=10, AC=100, BD=100)
    until_route(network["A"], network["D"], by_path("BCD", 30))


def test_a_new_number_moves_the_route_and_resets_no_session(network):
    network.publish(AB=50, BD=50)
    a, b, d = network["A"], network["B"], network["D"]
    until_route(a, d, by_path("BD", 100))
    before = {router.letter: router.sessions_since() for router in network}
    assert all(words[-1] == "Established" for sessions in before.values() for words in sessions.values())

    began = time.monotonic()
    b.publish("COST", {"A": 50, "C": 100, "D": 900})
    until_route(a, d, by_path("CD", 200))
    took = time.monotonic() - began
    print(f"  B raised BD; A goes through C after {1000 * took:.0f} ms")
    assert took < 1, "BIRD before 2.14 sleeps up to 3 s over a refresh that a neighbour has to send"
    assert {router.letter: router.sessions_since() for router in network} == before


def test_last_resort_everywhere_still_connects(network):
    network.publish(AB=LAST_RESORT, AC=LAST_RESORT, BC=LAST_RESORT, BD=LAST_RESORT, CD=LAST_RESORT)
    sum_of_two = 2 * LAST_RESORT  # through B or C, whichever: they are equal
    wait_until("A reaches D", lambda: (network["A"].route(network["D"]) or [None])[1:] == (2_000_000_000 - sum_of_two, sum_of_two),
               DEADLINE_S)


def test_own_lan_travels_with_the_mesh_files_mark(network):
    d = network["D"]
    mark = re.search(r"MESH_FINGERPRINT = (\d+);", (d.directory / "origins.conf").read_text())[1]
    route = network["A"].attributes(d)
    assert f"(4200000000, 2, {mark})" in route["BGP.large_community"]
    assert route["BGP.large_community"].count("(") == 2
    assert "BGP.med" not in route


def test_the_question_for_other_mesh_files_finds_those_and_no_others(network):
    """As tests/unit/bird has it; BIRD compares."""
    a, d = network["A"], network["D"]
    mark = int(re.search(r"MESH_FINGERPRINT = (\d+);", (d.directory / "origins.conf").read_text())[1])

    def routes_unlike(number):
        return " ".join(a.bird.ask("show route primary where bgp_large_community ~ "
                                   f"[(4200000000, 2, 0..{number - 1}), (4200000000, 2, {number + 1}..4294967295)]"))
    assert "10.10." not in routes_unlike(mark)
    for other in ("B", "C", "D"):
        assert network[other].lan_prefix in routes_unlike(mark - 1)


def test_nothing_goes_back_to_where_it_came_from(network):
    b, d = network["B"], network["D"]
    wait_until("B goes to D directly", lambda: b.route(d), DEADLINE_S)
    exported = " ".join(b.bird.ask("show route export site_4"))
    assert d.lan_prefix not in exported
    assert b.lan_prefix in exported


def test_own_packets_leave_with_the_lan_address(network):
    a, d = network["A"], network["D"]
    wait_until("the kernel has the route", lambda: a.kernel_route(d), DEADLINE_S)
    assert f"src {a.lan_address}" in a.kernel_route(d)
    a.namespace.run("ping", "-c1", "-W2", d.lan_address)
    assert a.namespace.run("ip", "route", "show", a.lan_prefix).stdout.count("\n") == 1, "one route to the own LAN"


def test_bfd_is_up_on_every_link_at_its_pace(network):
    wait_until("BFD is up on every link", lambda: network["B"].bird.bfd_up() == 3, DEADLINE_S)
    rows = [line.split() for line in network["B"].bird.ask("show bfd sessions") if " Up " in line]
    assert {tuple(row[-2:]) for row in rows} == {("0.100", "0.500")}


def test_without_transit_a_site_carries_only_its_own(network):
    a, b, d = network["A"], network["B"], network["D"]
    network.render(B={"transit": False})
    network.publish(AB=10, BD=10, AC=500, CD=500)
    until_route(a, d, by_path("CD", 1000))
    until_route(a, b, by_path("B", 10))
    until_route(b, d, by_path("D", 10))


def test_score_is_the_first_links_preference(network):
    network.render(policy="score")
    a, d = network["A"], network["D"]
    for router in network:
        assert router.publish("PREFERENCE", dict.fromkeys(router.peers, 150)) == "Reconfigured"
    a.publish("PREFERENCE", {"B": 142, "C": 154})
    until_route(a, d, ("CD", 154, None))
    a.publish("PREFERENCE", {"B": 142, "C": 0})
    until_route(a, d, ("BD", 142, None))
    a.publish("PREFERENCE", {"B": 0, "C": 0})
    wait_until("a route with preference 0 is still a route", lambda: a.route(d) and a.route(d)[1] == 0, DEADLINE_S)
