"""What `explain` says where the kernel does not do as BIRD has chosen: another program's route is better, or there is none
of the mesh."""

import json


def own_packets(site, destination):
    """`kernel` of the JSON, and the line that says what is done otherwise."""
    kernel = json.loads(site.trimtab("explain", destination, "--json").stdout)["kernel"]
    lines = [line for line in site.trimtab("explain", destination).stdout.splitlines() if "this router's own packets" in line]
    return kernel, lines[0] if lines else None


def test_the_kernel_has_the_last_word(network):
    sites = network("AB", birds=True)
    a, b = sites
    sites.wait("A has the route", lambda: a.route_to(b) == b, 20)
    lan, net = b.lan_prefix, b.lan_prefix.rpartition(".")[0]
    first, hint = f"{net}.1", f"(`ip route get {net}.1 fibmatch`)."

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
        assert line == f"But this router's own packets to {first} are sent through elsewhere, by the route to {lan}, metric 7 {hint}"

        a.ip("route", "add", "blackhole", lan, "metric", "5")
        kernel, line = says()
        assert (kernel["fate"], kernel["interface"], kernel["as_chosen"]) == ("dropped", None, False)
        assert line == f"But this router's own packets to {first} are dropped (`ip route show table all match {first}`)."
        a.ip("route", "delete", "blackhole", lan, "metric", "5")
        a.ip("route", "delete", lan, "dev", "elsewhere", "metric", "7")

        ways = [word for number in (8, 9) for word in ("nexthop", "via", f"192.0.2.{number}", "dev", "elsewhere", "onlink")]
        a.ip("route", "add", lan, "metric", "5", *ways)
        kernel, line = says()
        assert (kernel["fate"], kernel["interface"], kernel["as_chosen"]) == ("spread", None, False)
        assert line == f"But this router's own packets to {first} are spread over several ways, by the route to {lan}, metric 5 {hint}"
        a.ip("route", "delete", lan, "metric", "5")

        # A part of the LAN is asked about itself.
        a.ip("route", "add", "unreachable", f"{net}.128/25")
        assert own_packets(a, f"{net}.128/25")[1] == (
            f"But this router's own packets to {net}.129 are dropped (`ip route show table all match {net}.129`).")
        assert own_packets(a, f"{net}.0/25")[1] is None
        a.ip("route", "delete", "unreachable", f"{net}.128/25")

        a.ip("address", "add", f"{first}/32", "dev", "elsewhere")
        assert says()[1] == f"But this router's own packets to {first} are kept: that address is its own {hint}"
        a.ip("address", "delete", f"{first}/32", "dev", "elsewhere")

        b.bird_process.stop()
        sites.wait("A has no route", lambda: a.route_to(b) is None, 10)
        kernel, line = says()
        assert kernel["fate"] == "dropped" and line is None, "no route is said already"
        a.ip("route", "add", "default", "dev", "elsewhere")
        kernel, line = says()
        print(f"  {line}")
        assert line == f"Meanwhile this router's own packets to {first} are sent through elsewhere, by the route to 0.0.0.0/0, metric 0 {hint}"
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
