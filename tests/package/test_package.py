"""What ./dev package made: its files, and what Debian's own judge says of them. The lab installs and removes it."""

import subprocess
from pathlib import Path

import pytest

BUILT = Path(__file__).resolve().parents[2] / "build/package"


@pytest.fixture(scope="module")
def deb():
    found = sorted(BUILT.glob("trimtab_*.deb"))
    assert len(found) == 1, "./dev package makes it"
    return found[0]


def test_its_files(deb):
    listing = subprocess.run(["dpkg-deb", "--contents", deb], capture_output=True, text=True, check=True).stdout
    files = {line.split()[5]: line.split()[:2] for line in listing.splitlines()}
    assert files["./usr/bin/trimtab"] == ["-rwxr-xr-x", "root/root"]
    for unit in ("trimtab", "trimtab-bird", "trimtab-up"):
        assert files[f"./lib/systemd/system/{unit}.service"] == ["-rw-r--r--", "root/root"]
    assert "./usr/lib/sysusers.d/trimtab.conf" in files and "./usr/lib/tmpfiles.d/trimtab.conf" in files
    assert "./usr/share/doc/trimtab/install.md.gz" in files or "./usr/share/doc/trimtab/install.md" in files


def test_it_installs_where_its_libraries_are(deb):
    """Nothing is asked for that this Debian has not: built here, for here."""
    depends = subprocess.run(["dpkg-deb", "-f", deb, "Depends"], capture_output=True, text=True, check=True).stdout
    assert "bird2 (>= 2.0.10)" in depends and "nftables" in depends and "libc6" in depends


def test_lintian_finds_no_error(deb):
    done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error", deb], capture_output=True, text=True)
    print(done.stdout)
    assert done.returncode == 0, done.stdout
