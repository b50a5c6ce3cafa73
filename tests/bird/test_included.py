"""bird.conf included into the configuration of a BIRD that is there already (docs/operations.md): BIRD takes the two
together, and says what must stand in one of them only."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RENDER = os.environ.get("RENDER_BIRD", str(ROOT / "build/asan/tests/render_bird"))
SECTION = (ROOT / "docs/operations.md").read_text().partition("## A BIRD that is there already")[2].partition("\n## ")[0]


def documented():
    """The configuration that the document shows for the other BIRD."""
    block = SECTION.partition("    router id")[2].partition("\n\nWhat")[0]
    return "\n".join(line.removeprefix("    ") for line in ("    router id" + block).splitlines())


def parsed(directory, text):
    (directory / "theirs.conf").write_text(text)
    done = subprocess.run(["/usr/sbin/bird", "-p", "-c", str(directory / "theirs.conf")], capture_output=True, text=True)
    return done.returncode, done.stderr + done.stdout


@pytest.fixture
def ours(tmp_path):
    subprocess.run([RENDER, str(ROOT / "examples/home.toml"), "a", str(tmp_path), "included", "10.10.1.1/24"], check=True)
    return tmp_path


def test_as_documented(ours):
    text = documented().replace("/etc/trimtab", str(ours))
    assert f'include "{ours}/bird.conf";' in text and "krt_prefsrc" in text
    assert parsed(ours, text) == (0, "")


def test_it_parses_alone_too_since_the_daemon_checks_it_so(ours):
    assert parsed(ours, f'include "{ours}/bird.conf";\n') == (0, "")


def test_the_one_for_a_bird_of_its_own_cannot_be_included(ours):
    subprocess.run([RENDER, str(ROOT / "examples/home.toml"), "a", str(ours), "10.10.1.1/24"], check=True)
    status, said = parsed(ours, documented().replace("/etc/trimtab", str(ours)))
    print(said)
    assert status != 0 and "already" in said
