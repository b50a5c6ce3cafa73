"""What a mesh has to show, whichever families it carries and whatever it is carried in."""

from topology.ping import ping

LONGEST_OUTAGE_MS = 1500


def fragments(site):
    """How many the router has made since it exists, of both families."""
    names, values = (line.split() for line in site.router.read("net/snmp").splitlines()[:2])
    of_ipv6 = dict(line.split() for line in site.router.read("net/snmp6").splitlines())
    return int(values[names.index("FragCreates")]) + int(of_ipv6["Ip6FragCreates"])


def assert_bound(lab, pair, family, bound):
    """A packet of the bound passes whole, and one byte more does not."""
    one, other = lab[pair[0]], lab[pair[1]]
    peer = other.link_address(one, family)
    lab.wait_until(f"{pair}: {peer} answers", lambda: ping(one.router, peer) is not None, 15)
    before = fragments(one) + fragments(other)
    passed = any(ping(one.router, peer, size=bound, dont_fragment=True) is not None for _ in range(3))
    more = ping(one.router, peer, size=bound + 1, dont_fragment=True)
    made = fragments(one) + fragments(other) - before
    print(f"  {pair}, IPv{family}: {bound} bytes {'pass' if passed else 'do not pass'}, {bound + 1} "
          f"{'pass' if more else 'do not'}; {made} fragments")
    assert passed and more is None and made == 0


def assert_up_is_done(lab):
    again = lab.at_all_sites(lambda site: site.trimtab("up"))
    assert all(said.stdout.strip().endswith("nothing to change") for said in again.values()), again["A"].stdout


def assert_everybody_talks(lab):
    lab.wait_until("every LAN host and every router reaches every LAN", lambda: lab.silent_pairs() == [], 30)


def assert_blackhole_moves(lab, families):
    """Everything that went A-B-D goes through C, of each family."""
    a, d, b, c = (lab[letter] for letter in "ADBC")
    lab.wait_until("A and D talk through B", lambda: all(
        a.route_to(d, family) is b and d.route_to(a, family) is b for family in families), 60)
    streams = {family: lab.stream("A", "D", family=family) for family in families}
    lab.wait_until("the streams arrive", lambda: all(stream.arriving() for stream in streams.values()), 10)
    for stream in streams.values():
        stream.mark()
    lab.link("B", "D").blackhole()
    lab.wait_until("A and D talk through C", lambda: all(
        a.route_to(d, family) is c and d.route_to(a, family) is c for family in families), 15)
    lab.wait_until("the streams arrive", lambda: all(stream.arriving() for stream in streams.values()), 10)
    for family, stream in streams.items():
        report = stream.stop()
        print(f"  BD silent, IPv{family}: {report}")
        assert 0 < report.outage_ms <= LONGEST_OUTAGE_MS
    lab.repair()
