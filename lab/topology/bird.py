"""BIRD as the lab sees it: its control socket, spoken to directly, since a birdc each time is a process each time."""

import re
import socket
from pathlib import Path

_END = re.compile(rb"^(\d{4}) ", re.MULTILINE)
TIMEOUT_S = 10


class Bird:
    """The BIRD behind one control socket; a connection per question, so a restarted BIRD is no matter."""

    def __init__(self, socket_path):
        self.socket_path = Path(socket_path)

    def ask(self, command):
        """The reply's lines without their codes."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(TIMEOUT_S)
            sock.connect(str(self.socket_path))
            _read_reply(sock)  # the greeting
            sock.sendall(command.encode() + b"\n")
            return [_without_code(line) for line in _read_reply(sock).decode().splitlines()]

    def answers(self):
        try:
            return bool(self.ask("show status"))
        except OSError:
            return False

    def sessions(self):
        """BGP protocol → its state as BIRD words it: "Established", "Connect", …"""
        found = {}
        for line in self.ask("show protocols"):
            words = line.split()
            if len(words) >= 4 and words[1] == "BGP":
                found[words[0]] = words[-1] if words[3] != "start" or len(words) > 5 else words[3]
        return found

    def established(self):
        return sum(state == "Established" for state in self.sessions().values())

    def bfd_up(self):
        return sum(" Up " in line for line in self.ask("show bfd sessions"))

    def route(self, prefix):
        """The best route's attributes: BIRD's name → text ("BGP.local_pref", "BGP.as_path", "via"); {} without one."""
        found = {}
        for line in self.ask(f"show route for {prefix} primary all"):
            text = line.strip()
            if text.startswith("via ") and "via" not in found:
                found["via"] = text.split(" on ")[-1]
            name, colon, value = text.partition(": ")
            if colon and name not in found:
                found[name] = value
        return found

    def updates_received(self):
        """Import updates over all sessions since BIRD started: a measure of churn."""
        total = 0
        for line in self.ask("show protocols all"):
            words = line.split()
            if words[:2] == ["Import", "updates:"]:
                total += int(words[2])
        return total


def _read_reply(sock):
    data = b""
    while True:
        match = None
        for match in _END.finditer(data):
            pass
        if match and data.endswith(b"\n"):
            return data
        piece = sock.recv(65536)
        if not piece:
            raise ConnectionError("BIRD closed the connection")
        data += piece


def _without_code(line):
    """Lines begin with a code and a dash or blank, or with a blank where the code is the one before."""
    return line[5:] if line[:4].isdigit() else line[1:]
