"""Packets to the prober. A step is as prober_world.h reads it."""

import struct

SEEDS = {}


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip(payload, source="10.0.0.2", protocol=1, options=b"", total=None, first=None, fragment=0):
    header = 20 + len(options)
    length = header + len(payload) if total is None else total
    return struct.pack("!BBHHHBBH4s4s", 0x40 | header // 4 if first is None else first, 0, length, 0, fragment, 64,
                       protocol, 0, bytes(map(int, source.split("."))), bytes([10, 0, 0, 1])) + options + payload


def icmp(kind, rest, code=0, wrong=0):
    message = struct.pack("!BBH", kind, code, 0) + rest
    return message[:2] + struct.pack("!H", checksum(message) ^ wrong) + message[4:]


def echo(kind=0, sequence=0, identifier=0x0707, nonce=1, size=16, **more):
    return icmp(kind, struct.pack("!HH", identifier, sequence) + bytes([nonce]) * size, **more)


def step(packet=b"", after=0, what=0):
    return struct.pack("<BHH", what, after, len(packet)) + packet


# Probes leave on ticks of 50 ms, the first round's within two seconds: sequences 0, 1, …, nonces 01 01 …, 02 02 …
ASKED = step(after=50) * 30
REQUEST_QUOTED = ip(echo(kind=8), source="10.0.0.1")


def packet(content, **more):
    return ASKED + step(content, after=20, **more)


# Once the first answer is there, a probe of 600 bytes leaves, whose nonce is one of these.
FULL_SIZE_ASKED = packet(ip(echo())) + step(after=50)


def full_size(size=572, source="10.0.0.2", kind=0):
    return FULL_SIZE_ASKED + b"".join(step(ip(echo(kind, 0x4000, nonce=nonce, size=size), source=source), after=1)
                                      for nonce in range(1, 16))


SEEDS["icmp"] = {
    "full-size": full_size(),
    "full-size-and-again": full_size() + full_size()[len(FULL_SIZE_ASKED):],
    "full-size-too-short": full_size(size=571),
    "full-size-too-long": full_size(size=573),
    "full-size-small": full_size(size=16),
    "full-size-wrong-source": full_size(source="10.0.0.3"),
    "full-size-asked-by-the-peer": full_size(kind=8),
    "full-size-lost": FULL_SIZE_ASKED + step(after=1000) + (step(ip(echo(sequence=1, nonce=2)), after=50) + step(after=50)) * 4,
    "reply-and-its-copy": packet(ip(echo())) + step(ip(echo()), after=1),
    "reply-before-request": step(ip(echo())) + ASKED,
    "reply-late": packet(ip(echo())) + step(after=5000) + step(ip(echo(sequence=1, nonce=2)), after=1),
    "reply-after-a-sleep": ASKED + step(after=60000) + step(ip(echo())),
    "reply-without-stamp": packet(ip(echo()), what=2),
    "reply-stamped-1970": packet(ip(echo()), what=2) + step(ip(echo(sequence=1, nonce=2)), what=4),
    "reply-stamped-in-the-future": ASKED + step(ip(echo()), after=65535, what=4),
    "reply-all-refused": step(after=50, what=8) * 30 + step(ip(echo()), after=9),
    "reply-wrong-nonce": packet(ip(echo(nonce=9))),
    "reply-another-probes-nonce": packet(ip(echo(nonce=2))),
    "reply-wrong-source": packet(ip(echo(), source="10.0.0.3")),
    "reply-wrong-identifier": packet(ip(echo(identifier=0x0708))),
    "reply-wrong-sequence": packet(ip(echo(sequence=40000))),
    "reply-wrong-code": packet(ip(echo(code=1))),
    "reply-wrong-checksum": packet(ip(echo(wrong=1))),
    "reply-with-ip-options": packet(ip(echo(), options=b"\1" * 40)),
    "reply-nonce-short": packet(ip(echo(size=15))),
    "reply-nonce-long": packet(ip(echo(size=17))),
    "reply-64k": packet(ip(echo(size=2000), total=65535)),
    "reply-a-fragment": packet(ip(echo(), fragment=0x2001)),
    "request-of-the-peer": packet(ip(echo(kind=8, sequence=0x8001))),
    "ip-header-length-4": packet(ip(echo(), first=0x44)),
    "ip-header-length-beyond": packet(ip(b"", first=0x4f)),
    "ip-total-below-header": packet(ip(echo(), total=19)),
    "ip-total-beyond": packet(ip(echo(), total=500)),
    "ip-version-6": packet(b"\x60" + bytes(5) + b"\x3a\x40" + bytes(32) + echo(kind=129)),
    "ip-version-6-extension-headers": packet(b"\x60" + bytes(5) + b"\0\x40" + bytes(32) + b"\x2c\0" + bytes(14)),
    "ip-other-protocol": packet(ip(echo(), protocol=17)),
    "icmp-other-type": packet(ip(echo(kind=13))),
    "error-about-our-request": packet(ip(icmp(3, bytes(4) + REQUEST_QUOTED, code=1))),
    "error-eight-bytes-quoted": packet(ip(icmp(11, bytes(4) + REQUEST_QUOTED[:28]))),
    "error-quoted-cut": packet(ip(icmp(3, bytes(4) + REQUEST_QUOTED[:27]))),
    "error-quoted-header-cut": packet(ip(icmp(3, bytes(4) + REQUEST_QUOTED[:19]))),
    "error-quoted-options-beyond": packet(ip(icmp(12, bytes(4) + b"\x4f" + REQUEST_QUOTED[1:]))),
    "error-in-an-error": packet(ip(icmp(3, bytes(4) + ip(icmp(3, bytes(4) + REQUEST_QUOTED))))),
    "error-empty": packet(ip(icmp(3, bytes(4)))),
} | {f"bytes-{size:02}": packet(ip(echo())[:size]) for size in (0, 1, 3, 19, 20, 24, 27, 28)}

# ---- ICMPv6: the message alone; `what` 16: not from the peer


def icmp6(kind, rest, code=0):
    return struct.pack("!BBH", kind, code, 0) + rest


def echo6(kind=129, sequence=0, identifier=0x0707, nonce=1, size=16, **more):
    return icmp6(kind, struct.pack("!HH", identifier, sequence) + bytes([nonce]) * size, **more)


def ip6(payload, following=58):
    """As it is quoted: from us, to the peer."""
    return (struct.pack("!IHBB", 6 << 28, len(payload), following, 64) + bytes([0xFD]) + bytes(14) + b"\1" +
            bytes([0xFD]) + bytes(14) + b"\2" + payload)


QUOTED6 = ip6(echo6(kind=128))
FULL_SIZE_ASKED6 = packet(echo6()) + step(after=50)


def full_size6(size=552, **more):
    return FULL_SIZE_ASKED6 + b"".join(step(echo6(sequence=0x4000, nonce=nonce, size=size), after=1, **more)
                                       for nonce in range(1, 16))


SEEDS["icmp6"] = {
    "full-size": full_size6(),
    "full-size-too-short": full_size6(size=551),
    "full-size-too-long": full_size6(size=553),
    "full-size-wrong-source": full_size6(what=16),
    "reply-and-its-copy": packet(echo6()) + step(echo6(), after=1),
    "reply-before-request": step(echo6()) + ASKED,
    "reply-late": packet(echo6()) + step(after=5000) + step(echo6(sequence=1, nonce=2), after=1),
    "reply-without-stamp": packet(echo6(), what=2),
    "reply-stamped-1970": packet(echo6(), what=2) + step(echo6(sequence=1, nonce=2), what=4),
    "reply-stamped-in-the-future": ASKED + step(echo6(), after=65535, what=4),
    "reply-wrong-nonce": packet(echo6(nonce=9)),
    "reply-wrong-source": packet(echo6(), what=16),
    "reply-wrong-identifier": packet(echo6(identifier=0x0708)),
    "reply-wrong-code": packet(echo6(code=1)),
    "reply-of-ipv4": packet(echo6(kind=0)),
    "reply-nonce-short": packet(echo6(size=15)),
    "reply-nonce-long": packet(echo6(size=17)),
    "request-of-the-peer": packet(echo6(kind=128, sequence=0x8001)),
    "neighbour-solicitation": packet(icmp6(135, bytes(20))),
    "error-about-our-request": packet(icmp6(1, bytes(4) + QUOTED6, code=3)),
    "error-too-big": packet(icmp6(2, struct.pack("!I", 1280) + QUOTED6)),
    "error-of-a-stranger": packet(icmp6(1, bytes(4) + QUOTED6), what=16),
    "error-type-0": packet(icmp6(0, bytes(4) + QUOTED6)),
    "error-type-5": packet(icmp6(5, bytes(4) + QUOTED6)),
    "error-eight-bytes-quoted": packet(icmp6(3, bytes(4) + QUOTED6[:48])),
    "error-quoted-cut": packet(icmp6(3, bytes(4) + QUOTED6[:47])),
    "error-quoted-header-cut": packet(icmp6(4, bytes(4) + QUOTED6[:39])),
    "error-quotes-ipv4": packet(icmp6(1, bytes(4) + REQUEST_QUOTED + bytes(20))),
    "error-quotes-a-fragment": packet(icmp6(1, bytes(4) + ip6(b"\x3a\0\0\0\0\0\0\1" + echo6(kind=128), following=44))),
    "error-quotes-extension-headers": packet(icmp6(1, bytes(4) + ip6(b"\x3a\0" + bytes(6) + echo6(kind=128), following=0))),
    "error-in-an-error": packet(icmp6(1, bytes(4) + ip6(icmp6(1, bytes(4) + QUOTED6)))),
    "error-empty": packet(icmp6(1, bytes(4))),
    "message-64k": packet(echo6(size=65000)),
} | {f"bytes-{size:02}": packet(echo6()[:size]) for size in (0, 1, 7, 8, 23)}

# ---- what the kernel says beside a packet: the first byte is where it is cut

SOL_SOCKET, SCM_TIMESTAMPNS, IPPROTO_IPV6, IPV6_PKTINFO, IP_PKTINFO = 1, 35, 41, 50, 8


def item(level, kind, content, length=None):
    return struct.pack("<Qii", 16 + len(content) if length is None else length, level, kind) + content + bytes(-len(content) % 8)


def stamp(seconds=1_795_500_000, nanoseconds=5, **more):
    return item(SOL_SOCKET, SCM_TIMESTAMPNS, struct.pack("<qq", seconds, nanoseconds), **more)


def interface(index=7, **more):
    return item(0, IP_PKTINFO, struct.pack("<i8x", index), **more)


def interface6(index=7, **more):
    return item(IPPROTO_IPV6, IPV6_PKTINFO, bytes(16) + struct.pack("<I", index), **more)


SEEDS["ancillary"] = {name: bytes([255]) + content for name, content in {
    "ipv4": stamp() + interface(),
    "ipv6": stamp() + interface6(),
    "nothing": b"",
    "no-stamp": interface(),
    "no-interface": stamp(),
    "stamp-0": stamp(0, 0) + interface(),
    "stamp-before-1970": stamp(-1) + interface(),
    "stamp-in-2200": stamp(7_258_118_400) + interface(),
    "stamp-beyond-counting": stamp(2 ** 63 - 1) + interface(),
    "stamp-far-before": stamp(-2 ** 63) + interface(),
    "stamp-nanoseconds-too-many": stamp(nanoseconds=10 ** 9) + interface(),
    "stamp-nanoseconds-minus": stamp(nanoseconds=-1) + interface(),
    "stamp-twice": stamp() + stamp(1),
    "stamp-after-one-of-0": stamp(0, 0) + stamp(),
    "interface-minus": interface(-1),
    "interface6-beyond-31-bits": interface6(2 ** 32 - 1),
    "interface-both-families": interface(3) + interface6(4),
    "item-of-others": item(SOL_SOCKET, 44, bytes(4)) + stamp() + interface(),
    "item-length-0": stamp(length=0) + interface(),
    "item-length-15": stamp(length=15) + interface(),
    "item-length-16": stamp(length=16) + interface(),
    "item-length-one-short": stamp(length=31) + interface(),
    "item-length-beyond": stamp(length=33),
    "item-length-all": stamp(length=2 ** 64 - 1) + interface(),
    "item-length-wraps": stamp(length=2 ** 64 - 8) + interface(),
    "item-pktinfo-of-4-bytes": item(0, IP_PKTINFO, bytes([9, 0, 0, 0])),
    "cut-in-the-header": (stamp() + interface())[:40],
    "cut-in-the-content": (stamp() + interface())[:56],
    "cut-as-the-kernel-does": stamp() + interface(length=20)[:20],
}.items()} | {f"cut-{at}": bytes([at]) + stamp() + interface6() for at in (0, 15, 16, 31, 32, 33, 47, 48, 60, 67, 68)}
