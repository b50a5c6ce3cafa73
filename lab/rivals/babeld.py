"""babeld with RTT metrics: links of type tunnel, where timestamps and the penalty for RTT are on by default.

What babeld's manual gives as default is written out, so that a later version with other defaults measures the same.
To it 20 ms differ from 30 ms by 8 units of cost in 200, and it stays where it began: left to itself, for minutes on
either way. So it begins with the link CD silent, and the fault waits until CD is in use again.
"""

import subprocess

from faults import way
from routers import neighbours
from topology.process import Process

BABELD = "/usr/sbin/babeld"
LINK = "type tunnel hello-interval 4 enable-timestamps true rtt-min 10 rtt-max 120 max-rtt-penalty 96"


def version():
    done = subprocess.run([BABELD, "-V"], capture_output=True, text=True, check=True)
    return (done.stdout + done.stderr).strip().splitlines()[0]


def start(lab):
    lab.link("C", "D").blackhole()
    for site in lab.sites:
        _start(site)
    a, c, d = (lab[letter] for letter in "ACD")
    lab.wait_until("A and D talk through B while CD is silent", lambda: way(a, d) == way(d, a) == "gre-b", 60)
    lab.link("C", "D").repair()
    lab.wait_until("C and D talk over their own link", lambda: (way(c, d), way(d, c)) == ("gre-d", "gre-c"), 60)


def _start(site):
    # Babel speaks IPv6 between neighbours, and in this mesh trimtab's firewall lets only IPv4 in from links.
    site.router.run("nft", "delete", "table", "inet", "trimtab")
    configuration = site.config / "babeld.conf"
    configuration.write_text(_configuration(site))
    command = [BABELD, "-c", str(configuration), "-I", str(site.run / "babeld.pid"), "-S", str(site.run / "babeld.state")]
    site.daemon = Process("babeld", site.router, command, site.logs / f"{site.name}-babeld.log")


def _configuration(site):
    links = "\n".join(f"interface gre-{other.name} {LINK}" for other in neighbours(site))
    # Without a word for them, babeld announces every address of the router.
    return f"""{links}
redistribute ip {site.lan_prefix} eq 24 proto 2 allow
redistribute local deny
redistribute deny
install ip 10.10.0.0/16 pref-src {site.router_lan_address}
"""
