"""One site of the lab: its router, its LAN host, and trimtab and BIRD on the router."""

import ipaddress
import json
import os
import socket
import subprocess
from pathlib import Path

from .bird import Bird
from .namespace import Namespace, batch
from .process import Process

REPOSITORY = Path(__file__).resolve().parents[2]
TRIMTAB = os.environ.get("TRIMTAB") or str(REPOSITORY / "build" / "release" / "trimtab")
BIRD = "/usr/sbin/bird"


class Site:
    LAN_INTERFACE = "br-lan"

    def __init__(self, lab, letter, prefix, directory, logs):
        self.lab = lab
        self.letter, self.name = letter, letter.lower()
        self.id = ord(letter) - ord("A") + 1
        self.router = Namespace(f"{prefix}-{self.name}")
        self.host = Namespace(f"{prefix}-{self.name}-lan")
        self.wan_address = f"198.51.100.{self.id}"
        self.overlay_address = f"10.255.0.{self.id}"
        self.lan_prefix = f"10.10.{self.id}.0/24"
        self.router_lan_address = f"10.10.{self.id}.1"
        self.host_address = f"10.10.{self.id}.10"
        self.directory = directory / self.name
        self.wan_address6 = f"2001:db8::{self.id}"
        self.lan_prefix6 = f"fd10:10:{self.id}::/64"
        self.router_lan_address6 = f"fd10:10:{self.id}::1"
        self.host_address6 = f"fd10:10:{self.id}::10"
        self.config, self.run = self.directory / "etc", self.directory / "run"
        self.config.mkdir(parents=True)
        self.run.mkdir()
        self.logs = logs
        self.bird = Bird(self.run / "bird.ctl")
        self.bird_process = self.daemon = None
        self.public_key = _make_key(self.config / "private.key")

    def __repr__(self):
        return self.letter

    def lan_cable(self):
        """For `ip -batch`: the cable between router and LAN host."""
        return f"link add {self.LAN_INTERFACE} netns {self.router.name} type veth peer name eth0 netns {self.host.name}"

    def connect_lan(self):
        batch(["link set lo up", f"address add {self.wan_address}/32 dev lo", f"link set {self.LAN_INTERFACE} up",
               f"address add {self.router_lan_address}/24 dev {self.LAN_INTERFACE}"], self.router)
        batch(["link set lo up", "link set eth0 up", f"address add {self.host_address}/24 dev eth0",
               f"route add default via {self.router_lan_address}"], self.host)
        if self.lab.ipv6:
            batch([f"address add {self.wan_address6}/128 dev lo nodad",
                   f"address add {self.router_lan_address6}/64 dev {self.LAN_INTERFACE} nodad"], self.router)
            batch([f"address add {self.host_address6}/64 dev eth0 nodad",
                   f"route add default via {self.router_lan_address6}"], self.host)

    # --- what the kernel says

    def route_to(self, other, family=4):
        """The neighbour (a Site) that traffic to `other`'s LAN goes to, or None without a route."""
        network, _, length = (other.lan_prefix if family == 4 else other.lan_prefix6).partition("/")
        interface = self.router.routes(family).get((network, int(length)))
        return self.lab[interface.partition("-")[2].upper()] if interface else None

    def link_address(self, other, family=4):
        """This end's address on the link to `other`, as the mesh file's rule derives it."""
        low, high = sorted((self.id, other.id))
        index, end = (high - 1) * (high - 2) // 2 + low - 1, int(self.id == high)
        return f"172.31.{index // 64}.{4 * index % 256 + 1 + end}" if family == 4 else str(ipaddress.IPv6Address("fd31::") + 2 * index + end)

    def path_to(self, other):
        """The sites on BIRD's best path to `other`'s LAN, its neighbour first; [] without one."""
        return [self.lab[chr(ord("A") + int(number) - 65001)]
                for number in self.bird.route(other.lan_prefix).get("BGP.as_path", "").split()]

    # --- trimtab

    def command(self, *arguments):
        """A command of trimtab with this router's own files."""
        command = [TRIMTAB, *arguments, "--mesh", str(self.config / "mesh.toml"), "--site", self.name,
                   "--socket", str(self.run / "trimtab.sock")]
        if arguments[0] in ("plan", "up", "confirm", "down", "run"):
            command += ["--config-dir", str(self.config), "--run-dir", str(self.run)]
        elif arguments[0] == "status":
            command += ["--run-dir", str(self.run)]
        return command

    def trimtab(self, *arguments, check=True, timeout=60):
        """Runs it to its end."""
        return self.router.run(*self.command(*arguments), check=check, timeout=timeout)

    def start_bird(self):
        self.bird_process = Process("bird", self.router, [BIRD, "-f", "-c", str(self.config / "bird.conf"),
                                                          "-s", str(self.bird.socket_path)], self.logs / f"{self.name}-bird.log")
        return self.bird_process

    def start_trimtab(self):
        self.daemon = Process("trimtab", self.router, self.command("run"), self.logs / f"{self.name}-trimtab.log")
        return self.daemon

    def processes(self):
        return [process for process in (self.daemon, self.bird_process) if process]

    def ask(self, **request):
        """One question to the daemon over its socket, as docs/formats.md has it."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(10)
            sock.connect(str(self.run / "trimtab.sock"))
            sock.sendall(json.dumps(request).encode() + b"\n")
            return json.loads(sock.makefile().readline())

    def daemon_answers(self):
        try:
            return "links" in self.ask(ask="status")
        except (OSError, ValueError):
            return False

    def status_of(self, other):
        """What the daemon here says of its link to `other`."""
        return next(link for link in self.ask(ask="status")["links"] if link["neighbour"] == other.name)

    def published_ms(self, other):
        return self.status_of(other)["published_ms"]

    def events(self, since=0):
        return self.ask(ask="events", since=since)["events"]

    def explain(self, other):
        return self.ask(ask="explain", destination=other.host_address)

    def metrics_file(self):
        return (self.run / "metrics.conf").read_text()


def _make_key(path):
    private = subprocess.run(["wg", "genkey"], capture_output=True, text=True, check=True).stdout
    path.write_text(private)
    path.chmod(0o600)
    return subprocess.run(["wg", "pubkey"], input=private, capture_output=True, text=True, check=True).stdout.strip()
