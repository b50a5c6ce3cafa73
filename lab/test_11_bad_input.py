"""What is wrong gets one line that says what, where and what to do; the status of a wrong environment is 2, and nothing
has changed afterwards."""

import os
import subprocess

import pytest

from topology.mesh import Lab

NOBODY = 65534


@pytest.fixture(scope="module")
def lab():
    with Lab(name="bad-input") as built:
        yield built


def refused(done, *words, status=2):
    """Asserts one line on stderr with all these words in it, and the status."""
    print(f"  {done.returncode}: {done.stderr.strip()}")
    assert done.returncode == status
    assert len(done.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in done.stderr
    return done


def links(site):
    """Their names and addresses. Carriers come when they come."""
    return [line.split()[::2] for line in site.router.run("ip", "-br", "link").stdout.splitlines()]


@pytest.mark.parametrize("mode", [0o644, 0o640])
def test_a_key_that_others_can_read(lab, mode):
    site = lab["A"]
    before, key = links(site), site.config / "private.key"
    key.chmod(mode)
    try:
        refused(site.trimtab("up", check=False), str(key), f"{mode:04o}", "chmod")
    finally:
        key.chmod(0o600)
    assert links(site) == before


def test_a_missing_key(lab):
    site = lab["A"]
    before, key = links(site), site.config / "private.key"
    key.rename(key.with_suffix(".away"))
    try:
        refused(site.trimtab("up", check=False), str(key), "keygen")
    finally:
        key.with_suffix(".away").rename(key)
    assert links(site) == before


def up_as_nobody(site):
    for path in (site.config.parents[1], site.config.parent, site.config, site.run):
        path.chmod(0o755)
    with site.router.inside():
        return subprocess.run(site.command("up"), user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True, text=True)


def test_an_unreadable_key(lab):
    site = lab["A"]
    before = links(site)
    refused(up_as_nobody(site), str(site.config / "private.key"), "Permission denied")
    assert links(site) == before


def test_no_privilege(lab):
    """With everything readable that it needs to read."""
    site = lab["A"]
    before, key = links(site), site.config / "private.key"
    os.chown(key, NOBODY, NOBODY)
    try:
        refused(up_as_nobody(site), "root")
    finally:
        os.chown(key, 0, 0)
    assert links(site) == before


def test_ten_megabytes_of_garbage(lab):
    site = lab["A"]
    before, file = links(site), site.config / "mesh.toml"
    good = file.read_text()
    file.write_bytes(os.urandom(10_000_000))
    try:
        refused(site.trimtab("up", check=False), str(file), status=1)
        refused(site.trimtab("check", check=False), str(file), status=1)
    finally:
        file.write_text(good)
    assert links(site) == before


def test_bird_is_missing(lab):
    """For one command nothing is left in the directories where BIRD could be."""
    site = lab["A"]
    before = links(site)
    hide = "; ".join(f"mount -t tmpfs none {directory}" for directory in ("/usr/sbin", "/usr/local/sbin"))
    with site.router.inside():
        done = subprocess.run(["unshare", "--mount", "sh", "-c", hide + '; exec "$@"', "sh", *site.command("up")],
                              capture_output=True, text=True)
    refused(done, "BIRD", "apt")
    assert links(site) == before


def test_a_second_run_on_the_same_socket(mesh):
    site = mesh["A"]
    refused(site.trimtab("run", check=False, timeout=20), f"another trimtab writes {site.run}/metrics.conf")
    assert site.daemon_answers()
