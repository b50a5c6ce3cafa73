"""The Debian package on a router with systemd, with the commands of docs/install.md: installed, started by its units, cut
off from power, removed."""

import re
import stat

import pytest

from topology.machine import Machine, documented, wait_for_the_mesh
from topology.mesh import Lab
from topology.meshfile import Description

UNITS = ("trimtab-up", "trimtab-bird", "trimtab")
CAP_NET_RAW = 1 << 13


@pytest.fixture(scope="module")
def lab():
    with Lab(Description({"AB": 5, "BC": 5, "AC": 5}), "package") as built:
        for site in built.sites[1:]:
            site.trimtab("up")
            site.start_bird()
            site.start_trimtab()
        yield built


@pytest.fixture(scope="module")
def machine(lab):
    with Machine(lab["A"], lab.directory) as machine:
        machine.boot()
        yield machine


def process_of(machine, unit):
    """User, group and effective capabilities of a unit's process."""
    shown = machine.run("systemctl", "show", "-P", "MainPID", unit).stdout.strip()
    status = machine.run("cat", f"/proc/{shown}/status").stdout
    number = {key: int(re.search(rf"^{key}:\s+(\w+)", status, re.MULTILINE)[1], 16 if key == "CapEff" else 10)
              for key in ("Uid", "Gid", "CapEff")}
    name = machine.run("getent", "passwd", str(number["Uid"])).stdout.partition(":")[0]
    group = machine.run("getent", "group", str(number["Gid"])).stdout.partition(":")[0]
    return name, group, number["CapEff"]


def owner_of(machine, path):
    return machine.run("stat", "-c", "%U:%G", path).stdout.strip()


def test_installing_starts_nothing(machine):
    machine.install_package()
    assert machine.run("systemctl", "is-enabled", *UNITS, check=False).stdout.split() == ["disabled"] * 3
    assert machine.run("pgrep", "-x", "trimtab|bird", check=False).stdout == ""
    assert owner_of(machine, "/run/trimtab") == "trimtab:trimtab"
    assert stat.S_IMODE(machine.file("/run/trimtab").stat().st_mode) == 0o1775


def test_the_units_bring_the_site_up(lab, machine):
    machine.take_over_site()
    for line in documented("Debian, by `trimtab up`"):
        machine.shell(line)
    wait_for_the_mesh(lab)
    assert machine.active(*UNITS)
    assert process_of(machine, "trimtab") == ("trimtab", "trimtab", CAP_NET_RAW)
    assert process_of(machine, "trimtab-bird")[:2] == ("bird", "trimtab")
    assert owner_of(machine, "/run/trimtab/metrics.conf") == "trimtab:trimtab", "the daemon has published"
    print("  " + machine.run("trimtab", "status").stdout.replace("\n", "\n  "))


def test_stopping_up_takes_nothing_down_and_reloading_changes_nothing(lab, machine):
    machine.run("systemctl", "stop", "trimtab-up")
    assert "gre-b" in machine.run("ip", "-br", "link").stdout
    machine.run("systemctl", "start", "trimtab-up")
    machine.run("systemctl", "reload", "trimtab-up", "trimtab-bird", "trimtab")
    assert "nothing to change" in machine.journal("trimtab-up")
    assert lab.every_session_established()


def test_the_unit_sees_debians_bird_though_processes_are_hidden_from_it(lab, machine):
    machine.run("systemctl", "start", "bird")
    machine.run("systemctl", "restart", "trimtab-up", check=False)
    assert "another BIRD runs in this network namespace (it listens at /run/bird/bird.ctl)" in machine.journal("trimtab-up")
    machine.run("systemctl", "stop", "bird")
    machine.run("systemctl", "start", *UNITS)
    wait_for_the_mesh(lab)


def test_the_mesh_comes_back_after_a_power_cut(lab, machine):
    machine.cut_power()
    machine.boot()
    wait_for_the_mesh(lab)
    assert machine.active(*UNITS)
    restarts = [machine.run("systemctl", "show", "-P", "NRestarts", unit).stdout.strip() for unit in UNITS[1:]]
    assert restarts == ["0", "0"], "the metrics file was there before BIRD"


def test_removing_and_purging_leave_what_is_a_persons(machine):
    removed = machine.run("dpkg", "-r", "trimtab")
    said = next(line for line in (removed.stdout + removed.stderr).splitlines() if "trimtab down" in line)
    print(f"  {said}")
    assert machine.run("pgrep", "-x", "trimtab|bird", check=False).stdout == ""
    assert "gre-b" in machine.run("ip", "-br", "link").stdout, "who came in through the mesh is not cut off"
    machine.run("dpkg", "--purge", "trimtab")
    assert sorted(path.name for path in machine.file("/etc/trimtab").iterdir()) == ["mesh.toml", "private.key", "site"]
    assert not machine.file("/run/trimtab").exists()
    assert "trimtab" not in machine.file("/etc/passwd").read_text()
