"""`./dev bench daemon`: what the daemon costs with 3 and with 250 links, a probe a second on each.

    daemon.py PROGRAM LINKS SECONDS    prints RSS in MB at first, half-way and at the end, CPU in per cent of a core, and
                                       how many probes were lost

A hub in one network namespace, the far ends of its links (plain veth pairs) in another, where the kernel answers. The
first figure is taken when every link is up, the last one SECONDS later. Needs root.
"""

import base64
import hashlib
import ipaddress
import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lab"))

from topology.namespace import Namespace, batch  # noqa: E402
from topology.process import Process  # noqa: E402
from topology.waiting import wait_until  # noqa: E402

LINKS = ipaddress.ip_network("172.16.0.0/14")
HUB = 1


def mesh_file(ids, interval_s):
    parts = [f'[mesh]\nname = "star"\noverlay = "10.255.0.0/16"\nlinks = "{LINKS}"\nlans = ["10.0.0.0/9"]\n'
             f'interval = "{interval_s}s"\nprobes = 5']
    for site in (HUB, *ids):
        key = base64.b64encode(hashlib.sha256(f"site {site}".encode()).digest()).decode()
        parts.append(f'[[site]]\nname = "s{site}"\nid = {site}\nasn = {4200000000 + site}\nlan = ["10.{site // 256}.{site % 256}.0/24"]\n'
                     f'lan_interface = "br-lan"\nendpoint = "192.0.2.1:{50000 + site}"\npublic_key = "{key}"')
    parts += [f'[[link]]\nbetween = ["s{HUB}", "s{site}"]' for site in ids]
    return "\n\n".join(parts) + "\n"


def addresses(site):
    """The hub's and the far end's on that link."""
    index = (site - 1) * (site - 2) // 2 + HUB - 1
    return LINKS[4 * index + 1], LINKS[4 * index + 2]


def connect(ids, hub, far):
    batch([f"netns add {hub.name}", f"netns add {far.name}"])
    batch([f"link add gre-s{site} netns {hub.name} type veth peer name far{site} netns {far.name}" for site in ids])
    for space, name, end in ((hub, "gre-s", 0), (far, "far", 1)):
        batch([line for site in ids for line in (f"address add {addresses(site)[end]}/30 dev {name}{site}",
                                                  f"link set {name}{site} up")], space)


def ask(program, socket, hub):
    done = hub.run(program, "status", "--json", "--socket", socket, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def measure(program, count, seconds, interval_s=5, within=lambda command: command):
    """Resident MB at first, half-way and at the end, CPU in per cent, probes sent and lost. within: how it is to be run."""
    ids = range(2, count + 2)
    hub, far = Namespace(f"ttbench{os.getpid()}-hub"), Namespace(f"ttbench{os.getpid()}-far")
    with tempfile.TemporaryDirectory() as directory:
        socket = f"{directory}/trimtab.sock"
        (Path(directory) / "mesh.toml").write_text(mesh_file(ids, interval_s))
        daemon = None
        try:
            connect(ids, hub, far)
            command = [program, "run", "--mesh", f"{directory}/mesh.toml", "--site", f"s{HUB}", "--socket", socket,
                       "--config-dir", directory, "--run-dir", directory]
            daemon = Process("trimtab", hub, within(command), Path(directory) / "log")

            def every_link_is_up():
                daemon.must_be_alive()
                status = ask(program, socket, hub)
                return status and all(link["standing"] == "up" for link in status["links"])
            wait_until("every link is up", every_link_is_up, 60, every=1)
            first, cpu, began = daemon.memory_mb(), daemon.cpu_seconds(), time.monotonic()
            time.sleep(seconds / 2)
            half = daemon.memory_mb()
            time.sleep(seconds / 2)
            cpu, took, last = daemon.cpu_seconds() - cpu, time.monotonic() - began, daemon.memory_mb()
            links = ask(program, socket, hub)["links"]
            sent, lost = (sum(link["counters"][key] for link in links) for key in ("probes_sent", "probes_lost"))
            return first, half, last, 100 * cpu / took, sent, lost
        finally:
            if daemon:
                daemon.stop()
            batch([f"netns delete {space.name}" for space in (hub, far)])


if __name__ == "__main__":
    first, half, last, cpu, _, lost = measure(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
    print(f"{first:.1f} {half:.1f} {last:.1f} {cpu:.2f} {lost}")
