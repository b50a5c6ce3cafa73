"""From one file to a mesh in which everybody reaches everybody, and back to nothing."""

import difflib
import re
from pathlib import Path

import pytest

from topology.mesh import Lab

# The kernel's settings of interfaces that routing depends on.
SETTINGS = {"accept_local", "accept_redirects", "arp_filter", "arp_ignore", "forwarding", "proxy_arp", "rp_filter",
            "send_redirects", "src_valid_mark", "accept_ra", "disable_ipv6"}
# What the kernel adds to every namespace with the module, and keeps.
OF_THE_KERNEL = ("gre0", "gretap0", "erspan0")


@pytest.fixture(scope="module")
def lab():
    with Lab(name="up-and-down") as built:
        yield built


def everything(site):
    """All that ip, wg, nft and the kernel's settings say of a router, without what changes by itself."""
    dumps = [site.router.run(*command).stdout for command in (
        ["ip", "-d", "link"], ["ip", "address"], ["ip", "route", "show", "table", "all"],
        ["ip", "-6", "route", "show", "table", "all"], ["ip", "rule"], ["nft", "list", "ruleset"])]
    # Each interface's part by itself, so that the kernel's own can be left out.
    parts = re.split(r"^(?=\d+: )", "\n".join(dumps), flags=re.MULTILINE)
    kept = [part for part in parts if not re.match(rf"\d+: ({'|'.join(OF_THE_KERNEL)})@", part)]
    lines = "".join(kept).splitlines() + without_traffic(site.router.run("wg", "show", "all", "dump").stdout)
    lines += sorted(site.router.run("ip", "neighbour", "show", "nud", "permanent").stdout.splitlines()) + settings(site)
    return [re.sub(r"^\d+: |@if\d+|link-netnsid \d+|valid_lft.*|expires \S+|tentative ", "", line)
            # BIRD's routes are BIRD's to move.
            for line in lines if " proto bird " not in line]


def without_traffic(dump):
    """wg's dump without when the last handshake was and how many bytes went since."""
    fields = [line.split("\t") for line in dump.splitlines()]
    return [" ".join(peer[:5] + peer[8:] if len(peer) > 6 else peer) for peer in fields]


def settings(site):
    found = [f"ip_forward {site.router.read('sys/net/ipv4/ip_forward').strip()}"]
    for family in ("ipv4", "ipv6"):
        with site.router.inside():
            for path in sorted(Path(f"/proc/sys/net/{family}/conf").glob("*/*")):
                if path.parent.name not in OF_THE_KERNEL and path.name in SETTINGS:
                    found.append(f"{path} {path.read_text().strip()}")
    return found


def assert_same(before, after):
    """By site; what is not the same is shown as a diff."""
    for letter in before:
        difference = list(difflib.unified_diff(before[letter], after[letter], "before", "after", lineterm="", n=1))
        assert not difference, f"site {letter}:\n" + "\n".join(difference)


def test_up_reaches_everybody_and_down_leaves_nothing(lab):
    # IPv6's own addresses come a moment after their interface; what is compared must not move by itself.
    lab.wait_until("no address is tentative", lambda: not any(
        "tentative" in site.router.run("ip", "-6", "address").stdout for site in lab.sites), 10)
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
