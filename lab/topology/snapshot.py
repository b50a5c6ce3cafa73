"""All that `up` may touch at a router, as lines that are equal exactly where the router is: cheap enough to take after
every one of a hundred runs."""

import re
from pathlib import Path

_COMMANDS = ("ip -d link; ip address; ip route show table all; ip rule; nft list ruleset; "
             "for one in $(wg show interfaces); do wg showconf $one; done")
_SETTINGS = ("rp_filter", "forwarding", "send_redirects", "accept_redirects")
# What the kernel adds to every namespace with the module.
_OF_THE_KERNEL = ("gre0", "gretap0", "erspan0")


def still(site):
    """No address of IPv6 comes by itself, some time after its interface."""
    site.router.run("sh", "-c", "for one in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 > $one; done")


def snapshot(site, but=()):
    text = site.router.run("sh", "-c", _COMMANDS).stdout
    parts = re.split(r"^(?=\d+: )", text, flags=re.MULTILINE)
    text = "".join(part for part in parts if not re.match(rf"\d+: ({'|'.join(_OF_THE_KERNEL)})@", part))
    lines = [re.sub(r"^\d+: |@if\d+|link-netnsid \d+|valid_lft.*", "", line) for line in text.splitlines()]
    # A peer that called has told where from; BIRD's routes are BIRD's to move.
    return [line for line in lines if " proto bird " not in line] + _settings(site) + _files(site, but)


def _settings(site):
    found = [f"ip_forward {site.router.read('sys/net/ipv4/ip_forward').strip()}"]
    with site.router.inside():
        for directory in sorted(Path("/proc/sys/net/ipv4/conf").iterdir()):
            if directory.name not in _OF_THE_KERNEL:
                found += [f"{directory.name} {name} {(directory / name).read_text().strip()}" for name in _SETTINGS]
    return found


def _files(site, but):
    return [f"{path.name}: {path.read_text()}" for directory in (site.config, site.run)
            for path in sorted(directory.rglob("*")) if path.is_file() and path.name not in but]
