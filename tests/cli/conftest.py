"""Black box: what a person sees of the program. Exact standard output, standard error and exit status."""

import json
import os
import pathlib
import socket
import subprocess
import threading

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


class Daemon:
    """Answers each question with the next of its statuses, the last one for ever; None: hangs up."""

    def __init__(self, path, statuses):
        self.statuses = list(statuses)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.makefile().readline()
                answer = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
                if answer is not None:
                    connection.sendall((json.dumps(answer) + "\n").encode())


@pytest.fixture
def daemon(tmp_path):
    started = []

    def start(*statuses):
        started.append(Daemon(tmp_path / "s", statuses))

    yield start
    for one in started:
        one.listener.close()
