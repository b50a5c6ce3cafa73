"""Echo requests without a process each: whether a packet of this size arrives, and how long it takes."""

import os
import select
import socket
import struct
import time

ECHO_REQUEST, ECHO_REPLY = 8, 0
ECHO6_REQUEST, ECHO6_REPLY = 128, 129
IP_HEADER, IPV6_HEADER, ICMP_HEADER = 20, 40, 8
# linux/in.h and in6.h; Python's socket module has no names for them.
IPV4_DISCOVERY, IPV6_DISCOVERY = (socket.IPPROTO_IP, 10), (socket.IPPROTO_IPV6, 23)
IP_PMTUDISC_DONT, IP_PMTUDISC_PROBE = 0, 3


def ping(namespace, target, *, size=84, dont_fragment=False, timeout=1.0):
    """The RTT in ms of one echo of `size` bytes with its IP header, or None. With `dont_fragment`, what the
    path has taught the kernel is ignored: the packet itself is the question."""
    echo = _Echo(namespace, target, size, dont_fragment)
    _wait([echo], timeout)
    return echo.rtt_ms


def silent(asks, timeout=2.0, tries=3):
    """Of many (namespace, target), all asked at once and up to `tries` times, those that got no answer."""
    for _ in range(tries):
        echoes = [_Echo(namespace, target) for namespace, target in asks]
        _wait(echoes, timeout)
        asks = [ask for ask, echo in zip(asks, echoes) if echo.rtt_ms is None]
        if not asks:
            break
    return asks


class _Echo:
    """One request, sent when it is made; the payload is its nonce."""

    def __init__(self, namespace, target, size=84, dont_fragment=False):
        self.rtt_ms = None
        self.ipv6 = ":" in target
        self.nonce = os.urandom(size - (IPV6_HEADER if self.ipv6 else IP_HEADER) - ICMP_HEADER)
        with namespace.inside():
            self.sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) if self.ipv6 else \
                socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self.sock.setsockopt(*(IPV6_DISCOVERY if self.ipv6 else IPV4_DISCOVERY),
                             IP_PMTUDISC_PROBE if dont_fragment else IP_PMTUDISC_DONT)
        self.began = time.monotonic()
        try:
            self.sock.sendto(self._message(), (target, 0))
        except OSError:  # larger than the interface, or no route: it will not arrive
            pass

    def _message(self):
        header = struct.pack("!BBHHH", ECHO6_REQUEST if self.ipv6 else ECHO_REQUEST, 0, 0, 0, 1)
        if self.ipv6:  # the kernel fills the checksum in
            return header + self.nonce
        return struct.pack("!BBHHH", ECHO_REQUEST, 0, _checksum(header + self.nonce), 0, 1) + self.nonce

    def read(self):
        packet = self.sock.recv(65535)
        start = 0 if self.ipv6 else (packet[0] & 15) * 4
        reply = ECHO6_REPLY if self.ipv6 else ECHO_REPLY
        if packet[start] == reply and packet[start + ICMP_HEADER:] == self.nonce:
            self.rtt_ms = (time.monotonic() - self.began) * 1000


def _wait(echoes, timeout):
    """Until all are answered or the time is over; closes their sockets."""
    deadline = time.monotonic() + timeout
    by_socket = {echo.sock: echo for echo in echoes}
    while by_socket and (left := deadline - time.monotonic()) > 0:
        for sock in select.select(list(by_socket), [], [], left)[0]:
            by_socket[sock].read()
            if by_socket[sock].rtt_ms is not None:
                del by_socket[sock]
    for echo in echoes:
        echo.sock.close()


def _checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
