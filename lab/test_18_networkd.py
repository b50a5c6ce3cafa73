"""systemd-networkd makes what `trimtab up` makes, from what `render --target networkd` wrote, with the commands of
docs/install.md; and BIRD and the daemon run on top of it."""

import json
import subprocess

import pytest

from topology.machine import Machine, documented, wait_for_the_mesh
from topology.mesh import Lab
from topology.meshfile import Description


@pytest.fixture(scope="module")
def lab():
    with Lab(Description({"AB": 5, "BC": 5, "AC": 5}), "networkd") as built:
        built.up()
        for site in built.sites[1:]:
            site.start_trimtab()
        yield built


@pytest.fixture(scope="module")
def machine(lab):
    with Machine(lab["A"], lab.directory) as machine:
        yield machine


def asked(site, *command):
    """What ip says as JSON; it puts empty ones for what it was not asked for."""
    return [one for one in json.loads(site.router.run(*command).stdout) if one]


def interfaces(site):
    """Everything that is ours, by its group: what it is, and how it was set up."""
    found = {}
    for link in asked(site, "ip", "-j", "-d", "link", "show", "group", "116"):
        found[link["ifname"]] = {"kind": link["linkinfo"]["info_kind"], "mtu": link["mtu"], "flags": sorted(link["flags"]),
                                 **link["linkinfo"].get("info_data", {})}
    return found


def addresses(site):
    return sorted((link["ifname"], address["local"], address["prefixlen"], address["scope"])
                  for link in asked(site, "ip", "-j", "address", "show", "group", "116")
                  for address in link["addr_info"] if address["family"] == "inet")


def routes(site):
    return sorted((route["dst"], route["dev"], route["scope"], route.get("metric", 0))
                  for route in asked(site, "ip", "-j", "route", "show", "proto", "116"))


def peers(site):
    """Port, and of each peer its key, endpoint, allowed addresses and keepalive; not what changes by itself."""
    own, *others = [line.split("\t") for line in site.router.run("wg", "show", "wg0", "dump").stdout.splitlines()]
    return own[:3], sorted((peer[0], peer[2], peer[3], peer[7]) for peer in others)


def settings(site):
    links = [name for name in interfaces(site) if name.startswith("gre-")]
    paths = ["ip_forward", "conf/all/rp_filter", *(f"conf/{link}/rp_filter" for link in links)]
    return {path: site.router.read(f"sys/net/ipv4/{path}").strip() for path in paths}


def everything(site):
    return {"interfaces": interfaces(site), "addresses": addresses(site), "routes": routes(site), "peers": peers(site),
            "settings": settings(site), "table": site.router.run("nft", "list", "table", "inet", "trimtab").stdout}


def test_networkd_makes_what_up_makes(lab, machine):
    a = lab["A"]
    made_by_up = everything(a)
    a.bird_process.stop()
    a.trimtab("down")
    a.bird_process = None
    assert interfaces(a) == {}

    machine.boot()
    machine.install_package()
    machine.take_over_site()
    for line in documented("Debian, by systemd-networkd"):
        machine.shell(line)
    lab.wait_until("networkd has made the interfaces", lambda: len(interfaces(a)) == 3 and len(addresses(a)) == 3, 30)
    machine.apply_link_settings()
    made_by_networkd = everything(a)
    print("  " + json.dumps(made_by_networkd["interfaces"]) + "\n  " + json.dumps(made_by_networkd["routes"]))
    for what, made in made_by_up.items():
        assert made_by_networkd[what] == made, what


def test_bird_and_the_daemon_run_on_it(lab, machine):
    wait_for_the_mesh(lab)
    assert not machine.active("trimtab-up")


def restart_networkd(lab, machine):
    """Until it is through with every link of ours: it says so in a file of each, which it writes anew."""
    indices = [link["ifindex"] for link in asked(lab["A"], "ip", "-j", "link", "show", "group", "116")]
    states = [machine.file(f"/run/systemd/netif/links/{index}") for index in indices]
    before = {state: state.stat().st_mtime_ns for state in states}
    machine.run("systemctl", "restart", "systemd-networkd")
    lab.wait_until("networkd is through with every link", lambda: all(
        state.exists() and state.stat().st_mtime_ns > before[state] and "ADMIN_STATE=configured" in state.read_text()
        for state in states), 30)


def test_no_route_moves_while_networkd_restarts(lab, machine):
    """networkd.conf.d/trimtab.conf tells it to leave BIRD's alone. (Here it would anyway: without udev it is through
    with an interface before it knows of the routes there.)"""
    a = lab["A"]
    stream = lab.stream("A", "B")
    watch = a.router.start("ip", "monitor", "route", stdout=subprocess.PIPE, text=True)
    try:
        restart_networkd(lab, machine)
    finally:
        watch.terminate()
        moved, _ = watch.communicate()
    seen = stream.stop()
    print(f"  {seen}")
    assert [line for line in moved.splitlines() if "proto bird" in line or "proto 116" in line] == []
    assert seen.outage_ms < 200


def test_the_mesh_comes_back_after_a_power_cut(lab, machine):
    machine.cut_power()
    machine.boot()
    lab.wait_until("networkd has made the interfaces", lambda: len(addresses(lab["A"])) == 3, 30)
    machine.apply_link_settings()
    wait_for_the_mesh(lab)
    restarts = machine.run("systemctl", "show", "-P", "NRestarts", "trimtab-bird", "trimtab").stdout.split()
    assert restarts == ["0", "0"], "the metrics file was there before BIRD"
    assert "trimtab" in lab["A"].router.run("nft", "list", "table", "inet", "trimtab").stdout
