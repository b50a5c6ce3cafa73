"""What `explain` says where the kernel does not do as BIRD has chosen: another program's route is better, or there is none
of the mesh."""

import json


def answer(site, destination):
    return json.loads(site.trimtab("explain", destination, "--json").stdout)


def otherwise(site, destination):
    """The lines that say what the kernel does otherwise."""
    return [line for line in site.trimtab("explain", destination).stdout.splitlines() if line.startswith(("But ", "Meanwhile "))]


def own_packets(site, destination):
    """`kernel` of the JSON, and the line about it. What is forwarded goes the same way here."""
    lines = otherwise(site, destination)
    assert len(lines) <= 1
    return answer(site, destination)["kernel"], lines[0] if lines else None


def test_the_kernel_has_the_last_word(network):
    sites = network("AB", birds=True)
    a, b = sites
    sites.wait("A has the route", lambda: a.route_to(b) == b, 20)
    lan, net = b.lan_prefix, b.lan_prefix.rpartition(".")[0]
    first, hint = f"{net}.1", f"(`ip route get {net}.1 fibmatch`)."
    packets = f"this router's own packets and those from {a.lan_prefix.rpartition('.')[0]}.2"

    def says():
        kernel, line = own_packets(a, "b")
        assert kernel["destination"] == first
        return kernel, line

    kernel, line = says()
    assert (kernel["fate"], kernel["interface"], kernel["prefix"], kernel["as_chosen"], line) == ("sent", "gre-b", lan, True, None)

    a.ip("link", "add", "elsewhere", "type", "veth", "peer", "name", "far-end")
    try:
        a.ip("link", "set", "elsewhere", "up")
        a.ip("link", "set", "far-end", "up")
        a.ip("route", "add", lan, "dev", "elsewhere", "metric", "7")
        kernel, line = says()
        print(f"  {line}")
        assert (kernel["interface"], kernel["metric"], kernel["as_chosen"]) == ("elsewhere", 7, False)
        assert line == f"But {packets} to {first} are sent through elsewhere, by the route to {lan}, metric 7 {hint}"

        a.ip("route", "add", "blackhole", lan, "metric", "5")
        kernel, line = says()
        assert (kernel["fate"], kernel["interface"], kernel["as_chosen"]) == ("dropped", None, False)
        assert line == f"But {packets} to {first} are dropped (`ip rule; ip route show table all match {first}`)."
        a.ip("route", "delete", "blackhole", lan, "metric", "5")
        a.ip("route", "delete", lan, "dev", "elsewhere", "metric", "7")

        ways = [word for number in (8, 9) for word in ("nexthop", "via", f"192.0.2.{number}", "dev", "elsewhere", "onlink")]
        a.ip("route", "add", lan, "metric", "5", *ways)
        kernel, line = says()
        assert (kernel["fate"], kernel["interface"], kernel["as_chosen"]) == ("spread", None, False)
        assert line == f"But {packets} to {first} are spread over several ways, by the route to {lan}, metric 5 {hint}"
        a.ip("route", "delete", lan, "metric", "5")

        # A part of the LAN is asked about itself.
        a.ip("route", "add", "unreachable", f"{net}.128/25")
        assert own_packets(a, f"{net}.128/25")[1] == (
            f"But {packets} to {net}.129 are dropped (`ip rule; ip route show table all match {net}.129`).")
        assert own_packets(a, f"{net}.0/25")[1] is None
        a.ip("route", "delete", "unreachable", f"{net}.128/25")

        a.ip("address", "add", f"{first}/32", "dev", "elsewhere")
        assert says()[1] == f"But {packets} to {first} are kept: that address is this router's own {hint}"
        a.ip("address", "delete", f"{first}/32", "dev", "elsewhere")

        b.bird_process.stop()
        sites.wait("A has no route", lambda: a.route_to(b) is None, 10)
        kernel, line = says()
        assert kernel["fate"] == "dropped" and line is None, "no route is said already"
        a.ip("route", "add", "default", "dev", "elsewhere")
        kernel, line = says()
        print(f"  {line}")
        assert line == f"Meanwhile {packets} to {first} are sent through elsewhere, by the route to 0.0.0.0/0, metric 0 {hint}"
    finally:
        a.ip("link", "delete", "elsewhere")


def test_a_link_that_the_mesh_file_has_no_more_accuses_nobody(network):
    """BIRD goes on using it until `up` has written another bird.conf."""
    sites = network("AB", "AC", "BC", birds=True)
    a, _, c = sites
    sites.wait("A has the route", lambda: a.route_to(c) == c, 20)
    file = a.config / "mesh.toml"
    file.write_text(file.read_text().replace('[[link]]\nbetween = ["a", "c"]\n', ""))
    a.daemon.signal(1)
    sites.wait("the daemon has one link", lambda: len(a.ask(ask="status")["links"]) == 1, 5)
    assert a.ask(ask="explain", destination="c")["candidates"][0]["neighbour"] == "c", "BIRD goes on with it"
    kernel, line = own_packets(a, "c")
    assert (kernel["interface"], kernel["as_chosen"], line) == ("gre-c", None, None)


def test_a_rule_sends_the_lan_elsewhere(network):
    """What is forwarded is looked up as it arrives: a rule for its source or interface may send it another way."""
    sites = network("AB", birds=True)
    a, b = sites
    sites.wait("A has the route", lambda: a.route_to(b) == b, 20)
    first = b.lan_prefix.rpartition(".")[0] + ".1"
    source = a.lan_prefix.rpartition(".")[0] + ".2"
    forwarded, = answer(a, "b")["kernel_from_lans"]
    assert (forwarded["lan"], forwarded["source"], forwarded["arrives_by"]) == (a.lan_prefix, source, a.LAN_INTERFACE)
    assert (forwarded["interface"], forwarded["table"], forwarded["as_chosen"]) == ("gre-b", 254, True)
    assert otherwise(a, "b") == []

    a.ip("link", "add", "elsewhere", "type", "veth", "peer", "name", "far-end")
    try:
        a.ip("link", "set", "elsewhere", "up")
        a.ip("link", "set", "far-end", "up")
        a.ip("route", "add", "default", "dev", "elsewhere", "table", "100")
        for selector in (("iif", a.LAN_INTERFACE), ("from", a.lan_prefix)):
            a.ip("rule", "add", *selector, "lookup", "100", "priority", "90")
            explained = answer(a, "b")
            assert explained["kernel"]["as_chosen"] is True, "a packet of the router's own has no address of the LAN yet"
            forwarded, = explained["kernel_from_lans"]
            assert (forwarded["interface"], forwarded["table"], forwarded["as_chosen"]) == ("elsewhere", 100, False)
            line, = otherwise(a, "b")
            print(f"  {line}")
            assert line == (f"But packets from {source} to {first} are sent through elsewhere, by the route to 0.0.0.0/0, "
                            f"metric 0, table 100 (`ip route get {first} from {source} iif {a.LAN_INTERFACE} fibmatch`).")
            shown = a.ip("route", "get", first, "from", source, "iif", a.LAN_INTERFACE, "fibmatch")
            assert "default dev elsewhere" in shown
            a.ip("rule", "delete", "priority", "90")
        a.ip("rule", "add", "iif", a.LAN_INTERFACE, "unreachable", "priority", "90")
        line, = otherwise(a, "b")
        assert line == f"But packets from {source} to {first} are dropped (`ip rule; ip route show table all match {first}; sysctl net/ipv4/conf/{a.LAN_INTERFACE}/rp_filter`)."
        a.ip("rule", "delete", "priority", "90")
        assert otherwise(a, "b") == []

        a.router.run("sysctl", "-qw", "net.ipv4.ip_forward=0")
        line, = otherwise(a, "b")
        assert line == (f"But packets from {source} to {first} are dropped, for this router does not forward them "
                        f"(`sysctl net/ipv4/conf/{a.LAN_INTERFACE}/forwarding`).")
        a.router.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        assert otherwise(a, "b") == []

        a.ip("link", "set", a.LAN_INTERFACE, "down")
        assert answer(a, "b")["kernel_from_lans"] == [{"lan": a.lan_prefix, "fate": None}]
        assert f"Packets from {a.lan_prefix} were not asked about: no route leads there from here.\n" in a.trimtab("explain", "b").stdout
        # Of the site's own LAN the kernel is asked too.
        assert otherwise(a, source) == [f"But this router's own packets to {source} are dropped (`ip rule; ip route show table all match {source}`)."]
        a.ip("link", "set", a.LAN_INTERFACE, "up")
        sites.wait("the LAN is back", lambda: otherwise(a, source) == [], 5)
        assert answer(a, "a")["kernel"]["fate"] == "kept"
    finally:
        a.ip("rule", "delete", "priority", "90", check=False)
        a.ip("link", "delete", "elsewhere")


def test_no_session_and_more_lans(network):
    """That nobody announces it is no answer where nobody could; a site's other LANs are named."""
    sites = network("AB", birds=True)
    a, b = sites
    sites.wait("A has the route", lambda: a.route_to(b) == b, 20)
    file = a.config / "mesh.toml"
    more = b.lan_prefix.replace(".0/24", ".128/25")
    file.write_text(file.read_text().replace(f'lan = ["{b.lan_prefix}"]', f'lan = ["{b.lan_prefix.replace("/24", "/25")}", "{more}"]'))
    a.daemon.signal(1)
    sites.wait("the daemon knows both LANs", lambda: answer(a, "b")["other_prefixes"] == [more], 5)
    text = a.trimtab("explain", "b").stdout
    assert "has no route: no neighbour announces it; is its lan_interface up there, with an address in it? (" in text and text.endswith(f"The site has {more} as well (`trimtab explain {more}`).\n")
    assert answer(a, more)["other_prefixes"] == []
    b.bird_process.stop()
    sites.wait("no session is up", lambda: answer(a, "b")["sessions"] == 0, 10)
    assert "has no route: no neighbour's session is up (`trimtab status` tells of the links)." in a.trimtab("explain", "b").stdout
