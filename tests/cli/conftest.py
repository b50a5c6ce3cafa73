"""Black box: what a person sees of the program. Exact standard output, standard error and exit status."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("TRIMTAB", str(ROOT / "build/release/trimtab"))


class Outcome:
    def __init__(self, process):
        self.status = process.returncode
        self.out = process.stdout
        self.err = process.stderr

    def __repr__(self):
        return f"status {self.status}\n--- stdout\n{self.out}--- stderr\n{self.err}"

    def __eq__(self, other):
        return (self.status, self.out, self.err) == other


@pytest.fixture
def trimtab(tmp_path):
    """Runs the program in an empty directory: trimtab("check", "--mesh", "m.toml") == (status, stdout, stderr)."""

    def run(*arguments, **environment):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("TRIMTAB")}
        process = subprocess.run(
            [PROGRAM, *map(str, arguments)],
            cwd=tmp_path,
            env={**clean, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
        )
        return Outcome(process)

    return run


@pytest.fixture
def example():
    return (ROOT / "examples/home.toml").read_text()
