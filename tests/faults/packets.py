"""ICMP as a forger sees and makes it: requests and answers caught on a wire, answers made up, floods of them."""

import os
import select
import socket
import struct
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ECHO_REPLY, ECHO_REQUEST = 0, 8
SO_TIMESTAMPNS = 35  # Python has no name for it
ETH_P_ALL, ETH_P_IP = 3, 0x0800  # with the second alone a socket does not see what goes out


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def icmp(kind, identifier, sequence, payload, right_checksum=True):
    head = struct.pack("!BBHHH", kind, 0, 0, identifier, sequence)
    value = checksum(head + payload)
    return struct.pack("!BBHHH", kind, 0, value if right_checksum else value ^ 0xFFFF, identifier, sequence) + payload


def with_header(source, target, message, total=None):
    """With its IP header, for a raw socket that takes one; the kernel fills in the checksum."""
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, total or 20 + len(message), 0, 0, 64, socket.IPPROTO_ICMP, 0,
                       socket.inet_aton(source), socket.inet_aton(target)) + message


class Caught:
    """An echo request or answer on a wire; `at` is the kernel's stamp, on the monotonic clock."""

    def __init__(self, packet, outgoing, at):
        self.packet, self.outgoing, self.at = packet, outgoing, at
        start = (packet[0] & 15) * 4
        self.kind, _, _, self.identifier, self.sequence = struct.unpack("!BBHHH", packet[start:start + 8])
        self.payload = packet[start + 8:]
        self.source, self.target = socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])


def catch(namespace, interface, kind, count=1, timeout=5):
    """The next `count` packets of that ICMP type on the interface, in whichever direction."""
    with namespace.inside():
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
        sock.bind((interface, ETH_P_ALL))
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    found, deadline = [], time.monotonic() + timeout
    with sock:
        while len(found) < count and (left := deadline - time.monotonic()) > 0:
            if not select.select([sock], [], [], left)[0]:
                break
            packet, control, _, address = sock.recvmsg(2048, 64)
            start = (packet[0] & 15) * 4
            if address[1] == ETH_P_IP and packet[9] == socket.IPPROTO_ICMP and packet[start] == kind:
                found.append(Caught(packet, address[2] == socket.PACKET_OUTGOING, _stamp(control)))
    assert len(found) == count, f"{len(found)} of {count} ICMP packets of type {kind} on {interface} in {timeout} s"
    return found


def _stamp(control):
    seconds, ns = struct.unpack("=qq", control[0][2][:16])
    return seconds + ns / 1e9 - time.time() + time.monotonic()


def send(namespace, packets):
    """Packets with their IP headers, any source address: what only root of that host can do."""
    with namespace.inside():
        sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    with sock:
        for packet in packets:
            sock.sendto(packet, (socket.inet_ntoa(packet[16:20]), 0))


class Flood:
    """A process of its own in the namespace that sends one packet at `rate` a second until it is stopped (flood.c)."""

    def __init__(self, namespace, packet, rate, directory):
        program = directory / "flood"
        subprocess.run(["cc", "-O2", "-o", program, HERE / "flood.c"], check=True)
        with namespace.inside():
            self._process = subprocess.Popen([program, packet.hex(), str(rate)], stdout=subprocess.PIPE,
                                             stdin=subprocess.PIPE, text=True)
        os.setpriority(os.PRIO_PROCESS, self._process.pid, -10)

    def stop(self):
        """The rate that was reached, in packets a second; of what could not be sent in time, nothing counts."""
        out, _ = self._process.communicate("stop\n")
        return float(out)
