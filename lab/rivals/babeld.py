"""babeld with RTT metrics: links of type tunnel, where timestamps and the penalty for RTT are on by default.

What babeld's manual gives as default is written out, so that a later version with other defaults measures the same.
"""

import subprocess

from routers import neighbours
from topology.process import Process

BABELD = "/usr/sbin/babeld"
LINK = "type tunnel hello-interval 4 enable-timestamps true rtt-min 10 rtt-max 120 max-rtt-penalty 96"


def version():
    done = subprocess.run([BABELD, "-V"], capture_output=True, text=True, check=True)
    return (done.stdout + done.stderr).strip().splitlines()[0]


def start(lab):
    for site in lab.sites:
        # Babel speaks IPv6 between neighbours, and in this mesh trimtab's firewall lets only IPv4 in from links.
        site.router.run("nft", "delete", "table", "inet", "trimtab")
        configuration = site.config / "babeld.conf"
        configuration.write_text(_configuration(site))
        site.daemon = Process("babeld", site.router, [BABELD, "-c", str(configuration), "-I", str(site.run / "babeld.pid"),
                                                      "-S", str(site.run / "babeld.state")],
                              site.logs / f"{site.name}-babeld.log")


def _configuration(site):
    links = "\n".join(f"interface gre-{other.name} {LINK}" for other in neighbours(site))
    # Without a word for them, babeld announces every address of the router.
    return f"""{links}
redistribute ip {site.lan_prefix} eq 24 proto 2 allow
redistribute local deny
redistribute deny
install ip 10.10.0.0/16 pref-src {site.router_lan_address}
"""
