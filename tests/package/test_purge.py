"""What purging the package takes from /etc/trimtab: in a mount namespace of the test's own, with its own /etc and /run."""

import os
import subprocess
from pathlib import Path

import pytest

POSTRM = Path(__file__).resolve().parents[2] / "debian/postrm"
WRITTEN = {"bird.conf", "origins.conf", "trimtab.nft", "networkd.key"}  # by trimtab, or as its documents say
A_PERSONS = {"mesh.toml", "site", "private.key"}

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mount namespaces are root's")


@pytest.mark.parametrize("action, left", [("purge", A_PERSONS), ("remove", A_PERSONS | WRITTEN)])
def test_a_persons_files_stay_and_what_trimtab_wrote_goes(action, left):
    files = " ".join(f"/etc/trimtab/{name}" for name in sorted(A_PERSONS | WRITTEN))
    script = f"""
        mount -t tmpfs none /etc; mount -t tmpfs none /run
        mkdir /etc/trimtab; touch {files}
        sh {POSTRM} {action}
        ls /etc/trimtab
    """
    done = subprocess.run(["unshare", "--mount", "sh", "-ec", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == left
