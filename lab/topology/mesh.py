"""The lab itself: four sites, the wires between them, and the words with which a test speaks of them.

    A's LAN host        10.10.1.10                          B's LAN host   10.10.2.10
         |                                                       |
      [router A] ------------- wire AB, 5 ms ------------- [router B]
      198.51.100.1 \\                                   /  198.51.100.2 \\
                    \\                                 /                 \\
               wire AC, 8 ms                 wire BC, 10 ms         wire BD, 5 ms
                      \\                             /                     \\
                       [router C] -----------------+--- wire CD, 7 ms ---- [router D]
                       198.51.100.3                                        198.51.100.4
                            |                                                   |
                       C's LAN host   10.10.3.10                           D's LAN host   10.10.4.10

Every [router] and every LAN host is a network namespace; delays are one way. A wire is a veth pair, `wan-b` at A and
`wan-a` at B, with a queue at each end (wire.py). Each site has one WAN address, on lo, because the mesh file gives a
site one endpoint; a /32 route per neighbour takes the packets to it over the pair's own wire. So although WireGuard
has a single wg0 here, each link of the mesh has a way through the internet of its own.

A site's directory holds what a router has in /etc/trimtab (etc) and /run/trimtab (run).
"""

import itertools
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import process
from .meshfile import Description, FOUR_SITES, mesh_file
from .namespace import batch
from .ping import silent
from .site import REPOSITORY, Site
from .stream import Stream
from .waiting import LOOK_EVERY_S, wait_until
from .wire import Wire

LOGS = Path(os.environ.get("LAB_LOGS") or REPOSITORY / "build" / "lab" / "logs")
_count = itertools.count(1)


class Lab:
    """Built by `with Lab(...) as lab:`; everything that it made is gone at the end, and it checks that."""

    open_ones = []

    def __init__(self, description=None, name="lab", say=print):
        self.description = description or Description(FOUR_SITES)
        # Whether WANs and LANs have IPv6 addresses too: as the first mesh file needs it.
        self.ipv6 = 6 in self.description.families or bool(self.description.outside6)
        self.say = say
        # The process's number makes the names unique on this machine, the count within this process.
        self.prefix = f"tt{os.getpid()}-{next(_count)}"
        self.directory = Path(tempfile.mkdtemp(prefix=f"trimtab-{self.prefix}-"))
        # They are kept at the end: a daemon that writes to a slow disk would be a slow daemon.
        self.logs, self.kept_logs = self.directory / "logs", LOGS / name
        self.logs.mkdir()
        self.sites = [Site(self, letter, self.prefix, self.directory, self.logs) for letter in self.description.letters]
        self._by_letter = {site.letter: site for site in self.sites}
        self.wires = {pair: Wire(self[pair[0]], self[pair[1]], delay)
                      for pair, delay in self.description.delays_ms.items()}
        self.streams = []
        self.write_mesh_file()

    def __enter__(self):
        self.open_ones.append(self)
        try:
            self._build()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind, *_):
        self.close()

    def __getitem__(self, letter):
        return self._by_letter[letter]

    # --- the words of a scenario

    def link(self, one, other):
        """The wire between two sites, to delay, to lose on, to cut and to repair."""
        return self.wires["".join(sorted((one, other)))]

    def stream(self, source, target, every_ms=10, family=4):
        """Numbered packets from one site's LAN host to another's, from now until stop()."""
        address = self[target].host_address if family == 4 else self[target].host_address6
        stream = Stream(self[source].host, self[target].host, address, every_ms)
        self.streams.append(stream)
        return stream

    def wait_until(self, sentence, predicate, deadline, every=LOOK_EVERY_S):
        """Waits, says how long it took, and returns that."""
        took = wait_until(sentence, self._while_alive(predicate), deadline, every)
        self.say(f"  {sentence}: after {took:.2f} s")
        return took

    def at_all_sites(self, action):
        """The action's results at every site, all at once, by letter."""
        with ThreadPoolExecutor(len(self.sites)) as pool:
            return dict(zip(self._by_letter, pool.map(action, self.sites)))

    def repair(self):
        for wire in self.wires.values():
            if any(shape != wire.healthy for shape in wire.shapes.values()):
                wire.repair()

    def close_streams(self):
        while self.streams:
            self.streams.pop().close()

    def write_mesh_file(self, description=None):
        self.description = description or self.description
        text = mesh_file(self.description, self.sites)
        for site in self.sites:
            (site.config / "mesh.toml").write_text(text)

    # --- the mesh from description to steered routes

    def up(self):
        """`trimtab up` on every site, BIRD, and every session established."""
        began = time.monotonic()
        self.at_all_sites(lambda site: site.trimtab("up"))
        up_s = time.monotonic() - began
        for site in self.sites:
            site.start_bird()
        # They come after 3 s, or 6, 11, 16, 21, once not within 30. Most likely WireGuard: where both ends call each other
        # at once it takes neither's answer, and asks again after 5 s (REKEY_TIMEOUT), at both ends.
        wait_until("every BGP session is established", self._while_alive(self.every_session_established), 90)
        self.say(f"  up on {len(self.sites)} sites took {up_s:.1f} s; all sessions established after {time.monotonic() - began:.1f} s")

    def steer(self):
        """`trimtab run` on every site, and every link measured at both ends."""
        began = time.monotonic()
        for site in self.sites:
            site.start_trimtab()
        wait_until("every daemon answers", self._while_alive(self.every_daemon_answers), 30)
        wait_until("every link is measured", self._while_alive(self.every_link_up), 60)
        self.say(f"  every link measured {time.monotonic() - began:.1f} s after the daemons' start")

    def _while_alive(self, predicate):
        """The same question, but a process that ended by itself is the answer: its last words, at once."""
        def look():
            for site in self.sites:
                for process_ in site.processes():
                    process_.must_be_alive()
            return predicate()
        return look

    def links_of(self, site):
        return [pair for pair in self.wires if site.letter in pair]

    def every_session_established(self):
        return all(site.bird.answers() and site.bird.established() == len(self.links_of(site)) for site in self.sites)

    def every_daemon_answers(self):
        return all(site.daemon_answers() for site in self.sites)

    def every_link_up(self):
        return all(link["standing"] == "up" for site in self.sites for link in site.ask(ask="status")["links"])

    def silent_pairs(self):
        """Pairs (from, to) that do not answer, among all LAN hosts and all routers' LAN addresses; routers ask with
        the address that the kernel chooses."""
        asks = [(asker, target)
                for site in self.sites for asker in (site.host, site.router)
                for other in self.sites if other is not site
                for target in self._lan_addresses(other)]
        return [(asker.name, target) for asker, target in silent(asks)]

    def _lan_addresses(self, site):
        addresses = {4: [site.host_address, site.router_lan_address], 6: [site.host_address6, site.router_lan_address6]}
        return [address for family in self.description.families for address in addresses[family]]

    # --- building and taking down

    def _build(self):
        began = time.monotonic()
        batch([f"netns add {space.name}" for space in self._namespaces()])
        batch([site.lan_cable() for site in self.sites] + [wire.cable() for wire in self.wires.values()])
        self.at_all_sites(self._connect)
        self.say(f"  lab of {len(self.sites)} sites built in {time.monotonic() - began:.1f} s")

    def _connect(self, site):
        site.connect_lan()
        wires, queues = [], []
        for pair in self.links_of(site):
            other = self[pair.replace(site.letter, "")]
            # The route's own source: lo's address, so that WireGuard's packets carry the site's endpoint.
            wires += [f"link set wan-{other.name} address {_mac(site, other)} up",
                      f"route add {other.wan_address}/32 dev wan-{other.name} src {site.wan_address}",
                      # Neighbours are given: the internet between them would not lose ARP either.
                      f"neighbour add {other.wan_address} dev wan-{other.name} lladdr {_mac(other, site)} nud permanent"]
            if self.ipv6:
                wires += [f"route add {other.wan_address6}/128 dev wan-{other.name} src {site.wan_address6}",
                          f"neighbour add {other.wan_address6} dev wan-{other.name} lladdr {_mac(other, site)} nud permanent"]
            queues.append(self.wires[pair].queue(f"{site.letter}>{other.letter}"))
        batch(wires, site.router)
        batch(queues, site.router, program="tc")

    def _namespaces(self):
        return [space for site in self.sites for space in (site.router, site.host)]

    def close(self):
        self.open_ones.remove(self)
        self.close_streams()
        process.stop_all([one for site in self.sites for one in site.processes()])
        self.keep_logs()
        present = set(os.listdir("/run/netns")) if os.path.isdir("/run/netns") else set()
        batch([f"netns delete {space.name}" for space in self._namespaces() if space.name in present])
        shutil.rmtree(self.directory)
        self._audit()

    def keep_logs(self):
        """As they are now, where a person looks for them; nothing of an earlier lab of that name."""
        shutil.rmtree(self.kept_logs, ignore_errors=True)
        shutil.copytree(self.logs, self.kept_logs)

    def _audit(self):
        left = [name for name in os.listdir("/run/netns") if name.startswith(self.prefix + "-")]
        left += [one.name for site in self.sites for one in site.processes() if one.running()]
        left += [str(self.directory)] if self.directory.exists() else []
        if left:
            print(f"the lab left behind: {', '.join(left)}", file=sys.stderr)
            raise AssertionError(f"the lab left behind: {left}")


def _mac(site, other):
    """Of `site`'s end of the wire to `other`: locally administered, and readable in a capture."""
    return f"02:00:00:00:{site.id:02x}:{other.id:02x}"
