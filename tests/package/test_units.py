"""The units as systemd judges them: what they could do if they were taken over."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).resolve().parents[2] / "packaging/systemd"


def exposure(unit, path):
    shutil.copy(UNITS / f"{unit}.service", path)
    done = subprocess.run(["systemd-analyze", "security", "--no-pager", "--offline=true", path / f"{unit}.service"],
                          capture_output=True, text=True)
    return float(re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)[1])


# In systemd 252's figures. BIRD changes routes, `up` is root's; both have no more than that takes.
@pytest.mark.parametrize("unit, most", [("trimtab", 1.6), ("trimtab-bird", 2.0), ("trimtab-up", 3.0)])
def test_exposure(tmp_path, unit, most):
    assert exposure(unit, tmp_path) <= most


@pytest.mark.parametrize("unit, capabilities", [
    ("trimtab", {"CAP_NET_RAW"}),
    ("trimtab-bird", {"CAP_NET_ADMIN", "CAP_NET_BIND_SERVICE", "CAP_NET_RAW"}),
    ("trimtab-up", {"CAP_NET_ADMIN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_SYS_PTRACE"})])
def test_capabilities(unit, capabilities):
    text = (UNITS / f"{unit}.service").read_text()
    given = re.findall(r"^(\w+)Capabilities=(.*)$|^CapabilityBoundingSet=(.*)$", text, re.MULTILINE)
    assert given and all(set((ambient or bounding).split()) == capabilities for _, ambient, bounding in given)
