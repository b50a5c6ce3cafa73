"""`up` that fails or is killed at any request, call of nft or write (fault matrix 34, 49), two at once (54), and one that
waits to be confirmed while its terminal dies.

strace kills it, or fails its system call: nothing in the program knows of tests.
"""

import difflib
import fcntl
import json
import os
import pty
import re
import signal
import subprocess
import termios
import time
from dataclasses import replace

import pytest

from topology.mesh import Lab
from topology.meshfile import Description
from topology.site import REPOSITORY
from topology.snapshot import snapshot, still

# By these it changes anything: netlink, files and settings, and programs (through pipes, by write).
CALLS = ("sendto", "write", "rename", "unlink", "fsync", "fchmod")
# Each point costs seconds in the emulated machine: of the calls that neither speak netlink nor write (to files, and to
# programs) a run has one in three, and every second point is finished, the others undone. `--every-point` has all of it.
SAMPLED = 3
ALWAYS = ("sendto", "write")
LOCK = ("up.lock",)


@pytest.fixture(scope="module")
def lab():
    """Four sites, two pairs: each has one link, and each is a place of its own to be killed in."""
    with Lab(Description({"AB": 1, "CD": 1}), name="interrupted") as built:
        for site in built.sites:
            still(site)
            site.trimtab("up")
            site.trimtab("down")
        yield built


def traced(site, options, *arguments):
    """`up` under strace, which is told what to do to it; in one line of the trace a system call."""
    trace = site.run.parent / "trace"
    done = site.router.run("strace", "-qq", "-o", str(trace), "-e", "trace=" + ",".join(CALLS), *options,
                           *site.command("up", *arguments), check=False)
    return done, [line.partition("(")[0] for line in trace.read_text().splitlines() if "(" in line]


def points(calls):
    """(call, its number), from the first write of the journal on: what comes before only reads."""
    counted = {}
    found = []
    for call in calls:
        counted[call] = counted.get(call, 0) + 1
        found.append((call, counted[call]))
    return found[found.index(("fsync", 1)) - 2:]


def chosen(found, every_point):
    others = [point for point in found if point[0] not in ALWAYS]
    kept = others if every_point else others[::SAMPLED]
    return [point for point in found if point[0] in ALWAYS or point in kept]


def assert_equal(expected, seen, where):
    difference = list(difflib.unified_diff(expected, seen, "expected", "found", lineterm="", n=1))
    assert not difference, f"{where}:\n" + "\n".join(difference)


def at_each_point(lab, every_point, action):
    """The points shared among the sites; returns how many there were. One site after the other: two at once wait for one
    lock of the kernel, and then the number of calls, some of them made again, is another in each run."""
    found = {}
    for number, site in enumerate(lab.sites):
        site.trimtab("down")  # also what another test may have left
        nothing = snapshot(site)
        done, calls = traced(site, ())
        assert done.returncode == 0, done.stderr
        whole = snapshot(site, LOCK)
        site.trimtab("down")
        assert_equal(nothing, snapshot(site), f"{site}: down after up")
        found[site] = chosen(points(calls), every_point)
        for index, (call, count) in list(enumerate(found[site]))[number::len(lab.sites)]:
            action(site, call, count, nothing, whole, index // len(lab.sites))
    return len(found[lab["A"]])


def test_row_34_killed_at_every_request(lab, every_point):
    named = []
    finishes = ("up", "down")

    def kill(site, call, count, nothing, whole, turn):
        where = f"killed before {call} {count}"
        for finish in finishes if every_point else finishes[turn % 2:][:1]:
            done, _ = traced(site, ("-e", f"inject={call}:signal=KILL:when={count}"))
            assert done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), f"{where}: {done}"
            if finish == "up":
                if count % 4 == 0:  # a plan is a run more
                    journal = site.run / "up.json"
                    begun = journal.exists() and json.loads(journal.read_text())["doing"] == "up"
                    named.append(("was interrupted" in site.trimtab("plan").stdout) == begun)
                site.trimtab("up")
                assert_equal(whole, snapshot(site, LOCK), where + ", up again")
            site.trimtab("down")
            assert_equal(nothing, snapshot(site), where + ", down")

    began = time.monotonic()
    tried = at_each_point(lab, every_point, kill)
    print(f"  {tried} points, finished {'and undone' if every_point else 'or undone'}, in {time.monotonic() - began:.0f} s; "
          f"`plan` said after {sum(named)} of {len(named)} whether one was interrupted")
    assert tried > 20 and named and all(named)


def test_row_49_a_failure_at_every_request_is_undone(lab, every_point):
    failed = []

    def fail(site, call, count, nothing, whole, _turn):
        done, _ = traced(site, ("-e", f"inject={call}:error=EIO:when={count}"))
        where = f"{call} {count} failed, status {done.returncode}: {done.stderr.strip()}"
        if done.returncode == 0 or "cannot write the output" in done.stderr:
            assert_equal(whole, snapshot(site, LOCK), where)
            site.trimtab("down")
        else:
            # Half of the lab's mesh is not linked to the other, of which it warns first.
            last = done.stderr.splitlines()[-1]
            assert done.returncode == 2 and last.startswith("trimtab: ") and last.count("trimtab: ") == 1, where
            assert_equal(nothing, snapshot(site, LOCK), where)
            failed.append(where)

    began = time.monotonic()
    tried = at_each_point(lab, every_point, fail)
    print(f"  {tried} points, {len(failed)} of them a failure and undone, in {time.monotonic() - began:.0f} s; "
          f"the first: {failed[0]}")
    assert len(failed) > 15


def test_row_54_two_at_once(lab):
    site = lab["A"]
    nothing = snapshot(site, LOCK)
    both = [site.router.start(*site.command("up"), stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = sorted(one.communicate(timeout=60)[0].strip().splitlines()[-1] for one in both)
    print(f"  {said}")
    assert [one.returncode for one in both] == [0, 0]
    assert "nothing to change" in said
    site.trimtab("down")
    assert_equal(nothing, snapshot(site, LOCK), "down")


def test_row_20_a_busy_port_is_named(lab):
    site = lab["A"]
    nothing = snapshot(site, LOCK)
    busy = site.router.start("python3", "-c", "import socket, time; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
                             "s.bind(('', 51820)); print(flush=True); time.sleep(60)", stdout=subprocess.PIPE)
    try:
        busy.stdout.readline()
        refused = site.trimtab("up", check=False)
        print(f"  status {refused.returncode}: {refused.stderr.strip()}")
        assert refused.returncode == 2 and "UDP port" in refused.stderr
    finally:
        busy.kill()
        busy.wait()
    assert_equal(nothing, snapshot(site, LOCK), "refused")


def test_row_20_a_peer_of_somebody_elses_is_named(lab):
    site = lab["A"]
    nothing = snapshot(site, LOCK)
    site.trimtab("up")
    key = "+hKE2l1Wm3SVr6XEGmCnhRVUiFnqGVUU7FsOGb6T2Vo="
    site.router.run("wg", "set", "wg0", "peer", key, "allowed-ips", "10.255.0.2/32")
    before = snapshot(site, LOCK)
    for command in ("up", "down"):
        refused = site.trimtab(command, check=False)
        print(f"  {command}: status {refused.returncode}: {refused.stderr.strip()}")
        assert refused.returncode == 2 and key in refused.stderr and "10.255.0.2/32" in refused.stderr
        assert_equal(before, snapshot(site, LOCK), command)
    site.router.run("wg", "set", "wg0", "peer", key, "remove")
    assert "peer b" in site.trimtab("up").stdout  # the address had been taken away from it
    site.trimtab("down")
    assert_equal(nothing, snapshot(site, LOCK), "down")


def test_the_commands_of_operations_md(lab):
    site = lab["A"]
    section = (REPOSITORY / "docs/operations.md").read_text().partition("\n## A BIRD")[0]
    lines = [line.partition("#")[0].split() for line in section.splitlines() if line.startswith("    trimtab ")]
    assert ["trimtab", "up", "--confirm", "120s"] in lines
    for words in lines:
        said = site.trimtab(*words[1:]).stdout.strip().splitlines()
        print(f"  # {' '.join(words)}\n    {said[-1]}")
    site.trimtab("down")


# --- up --confirm


@pytest.fixture
def grown():
    """A with its link to b up and BIRD running; its mesh file already has the link to c as well."""
    both = Description({"AB": 1, "AC": 1})
    with Lab(both, name="confirm") as lab:
        site = lab["A"]
        still(site)
        lab.write_mesh_file(replace(both, delays_ms={"AB": 1}))
        site.trimtab("up")
        site.start_bird()
        lab.wait_until("BIRD answers", site.bird.answers, 10)
        lab.write_mesh_file(both)
        yield lab


def in_a_terminal(site, *arguments):
    """Runs it with a terminal of its own; returns what it said and the terminal, which the test may let die."""
    master, slave = pty.openpty()

    def become_session():
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

    process = site.router.start(*site.command(*arguments), stdin=slave, stdout=slave, stderr=slave, preexec_fn=become_session)
    os.close(slave)
    said = b""
    while process.poll() is None or not said:
        try:
            said += os.read(master, 65536)
        except OSError:  # nobody has the other end open any more
            break
    assert process.wait(30) == 0, said
    return said.decode().replace("\r", ""), master


def protocols(site):
    return sorted(site.bird.sessions())


def test_up_undoes_itself_unless_it_is_confirmed_also_when_the_terminal_dies(grown):
    site = grown["A"]
    before = snapshot(site, LOCK)
    said, terminal = in_a_terminal(site, "up", "--confirm", "6s")
    print("  " + "\n  ".join(said.splitlines()[-2:]))
    assert re.search(r"undoes itself in [56] s unless you say: trimtab confirm", said)
    site.bird.ask("configure")
    grown.wait_until("BIRD has the new link", lambda: protocols(site) == ["site_2", "site_3"], 5)
    assert "gre-c" in site.router.run("ip", "link").stdout
    os.close(terminal)  # ssh is gone: SIGHUP to whoever still has it

    assert "undoes itself in" in site.trimtab("plan").stdout
    refused = site.trimtab("up", check=False)
    assert refused.returncode == 2 and "trimtab confirm" in refused.stderr
    grown.wait_until("it is undone", lambda: "gre-c" not in site.router.run("ip", "link").stdout, 10)
    grown.wait_until("BIRD has its old configuration", lambda: protocols(site) == ["site_2"], 5)
    too_late = site.trimtab("confirm", check=False)
    print(f"  {too_late.stderr.strip()}")
    assert too_late.returncode == 1 and "nobody confirmed it in time" in too_late.stderr
    assert_equal(before, snapshot(site, (*LOCK, "confirm.json")), "undone")

    # In time, it stays; and what was confirmed is no more to confirm.
    site.trimtab("up", "--confirm", "60s")
    whole = snapshot(site, (*LOCK, "confirm.json", "confirm.lock"))
    print("  " + site.trimtab("confirm").stdout.strip())
    assert site.trimtab("confirm", check=False).returncode == 1
    grown.wait_until("its guardian is gone", lambda: not (site.run / "confirm.lock").exists(), 5)
    assert_equal(whole, snapshot(site, LOCK), "confirmed")

    # The next one comes before the guardian that was dismissed has looked: it waits for him, and he goes.
    grown.write_mesh_file(replace(grown.description, delays_ms={"AB": 1}))
    site.trimtab("up", "--confirm", "60s")
    grown.write_mesh_file(Description({"AB": 1, "AC": 1}))
    site.trimtab("confirm")
    site.trimtab("up", "--confirm", "60s")
    site.trimtab("confirm")
    grown.wait_until("its guardian is gone too", lambda: not (site.run / "confirm.lock").exists(), 5)
    assert_equal(whole, snapshot(site, LOCK), "confirmed again")


def guardian(site):
    """Its process's number, as the lock that it holds says."""
    return int((site.run / "confirm.lock").read_text())


def test_a_guardian_that_is_told_to_end_undoes_at_once_and_one_that_is_killed_is_missed(grown):
    site = grown["A"]
    before = snapshot(site, LOCK)
    ours = (*LOCK, "confirm.json", "confirm.lock")
    site.trimtab("up", "--confirm", "1h")
    os.kill(guardian(site), signal.SIGTERM)
    grown.wait_until("it is undone", lambda: not (site.run / "confirm.lock").exists(), 10)
    assert_equal(before, snapshot(site, ours), "told to end")

    site.trimtab("up", "--confirm", "1h")
    os.kill(guardian(site), signal.SIGKILL)
    said = site.trimtab("plan").stdout
    print("  " + said.splitlines()[0])
    assert "its guardian was killed" in said
    assert "had been killed" in site.trimtab("confirm").stdout

    # Who may write in the directory cannot keep it from undoing.
    site.trimtab("down")
    site.trimtab("up")
    before = snapshot(site, ours)
    grown.write_mesh_file(replace(grown.description, delays_ms={"AB": 1}))
    site.trimtab("up", "--confirm", "4s")
    (site.run / "confirm.json").unlink()
    assert "undoes itself unless" in site.trimtab("plan").stdout
    grown.wait_until("it is undone though its file is gone", lambda: not (site.run / "confirm.lock").exists(), 15)
    grown.write_mesh_file(Description({"AB": 1, "AC": 1}))
    assert_equal(before, snapshot(site, ours), "its file is gone")

    # `down` while one waits: everything goes, and nobody brings anything back.
    site.bird_process.stop()
    site.trimtab("down")
    site.trimtab("up", "--confirm", "2s")
    site.trimtab("down")
    nothing = snapshot(site, ours)
    time.sleep(3)  # what must not happen has no sign of its own
    assert_equal(nothing, snapshot(site, ours), "after down")
    assert "wg0" not in "".join(nothing)


def test_killed_on_the_way_it_still_undoes_itself(grown):
    """The terminal died while `up` was at work: the guardian was there first."""
    site = grown["A"]
    before = snapshot(site, LOCK)
    done, calls = traced(site, (), "--confirm", "1h")
    assert done.returncode == 0
    os.kill(guardian(site), signal.SIGTERM)
    grown.wait_until("it is undone", lambda: not (site.run / "confirm.lock").exists(), 10)
    last = calls.count("sendto")
    for count in range(last - 8, last + 1, 2):
        done, _ = traced(site, ("-e", f"inject=sendto:signal=HUP:when={count}"), "--confirm", "2s")
        assert done.returncode in (-signal.SIGHUP, 128 + signal.SIGHUP), done
        grown.wait_until(f"killed by SIGHUP before request {count} of {last}: undone",
                         lambda: not (site.run / "confirm.lock").exists(), 15)
        assert_equal(before, snapshot(site, (*LOCK, "confirm.json")), f"request {count}")
