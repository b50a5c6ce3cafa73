"""What must not get in: other people's prefixes, sums that wrap, files cut short. The liar is always C."""

import subprocess

import pytest
from network import BIRD, DEADLINE_S, LAST_RESORT, wait_until
from test_routing import by_path, until_route

OWN_COST = "bgp_large_community.add((4200000000, 1, 0));"


def announce_from(router, *prefixes):
    """The router announces these as if they were its own LANs."""
    routes = "".join(f"  route {prefix} blackhole;\n" for prefix in prefixes)
    text = router.configuration.read_text()
    router.configuration.write_text(text + f"\nprotocol static lie {{\n  ipv4;\n{routes}}}\n")
    assert router.configure() == "Reconfigured"


def test_only_a_sites_own_lans_are_taken_from_it(network):
    a, b, c, d = network
    until_route(a, c, by_path("C", 100))
    lies = [d.lan_prefix, a.lan_prefix, "10.10.3.128/25", "10.10.0.0/16", "10.10.77.0/24", "0.0.0.0/0", "8.8.8.0/24"]
    announce_from(c, *lies, "10.10.3.0/24")
    # D's own, which C passes on, keeps arriving with D last in its path; until C prefers its lie over it.
    wait_until("C announces its lies", lambda: "8.8.8.0/24" in " ".join(c.bird.ask("show route export site_1")), DEADLINE_S)
    wait_until("A has C's own LAN alone from C", lambda: a.accepted_from(c) <= {c.lan_prefix, b.lan_prefix}, DEADLINE_S)
    assert c.lan_prefix in a.accepted_from(c)
    until_route(a, d, by_path("BD", 200))
    assert a.namespace.run("ip", "route", "show", "8.8.8.0/24").stdout == ""


def test_an_unknown_asn_in_the_path_is_refused(network):
    a, c = network["A"], network["C"]
    until_route(a, c, by_path("C", 100))
    c.edit("function announce(int neighbour_asn)\n{", "function announce(int neighbour_asn)\n{\n  bgp_path.prepend(64999);")
    wait_until("A takes nothing from C", lambda: a.accepted_from(c) == set(), DEADLINE_S)


def test_the_neighbour_speaks_first_in_the_path(network):
    a, c = network["A"], network["C"]
    until_route(a, c, by_path("C", 100))
    # A's idea of C's ASN, in the filter alone.
    a.edit("refuse_foreign_route(65003)", "refuse_foreign_route(65002)")
    wait_until("A takes nothing from C", lambda: a.accepted_from(c) == set(), DEADLINE_S)


@pytest.mark.parametrize("announced, taken", [(1_000_000_000, True), (1_000_000_001, False), (4_294_967_200, False)])
def test_a_sum_that_could_wrap_is_refused(network, announced, taken):
    a, c = network["A"], network["C"]
    until_route(a, c, by_path("C", 100))
    c.edit(OWN_COST, OWN_COST.replace(", 0)", f", {announced})"))
    if taken:
        wait_until("A has the sum", lambda: f"(4200000000, 1, {announced + 100})" in " ".join(
            a.bird.ask(f"show route {c.lan_prefix} protocol site_3 all")), DEADLINE_S)
    else:
        wait_until("A does not take it", lambda: c.lan_prefix not in a.accepted_from(c), DEADLINE_S)


def test_of_two_costs_the_larger_counts_and_foreign_kinds_go(network):
    a, c = network["A"], network["C"]
    until_route(a, c, by_path("C", 100))
    c.edit(OWN_COST, OWN_COST.replace(", 0)", ", 40)") + " bgp_large_community.add((4200000000, 1, 7)); "
           "bgp_large_community.add((4200000000, 9, 9)); bgp_large_community.add((4200000000, 2, 5));")
    until_route(a, c, by_path("C", 140))
    communities = a.attributes(c)["BGP.large_community"]
    assert communities.count("(4200000000,") == 2 and "(4200000000, 2, 5)" in communities


def test_without_a_cost_only_a_direct_route_is_free(network):
    a, c, d = network["A"], network["C"], network["D"]
    until_route(a, c, by_path("C", 100))
    network.publish(AB=5 * LAST_RESORT // 5, BD=LAST_RESORT, BC=LAST_RESORT)
    c.edit("  accept;\n}\n\nprotocol device", "  bgp_large_community.delete([(4200000000, *, *)]);\n  accept;\n}\n\nprotocol device")
    c.edit(OWN_COST, "")
    until_route(a, c, by_path("C", 100))
    until_route(a, d, by_path("CD", LAST_RESORT + 100))


@pytest.mark.parametrize("rest", ["", "define COST_2 = 50;\n", "define COST_2 = 50;\ndefine COST_3 = 50;\n", "define COST_2 = 5"])
def test_a_metrics_file_cut_short_is_refused_and_nothing_changes(network, rest):
    a, c = network["A"], network["C"]
    until_route(a, c, by_path("C", 100))
    before = a.sessions_since()
    a.replace_metrics(rest)
    assert "syntax error" in a.configure() or "undefined" in a.configure().lower()
    assert a.route(c) == by_path("C", 100)
    assert a.sessions_since() == before


def test_a_candidate_is_checked_without_being_used(network):
    a, c = network["A"], network["C"]
    until_route(a, c, by_path("C", 100))
    candidate, metrics = a.directory / "candidate.conf", a.directory / "candidate-metrics.conf"
    candidate.write_text(a.configuration.read_text().replace(str(a.metrics), str(metrics)))
    metrics.write_text(a.metrics.read_text().replace("= 100", "= 700"))
    assert a.bird.ask(f'configure check "{candidate}"')[-1] == "Configuration OK"
    metrics.write_text("define COST_2 = 1;\n")
    assert "candidate.conf" in a.bird.ask(f'configure check "{candidate}"')[-1]
    assert a.route(c) == by_path("C", 100)


@pytest.mark.parametrize("policy", ["path", "score"])
@pytest.mark.parametrize("options", [{}, {"transit": False}, {"metered": True}], ids=str)
def test_every_variant_parses(tmp_path, running, policy, options):
    running.render(policy=policy, A=options)
    for router in running:
        done = subprocess.run([BIRD, "-p", "-c", router.configuration], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
