"""OSPF in BIRD with BFD: hello 10 s and dead 40 s as BIRD ships them, BFD 100 ms × 5 as trimtab has it.

Each link costs what its RTT is in ms at rest, as an operator would set it who has measured once. With one cost for
all, OSPF would spread A's packets to D over both ways and no link were the one in use.
"""

from routers import bfd, bird_version as version, neighbours, start_bird
from topology.namespace import batch

KERNEL = "if source !~ [ RTS_OSPF, RTS_OSPF_EXT1, RTS_OSPF_EXT2 ] then reject;"


def start(lab):
    for site in lab.sites:
        # BIRD takes an interface without the flag for one that needs its neighbours listed.
        batch([f"link set gre-{other.name} multicast on" for other in neighbours(site)], site.router)
        start_bird(site, KERNEL, _protocols(site))
    lab.wait_until("every OSPF neighbour is there", lambda: all(_full(site) for site in lab.sites), 90)


def _full(site):
    return site.bird.answers() and sum("Full" in line for line in site.bird.ask("show ospf neighbors")) == len(neighbours(site))


def _protocols(site):
    links = "\n".join(f'    interface "gre-{other.name}" {{ type ptp; cost {_rtt_ms(site, other)}; bfd on; }};'
                      for other in neighbours(site))
    return bfd(site) + f"""
protocol ospf v2 {{
  ipv4 {{ import all; export none; }};
  area 0 {{
{links}
    interface "br-lan" {{ stub; }};
  }};
}}
"""


def _rtt_ms(site, other):
    return 2 * site.lab.link(site.letter, other.letter).healthy.delay_ms
