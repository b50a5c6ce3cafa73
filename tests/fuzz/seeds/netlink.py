"""What the kernel tells. Real messages come from golden/netlink."""

import pathlib
import struct

GOLDEN = pathlib.Path(__file__).parents[2] / "golden"
SEEDS = {}

REAL = {path.stem: bytes.fromhex(path.read_text().replace("\n", ""))
        for path in (GOLDEN / "netlink").glob("*.hex")}


def renumbered(datagram, sequence=1):
    """The messages of a capture with the sequence number that the fuzzer waits for."""
    out, at = bytearray(datagram), 0
    while at + 16 <= len(out):
        out[at + 8:at + 12] = struct.pack("<I", sequence)
        at += (struct.unpack_from("<I", out, at)[0] + 3) // 4 * 4
    return bytes(out)


def first(datagram, count):
    at = 0
    for _ in range(count):
        at += (struct.unpack_from("<I", datagram, at)[0] + 3) // 4 * 4
    return datagram[:at]


def datagrams(*several):
    return b"".join(struct.pack("<H", len(one)) + one for one in several)


def message(kind, payload, flags=2, sequence=1, length=None):
    return struct.pack("<IHHII", 16 + len(payload) if length is None else length, kind, flags, sequence, 0) + payload


def attribute(kind, value, length=None):
    size = 4 + len(value) if length is None else length
    return struct.pack("<HH", size, kind) + value + b"\0" * (-len(value) % 4)


NEWLINK, DELLINK, NEWADDR, NEWROUTE, ERROR, DONE, OVERRUN = 16, 17, 20, 24, 2, 3, 4
LINK = struct.pack("<BxHiII", 0, 1, 7, 1, 0)
DONE_MESSAGE = message(DONE, bytes(4))
NAME = attribute(3, b"gre-b\0")
GENERIC = bytes([0, 1, 0, 0])
KEY = bytes(range(32))
ADDRESS_V4 = attribute(1, b"\2\0\0\0") + attribute(2, bytes([10, 0, 0, 0])) + attribute(3, b"\x18")


def device(*peers):
    return attribute(2, b"wg0\0") + attribute(8, b"".join(attribute(0, peer) for peer in peers))


SEEDS["netlink"] = {
    "real-links": datagrams(first(renumbered(REAL["links"]), 2), DONE_MESSAGE),
    "real-addresses": datagrams(renumbered(REAL["addresses"])),
    "real-routes": datagrams(renumbered(REAL["routes"])),
    "real-family": datagrams(renumbered(REAL["family"])),
    "real-wireguard": datagrams(first(renumbered(REAL["wireguard"]), 1)[:1200], DONE_MESSAGE),
    "length-15": datagrams(message(NEWLINK, LINK, length=15)),
    "length-0": datagrams(message(NEWLINK, LINK, length=0)),
    "length-beyond": datagrams(message(NEWLINK, LINK, length=4096)),
    "length-2-32": datagrams(message(NEWLINK, LINK, length=0xFFFFFFFF)),
    "length-unaligned": datagrams(message(NEWLINK, LINK + NAME + b"\0", length=16 + 16 + 10)),
    "header-cut": datagrams(message(NEWLINK, LINK)[:11]),
    "attribute-length-0": datagrams(message(NEWLINK, LINK + attribute(3, b"x", length=0)), DONE_MESSAGE),
    "attribute-length-3": datagrams(message(NEWLINK, LINK + attribute(3, b"x", length=3)), DONE_MESSAGE),
    "attribute-too-long": datagrams(message(NEWLINK, LINK + attribute(3, b"x", length=99)), DONE_MESSAGE),
    "attribute-shorter-than-its-type": datagrams(message(NEWLINK, LINK + NAME + attribute(4, b"\1")), DONE_MESSAGE),
    "attribute-name-without-nul": datagrams(message(NEWLINK, LINK + attribute(3, b"gre-b")), DONE_MESSAGE),
    "attribute-name-empty": datagrams(message(NEWLINK, LINK + attribute(3, b"\0")), DONE_MESSAGE),
    "attributes-nested-deep": datagrams(message(NEWLINK, LINK + NAME + attribute(
        18, attribute(1, b"gre\0") + attribute(2, attribute(2, attribute(2, attribute(6, b"\1\2\3")))))), DONE_MESSAGE),
    "payload-empty": datagrams(*(message(kind, b"") for kind in (NEWLINK, NEWADDR, NEWROUTE, 0x19)), DONE_MESSAGE),
    "sequence-of-another": datagrams(message(NEWLINK, LINK + NAME, sequence=9), DONE_MESSAGE),
    "multipart-without-done": datagrams(message(NEWLINK, LINK + NAME)),
    "done-with-error": datagrams(message(NEWLINK, LINK + NAME), message(DONE, struct.pack("<i", -16))),
    "done-empty": datagrams(message(DONE, b"")),
    "dump-interrupted": datagrams(message(NEWLINK, LINK + NAME, flags=0x12), DONE_MESSAGE, DONE_MESSAGE),
    "error-not-the-kernels": datagrams(message(ERROR, struct.pack("<i", -2**31) + bytes(16))),
    "error-positive": datagrams(message(ERROR, struct.pack("<i", 7) + bytes(16))),
    "error-cut": datagrams(message(ERROR, b"\xff\xff")),
    "error-explained": datagrams(message(ERROR, struct.pack("<i", -22) + bytes(16) + attribute(1, b"no such thing\0"), 0x200)),
    "error-explained-without-nul": datagrams(
        message(ERROR, struct.pack("<i", -22) + bytes(16) + attribute(1, b"no such"), 0x200)),
    "error-explanation-cut": datagrams(message(ERROR, struct.pack("<i", -22) + bytes(16) + b"\x09\0\1", 0x200)),
    "overrun": datagrams(message(OVERRUN, b"")),
    "link-deleted": datagrams(message(NEWLINK, LINK + NAME), message(DELLINK, LINK), message(DELLINK, LINK)),
    "link-of-a-bridge": datagrams(message(NEWLINK, b"\7" + LINK[1:] + NAME), DONE_MESSAGE),
    "link-counters-short": datagrams(message(NEWLINK, LINK + NAME + attribute(23, bytes(63))), DONE_MESSAGE),
    "link-counters-long": datagrams(message(NEWLINK, LINK + NAME + attribute(23, bytes(400))), DONE_MESSAGE),
    "address-3-bytes": datagrams(message(NEWADDR, bytes([2, 24, 0, 0, 1, 0, 0, 0]) + attribute(2, b"\1\2\3")), DONE_MESSAGE),
    "address-prefix-255": datagrams(message(NEWADDR, bytes([2, 255, 0, 0, 1, 0, 0, 0]) + attribute(2, b"\1\2\3\4")), DONE_MESSAGE),
    "address-unknown-family": datagrams(message(NEWADDR, bytes([99, 0, 0, 0, 1, 0, 0, 0])), DONE_MESSAGE),
    "route-of-other-family": datagrams(message(NEWROUTE, bytes([2, 32] + [0] * 10) + attribute(1, bytes(16))), DONE_MESSAGE),
    "route-prefix-129": datagrams(message(NEWROUTE, bytes([10, 129] + [0] * 10) + attribute(1, bytes(16))), DONE_MESSAGE),
    "route-default": datagrams(message(NEWROUTE, bytes([2] + [0] * 11) + attribute(5, bytes(4))), DONE_MESSAGE),
    "wireguard-peer": datagrams(message(0x19, GENERIC + device(
        attribute(1, KEY) + attribute(5, b"\x19\0") + attribute(4, struct.pack("<HH", 2, 0) + bytes(12)) +
        attribute(9, attribute(0, ADDRESS_V4) + attribute(0, ADDRESS_V4)))), DONE_MESSAGE),
    "wireguard-peer-over-messages": datagrams(message(0x19, GENERIC + device(attribute(1, KEY))),
                                              message(0x19, GENERIC + device(attribute(1, KEY) + attribute(
                                                  9, attribute(0, ADDRESS_V4)))), DONE_MESSAGE),
    "wireguard-key-31": datagrams(message(0x19, GENERIC + device(attribute(1, KEY[:31]))), DONE_MESSAGE),
    "wireguard-endpoint-cut": datagrams(message(0x19, GENERIC + device(
        attribute(1, KEY) + attribute(4, b"\x0a\0" + bytes(20)))), DONE_MESSAGE),
    "wireguard-endpoint-1-byte": datagrams(message(0x19, GENERIC + device(attribute(1, KEY) + attribute(4, b"\2"))),
                                           DONE_MESSAGE),
    "wireguard-allowed-33": datagrams(message(0x19, GENERIC + device(attribute(1, KEY) + attribute(
        9, attribute(0, ADDRESS_V4[:-4] + b"\x21\0\0\0")))), DONE_MESSAGE),
}
