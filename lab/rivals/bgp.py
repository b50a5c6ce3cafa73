"""Plain BGP with BFD: the shortest AS path wins, equal ones go to the lowest router id, and only silence moves anything.

Sessions, BFD and retry timers are those that trimtab configures, so that what differs is the steering. It uses B on the
way from A to D by that tie alone: B's router id is lower than C's, and it happens to be the quicker way.
"""

from routers import bfd, bird_version as version, neighbours, own_address, start_bird

KERNEL = "if source != RTS_BGP then reject;"


def start(lab):
    for site in lab.sites:
        start_bird(site, KERNEL, _protocols(site))
    lab.wait_until("every BGP session is established", lab.every_session_established, 60)


def _protocols(site):
    return bfd(site) + "".join(_session(site, other) for other in neighbours(site))


def _session(site, other):
    return f"""
protocol bgp site_{other.id} {{
  local {own_address(site, other)} as {65000 + site.id};
  neighbor {own_address(other, site)} as {65000 + other.id};
  interface "gre-{other.name}";
  direct;
  bfd on;
  connect delay time 3;
  connect retry time 3;
  error wait time 1, 5;
  graceful restart on;
  ipv4 {{ next hop self; import all; export all; }};
}}
"""
