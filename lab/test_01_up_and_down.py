"""From one file to a mesh in which everybody reaches everybody, and back to nothing."""

import pytest

from topology.audit import assert_same, everything, wait_for_addresses
from topology.mesh import Lab


@pytest.fixture(scope="module")
def lab():
    with Lab(name="up-and-down") as built:
        yield built


def test_up_reaches_everybody_and_down_leaves_nothing(lab):
    wait_for_addresses(lab)
    before = lab.at_all_sites(everything)
    files = lab.at_all_sites(lambda site: sorted(path.name for path in site.config.iterdir()))

    lab.up()
    a_to_d = lab["A"].route_to(lab["D"])
    print(f"  A reaches D through {a_to_d}, without a link of their own")
    assert a_to_d in (lab["B"], lab["C"])
    lab.wait_until("every LAN host and every router reaches every LAN", lambda: lab.silent_pairs() == [], 30)

    running = lab.at_all_sites(everything)
    again = lab.at_all_sites(lambda site: site.trimtab("up"))
    print(f"  second up says: {again['A'].stdout.strip()}")
    assert all("no change" in said.stdout.lower() or "nothing to" in said.stdout.lower() for said in again.values())
    assert_same(running, lab.at_all_sites(everything))

    for site in lab.sites:
        site.bird_process.stop()
    lab.at_all_sites(lambda site: site.trimtab("down"))
    after = lab.at_all_sites(everything)
    assert_same(before, after)
    assert lab.at_all_sites(lambda site: sorted(path.name for path in site.config.iterdir())) == files
    print(f"  down left {sum(map(len, after.values()))} lines of ip, wg, nft and settings as they were")


def test_plan_says_what_up_would_do_and_touches_nothing(lab):
    before = lab.at_all_sites(everything)
    plan = lab["A"].trimtab("plan").stdout
    print("  " + "\n  ".join(plan.splitlines()[:6]))
    for object_ in ("wg0", "gre-b", "gre-c"):
        assert object_ in plan
    assert "gre-d" not in plan
    private_key = (lab["A"].config / "private.key").read_text().strip()
    assert private_key not in plan
    assert_same(before, lab.at_all_sites(everything))


def test_up_refuses_what_is_somebody_elses(lab):
    site = lab["B"]
    site.router.run("ip", "link", "add", "gre-d", "type", "dummy")
    try:
        before = everything(site)
        refused = site.trimtab("up", check=False)
        print(f"  status {refused.returncode}: {refused.stderr.strip()}")
        assert refused.returncode == 2
        assert "gre-d" in refused.stderr
        assert everything(site) == before
    finally:
        site.router.run("ip", "link", "delete", "gre-d")


def test_row_19_what_another_hand_removed_is_exactly_what_plan_shows(lab):
    site = lab["A"]
    site.trimtab("up")
    wait_for_addresses(lab)
    whole = everything(site)
    for command in ("ip route flush proto 116", "ip -4 address flush dev gre-b", "ip link delete gre-c", "nft flush ruleset",
                    "sysctl -q -w net.ipv4.ip_forward=0"):
        site.router.run(*command.split())
    missing = [line for line in site.trimtab("plan").stdout.splitlines() if line[:1] in "+~-"]
    print("  " + "\n  ".join(missing))
    routes = [f"+ route 10.255.0.{number}/32 to wg0" for number in (2, 3)]
    assert sorted(missing) == sorted([*routes, "+ address 172.31.0.1/30 on gre-b", "+ interface gre-c",
                                      "+ address 172.31.0.5/30 on gre-c", "+ table inet trimtab",
                                      "~ setting net.ipv4.ip_forward"])
    assert site.trimtab("up").returncode == 0
    assert "nothing to change" in site.trimtab("plan").stdout
    wait_for_addresses(lab)
    assert_same({"A": whole}, {"A": everything(site)})
    site.trimtab("down")
