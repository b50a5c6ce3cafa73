"""trimtab status: what the command itself adds to the daemon's answer. The daemon is a socket that answers here."""

import fcntl
import json
import os
import subprocess
import sys
import time

import pytest

from conftest import PROGRAM, ROOT

sys.path.insert(0, str(ROOT / "tests/fuzz"))
from seeds import daemon as seeds  # noqa: E402

ANSWER = {"mesh": "home", "links": []}


def kernel():
    """This boot and network namespace, as `up` writes them down."""
    with open("/proc/sys/kernel/random/boot_id") as boot:
        return f"{boot.read().strip()}/{os.stat('/proc/self/ns/net').st_ino}"


@pytest.fixture
def left(trimtab, tmp_path, daemon):
    """What `status` says of what `up` left: in its JSON, and on standard error."""
    (tmp_path / "run").mkdir()
    daemon(ANSWER)

    def ask():
        outcome = trimtab("status", "--json", "--socket", "s", "--run-dir", "run")
        assert outcome.status == 0, outcome
        answer = json.loads(outcome.out)
        up = answer.pop("up")
        assert answer == ANSWER
        return up, outcome.err

    return ask


def test_files_of_another_place_are_none_of_its_business(left, tmp_path):
    """Those of an `up --config-dir`, which it has no option for and does not touch."""
    remember(tmp_path, files=[str(tmp_path / "etc/bird.conf")])
    assert left() == ({"interrupted": "up", "confirm": None},
                      "trimtab: `up` was interrupted here; `trimtab plan` says what it left\n")


def remember(tmp_path, **more):
    memory = {"version": 1, "kernel": kernel(), "mesh": "home", "site": "a", "files": [], "table": "", "table_listing": "",
              "endpoints": {}, "sysctls": [], "addresses": [], "doing": "up"}
    (tmp_path / "run/up.json").write_text(json.dumps({**memory, **more}))


def pending(tmp_path, **more):
    known = {"kernel": kernel(), "until_ns": time.monotonic_ns() + 60_000_000_000, "undone": "", "dismissed": False}
    (tmp_path / "run/confirm.json").write_text(json.dumps({**known, **more}))


def test_nothing_was_left(left):
    assert left() == ({"interrupted": None, "confirm": None}, "")


def test_an_up_that_was_interrupted(left, tmp_path):
    remember(tmp_path)
    assert left() == ({"interrupted": "up", "confirm": None},
                      "trimtab: `up` was interrupted here; `trimtab plan` says what it left\n")


def test_an_up_that_waits_to_be_confirmed(left, tmp_path):
    pending(tmp_path)
    with open(tmp_path / "run/confirm.lock", "w") as guardian:
        fcntl.flock(guardian, fcntl.LOCK_EX)
        up, said = left()
    confirm = up["confirm"]
    assert 50 < confirm.pop("remaining_s") <= 60 and confirm == {"guarded": True, "undone": None}
    assert "undoes itself in" in said


def test_an_up_whose_guardian_was_killed(left, tmp_path):
    pending(tmp_path)
    assert left()[0]["confirm"] == {"remaining_s": None, "guarded": False, "undone": None}


def test_an_up_that_was_undone(left, tmp_path):
    pending(tmp_path, undone="at 12:00:00, because nobody confirmed it in time")
    assert left()[0]["confirm"] == {"remaining_s": None, "guarded": False,
                                    "undone": "at 12:00:00, because nobody confirmed it in time"}


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone can become somebody else")
def test_who_has_no_right_is_told_what_gives_him_one(tmp_path):
    """pytest's directories are their owner's alone, so nobody may neither ask nor read there."""
    def as_nobody(*arguments):
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", PROGRAM, *arguments],
                              capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    assert as_nobody("status", "--socket", tmp_path / "s") == (
        2, "", f"trimtab: cannot connect to {tmp_path}/s: Permission denied; run it as root, or as a member of the socket's "
        "group (trimtab)\n")
    assert as_nobody("check", "--mesh", tmp_path / "m.toml") == (
        2, "", f"trimtab: cannot read {tmp_path}/m.toml: Permission denied; run it as root or as the file's owner\n")


def test_why_nobody_answers_is_told_apart(trimtab, tmp_path):
    (tmp_path / "file").touch()
    for socket, said in (("nothing/s", "there is no directory nothing; `trimtab up` makes it; then start the daemon anew"),
                         ("file", "that is no socket; remove it, and a daemon that runs puts its own there; or name another "
                                  "--socket")):
        assert trimtab("status", "--socket", socket) == (2, "", f"trimtab: no daemon answers on {socket}: {said}\n")
    assert trimtab("status", "--socket", "s") == (
        2, "", "trimtab: no daemon answers on s; start it with `trimtab run`, or name its --socket\n")


def test_an_answer_that_is_no_status_is_refused(trimtab, daemon):
    daemon([1, 2])
    assert trimtab("status", "--json", "--socket", "s") == (
        2, "", "trimtab: s answered without what this program shows; run the daemon and the command in the same version\n")


HELD = {"reason": "dwell", "text": "waits", "remaining_s": 7.5}
COUNTS = "1.2 % loss counts, for what was lost before"


@pytest.mark.parametrize("percent, proven, more, note", [
    (1.7, 0.3, {}, ""),
    (0, 1.24, {}, COUNTS),
    (0, 0.04, {}, ""),
    (0, 1.24, {"loaded": True, "held": HELD}, f"loaded: its own traffic makes it slow; {COUNTS}; waits (8s more)")])
def test_loss_that_counts_though_the_shown_probes_say_less(trimtab, daemon, percent, proven, more, note):
    loss = seeds.LINK_JSON["loss"] | {"percent": percent, "proven_percent": proven}
    daemon(seeds.STATUS_JSON | {"links": [seeds.LINK_JSON | {"loss": loss, "held": None} | more]})
    outcome = trimtab("status", "--socket", "s")
    assert outcome.status == 0, outcome
    heads, row = outcome.out.splitlines()[-2:]
    assert row[heads.index("NOTE"):] == note


@pytest.mark.parametrize("name", ["status", "status-score", "status-loaded", "status-unmeasured", "explain", "explain-score",
                                  "events"])
def test_what_the_fuzzers_start_from_is_what_commands_show(trimtab, daemon, name):
    """Else they would fuzz the complaint that a key is missing."""
    daemon(json.loads(seeds.SEEDS["answer"][name]))
    command = name.split("-")[0]
    outcome = trimtab(command, *(["d"] if command == "explain" else []), "--socket", "s")
    assert (outcome.status, outcome.err) == (0, "")


def test_a_text_from_elsewhere_does_not_command_the_terminal(trimtab, daemon):
    daemon(*[json.loads(seeds.SEEDS["answer"]["status-local-fault"])] * 2)
    assert trimtab("status", "--socket", "s").out.endswith("local fault: no\\x1b[2J\n")
    assert "\x1b" not in trimtab("status", "--socket", "s", "--json").out
