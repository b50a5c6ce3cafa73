#!/usr/bin/env python3
"""Writes the hand-made part of corpus/: one nasty case a file, which its name says. Files that fuzzers found
(found-*) stay. The netlink seeds with real messages come from golden/netlink, the replies from golden/bird."""
import gzip
import json
import pathlib
import struct
import zlib

HERE = pathlib.Path(__file__).parent
GOLDEN = HERE.parent / "golden"


def write(entry, seeds):
    folder = HERE / "corpus" / entry
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in seeds.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


# ---- mesh files and scenarios

KEYS = ["AUJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=", "AkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=",
        "A0JCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="]
MESH = '[mesh]\nname = "home"\noverlay = "10.255.0.0/24"\nlinks = "172.31.0.0/16"\nlans = ["10.10.0.0/16"]\n'


def site(number, name="", key="", more=""):
    return (f'[[site]]\nname = "{name or "abc"[number - 1]}"\nid = {number}\nasn = {65000 + number}\n'
            f'endpoint = "192.0.2.{number}:51820"\npublic_key = "{key or KEYS[number - 1]}"\n{more}')


def mesh(change="", to="", more=""):
    text = (MESH + site(1, more='lan = ["10.10.1.0/24"]\nlan_interface = "br-lan"\n') + site(2) +
            '[[link]]\nbetween = ["a", "b"]\n' + more)
    assert change in text, change
    return text.replace(change, to) if change else text


MESHES = {
    "valid": mesh(),
    "valid-everything-said": MESH + 'policy = "score"\ncommunity = 1\nlink_prefix = 31\ninterval = "1s"\n'
    'probes = 5\nsmoothing = "fast"\n[tuning]\nmetered_interval = "2s"\nprobe_timeout = "100ms"\n'
    'cost_per_rtt_ms = 0.1\ncost_bandwidth_floor = "1.5G"\nestimator = "ewma"\nsteadiness = 0.3\n'
    'memory = "90s"\nscore_step = 1\ncost_step = "0.1%"\ncost_step_floor = "1500us"\ndwell = "0s"\n'
    'loss_boundary = "7%"\nloss_boundary_back = "0.01%"\nrtt_boundary = "1500ms"\npublish_burst = 2\n' +
    site(1, more='wan_mtu = 1492\nouter = "any"\ntransit = false\n') +
    site(2, more='metered = true\n').replace("192.0.2.2:", "[2001:db8::2]:") +
    site(3).replace("192.0.2.3:", "c.example.net:") +
    '[[link]]\nbetween = ["b", "a"]\nbandwidth = "1.25G"\nbias = "1ms"\nmtu = 1300\nbudget = "50MB"\n'
    'bfd = "off"\nsubnet = "172.31.200.0/30"\ninterfaces = { a = "to-b", b = "x.y_z-1" }\n'
    '[[link]]\nbetween = ["a", "c"]\n',
    "empty": "",
    "bracket-alone": "[",
    "bracket-dot": "[.a]",
    "key-c8b8": b"\xc8\xb8 = 1\n",
    "dotted-header-800": "[" + ".".join("a" * 800) + "]\n",
    "dotted-key-800": ".".join("a" * 800) + " = 1\n",
    "arrays-nested-300": "a = " + "[" * 300 + "]" * 300 + "\n",
    "inline-tables-nested-300": "a = " + "{a=" * 300 + "1" + "}" * 300 + "\n",
    "bom": b"\xef\xbb\xbf" + mesh().encode(),
    "utf16": mesh().encode("utf-16"),
    "nul": mesh('"home"', '"ho\0me"'),
    "lone-cr": mesh("\n", "\r"),
    "crlf": mesh("\n", "\r\n"),
    "utf8-overlong": mesh().encode().replace(b"home", b"\xc0\xaf"),
    "utf8-surrogate": mesh().encode().replace(b"home", b"\xed\xa0\x80"),
    "utf8-cut": mesh().encode().replace(b"home", b"\xe2\x82"),
    "duplicate-key": mesh('name = "a"', 'name = "a"\nname = "b"'),
    "duplicate-table": mesh(more="[mesh]\n"),
    "string-unending": mesh('"home"', '"home'),
    "string-of-many-lines": mesh('"home"', '"""ho\nme"""""'),
    "string-long": mesh("home", "a" * 4000),
    "name-longer-than-an-alias": mesh("home", "a" * 300),
    "escape-bad": mesh("home", "\\q\\uD800\\U00110000"),
    "int-2-63": mesh("id = 1\n", "id = 9223372036854775808\n"),
    "int-minus": mesh("id = 1\n", "id = -9223372036854775808\n"),
    "int-hex-underscore": mesh("id = 1\n", "id = 0x0_1\n"),
    "float-inf": mesh("id = 1\n", "id = inf\n"),
    "float-nan-tuning": mesh(more="[tuning]\nsteadiness = nan\ncost_per_loss = -inf\n"),
    "float-denormal": mesh(more="[tuning]\nsteadiness = 5e-324\ncost_per_loss = 1e-300\n"),
    "date-as-value": mesh("asn = 65001", "asn = 1979-05-27T07:32:00Z"),
    "time-as-value": mesh("asn = 65001", "asn = 07:32:00.999999"),
    "name-slash": mesh('name = "a"', 'name = "../a"'),
    "name-newline": mesh('name = "a"', 'name = "a\\nb"'),
    "name-bird-injection": mesh('"home"', '"home; } protocol device {"'),
    "interface-injection": mesh("br-lan", "br\\\"; }"),
    "name-longer-than-ifnamsiz": mesh('"a"', '"abcdefghijklmnop"'),
    "prefix-33": mesh("10.10.0.0/16", "10.10.0.0/33"),
    "prefix-129": mesh("10.255.0.0/24", "fd00::/129"),
    "prefix-minus": mesh("10.10.0.0/16", "10.10.0.0/-1"),
    "prefix-v4-mapped": mesh("10.255.0.0/24", "::ffff:10.255.0.0/120"),
    "prefix-host-bits": mesh("10.10.1.0/24", "10.10.1.1/24"),
    "prefix-overlap": mesh("172.31.0.0/16", "10.255.0.0/16"),
    "prefix-default": mesh('["10.10.0.0/16"]', '["0.0.0.0/0"]'),
    "prefix-ipv6": mesh("10.255.0.0/24", "fd00::/64"),
    "key-43": mesh(KEYS[0], KEYS[0][:43]),
    "key-45": mesh(KEYS[0], KEYS[0] + "="),
    "key-bad-padding": mesh(KEYS[0], KEYS[0][:42] + "J="),
    "key-low-order-zero": mesh(KEYS[0], "A" * 43 + "="),
    "key-low-order-one": mesh(KEYS[0], "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    "key-twice": mesh(KEYS[1], KEYS[0]),
    "port-twice": mesh("192.0.2.2", "192.0.2.1"),
    "link-twice": mesh(more='[[link]]\nbetween = ["b", "a"]\n'),
    "link-to-itself": mesh('["a", "b"]', '["a", "a"]'),
    "link-to-nobody": mesh('["a", "b"]', '["a", "z"]'),
    "include-of-itself": 'include = ["mesh.toml"]\n' + mesh(),
    "sites-60-full-mesh": MESH + "".join(f'[[site]]\nname = "s{i}"\nid = {i}\nasn = {65000 + i}\n'
                                         for i in range(1, 61)),
    "site-no-table": "site = [\"a\"]\nlink = 3\n" + MESH,
    "endpoint-brackets": mesh("192.0.2.1:51820", "[]:1"),
    "endpoint-zone": mesh("192.0.2.1:51820", "[fe80::1%eth0]:51820"),
    "comments-and-order": "# ü\n" + mesh().replace("[[link]]", "\n# between\n[[link]] # here\n"),
}
write("mesh", MESHES)
EDITS = ["valid", "valid-everything-said", "bom", "crlf", "comments-and-order", "string-of-many-lines",
         "bracket-dot", "site-no-table", "duplicate-key", "link-twice"]
write("mesh_edit", {name: MESHES[name] for name in EDITS} | {
    "inline-sites": MESH + 'site = [ { name = "a", id = 1, asn = 65001 } ]\n',
    "no-newline-at-end": mesh().rstrip("\n"),
    "site-without-key": mesh(f'public_key = "{KEYS[0]}"\n', ""),
    "full-mesh": MESH + site(1) + site(2),
    "header-in-a-string": mesh('"home"', '"""\n[[site]]\nname = "a"\n"""'),
    "dotted-site": MESH + site(1) + "mesh.x = 1\nlink.y = 2\n",
})

SCENARIO = ('[scenario]\nname = "s"\nduration = "20s"\nwatch = ["a", "b"]\ninterval = "1s"\n'
            '[[link]]\nbetween = ["a", "b"]\nrtt = "10ms"\nbandwidth = "100M"\n'
            '[[link]]\nbetween = ["b", "c"]\nrtt = "10ms"\n')


def event(lines):
    return SCENARIO + '[[event]]\nbetween = ["a", "b"]\n' + lines + "\n"


write("scenario", {
    "valid": SCENARIO,
    "on-the-mesh": SCENARIO.replace('["b", "c"]', '["b", "d"]'),
    "noise": event('kind = "noise"\ndeviation = 0.5'),
    "spikes": event('kind = "spikes"\nshare = "50%"'),
    "brownout": event('kind = "brownout"\nadd = "60ms"\nfrom = "3s"\nto = "8s"'),
    "diurnal": event('kind = "diurnal"\nadd = "5ms"\nperiod = "1s"'),
    "outage": event('kind = "outage"\ndown = "1s"\nevery = "2s"'),
    "outage-longer-than-its-period": event('kind = "outage"\ndown = "2s"\nevery = "1s"'),
    "loss": event('kind = "loss"\nshare = "100%"'),
    "event-of-all": SCENARIO + '[[event]]\nall = true\nkind = "outage"\n',
    "event-ends-before-it-begins": event('kind = "outage"\nfrom = "9s"\nto = "1s"'),
    "event-ends-at-0": event('kind = "outage"\nto = "0s"'),
    "event-without-kind": event("share = 1"),
    "event-nan": event('kind = "noise"\ndeviation = nan'),
    "demand": SCENARIO + '[[demand]]\nfrom = "a"\nto = "c"\nrate = "120M"\n',
    "demand-to-itself": SCENARIO + '[[demand]]\nfrom = "a"\nto = "a"\nrate = "10T"\n',
    "link-twice": SCENARIO + '[[link]]\nbetween = ["b", "a"]\n',
    "link-to-itself": SCENARIO + '[[link]]\nbetween = ["c", "c"]\n',
    "name-injection": SCENARIO.replace('"s"', '"s\\u001b[2J\\n"'),
    "bracket-dot": "[.a]",
    "watch-of-three": SCENARIO.replace('watch = ["a", "b"]', 'watch = ["a", "b", "c"]'),
    "no-table": "scenario = 1\nlink = 2\nevent = [3]\ndemand = {}\ntuning = true\n",
    "rtt-nothing": SCENARIO.replace('"10ms"', '"0s"'),
    "duration-a-year": SCENARIO.replace('"20s"', '"8760h"'),
})

# ---- ICMP


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


write("icmp", {
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
} | {f"bytes-{size:02}": packet(ip(echo())[:size]) for size in (0, 1, 3, 19, 20, 24, 27, 28)})

# ---- BIRD

REPLIES = {path.stem: path.read_bytes() for path in (GOLDEN / "bird" / "replies").glob("*.txt")}
WELCOME = "0001 BIRD 2.0.12 ready.\n"
write("bird_reply", {f"real-{name}": text for name, text in REPLIES.items()} | {
    "no-final-newline": "0013 Daemon is up and running",
    "missing-code": "1000-BIRD 2.0.12\n Server time\nno code\n0013 \n",
    "letters-in-code": "00x3 Reconfigured\n",
    "code-too-short": "003 Reconfigured\n",
    "code-alone": "0003\n",
    "nothing-but-newlines": "\n\n\n",
    "continuation-first": " a line without code before\n",
    "line-long": "1000-" + "x" * 5000 + "\n",
    "nul": b"1000-BIRD \0 2\0\n0013 \0\n",
    "plus-lines-in-between": "1002-a Static\n+ asynchronous\n0000 \n",
    "code-9999": "9999 not understood\n",
    "restricted": "0016 Access restricted\n",
    "cr-lf": "0001 BIRD 2.0.12 ready.\r\n0000 \r\n",
    "two-replies-and-a-half": WELCOME + "0003 Reconfigured\n1007-10.10.4.0/24 unica",
    "columns-missing": "2002-name proto\n1002-a BGP\n1020-10.0.0.1 x\n0000 \n",
    "numbers-beyond-32-bits": "1007-10.10.4.0/24 unicast [site_2 23:01:27.123] * (100) [AS99999999999i]\n"
    "1012-\tBGP.as_path: 4294967296 1 x\n\tBGP.large_community: (1, 2) (3, 4, 5\n0000 \n",
    "route-brackets-crossed": "1007-10.10.4.0/24 unicast ]site_2[ *\n1007-[\n1007-]\n1007-[]\n0000 \n",
    "last-reboot-nonsense": "1000-BIRD 2.0.12\n1011-Last reboot on 9999-99-99 99:99:99\n"
    "1011-Last reboot on -999-12-31 -9:-9:-9\n0013 \n",
    "version-nonsense": "0001 BIRD  ready.\n",
})


def esc(letters):
    return "".join("\x1b" + letter for letter in letters)


STATUS = REPLIES["status"].decode()
SETTLED = WELCOME + STATUS + REPLIES["protocols"].decode() + REPLIES["bfd"].decode()
write("bird_conversation", {
    "settled": esc("s") + WELCOME + esc("-") + STATUS + esc("-") + REPLIES["protocols"].decode() + esc("-") +
    REPLIES["bfd"].decode() + esc("s") + REPLIES["protocols"].decode(),
    "published": esc("s5") + WELCOME + esc("-") + STATUS + esc("-") + "0020 Configuration OK\n" + esc("-") +
    "0003 Reconfigured\n" + esc("7s") + "8002 /etc/bird.conf:1:2 syntax error\n" + esc("s"),
    "in-progress-and-queued": esc("s5") + WELCOME + esc("-") + STATUS + esc("-") + "0020 \n" + esc("-") +
    "0004 Reconfiguration in progress\n" + esc("6s") + "0020 \n" + esc("-") + "0005 Reconfiguration queued\n",
    "reply-after-time-out": esc("s") + WELCOME + esc("q-S") + STATUS + esc("s") + WELCOME + STATUS,
    "close-in-mid-reply": esc("s") + WELCOME + esc("-") + "1000-BIRD 2.0" + esc("c") + ".12\n" + esc("sS") + WELCOME,
    "greeting-of-another-version": esc("s") + "0001 BIRD 2.0.9 ready.\n" + esc("sS") + WELCOME,
    "greeting-twice": esc("s") + WELCOME + WELCOME,
    "greeting-and-more-in-one": esc("s") + SETTLED,
    "greeting-silent": esc("sSSs") + WELCOME,
    "answer-unasked": esc("s") + WELCOME + esc("-") + STATUS + STATUS + STATUS,
    "not-bird": esc("s") + "HTTP/1.1 400 Bad Request\r\n\r\n" + esc("sSs"),
    "connect-fails": esc("sfsfSfSf"),
    "routes-in-parts": esc("s") + WELCOME + esc("-") + STATUS + esc("r-") + REPLIES["protocols"].decode() + esc("-") +
    REPLIES["bfd"].decode() + esc("-") + REPLIES["routes_reading"].decode()[:200] + esc("-") +
    REPLIES["routes_reading"].decode()[200:] + esc("s"),
    "files-fail": esc("s5e") + WELCOME + esc("-") + STATUS + esc("-") + "0020 \n" + esc("e7s") + "0003 \n",
    "queries-too-many": esc("s") + WELCOME + esc("q" * 20) + STATUS + esc("-") + "8001 Network not found\n",
})

METRICS = (GOLDEN / "bird" / "b.metrics.conf").read_text()
VALUES = "define COST_1 = 213;\ndefine FAVOUR_1 = 57;\ndefine FAVOURED_1 = [ 10.10.4.0/24, 10.10.5.0/24 ];\n"
END = "define METRICS_COMPLETE = 1;\n"
write("metrics", {
    "real-path": METRICS,
    "real-score": (GOLDEN / "bird" / "c_score.metrics.conf").read_text(),
    "favours": VALUES + END,
    "without-favours": "define COST_1 = 213;\ndefine COST_3 = 10000000;\n" + END,
    "truncated-to-0": "",
    "truncated": METRICS[:-9],
    "truncated-before-the-end": VALUES,
    "of-another-mesh": VALUES.replace("_1", "_77") + END,
    "of-another-policy": "define PREFERENCE_1 = 200;\n" + END,
    "more-after-the-end": VALUES + END + VALUES,
    "favour-of-another": VALUES.replace("FAVOUR_1", "FAVOUR_2") + END,
    "favour-above-all": VALUES.replace("57", "1001") + END,
    "prefix-host-bits": VALUES.replace("10.10.4.0", "10.10.4.1") + END,
    "prefixes-not-in-order": VALUES.replace("10.10.4", "10.10.6") + END,
    "prefix-ipv6": VALUES.replace("10.10.4.0/24", "fd00::/64") + END,
    "set-empty": VALUES.replace("10.10.4.0/24, 10.10.5.0/24", "0.0.0.0/32") + END,
    "set-cut": VALUES.replace("[ 10.10.4.0/24, 10.10.5.0/24 ]", "[ ]") + END,
    "value-0": VALUES.replace("213", "0") + END,
    "value-beyond": VALUES.replace("213", "10000001") + END,
    "value-2-32": VALUES.replace("213", "4294967296") + END,
    "site-0": VALUES.replace("_1", "_0") + END,
    "twice": VALUES + VALUES + END,
    "mixed-policies": VALUES + "define PREFERENCE_3 = 9;\n" + END,
    "crlf": (VALUES + END).replace("\n", "\r\n"),
    "nul": VALUES.replace("213", "21\0003") + END,
    "injection": VALUES.replace("213", "213; } protocol device {") + END,
    "leading-zeros": VALUES.replace("213", "0213") + END,
})

# ---- netlink

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


write("netlink", {
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
})

# ---- the daemon's socket

write("request", {
    "status": '{"ask": "status"}\n',
    "events": '{"ask": "events", "since": 17}\n',
    "explain": '{"ask": "explain", "destination": "10.10.4.7"}\n{"ask": "explain", "destination": "d"}\n',
    "explain-itself": '{"ask": "explain", "destination": "10.10.2.0/24"}\n',
    "explain-nonsense": '{"ask": "explain", "destination": "../\\u0000\\ud800 %s"}\n',
    "deep-arrays": "[" * 2000 + "\n",
    "deep-objects": '{"ask":' * 500 + "\n",
    "deep-by-32": "[" * 32 + "]" * 32 + "\n",
    "deep-in-a-string": '{"ask": "' + "[" * 100 + '"}\n',
    "duplicate-keys": '{"ask": "status", "ask": "events", "ask": 1}\n',
    "since-2-64": '{"ask": "events", "since": 18446744073709551616}\n',
    "since-minus": '{"ask": "events", "since": -1}\n',
    "since-1e400": '{"ask": "events", "since": 1e400}\n',
    "bom": b'\xef\xbb\xbf{"ask": "status"}\n',
    "utf8-invalid": b'{"ask": "\xff\xfe\xc0\xaf"}\n{"ask": "explain", "destination": "\xed\xa0\x80"}\n',
    "nul": b'{"ask": "status"\0}\n\0\n',
    "no-newline": '{"ask": "status"}',
    "cut": '{"ask": "sta\n{"ask"\n{\n"\n',
    "not-an-object": "[]\n1\nnull\ntrue\n\"ask\"\n",
    "too-long": '{"ask": "' + "x" * 5000 + '"}\n',
    "many-in-one-write": '{"ask":"status"}\n' * 10,
    "http": "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "cr-lf": '{"ask": "status"}\r\n',
})

LINK_JSON = {
    "neighbour": "b", "neighbour_id": 2, "interface": "gre-b", "standing": "up", "interface_up": True,
    "session_established": True, "bfd_up": None, "rtt_ms": 20.1, "jitter_ms": 0.3, "last_rtt_ms": 20.0,
    "loss": {"percent": 1.7, "low_percent": 0.3, "high_percent": 9.0, "proven_percent": 0.3, "probes": 60},
    "bandwidth": {"mbit": 200.0, "source": "assumed", "stale": True}, "in_mbit": 0.1, "out_mbit": None,
    "cost_ms": 21.1, "noise": 0.05, "margin": 0.1, "published_ms": 21.1,
    "held": {"reason": "dwell", "text": "dwell", "remaining_s": 7.5}, "since_change_s": 133.0,
    "counters": {"probes_sent": 1}}
STATUS_JSON = {
    "mesh": "home", "site": "a", "policy": "path", "fingerprint": "00c0ffee", "mesh_file_ok": False,
    "other_mesh_files": ["b", "c"], "uptime_s": 100000.5,
    "bird": {"state": "connected", "version": "2.0.12", "pending": True, "error": "refused"},
    "underlay": "unknown", "links": [LINK_JSON]}
EVENT_JSON = {"number": 1, "at": 1795500000.25, "kind": "down", "link": "b", "text": "b is down", "from": 1.0,
              "to": None, "reason": None}
WAY_JSON = {"neighbour": "b", "chosen": True, "path": ["b", "d"], "local_preference": 4294967295,
            "total_ms": 41.0, "own_link_ms": 20.0, "announced_ms": 21.0, "margin_ms": 3.0}
EXPLAIN_JSON = {"destination": "10.10.4.7", "prefix": "10.10.4.0/24", "site": "d", "own": False, "policy": "path",
                "candidates": [WAY_JSON, WAY_JSON | {"chosen": False, "neighbour": "c"}], "links": [LINK_JSON]}


def answer(base, **change):
    return json.dumps(base | change) + "\n"


SCORE_LINK = {key: value for key, value in LINK_JSON.items() if not key.endswith("ed_ms") and key != "cost_ms"} | {
    "preference": 154, "published_preference": 0}
write("answer", {
    "status": answer(STATUS_JSON),
    "status-score": answer(STATUS_JSON, policy="score", links=[SCORE_LINK]),
    "status-without-links": answer(STATUS_JSON, links=[], other_mesh_files=[], mesh_file_ok=True),
    "status-links-null": answer(STATUS_JSON, links=None),
    "status-age-1e300": answer(STATUS_JSON, uptime_s=1e300, links=[LINK_JSON | {"since_change_s": -1e300}]),
    "status-age-text": answer(STATUS_JSON, uptime_s="long"),
    "status-unmeasured": answer(STATUS_JSON, links=[LINK_JSON | {
        "rtt_ms": None, "loss": None, "cost_ms": None, "held": None, "since_change_s": None, "standing": "?"}]),
    "status-jitter-null": answer(STATUS_JSON, links=[LINK_JSON | {"jitter_ms": None}]),
    "events": answer({"events": [EVENT_JSON, EVENT_JSON | {"link": None}]}),
    "events-none": answer({"events": []}),
    "events-at-1e300": answer({"events": [EVENT_JSON | {"at": 1e300}]}),
    "events-at-minus": answer({"events": [EVENT_JSON | {"at": -0.5}]}),
    "events-at-year-300000": answer({"events": [EVENT_JSON | {"at": 9.4e12}]}),
    "events-at-beyond-years": answer({"events": [EVENT_JSON | {"at": 9.2e18}]}),
    "events-number-float": answer({"events": [EVENT_JSON | {"number": 1.5e30}]}),
    "events-object": answer({"events": {"a": EVENT_JSON}}),
    "explain": answer(EXPLAIN_JSON),
    "explain-score": answer(EXPLAIN_JSON, policy="score", links=[SCORE_LINK]),
    "explain-own": answer(EXPLAIN_JSON, own=True),
    "explain-no-way": answer(EXPLAIN_JSON, candidates=[], links=[]),
    "explain-ways-object": answer(EXPLAIN_JSON, candidates={"0": WAY_JSON}),
    "explain-one-way": answer(EXPLAIN_JSON, candidates=[WAY_JSON]),
    "error": '{"error": "no", "fix": "yes"}\n',
    "error-number": '{"error": 5, "fix": null}\n',
    "error-fix-number": '{"error": "no", "fix": 5}\n',
    "array": "[]\n",
    "number": "1\n",
    "text": '"error"\n',
    "deep": "[" * 2000 + "\n",
    "not-json": "HTTP/1.1 200 OK\n",
    "utf8-invalid": answer(STATUS_JSON).encode().replace(b"home", b"\xff\xc0\xaf"),
    "control-characters": answer(STATUS_JSON, mesh="\x1b[2J\n\0"),
    "empty": "\n",
    "nan": answer(STATUS_JSON, uptime_s=float("nan")),
})

MEMORY_JSON = {
    "version": 1, "kernel": "boot/4026531840", "mesh": "home", "site": "a",
    "sysctls": [{"path": "net/ipv4/ip_forward", "before": "0", "ours": "1"}],
    "addresses": [{"interface": "gre-b", "prefix": "172.31.0.1/30"}], "files": ["/etc/trimtab/bird.conf"],
    "table": "table inet trimtab {\n}\n", "table_listing": "", "endpoints": {"00ff": "192.0.2.1:51820"}}
write("memory", {
    "valid": answer(MEMORY_JSON),
    "truncated-to-0": "",
    "truncated": answer(MEMORY_JSON)[:100],
    "version-2": answer(MEMORY_JSON, version=2),
    "version-1.0": answer(MEMORY_JSON, version=1.0),
    "version-true": answer(MEMORY_JSON, version=True),
    "setting-outside": answer(MEMORY_JSON, sysctls=[{"path": "kernel/core_pattern", "before": "|x", "ours": ""}]),
    "setting-dots": answer(MEMORY_JSON, sysctls=[{"path": "net/../kernel/x", "before": "", "ours": ""}]),
    "address-nonsense": answer(MEMORY_JSON, addresses=[{"interface": "x", "prefix": "300.0.0.0/99"}]),
    "address-ipv6": answer(MEMORY_JSON, addresses=[{"interface": "x", "prefix": "fd00::1/64"}]),
    "files-no-list": answer(MEMORY_JSON, files="x"),
    "files-of-numbers": answer(MEMORY_JSON, files=[1, None]),
    "endpoints-list": answer(MEMORY_JSON, endpoints=[["a", "b"]]),
    "lists-as-objects": answer(MEMORY_JSON, sysctls={}, addresses={"a": {"interface": "x", "prefix": "1.0.0.0/8"}}),
    "site-null": answer(MEMORY_JSON, site=None),
    "deep": "[" * 2000,
    "deep-in-it": answer(MEMORY_JSON, more=[[[[[[[[[[[[1]]]]]]]]]]]]),
    "duplicate-keys": answer(MEMORY_JSON)[:-2] + ', "site": 5, "site": "b"}',
    "utf8-invalid": answer(MEMORY_JSON).encode().replace(b"home", b"\xff\xc0"),
    "utf8-surrogate-escaped": answer(MEMORY_JSON).replace("home", "\\ud800"),
    "nul": answer(MEMORY_JSON, mesh="a\0b"),
    "not-ours": "[]",
})

# ---- recordings

TRACE = "time_s,a>b,b>a\n" + "".join(f"{15 * i},{20 + i % 3},{21 + i % 2}\n" for i in range(20))
LABELLED = "time_s,trace,rtt_ms,loss,change\n" + "".join(
    f"{240 * i},one,{20 if i < 9 else 40},0,{int(i == 9)}\n" for i in range(20))
PACKED = gzip.compress(TRACE.encode(), mtime=0)
write("recorded", {
    "trace": TRACE,
    "trace-packed": PACKED,
    "trace-packed-cut": PACKED[:-20],
    "trace-packed-header-alone": PACKED[:10],
    "trace-packed-twice": PACKED + gzip.compress(b"400,1,2\n", mtime=0),
    "trace-packed-more-after": PACKED + b"x",
    "trace-packed-damaged": PACKED[:30] + bytes([PACKED[30] ^ 0x55]) + PACKED[31:],
    "trace-packed-wrong-sum": PACKED[:-8] + bytes(4) + PACKED[-4:],
    "gzip-bomb-3-mib": gzip.compress(bytes(3 << 20), mtime=0),
    "gzip-bomb-of-members": gzip.compress(b"", mtime=0) * 200,
    "gzip-header-alone": b"\x1f\x8b",
    "gzip-empty": gzip.compress(b"", mtime=0),
    "gzip-name-unending": b"\x1f\x8b\x08\x08" + bytes(6) + b"x" * 200,
    "zlib-not-gzip": zlib.compress(TRACE.encode()),
    "trace-time-back": TRACE + "1,2,3\n",
    "trace-time-same": TRACE + "285,2,3\n",
    "trace-time-nan": TRACE + "nan,2,3\n",
    "trace-time-1e300": TRACE + "1e300,2,3\n",
    "trace-time-tiny-steps": "time_s,a>b\n0,1\n1e-300,2\n2e-300,3\n",
    "trace-time-a-century": "time_s,a>b\n-3153600000,1\n3153600000,2\n",
    "trace-rtt-nan": TRACE + "300,nan,inf\n",
    "trace-rtt-minus": TRACE + "300,-1,0\n",
    "trace-rtt-2-32": TRACE + "300,4294967296,1\n",
    "trace-cut": TRACE[:-3],
    "trace-columns-more": TRACE + "300,1,2,3\n",
    "trace-column-twice": "time_s,a>b,a>b\n0,1,1\n",
    "trace-column-nonsense": "time_s,a>,>b,>,a>a\n0,1,1,1,1\n",
    "trace-arrows": "time_s,a>b>c,b>c>a\n0,1,1\n15,1,1\n",
    "trace-no-values": "time_s,a>b\n0,\n15,\n30,\n",
    "trace-header-alone": "time_s,a>b\n",
    "trace-hosts-300": "time_s," + ",".join(f"h{i}>x" for i in range(300)) + "\n",
    "trace-sparse-of-many-hosts": "time_s," + ",".join(f"{2 * i}>{2 * i + 1}" for i in range(128)) + "\n" +
    "".join(f"{i}{',' * 128}\n" for i in range(20)),
    "trace-crlf": TRACE.replace("\n", "\r\n"),
    "trace-utf16": TRACE.encode("utf-16"),
    "labelled": LABELLED,
    "labelled-clock-back": LABELLED + "4557,one,20,0,0\n" + "4000,one,20,0,0\n",
    "labelled-again": LABELLED + "0,two,1,0,0\n0,one,1,0,0\n",
    "labelled-all-lost": "time_s,trace,rtt_ms,loss,change\n" + "0,one,,1,1\n" * 9,
    "labelled-all-marked": LABELLED.replace(",0\n", ",1\n"),
    "labelled-no-time-passes": "time_s,trace,rtt_ms,loss,change\n" + "7,one,20,0,0\n" * 9,
    "labelled-nan": LABELLED + "nan,one,nan,0,0\n",
    "labelled-flag": LABELLED + "9999,one,1,2,0\n",
    "labelled-header-alone": "time_s,trace,rtt_ms,loss,change\n",
    "matrix": ",10,20\n10,,30\n20,30,\n",
    "matrix-not-square": ",10,20\n10,,30\n",
    "matrix-too-many-lines": ",1\n1,\n1,\n",
    "matrix-diagonal": "0,1\n1,5\n",
    "matrix-empty-cells": ",\n,\n",
    "matrix-nan": ",nan\n1,\n",
    "matrix-columns-1100": "," * 1100 + "\n\n",
    "empty": "",
})
