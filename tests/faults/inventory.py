"""Everything in a site's namespace and directory that a fault, or a daemon that survived one, might leave behind.

Taken before the daemons start and again after they have ended: links, addresses, routes, rules, nft tables, sockets,
files. Numbers that the kernel hands out anew each time (indexes, hardware addresses, inodes) are no difference.
"""

import os
import re

# The daemon's own: what it published stays on purpose, and the lock of its socket is reused.
KEPT = re.compile(r"run/(metrics\.conf(\.candidate(\.bird\.conf)?)?|trimtab\.sock\.lock|bird\.ctl)$")
_MACHINE_MADE = re.compile(r" (link/ether|permaddr|link-netnsid|qlen|state|cookie|ino:) ?\S*( brd \S+)?| (peer|sk):\S+|^\d+: |@\S+| linkdown\b")
_CLOSED = re.compile(r" (TIME-WAIT|FIN-WAIT-[12]|LAST-ACK) ")
_FLAGS = re.compile(r"<([-A-Z0-9_,]*)>")
# Made by the kernel when a carrier comes, some time after the link is up; routes are `linkdown` until then.
_OWN_OF_KERNEL = ("fe80::", "ff00::", "ff02::")


def take(sites):
    return {site.letter: _of(site) for site in sites}


def differences(before, after):
    found = []
    for letter in before:
        for what in before[letter]:
            gone, new = before[letter][what] - after[letter][what], after[letter][what] - before[letter][what]
            found += [f"{letter}: {what}: gone: {line}" for line in sorted(gone)]
            found += [f"{letter}: {what}: new: {line}" for line in sorted(new)]
    return found


def of_host():
    """Links of ours outside of every site; those of others come and go beside us."""
    return {name for name in os.listdir("/sys/class/net") if name.startswith(("gre-", "br-lan", "nobody"))}


def _of(site):
    run = site.router.run
    return {
        "links": _lines(run("ip", "-o", "link", "show").stdout),
        "addresses": _lines(run("ip", "-o", "-4", "address", "show").stdout),
        "routes": _lines(run("ip", "-4", "route", "show", "table", "all").stdout),
        "rules": _lines(run("ip", "rule", "show").stdout),
        "nft": _lines(run("nft", "list", "ruleset").stdout),
        "qdiscs": {line for line in _lines(run("tc", "qdisc", "show").stdout) if "noqueue" not in line},
        # A closed connection is the kernel's: it waits for what may be left of it on the way, or for a peer that has gone.
        "sockets": {line for line in _lines(run("ss", "-Hatunw").stdout) if not _CLOSED.search(line)},
        "files": {str(path.relative_to(site.config.parent)) for path in site.config.parent.rglob("*")
                  if path.is_file() or path.is_socket()},
    }


def _lines(text):
    found = set()
    for line in text.splitlines():
        line = _FLAGS.sub(lambda match: f"<{'UP' if 'UP' in match[1].split(',') else 'DOWN'}>", line)
        line = " ".join(_MACHINE_MADE.sub(" ", line).split())
        if line and not line.startswith(_OWN_OF_KERNEL):
            found.add(line)
    return found
