"""`render` for systems that make interfaces themselves: what lands on the disk, and what it leaves alone."""

import json
import shutil
import stat
import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def mesh(trimtab, tmp_path):
    """Three sites, keys included; a's links are called as OpenWrt calls them."""
    assert trimtab("init", "--with", "a=a.example.net:51820", "--with", "b=192.0.2.2:51820", "--with", "c",
                   "--mesh", "mesh.toml").status == 0
    for site in "abc":
        assert trimtab("keygen", "--site", site, "--mesh", "mesh.toml", "--out", f"{site}.key").status == 0
    path = tmp_path / "mesh.toml"
    path.write_text(path.read_text() + "".join(
        f'\n[[link]]\nbetween = ["a", "{peer}"]\ninterfaces = {{ a = "gre4-{peer}" }}\n' for peer in "bc"))
    return path


def render(trimtab, target, *more, site="a"):
    return trimtab("render", "--mesh", "mesh.toml", "--site", site, "--target", target, "--out", "out", *more)


def files(tmp_path):
    return {str(path.relative_to(tmp_path / "out")): path for path in (tmp_path / "out").rglob("*") if path.is_file()}


def test_networkd_is_a_tree_as_seen_from_the_root(trimtab, mesh, tmp_path):
    outcome = render(trimtab, "networkd", "--lan-address", "10.10.1.1/24", "--json")
    assert (outcome.status, outcome.err) == (0, "")
    found = files(tmp_path)
    assert sorted(json.loads(outcome.out)["files"]) == sorted(found)
    assert {"etc/systemd/network/05-trimtab-wg0.netdev", "etc/systemd/network/05-trimtab-gre4-c.network",
            "etc/systemd/system/trimtab-nft.service", "etc/trimtab/bird.conf"} <= set(found)
    key = (tmp_path / "a.key").read_text().strip()
    assert all(key not in path.read_text() for path in found.values())


def test_a_link_that_is_gone_leaves_no_file_and_what_is_foreign_stays(trimtab, mesh, tmp_path):
    render(trimtab, "networkd")
    network = tmp_path / "out/etc/systemd/network"
    (network / "20-wan.network").write_text("[Match]\nName=wan\n")
    (network / "05-trimtab-mine.network").write_text("# a person's\n[Match]\nName=x\n")
    mesh.write_text(mesh.read_text().rpartition("\n[[link]]")[0])
    assert render(trimtab, "networkd").status == 0
    assert sorted(path.name for path in network.iterdir()) == [
        "05-trimtab-gre4-b.netdev", "05-trimtab-gre4-b.network", "05-trimtab-mine.network", "05-trimtab-wg0.netdev",
        "05-trimtab-wg0.network", "20-wan.network"]


def test_a_foreign_file_is_refused_before_anything_is_written(trimtab, mesh, tmp_path):
    (tmp_path / "out/etc/init.d").mkdir(parents=True)
    (tmp_path / "out/etc/init.d/trimtab").write_text("#!/bin/sh\n# somebody else's\n")
    outcome = render(trimtab, "uci")
    assert outcome.status == 2
    assert "out/etc/init.d/trimtab exists and is not trimtab's; move it away, or name another --out" in outcome.err
    assert list(files(tmp_path)) == ["etc/init.d/trimtab"]


def test_scripts_of_openwrt_are_scripts(trimtab, mesh, tmp_path):
    assert render(trimtab, "uci", "--lan-address", "10.10.1.1/24").status == 0
    assert render(trimtab, "uci", "--lan-address", "10.10.1.1/24").status == 0, "its own files are no obstacle"
    for name in ("etc/init.d/trimtab", "etc/init.d/trimtab-bird", "etc/trimtab/apply-uci"):
        path = files(tmp_path)[name]
        assert stat.S_IMODE(path.stat().st_mode) == 0o755
        for shell in filter(shutil.which, ("dash", "busybox")):
            subprocess.run([shell, *(["sh"] if shell == "busybox" else []), "-n", path], check=True)


def test_openwrt_needs_names_that_netifd_would_give(trimtab, mesh):
    outcome = render(trimtab, "uci", site="b")
    assert outcome.status == 2
    assert outcome.err.splitlines()[-1] == (
        'trimtab: OpenWrt cannot call a GRE interface gre-a (trimtab: link to a); name it in the mesh file: '
        'interfaces = { b = "gre4-NAME" }, NAME of letters, digits and underscores, but not wg0 nor trimtab_…')


@pytest.mark.parametrize("name", ["wg0", "trimtab_b"])
def test_a_link_of_openwrt_does_not_take_another_section_of_ours(trimtab, mesh, name):
    mesh.write_text(mesh.read_text().replace('"gre4-b"', f'"gre4-{name}"'))
    outcome = render(trimtab, "uci")
    assert outcome.status == 2 and f"OpenWrt cannot call a GRE interface gre4-{name}" in outcome.err


@pytest.mark.parametrize("address, said", [
    ("10.10.1.1", "--lan-address 10.10.1.1 is no address with the length of its subnet; write it as in 10.10.1.1/24"),
    ("10.10.1.0/24", "--lan-address 10.10.1.0/24 is its subnet's first or last address, which no host has; give one that the "
     "router has on its lan_interface"),
    ("10.10.1.255/24", "--lan-address 10.10.1.255/24 is its subnet's first or last address, which no host has; give one that "
     "the router has on its lan_interface"),
    ("192.0.2.1/24", "--lan-address 192.0.2.1/24 is in no LAN of site a; give one that the router has on its lan_interface")])
def test_a_lan_address_that_is_none(trimtab, mesh, address, said):
    assert render(trimtab, "networkd", "--lan-address", address) == (2, "", f"trimtab: {said}\n")


@pytest.mark.parametrize("address", ["10.10.1.6/30", "10.10.1.7/31", "10.10.1.4/31", "10.10.1.255/32"])
def test_a_lan_address_that_is_one(trimtab, mesh, address):
    """The two of a /31 are hosts' (RFC 3021)."""
    assert render(trimtab, "networkd", "--lan-address", address).status == 0


def test_whose_own_packets_nobody_answers_is_told(trimtab, mesh):
    outcome = render(trimtab, "networkd")
    assert outcome.status == 0 and outcome.err.startswith("trimtab: warning: without --lan-address")


def test_an_unknown_target(trimtab, mesh):
    assert render(trimtab, "junos").err == "trimtab: there is no target junos; use --target files, networkd or uci\n"


class OpenWrt:
    """A router's UCI, its init scripts and the script that `render` made for it, run by the shell given. What it starts
    leaves its arguments in the file `arguments`."""

    def __init__(self, tmp_path, shell):
        self.tmp_path = tmp_path
        self.shell = shell
        for name in ("uci", "bin", "init", "sys"):
            (tmp_path / name).mkdir()
        for tool in ("cat", "grep", "sed"):  # busybox's own with its shell
            self.program(tool, f'exec {"busybox " + tool if shell[0] == "busybox" else shutil.which(tool)} "$@"')
        self.program("uci", f'exec {Path(__file__).with_name("uci.py")} "$@"')
        self.program("nft", f'[ "$1" != list ] || exec [ -e {tmp_path}/table ]\nrm {tmp_path}/table')
        self.wireguard("exit 0")
        for service in ("network", "firewall"):
            script = tmp_path / "init" / service
            script.write_text(f"#!/bin/sh\necho {service} $1 >>{tmp_path}/reloaded\n")
            script.chmod(0o755)
        self.write("network", {"lan": {".type": "interface", "proto": "static"}})
        self.write("firewall", {"lan": {".type": "zone", "name": "lan"}})

    def program(self, name, does):
        path = self.tmp_path / "bin" / name
        path.write_text(f'#!/bin/sh\necho {name} "$@" >>{self.tmp_path}/arguments\n{does}\n')
        path.chmod(0o755)

    def wireguard(self, does):
        """A `wg` that keeps what `syncconf` is told, one file for each time, and then does this."""
        (self.tmp_path / "told").mkdir(exist_ok=True)
        self.program("wg", '[ "$1" != pubkey ] || exec /usr/bin/wg pubkey\n[ "$1" != show ] || exec echo 40001\n'
                           f'told=$(mktemp {self.tmp_path}/told/XXXXXX)\ncat "$3" >$told\n{does}')

    def told(self):
        return [path.read_text() for path in (self.tmp_path / "told").iterdir()]

    def write(self, config, sections):
        (self.tmp_path / f"uci/{config}.json").write_text(json.dumps(sections))

    def sections(self, config):
        return json.loads((self.tmp_path / f"uci/{config}.json").read_text())

    def state(self):
        """Everything that UCI keeps, to the byte."""
        return {path.name: path.read_bytes() for path in (self.tmp_path / "uci").iterdir()}

    def run(self, *command):
        return subprocess.run(command, capture_output=True, text=True, env={
            "PATH": f"{self.tmp_path}/bin:/usr/bin:/bin", "UCI_DIRECTORY": str(self.tmp_path / "uci")})

    def apply(self, *arguments):
        script = (self.tmp_path / "out/etc/trimtab/apply-uci").read_text()
        here = script.replace("/etc/init.d/", f"{self.tmp_path}/init/").replace(
            "/etc/trimtab/private.key", f"{self.tmp_path}/a.key").replace(
            "/etc/trimtab", f"{self.tmp_path}/out/etc/trimtab").replace("/sys/class/net/", f"{self.tmp_path}/sys/")
        return self.run(*self.shell, "-c", here, "apply-uci", *arguments)


@pytest.fixture(params=(["sh"], ["busybox", "sh"]), ids="-".join)
def router(request, trimtab, mesh, tmp_path):
    """Site a of the mesh, rendered and not yet applied."""
    if not shutil.which(request.param[0]):
        pytest.skip("there is no busybox")
    assert render(trimtab, "uci").status == 0
    return OpenWrt(tmp_path, request.param)


def test_applying_replaces_what_was_there_and_nothing_else(trimtab, mesh, tmp_path, router):
    first = router.apply()
    assert (first.returncode, first.stderr) == (0, "")
    once = router.sections("network")
    assert once["lan"] == {".type": "interface", "proto": "static"}
    assert once["wg0"]["private_key"] == (tmp_path / "a.key").read_text().strip()
    assert {"b", "c", "trimtab_link_b", "trimtab_peer_c"} <= set(once)
    assert (tmp_path / "reloaded").read_text() == "network reload\nfirewall reload\n"
    assert router.apply().returncode == 0 and router.sections("network") == once, "twice is as once"

    mesh.write_text(mesh.read_text().rpartition("\n[[link]]")[0])
    render(trimtab, "uci")
    assert router.apply().returncode == 0
    assert set(once) - set(router.sections("network")) == {"c", "trimtab_link_c", "trimtab_peer_c",
                                                           "trimtab_route_10_255_0_3_32"}
    assert router.sections("firewall")["trimtab_mesh"]["network"] == ["b"]


def test_a_foreign_section_is_not_taken_over(tmp_path, router):
    router.write("network", {"b": {".type": "interface", "proto": "dhcp"}})
    refused = router.apply()
    assert refused.returncode == 2
    assert refused.stderr == ("network.b exists and is not trimtab's: rename it, or the link's interface in the mesh file\n")
    assert router.sections("network") == {"b": {".type": "interface", "proto": "dhcp"}}
    (tmp_path / "a.key").unlink()
    assert "`trimtab keygen` makes it" in router.apply().stderr


@pytest.mark.parametrize("damage, said", [
    (lambda text: text.replace("set network.c=interface\n", ""), "uci: Invalid argument"),
    (lambda text: text.replace("set network.c=", "sets network.c="), "Unknown command"),
    (lambda text: "# nothing\n", "network.wg0.private_key: uci: Invalid argument"),
    (lambda text: "", "uci.batch: `trimtab render` makes it")], ids=["no section", "no command", "comments", "empty"])
def test_a_damaged_batch_changes_nothing(tmp_path, router, damage, said):
    """`uci batch` goes on after a line that it cannot take, with status 0: it was committed with half of the sections."""
    assert router.apply().returncode == 0
    before = router.state()
    batch = tmp_path / "out/etc/trimtab/uci.batch"
    batch.write_text(damage(batch.read_text()))
    refused = router.apply()
    assert refused.returncode == 2 and said in refused.stderr
    assert router.state() == before
    assert (tmp_path / "reloaded").read_text() == "network reload\nfirewall reload\n", "once, by the first"


def test_another_sites_key_is_refused(tmp_path, router):
    before = router.state()
    (tmp_path / "a.key").write_text((tmp_path / "b.key").read_text())
    refused = router.apply()
    assert refused.returncode == 2 and "is not site a's: the mesh file has public key" in refused.stderr, refused
    assert router.state() == before and router.told() == []


@pytest.mark.parametrize("arguments", [(), ("--remove",)])
@pytest.mark.parametrize("change", ["network.lan.proto=dhcp", "firewall.lan.name=home"])
def test_changes_that_somebody_has_not_committed_are_not_committed_for_him(router, change, arguments):
    assert router.run("uci", "set", change).returncode == 0
    before = router.state()
    refused = router.apply(*arguments)
    assert (refused.returncode, refused.stderr) == (
        2, "network or firewall has changes that are not committed (uci changes): commit or revert them first\n")
    assert router.state() == before


def test_peers_reach_a_wireguard_that_is_there(trimtab, mesh, tmp_path, router):
    """netifd compares no peer's section: a peer that was added stayed out, and one that was removed stayed in."""
    assert router.apply().returncode == 0 and router.told() == [], "netifd makes the interface, with its peers"
    (tmp_path / "sys/wg0").touch()
    mesh.write_text(mesh.read_text().rpartition("\n[[link]]")[0])
    render(trimtab, "uci")
    applied = router.apply()
    assert (applied.returncode, applied.stderr) == (0, "")
    [told] = router.told()
    rendered = (tmp_path / "out/etc/trimtab/wg0.conf").read_text()
    assert "\n# b\n[Peer]\n" in rendered and "# c" not in rendered
    key = (tmp_path / "a.key").read_text().strip()
    assert told == f"[Interface]\nPrivateKey = {key}\nListenPort = 40001\n{rendered}"


def test_no_process_has_the_key_among_its_arguments(tmp_path, router):
    (tmp_path / "sys/wg0").touch()
    assert router.apply().returncode == 0
    key = (tmp_path / "a.key").read_text().strip()
    assert key in router.told()[0] and router.sections("network")["wg0"]["private_key"] == key
    arguments = (tmp_path / "arguments").read_text()
    assert "uci batch" in arguments and "wg syncconf wg0" in arguments
    assert key not in arguments


def test_a_key_that_was_edited_elsewhere_is_the_same_key(tmp_path, router):
    key = (tmp_path / "a.key").read_text().strip()
    (tmp_path / "a.key").write_bytes(f"{key}\r\n".encode())
    applied = router.apply()
    assert (applied.returncode, applied.stderr) == (0, "") and router.sections("network")["wg0"]["private_key"] == key


def test_a_name_that_is_not_found_keeps_no_peer_in(tmp_path, router):
    """`wg syncconf` does nothing at all then."""
    (tmp_path / "sys/wg0").touch()
    peers = tmp_path / "out/etc/trimtab/wg0.conf"
    peers.write_text(peers.read_text() + "Endpoint = d.example.net:51820\nEndpoint = [2001:db8::1]:51820\n")
    router.wireguard('! grep -q example.net "$told" || { echo "Name does not resolve" >&2; exit 1; }')
    refused = router.apply()
    assert refused.returncode == 2
    assert refused.stderr == ("Name does not resolve\nwg0 has its peers, but endpoints with names are as before: run "
                              f"{tmp_path}/out/etc/trimtab/apply-uci again when names are found\n")
    last = min(router.told(), key=len)
    assert "Endpoint = 192.0.2.2:51820\n" in last and "Endpoint = [2001:db8::1]:51820\n" in last
    assert router.sections("network")["wg0"]["proto"] == "wireguard", "UCI has it all the same"

    router.wireguard('echo "Operation not permitted" >&2; exit 1')
    refused = router.apply()
    assert (refused.returncode, refused.stderr) == (2, "wg0's peers are as before: Operation not permitted\n")


def test_without_its_file_wireguard_does_not_lose_its_peers(tmp_path, router):
    (tmp_path / "sys/wg0").touch()
    (tmp_path / "out/etc/trimtab/wg0.conf").unlink()
    refused = router.apply()
    assert (refused.returncode, refused.stderr) == (
        2, f"no {tmp_path}/out/etc/trimtab/wg0.conf: `trimtab render` makes it\n")
    assert router.told() == []


def test_an_interface_that_netifd_is_making_anew_is_netifds(tmp_path, router):
    (tmp_path / "sys/wg0").touch()
    router.wireguard(f'rm {tmp_path}/sys/wg0; echo "No such device" >&2; exit 1')
    applied = router.apply()
    assert (applied.returncode, applied.stderr) == (0, "")


def test_removing_leaves_what_was_there_before(tmp_path, router):
    before = {config: router.sections(config) for config in ("network", "firewall")}
    assert router.apply().returncode == 0
    (tmp_path / "table").touch()
    (tmp_path / "sys/wg0").touch()
    (tmp_path / "a.key").unlink()
    removed = router.apply("--remove")
    assert (removed.returncode, removed.stderr) == (0, "")
    assert {config: router.sections(config) for config in before} == before
    assert (tmp_path / "reloaded").read_text() == 2 * "network reload\nfirewall reload\n"
    assert not (tmp_path / "table").exists(), "nft's table inet trimtab: firewall4 replaces none but its own"
    assert "nft delete table inet trimtab\n" in (tmp_path / "arguments").read_text()
    assert router.told() == []
    assert router.apply("--remove").returncode == 0, "nothing is left to remove"


@pytest.mark.parametrize("arguments", [("--help",), ("--remove", "now"), ("",)])
def test_apply_uci_knows_one_argument(tmp_path, router, arguments):
    before = router.state()
    usage = f"usage: {tmp_path}/out/etc/trimtab/apply-uci [--remove]\n"
    refused = router.apply(*arguments)
    assert (refused.returncode, refused.stderr) == (2, usage)
    assert router.state() == before


@pytest.mark.parametrize("directory", ['/srv/a"b', "/srv/a\nb", "/srv/a b", "/srv/*", "/srv/$x", "/srv/%h"])
@pytest.mark.parametrize("option", ["--config-dir", "--run-dir"])
def test_a_directory_that_would_break_bird_conf_is_refused(trimtab, mesh, tmp_path, option, directory):
    """BIRD has no way to quote a quote, takes the names of what it includes for patterns, and units and scripts have theirs."""
    outcome = render(trimtab, "files", option, directory)
    shown = directory.replace("\n", "\\x0a")
    assert outcome == (2, "", f"trimtab: {option}: the path \"{shown}\" cannot stand in BIRD's configuration; name a directory "
                              "of letters, digits and / . _ - + : @ , = ~ alone\n")
    assert not (tmp_path / "out").exists()
