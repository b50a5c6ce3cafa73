"""Requests to the daemon's socket, and answers from it."""

import json

SEEDS = {}

SEEDS["request"] = {
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
}

LINK_JSON = {
    "neighbour": "b", "neighbour_id": 2, "interface": "gre-b", "standing": "up", "interface_up": True,
    "session_established": True, "bfd_up": None, "mtu": {"bytes": 1420, "passes": True}, "rtt_ms": 20.1, "jitter_ms": 0.3, "last_rtt_ms": 20.0,
    "loss": {"percent": 1.7, "low_percent": 0.3, "high_percent": 9.0, "proven_percent": 0.3, "probes": 60},
    "bandwidth": {"mbit": 200.0, "source": "assumed", "stale": True}, "in_mbit": 0.1, "out_mbit": None,
    "cost_ms": 21.1, "noise": 0.05, "margin": 0.1, "published_ms": 21.1,
    "held": {"reason": "dwell", "text": "dwell", "remaining_s": 7.5}, "loaded": False, "since_change_s": 133.0,
    "local_fault": None, "counters": {"probes_sent": 1}}
STATUS_JSON = {
    "mesh": "home", "site": "a", "policy": "path", "fingerprint": "00c0ffee", "mesh_file_ok": False,
    "other_mesh_files": ["b", "c"], "uptime_s": 100000.5,
    "bird": {"state": "connected", "version": "2.0.12", "pending": True, "error": "refused"},
    "underlay": "unknown", "lan_fault": None, "every_link_down": False, "links": [LINK_JSON]}
EVENT_JSON = {"number": 1, "at": 1795500000.25, "kind": "down", "link": "b", "text": "b is down", "from": 1.0,
              "to": None, "reason": None}
WAY_JSON = {"neighbour": "b", "chosen": True, "path": ["b", "d"], "local_preference": 4294967295,
            "total_ms": 41.0, "own_link_ms": 20.0, "announced_ms": 21.0, "margin_ms": 3.0}
EXPLAIN_JSON = {"destination": "10.10.4.7", "prefix": "10.10.4.0/24", "site": "d", "own": False,
                "other_prefixes": ["10.10.5.0/24"], "own_lans": ["10.10.1.0/24", "fd10:1::/64"], "sessions": 2, "policy": "path",
                "candidates": [WAY_JSON, WAY_JSON | {"chosen": False, "neighbour": "c"}], "links": [LINK_JSON]}


def answer(base, **change):
    return json.dumps(base | change) + "\n"


SCORE_LINK = {key: value for key, value in LINK_JSON.items() if not key.endswith("ed_ms") and key != "cost_ms"} | {
    "preference": 154, "published_preference": 0}
SEEDS["answer"] = {
    "status": answer(STATUS_JSON),
    "status-score": answer(STATUS_JSON, policy="score", links=[SCORE_LINK]),
    "status-without-links": answer(STATUS_JSON, links=[], other_mesh_files=[], mesh_file_ok=True),
    "status-links-null": answer(STATUS_JSON, links=None),
    "status-age-1e300": answer(STATUS_JSON, uptime_s=1e300, links=[LINK_JSON | {"since_change_s": -1e300}]),
    "status-age-text": answer(STATUS_JSON, uptime_s="long"),
    "status-unmeasured": answer(STATUS_JSON, links=[LINK_JSON | {
        "rtt_ms": None, "loss": None, "cost_ms": None, "held": None, "since_change_s": None, "standing": "?"}]),
    "status-loaded": answer(STATUS_JSON, links=[LINK_JSON | {"loaded": True}]),
    "status-loss-counts": answer(STATUS_JSON, links=[LINK_JSON | {"loss": LINK_JSON["loss"] | {"proven_percent": 1e300}}]),
    "status-loss-text": answer(STATUS_JSON, links=[LINK_JSON | {"loss": LINK_JSON["loss"] | {"proven_percent": "x"}}]),
    "status-local-fault": answer(STATUS_JSON, links=[LINK_JSON | {"local_fault": "no\x1b[2J"}], lan_fault="gone"),
    "status-mtu-text": answer(STATUS_JSON, links=[LINK_JSON | {"mtu": {"bytes": "x", "passes": False}}]),
    "status-every-link-down": answer(STATUS_JSON, every_link_down=True),
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
    "explain-margin-ends": answer(EXPLAIN_JSON, margin_ends_s=731.5),
    "explain-margin-ends-1e300": answer(EXPLAIN_JSON, margin_ends_s=1e300),
    "explain-margin-ends-text": answer(EXPLAIN_JSON, margin_ends_s="soon"),
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
}
