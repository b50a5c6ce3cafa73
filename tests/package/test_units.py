"""The units as systemd judges them: what they could do if they were taken over."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "packaging/systemd"


def exposure(unit, path):
    shutil.copy(UNITS / f"{unit}.service", path)
    done = subprocess.run(["systemd-analyze", "security", "--no-pager", "--offline=true", path / f"{unit}.service"],
                          capture_output=True, text=True)
    return float(re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)[1])


# In systemd 252's figures. BIRD changes routes, `up` is root's; both have no more than that takes.
@pytest.mark.parametrize("unit, most", [("trimtab", 1.6), ("trimtab-bird", 2.0), ("trimtab-up", 2.0)])
def test_exposure(tmp_path, unit, most):
    assert exposure(unit, tmp_path) <= most


@pytest.mark.parametrize("unit, capabilities", [
    ("trimtab", {"CAP_NET_RAW"}),
    ("trimtab-bird", {"CAP_NET_ADMIN", "CAP_NET_BIND_SERVICE", "CAP_NET_RAW"}),
    ("trimtab-up", {"CAP_NET_ADMIN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"})])
def test_capabilities(unit, capabilities):
    text = (UNITS / f"{unit}.service").read_text()
    given = re.findall(r"^(\w+)Capabilities=(.*)$|^CapabilityBoundingSet=(.*)$", text, re.MULTILINE)
    assert given and all(set((ambient or bounding).split()) == capabilities for _, ambient, bounding in given)


def documented(heading):
    """The commands of a section of docs/operations.md."""
    section = (ROOT / "docs/operations.md").read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [line.strip() for line in section.splitlines() if line.startswith("    ")]


def test_the_documented_drop_in_lets_the_daemon_use_debians_bird(tmp_path):
    """/run/bird/bird.ctl is group bird's; as the document says, with systemd's own word for what came of it."""
    commands = [line for line in documented("A BIRD that is there already") if "/etc/systemd/system" in line]
    for command in commands:
        subprocess.run(["sh", "-c", command.replace("/etc/systemd/system", str(tmp_path))], check=True)
    unit = tmp_path / "trimtab.service"
    # The judge looks whether the program is there, which it need not be here.
    unit.write_text((UNITS / "trimtab.service").read_text().replace("/usr/bin/trimtab", "/bin/true"))
    verify = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit]
    done = subprocess.run(verify, capture_output=True, text=True, env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:"})
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    drop_ins = [path.read_text() for path in (tmp_path / "trimtab.service.d").glob("*.conf")]
    assert drop_ins == ["[Service]\nSupplementaryGroups=bird\n"]
