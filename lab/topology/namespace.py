"""Network namespaces: made by name so that a person can enter them, entered by one thread at a time.

A thread inside a namespace opens its sockets there and starts its processes there, so nothing has to be run through
`ip netns exec`, which costs a process more each time: much in an emulated machine.
"""

import contextlib
import ctypes
import ipaddress
import os
import subprocess

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class Namespace:
    def __init__(self, name):
        self.name = name

    @contextlib.contextmanager
    def inside(self):
        """The calling thread is in this namespace until the block ends."""
        back = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            there = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
            try:
                _set_namespace(there)
            finally:
                os.close(there)
            try:
                yield self
            finally:
                _set_namespace(back)
        finally:
            os.close(back)

    def run(self, *command, check=True, **options):
        """Runs a command in here to its end; its output is text in .stdout and .stderr."""
        with self.inside():
            done = subprocess.run(command, capture_output=True, text=True, **options)
        if check and done.returncode != 0:
            raise RuntimeError(f"{self.name}: {' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
        return done

    def start(self, *command, **options):
        """Starts a command in here and returns its Popen."""
        with self.inside():
            return subprocess.Popen(command, **options)

    def read(self, path):
        """A file of /proc/net or /proc/sys/net, as this namespace sees it: read("net/route")."""
        with self.inside(), open(f"/proc/thread-self/{path}" if path.startswith("net/") else f"/proc/{path}") as file:
            return file.read()

    def routes(self, family=4):
        """The routes of the main table: (network, prefix length) → interface."""
        found = {}
        if family == 6:
            for line in self.read("net/ipv6_route").splitlines():
                network, length, *_, interface = line.split()
                found[str(ipaddress.IPv6Address(bytes.fromhex(network))), int(length, 16)] = interface
            return found
        for line in self.read("net/route").splitlines()[1:]:
            interface, network, _, _, _, _, _, mask, *_ = line.split()
            found[_dotted(network), bin(int(mask, 16)).count("1")] = interface
        return found


def batch(lines, namespace=None, program="ip"):
    """Many commands in one process: ip or tc -batch."""
    command = [program, *(["-n", namespace.name] if namespace else []), "-batch", "-"]
    done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")


def _set_namespace(descriptor):
    if _libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _dotted(hexadecimal):
    return ".".join(str(byte) for byte in reversed(bytes.fromhex(hexadecimal)))
