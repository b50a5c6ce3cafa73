"""Real BIRDs on the host's kernel: a namespace each, plain veths with the names and addresses that a mesh's GRE
interfaces would have, and the configuration that trimtab renders. No WireGuard, no GRE: routing alone."""

import base64
import ipaddress
import os
import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "lab"))

from topology.bird import Bird  # noqa: E402
from topology.meshfile import FOUR_SITES, Description, mesh_file  # noqa: E402
from topology.namespace import Namespace, batch  # noqa: E402
from topology.waiting import wait_until  # noqa: E402

BIRD = os.environ.get("BIRD") or "/usr/sbin/bird"
RENDER = os.environ.get("RENDER_BIRD") or str(REPOSITORY / "build" / "dev" / "tests" / "render_bird")
LETTERS = "ABCDEFG"
NOBODYS = "0.0.0.0/32"  # what an empty prefix set is written as
LAST_RESORT = 10_000_000
# Two sessions that dial each other at the same moment close one and try again; 3 s of connect delay each time.
SETTLING_S = 30
_BIRD_3_NAMES = {"bgp_path": "BGP.as_path", "bgp_local_pref": "BGP.local_pref", "bgp_med": "BGP.med",
                 "bgp_large_community": "BGP.large_community"}
DEADLINE_S = 5


class Router:
    LAN_INTERFACE = "br-lan"

    def __init__(self, letter, links, prefix, directory):
        self.letter, self.name = letter, letter.lower()
        self.id = _id(letter)
        self.peers = [link.replace(letter, "") for link in links if letter in link]
        self.lan_prefix = f"10.10.{self.id}.0/24"
        self.lan_address = f"10.10.{self.id}.1"
        self.lan_prefix6, self.lan_address6 = f"fd10:10:{self.id}::/64", f"fd10:10:{self.id}::1"
        self.wan_address = f"198.51.100.{self.id}"
        self.public_key = base64.b64encode(bytes([self.id]) * 32).decode()
        self.namespace = Namespace(f"{prefix}-{self.name}")
        self.directory = directory / self.name
        self.directory.mkdir()
        self.bird = Bird(self.directory / "bird.ctl")
        self.process = None

    def __repr__(self):
        return self.letter

    @property
    def configuration(self):
        return self.directory / "bird.conf"

    @property
    def metrics(self):
        return self.directory / "metrics.conf"

    def link_address6(self, peer):
        low, high = sorted((self.id, peer.id))
        return str(ipaddress.IPv6Address("fd31::") + (high - 1) * (high - 2) + 2 * (low - 1) + int(self.id == high))

    def start(self):
        log = open(self.directory / "log", "w")
        command = [BIRD, "-f", "-c", str(self.configuration), "-s", str(self.bird.socket_path)]
        self.process = self.namespace.start(*command, stdout=log, stderr=log)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()

    def configure(self):
        """BIRD's last word: "Reconfigured", or what it has against it. BIRD 3, and a protocol that restarts, take a moment."""
        answer = self.bird.ask("configure")[-1]
        if not answer.startswith("Reconfiguration"):
            return answer
        wait_until(f"{self} is done with its reconfiguration",
                   lambda: "running" in " ".join(self.bird.ask("configure status")), DEADLINE_S)
        return "Reconfigured"

    def publish(self, name, values, favours={}):
        """Replaces the metrics file as the daemon does, and says so to BIRD; favours: {"B": (57, [prefix])}."""
        lines = []
        for peer, value in sorted(values.items()):
            lines.append(f"define {name}_{_id(peer)} = {value};\n")
            if name == "COST":
                share, prefixes = favours.get(peer, (0, []))
                lines.append(f"define FAVOUR_{_id(peer)} = {share};\n")
                lines.append(f"define FAVOURED_{_id(peer)} = [ {', '.join(prefixes or [NOBODYS])} ];\n")
        self.replace_metrics("".join(lines) + "define METRICS_COMPLETE = 1;\n")
        return self.configure()

    def replace_metrics(self, text):
        beside = self.metrics.with_suffix(".new")
        beside.write_text(text)
        beside.rename(self.metrics)

    def edit(self, old, new):
        text = self.configuration.read_text()
        assert old in text, f"{self}: no {old!r} in bird.conf"
        self.configuration.write_text(text.replace(old, new))
        assert self.configure() == "Reconfigured"

    def attributes(self, other):
        """The best route's to the other's LAN, by the names of BIRD 2; BIRD 3 names them as filters do."""
        found = self.bird.route(other.lan_prefix)
        return {_BIRD_3_NAMES.get(name, name): value for name, value in found.items()}

    def route(self, other):
        """The best route to the other's LAN: (path as letters, LOCAL_PREF, accumulated cost or None); None without one."""
        found = self.attributes(other)
        if "BGP.as_path" not in found:
            return None
        path = "".join(LETTERS[int(asn) - 65001] for asn in found["BGP.as_path"].split())
        cost = [int(value) for value in re.findall(r"\(4200000000, 1, (\d+)\)", found.get("BGP.large_community", ""))]
        assert len(cost) <= 1
        return path, int(found["BGP.local_pref"]), cost[0] if cost else None

    def accepted_from(self, peer):
        """The prefixes that this router has accepted from a neighbour."""
        return {line.split()[0] for line in self.bird.ask(f"show route protocol site_{peer.id}") if "/" in line.split(" ")[0]}

    def sessions_since(self):
        """Session → state and since when: unchanged means that none was reset."""
        rows = map(str.split, self.bird.ask('show protocols "site_*"'))
        return {words[0]: [_Since(words[4]), *words[5:]] for words in rows if words and words[0].startswith("site_")}

    def kernel_route(self, other):
        return self.namespace.run("ip", "route", "show", other.lan_prefix).stdout.strip()


class _Since(str):
    """A time of BIRD's: by way of two clocks, so that the same moment is told a millisecond earlier or later."""

    def __eq__(self, other):
        return abs(self._seconds() - other._seconds()) < 0.5

    def _seconds(self):
        hours, minutes, seconds = self.split(":")
        return 3600 * int(hours) + 60 * int(minutes) + float(seconds)


class Network:
    def __init__(self, prefix, directory, delays=FOUR_SITES):
        self.directory = directory
        self.delays, self.links = delays, sorted(delays)
        letters = sorted(set("".join(self.links)))
        self.routers = {letter: Router(letter, self.links, prefix, directory) for letter in letters}

    def __getitem__(self, letter):
        return self.routers[letter]

    def __iter__(self):
        return iter(self.routers.values())

    def build(self):
        batch([f"netns add {router.namespace.name}" for router in self])
        for one, other in self.links:
            a, b = self[one], self[other]
            batch([f"link add gre-{b.name} netns {a.namespace.name} type veth peer name gre-{a.name} netns {b.namespace.name}"])
            for router, peer, last in ((a, b, 1), (b, a, 2)):
                address = _link_address(a.id, b.id, last)
                batch([f"address add {address}/30 dev gre-{peer.name}", f"link set gre-{peer.name} up"], router.namespace)
        for router in self:
            # The other end stays down: a LAN with no cable in it is announced all the same.
            batch(["link set lo up", "link add br-lan type veth peer name nobody", "link set br-lan up",
                   f"address add {router.lan_address}/24 dev br-lan"], router.namespace)
            router.namespace.run("sysctl", "-qw", "net.ipv4.ip_forward=1")

    def render(self, policy="path", lan_address="{}/24", link_options={}, families={}, **site_options):
        """Writes every router's files afresh; link_options: {"AB": {"bfd": "off"}}, site_options: B={"transit": False},
        families: {"links": (…), "lans": (…)}, IPv4 alone where it is left out."""
        description = Description(self.delays, policy=policy, tuning={}, link_options=link_options, site_options=site_options,
                                  **families)
        (self.directory / "mesh.toml").write_text(mesh_file(description, list(self)))
        for router in self:
            arguments = [lan_address.format(router.lan_address)] if lan_address else []
            arguments += [f"{router.lan_address6}/64"] if families else []
            subprocess.run([RENDER, self.directory / "mesh.toml", router.name, router.directory, *arguments], check=True)

    def configure(self):
        for router in self:
            assert router.configure() == "Reconfigured", router

    def start(self):
        for router in self:
            router.start()
        self.wait_for_sessions()

    def wait_for_sessions(self):
        wait_until("every session is Established",
                   lambda: all(router.bird.answers() for router in self)
                   and sum(router.bird.established() for router in self) == 2 * len(self.links), SETTLING_S)

    def publish(self, **costs):
        """publish(AB=50, BD=20): the same in both directions; what is left out costs 100."""
        for router in self:
            values = {peer: costs.get("".join(sorted(peer + router.letter)), 100) for peer in router.peers}
            assert router.publish("COST", values) == "Reconfigured"

    def close(self):
        for router in self:
            router.stop()
        for router in self:
            subprocess.run(["ip", "netns", "delete", router.namespace.name], check=False)


def _id(letter):
    return LETTERS.index(letter) + 1


def _link_address(low, high, last):
    index = (high - 1) * (high - 2) // 2 + low - 1
    return f"172.31.0.{4 * index + last}"
