"""Sites as namespaces on this machine's own kernel: plain veth pairs with the names and addresses that a mesh's GRE
links would have, the real `trimtab run`, and the real BIRD where a row needs routes. No WireGuard, no GRE, no VM.

    with Sites({"AB", "AC"}, directory, logs) as sites:
        sites.steer()                           # trimtab at every site; sites.start_birds() before, where wanted
        with sites["B"].drops("icmp type echo-request"): ...

Faults are context managers: what they did is undone at the block's end, so that the inventory taken before the daemons
ran can be held against the one after (inventory.py).
"""

import contextlib
import os
import subprocess
import sys
from itertools import count
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "lab"))

from topology import process  # noqa: E402
from topology.meshfile import QUICK, Description, mesh_file  # noqa: E402
from topology.namespace import batch  # noqa: E402
from topology.site import Site  # noqa: E402
from topology.waiting import wait_until  # noqa: E402

_count = count(1)
UP_S = 20


class FaultSite(Site):
    """A site of the lab without WireGuard: its links are veth pairs, its LAN has no cable in it."""

    def gre(self, other):
        return f"gre-{other.name}"

    def ip(self, *arguments, check=True):
        return self.router.run("ip", *arguments, check=check).stdout

    def tc(self, *arguments):
        return self.router.run("tc", *arguments).stdout

    def connect_lan(self):
        # The other end stays down: a LAN with no cable in it is announced all the same. To the endpoints of WireGuard,
        # which is not here, there is a way.
        batch(["link set lo up", f"link add {self.LAN_INTERFACE} type veth peer name nobody",
               f"link set {self.LAN_INTERFACE} up",
               f"address add {self.router_lan_address}/24 dev {self.LAN_INTERFACE}",
               "route add 198.51.100.0/24 dev lo"], self.router)
        self.router.run("sysctl", "-qw", "net.ipv4.ip_forward=1")

    def render(self):
        """BIRD's three files where `up` would put them, with neutral metrics."""
        self.trimtab_files("render", "--target", "files", "--out", str(self.config))
        (self.config / "metrics.conf").replace(self.run / "metrics.conf")

    def trimtab_files(self, *arguments):
        return self.router.run(*self.command(*arguments), "--config-dir", str(self.config), "--run-dir", str(self.run))

    def link(self, other):
        """What the daemon says of its link to `other`: the status row."""
        return self.status_of(other)

    def counters(self, other):
        return self.status_of(other)["counters"]

    def standing(self, other):
        return self.status_of(other)["standing"]

    def published_events(self, other=None, since=0):
        return [event for event in self.events(since)
                if event["kind"] == "published" and (other is None or event["link"] == other.name)]

    def last_event(self):
        return max([event["number"] for event in self.events()], default=0)

    # --- faults

    @contextlib.contextmanager
    def rules(self, text, hook="input", priority=-300):
        """An nft chain with these rules, for as long as the block lasts."""
        name = f"fault{next(_count)}"
        lines = "\n".join(["", *text.strip().splitlines(), ""])
        table = (f"table inet {name} {{\nchain c {{\ntype filter hook {hook} priority {priority}; policy accept;"
                 f"{lines}}}\n}}\n")
        self.router.run("nft", "-f", "-", input=table)
        try:
            yield name
        finally:
            self.router.run("nft", "delete", "table", "inet", name)

    def drops(self, match, hook="input"):
        return self.rules(f"{match} counter drop", hook)


class Sites:
    """Every two-letter name is a link. `tuning` as in the mesh file; everything made is gone after the block."""

    def __init__(self, links, directory, logs, tuning=QUICK, link_options={}, **description):
        self.description = Description({pair: 0 for pair in sorted(links)}, tuning=dict(tuning),
                                       link_options=dict(link_options), **description)
        self.links = sorted(links)
        self.logs = Path(logs)
        self.logs.mkdir(parents=True, exist_ok=True)
        prefix = f"ft{os.getpid()}-{next(_count)}"
        self.sites = [FaultSite(self, letter, prefix, Path(directory), self.logs) for letter in self.description.letters]
        self._by_letter = {site.letter: site for site in self.sites}
        self.write_mesh_file()

    def __getitem__(self, letter):
        return self._by_letter[letter]

    def __iter__(self):
        return iter(self.sites)

    def __enter__(self):
        try:
            self.build()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def neighbours(self, site):
        return [self[pair.replace(site.letter, "")] for pair in self.links if site.letter in pair]

    def write_mesh_file(self):
        text = mesh_file(self.description, self.sites)
        for site in self.sites:
            (site.config / "mesh.toml").write_text(text)

    def build(self):
        batch([f"netns add {site.router.name}" for site in self.sites])
        for site in self.sites:
            site.connect_lan()
            site.render()
        for pair in self.links:
            self.connect(self[pair[0]], self[pair[1]])

    def connect(self, one, other):
        """The veth pair that stands for the link; again after somebody deleted it."""
        batch([f"link add {one.gre(other)} netns {one.router.name} type veth"
               f" peer name {other.gre(one)} netns {other.router.name}"])
        for site, peer in ((one, other), (other, one)):
            batch([f"address add {site.link_address(peer)}/30 dev {site.gre(peer)}", f"link set {site.gre(peer)} up"],
                  site.router)

    def start_birds(self):
        for site in self.sites:
            site.start_bird()
        self.wait("every BGP session is established",
                  lambda: all(site.bird.answers() and site.bird.established() == len(self.neighbours(site))
                              for site in self.sites), 40)

    def steer(self):
        """`trimtab run` at every site, every link measured at both ends."""
        for site in self.sites:
            site.start_trimtab()
        self.wait("every daemon answers", lambda: all(site.daemon_answers() for site in self.sites), UP_S)
        self.wait("every link is up", self.every_link_up, UP_S)

    def every_link_up(self):
        return all(link["standing"] == "up" for site in self.sites for link in site.ask(ask="status")["links"])

    def wait(self, sentence, predicate, deadline, every=0.05):
        """Waits, says how long it took, and returns that; a process that ended by itself fails it at once."""
        def look():
            for site in self.sites:
                for one in site.processes():
                    one.must_be_alive()
            return predicate()
        took = wait_until(sentence, look, deadline, every)
        print(f"  {sentence}: after {took:.2f} s")
        return took

    def stop(self):
        process.stop_all([one for site in self.sites for one in site.processes()])

    def close(self):
        self.stop()
        present = set(os.listdir("/run/netns")) if os.path.isdir("/run/netns") else set()
        for site in self.sites:
            if site.router.name in present:
                subprocess.run(["ip", "netns", "delete", site.router.name], check=False)
