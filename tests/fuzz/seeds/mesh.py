"""Mesh files, edits of them, and scenarios."""

SEEDS = {}

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
    "links-empty": mesh('"172.31.0.0/16"', "[]"),
    "overlay-empty": mesh('"10.255.0.0/24"', "[]"),
    "lans-empty": mesh('["10.10.0.0/16"]', "[]"),
    "array-open-at-a-header": mesh('["10.10.0.0/16"]', '["10.10.0.0/16"'),
    "table-open-at-a-header": mesh('["a", "b"]\n', '["a", "b"]\ninterfaces = { a = "x"\n[[link]]\n'),
    "array-with-words": mesh('["10.10.0.0/16"]', '[home,\nno,\n[b, 10.10.0.0/16]\n]'),
    "conflict": mesh("[[link]]", "<<<<<<< ours\n[[link]]\n=======\n>>>>>>> theirs"),
    "single-brackets": mesh("[[site]]", "[site]"),
    "endpoint-brackets": mesh("192.0.2.1:51820", "[]:1"),
    "endpoint-zone": mesh("192.0.2.1:51820", "[fe80::1%eth0]:51820"),
    "comments-and-order": "# ü\n" + mesh().replace("[[link]]", "\n# between\n[[link]] # here\n"),
}
SEEDS["mesh"] = MESHES
EDITS = ["valid", "valid-everything-said", "bom", "crlf", "comments-and-order", "string-of-many-lines",
         "bracket-dot", "site-no-table", "duplicate-key", "link-twice"]
SEEDS["mesh_edit"] = {name: MESHES[name] for name in EDITS} | {
    "inline-sites": MESH + 'site = [ { name = "a", id = 1, asn = 65001 } ]\n',
    "no-newline-at-end": mesh().rstrip("\n"),
    "site-without-key": mesh(f'public_key = "{KEYS[0]}"\n', ""),
    "full-mesh": MESH + site(1) + site(2),
    "header-in-a-string": mesh('"home"', '"""\n[[site]]\nname = "a"\n"""'),
    "dotted-site": MESH + site(1) + "mesh.x = 1\nlink.y = 2\n",
}

SCENARIO = ('[scenario]\nname = "s"\nduration = "20s"\nwatch = ["a", "b"]\ninterval = "1s"\n'
            '[[link]]\nbetween = ["a", "b"]\nrtt = "10ms"\nbandwidth = "100M"\n'
            '[[link]]\nbetween = ["b", "c"]\nrtt = "10ms"\n')


def event(lines):
    return SCENARIO + '[[event]]\nbetween = ["a", "b"]\n' + lines + "\n"


SEEDS["scenario"] = {
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
}
