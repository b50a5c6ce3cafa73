"""What a router's kernel has, for a person's eyes before and after: `down` leaves everything as it was."""

import difflib
import re
from pathlib import Path

# The kernel's settings of interfaces that routing depends on.
SETTINGS = {"accept_local", "accept_redirects", "arp_filter", "arp_ignore", "forwarding", "proxy_arp", "rp_filter",
            "send_redirects", "src_valid_mark", "accept_ra", "disable_ipv6"}
# What the kernel adds to every namespace with the module, and keeps.
OF_THE_KERNEL = ("gre0", "gretap0", "erspan0", "ip6gre0", "ip6tnl0")


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


def wait_for_addresses(lab):
    """IPv6's own addresses come a moment after their interface; what is compared must not move by itself."""
    lab.wait_until("no address is tentative", lambda: not any(
        "tentative" in site.router.run("ip", "-6", "address").stdout for site in lab.sites), 10)
