"""What `up` and its guardian write down for later."""

import json

SEEDS = {}


def changed(base, **change):
    return json.dumps(base | change) + "\n"


MEMORY_JSON = {
    "version": 1, "kernel": "boot/4026531840", "mesh": "home", "site": "a",
    "sysctls": [{"path": "net/ipv4/ip_forward", "before": "0", "ours": "1"}],
    "addresses": [{"interface": "gre-b", "prefix": "172.31.0.1/30"}], "files": ["/etc/trimtab/bird.conf"],
    "table": "table inet trimtab {\n}\n", "table_listing": "", "endpoints": {"00ff": "192.0.2.1:51820"}}
SEEDS["memory"] = {
    "valid": changed(MEMORY_JSON),
    "truncated-to-0": "",
    "truncated": changed(MEMORY_JSON)[:100],
    "version-2": changed(MEMORY_JSON, version=2),
    "version-1.0": changed(MEMORY_JSON, version=1.0),
    "version-true": changed(MEMORY_JSON, version=True),
    "setting-outside": changed(MEMORY_JSON, sysctls=[{"path": "kernel/core_pattern", "before": "|x", "ours": ""}]),
    "setting-dots": changed(MEMORY_JSON, sysctls=[{"path": "net/../kernel/x", "before": "", "ours": ""}]),
    "address-nonsense": changed(MEMORY_JSON, addresses=[{"interface": "x", "prefix": "300.0.0.0/99"}]),
    "address-ipv6": changed(MEMORY_JSON, addresses=[{"interface": "x", "prefix": "fd00::1/64"}]),
    "files-no-list": changed(MEMORY_JSON, files="x"),
    "files-of-numbers": changed(MEMORY_JSON, files=[1, None]),
    "endpoints-list": changed(MEMORY_JSON, endpoints=[["a", "b"]]),
    "lists-as-objects": changed(MEMORY_JSON, sysctls={}, addresses={"a": {"interface": "x", "prefix": "1.0.0.0/8"}}),
    "site-null": changed(MEMORY_JSON, site=None),
    "deep": "[" * 2000,
    "deep-in-it": changed(MEMORY_JSON, more=[[[[[[[[[[[[1]]]]]]]]]]]]),
    "duplicate-keys": changed(MEMORY_JSON)[:-2] + ', "site": 5, "site": "b"}',
    "utf8-invalid": changed(MEMORY_JSON).encode().replace(b"home", b"\xff\xc0"),
    "utf8-surrogate-escaped": changed(MEMORY_JSON).replace("home", "\\ud800"),
    "nul": changed(MEMORY_JSON, mesh="a\0b"),
    "not-ours": "[]",
}

PENDING_JSON = {"kernel": "boot/4026531840", "until_ns": 90_000_000_000, "undone": "", "dismissed": False}
SEEDS["pending"] = {
    "waiting": changed(PENDING_JSON),
    "undone": changed(PENDING_JSON, undone="at 12:00:00, because nobody confirmed it in time"),
    "dismissed": changed(PENDING_JSON, dismissed=True),
    "truncated-to-0": "",
    "truncated": changed(PENDING_JSON)[:40],
    "without-a-key": '{"kernel": "", "until_ns": 1, "undone": ""}',
    "a-key-more": changed(PENDING_JSON, more=[1]),
    "until-0": changed(PENDING_JSON, until_ns=0),
    "until-minus": changed(PENDING_JSON, until_ns=-1),
    "until-far-before": changed(PENDING_JSON, until_ns=-2 ** 63),
    "until-2-63-less-1": changed(PENDING_JSON, until_ns=2 ** 63 - 1),
    "until-2-63": changed(PENDING_JSON, until_ns=2 ** 63),
    "until-2-64": changed(PENDING_JSON, until_ns=2 ** 64),
    "until-1e300": changed(PENDING_JSON, until_ns=1e300),
    "until-half": changed(PENDING_JSON, until_ns=0.5),
    "until-true": changed(PENDING_JSON, until_ns=True),
    "until-text": changed(PENDING_JSON, until_ns="90"),
    "dismissed-1": changed(PENDING_JSON, dismissed=1),
    "kernel-null": changed(PENDING_JSON, kernel=None),
    "undone-object": changed(PENDING_JSON, undone={"at": "noon"}),
    "undone-control-characters": changed(PENDING_JSON, undone="\x1b[2J\n\0"),
    "undone-long": changed(PENDING_JSON, undone="x" * 20_000),
    "duplicate-keys": changed(PENDING_JSON)[:-2] + ', "dismissed": 5, "dismissed": true}',
    "deep": "[" * 2000,
    "utf8-invalid": changed(PENDING_JSON, undone="?").encode().replace(b"?", b"\xff\xc0"),
    "utf8-surrogate-escaped": changed(PENDING_JSON, undone="?").replace("?", "\\ud800"),
    "array": "[]",
    "nul": changed(PENDING_JSON) + "\0",
}
