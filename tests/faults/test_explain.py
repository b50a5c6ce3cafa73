"""What `explain` says where the kernel does not do as BIRD has chosen: another program's route is better, or there is none
of the mesh."""

import json


def test_the_kernel_has_the_last_word(network):
    sites = network("AB", birds=True)
    a, b = sites
    sites.wait("A has the route", lambda: a.route_to(b) == b, 20)
    lan, first = b.lan_prefix, b.router_lan_address.rpartition(".")[0] + ".1"

    def says():
        kernel = json.loads(a.trimtab("explain", "b", "--json").stdout)["kernel"]
        assert kernel["destination"] == first
        return kernel, [line for line in a.trimtab("explain", "b").stdout.splitlines() if "this kernel" in line]

    kernel, lines = says()
    assert (kernel["interface"], kernel["prefix"], kernel["as_chosen"], lines) == ("gre-b", lan, True, [])

    a.ip("link", "add", "elsewhere", "type", "veth", "peer", "name", "far-end")
    try:
        a.ip("link", "set", "elsewhere", "up")
        a.ip("link", "set", "far-end", "up")
        a.ip("route", "add", lan, "dev", "elsewhere", "metric", "7")
        kernel, lines = says()
        print(f"  {lines[0]}")
        assert (kernel["interface"], kernel["metric"], kernel["as_chosen"]) == ("elsewhere", 7, False)
        assert lines == [f"But this kernel sends what goes to {first} through elsewhere, by its route to {lan}, metric 7 "
                         f"(`ip route get {first} fibmatch`)."]

        a.ip("route", "add", "blackhole", lan, "metric", "5")
        kernel, lines = says()
        assert kernel["interface"] is None and not kernel["as_chosen"]
        assert lines == [f"But this kernel drops what goes to {first} (`ip route get {first} fibmatch`)."]
        a.ip("route", "delete", "blackhole", lan, "metric", "5")
        a.ip("route", "delete", lan, "dev", "elsewhere", "metric", "7")

        b.bird_process.stop()
        sites.wait("A has no route", lambda: a.route_to(b) is None, 10)
        kernel, lines = says()
        assert kernel["interface"] is None and lines == [], "no route is said already"
        a.ip("route", "add", "default", "dev", "elsewhere")
        kernel, lines = says()
        print(f"  {lines[0]}")
        assert lines == [f"Meanwhile this kernel sends what goes to {first} through elsewhere, by its route to 0.0.0.0/0, "
                         f"metric 0 (`ip route get {first} fibmatch`)."]
    finally:
        a.ip("link", "delete", "elsewhere")
