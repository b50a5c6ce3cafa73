"""Row 13: a path that swallows long packets and says nothing, while every small probe passes."""

from topology.waiting import stays_true

# The first answer begins the check; four probes, each lost after a second and the next small answer.
FOUND_S = 12
# One round in four brings a probe while packets do not pass.
ENDED_S = 8
EVENT = "packets of 1400 bytes do not pass, small ones do: lower mtu or wan_mtu in the mesh file"


def note_of(site, other):
    """The NOTE column of `trimtab status`."""
    lines = site.trimtab("status").stdout.splitlines()
    start = next(line for line in lines if "NOTE" in line).index("NOTE")
    return next(line for line in lines if line.startswith(other.name + " "))[start:].strip()


def mtu_events(site):
    return [(event["link"], event["text"]) for event in site.events() if event["kind"] == "mtu"]


def test_row_13_mtu_black_hole(network):
    sites = network("AB", "AC", start=False)
    a, b, c = sites
    with b.drops("ip length > 1000"):
        sites.steer()
        assert a.link(c)["mtu"]["bytes"] == 1400
        found = sites.wait("A finds that long packets do not reach B",
                           lambda: a.link(b)["mtu"] == {"bytes": 1400, "passes": False}, FOUND_S)
        # What comes back is as long: B's own probes are answered in vain.
        sites.wait("B finds the same", lambda: b.link(a)["mtu"]["passes"] is False, FOUND_S)
        since, published, text = a.last_event(), a.link(b)["published_ms"], a.metrics_file()
        stays_true("the link is up and flagged", lambda: a.standing(b) == "up" and a.link(b)["mtu"]["passes"] is False, 6)
        lost = [site.counters(other)["probes_lost"] for site, other in ((a, b), (b, a), (a, c))]
        print(f"  row 13: flagged {found:.2f} s after both links were up; {lost} small probes lost; "
              f"NOTE: {note_of(a, b)}; published {published} ms and {a.link(c)['published_ms']} ms (the link without a fault)")
        assert lost == [0, 0, 0] and a.link(c)["mtu"]["passes"] is True
        assert note_of(a, b) == "mtu: 1400 bytes do not pass" and note_of(a, c) != note_of(a, b)
        assert mtu_events(a) == [("b", EVENT)]
        assert a.published_events(b, since) == [] and a.metrics_file() == text
    ended = sites.wait("A finds that they pass", lambda: a.link(b)["mtu"]["passes"] is True, ENDED_S)
    assert mtu_events(a) == [("b", EVENT), ("b", "packets of 1400 bytes pass again")]
    assert "mtu" not in note_of(a, b) and a.metrics_file() == text
    print(f"  row 13: no longer flagged {ended:.2f} s after the rule was removed")


def test_row_13_silence_is_no_black_hole(network):
    """Everything is lost from the moment a full-size probe would be: down, and nothing said of the MTU."""
    sites = network("AB", start=False)
    a, b = sites
    with b.drops("ip length > 1000"):
        for site in sites:
            site.start_trimtab()
        sites.wait("A has its first answer", lambda: a.daemon_answers() and a.counters(b)["probes_answered"] > 0, 10, every=0.01)
        with b.drops("icmp type echo-request"):
            sites.wait("A finds B down", lambda: a.standing(b) == "down", 10)
            stays_true("nothing is said of long packets", lambda: a.link(b)["mtu"]["passes"] is None, 6)
    sites.wait("A finds that they pass", lambda: a.link(b)["mtu"]["passes"] is True, 15)
    assert mtu_events(a) == []
