#!/usr/bin/python3
"""`./dev bench up`: a router gets fifty links from nothing. How long `up` takes, and how many requests it makes of the
kernel; both, once everything is there, for the second `up` as well."""

import base64
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from screen import say
from topology.namespace import Namespace, batch
from topology.site import TRIMTAB

LINKS, RUNS = 50, 3
HEAD = '[mesh]\nname = "fifty"\noverlay = "10.255.0.0/24"\nlinks = "172.31.0.0/16"\nlans = ["10.10.0.0/16"]\n'


def mesh_file():
    parts = [HEAD]
    for number in range(1, LINKS + 2):
        key = base64.b64encode(os.urandom(32)).decode()
        parts.append(f'[[site]]\nname = "s{number}"\nid = {number}\nasn = {65000 + number}\npublic_key = "{key}"\n'
                     f'endpoint = "198.51.100.{number}:51820"\nlan = ["10.10.{number}.0/24"]\nlan_interface = "br-lan"\n')
    parts += [f'[[link]]\nbetween = ["s1", "s{number}"]\n' for number in range(2, LINKS + 2)]
    return "".join(parts)


def command(directory, word):
    return [TRIMTAB, word, "--mesh", f"{directory}/mesh.toml", "--site", "s1", "--config-dir", f"{directory}",
            "--run-dir", f"{directory}/run"]


def seconds(router, words):
    began = time.monotonic()
    router.run(*words)
    return time.monotonic() - began


def requests(router, directory, word):
    trace = Path(directory) / "trace"
    router.run("strace", "-qq", "-o", str(trace), "-e", "trace=sendto", *command(directory, word))
    return sum("sendto(" in line for line in trace.read_text().splitlines())


def main():
    router = Namespace(f"tt{os.getpid()}-fifty")
    batch([f"netns add {router.name}"])
    try:
        with tempfile.TemporaryDirectory() as directory:
            (Path(directory) / "mesh.toml").write_text(mesh_file())
            key = Path(directory) / "private.key"
            key.write_text(subprocess.run(["wg", "genkey"], capture_output=True, text=True, check=True).stdout)
            key.chmod(0o600)
            first, second = [], []
            for _ in range(RUNS):
                first.append(seconds(router, command(directory, "up")))
                second.append(seconds(router, command(directory, "up")))
                seconds(router, command(directory, "down"))
            made, again = requests(router, directory, "up"), requests(router, directory, "up")
    finally:
        batch([f"netns delete {router.name}"])
    say(f"up of {LINKS} links from nothing: median {statistics.median(first):.2f} s, worst {max(first):.2f} s, {made} netlink "
        f"requests; again: {statistics.median(second):.2f} s, {again} requests (target: <= 1 s on a host kernel)")


if __name__ == "__main__":
    sys.exit(main())
