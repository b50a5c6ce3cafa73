"""Rows 42 to 44: another hand in the metrics file, a power cut, a disk that takes nothing."""

import contextlib
import re
import subprocess

import pytest
from steering import (PUBLISHED_S, bias, bird_state, in_file, in_force, is_whole, leftovers, pending, probes_in,
                      settled, start_alone, start_traced, traced)
from topology.waiting import stays_true


def edit(path, victim):
    path.write_text(re.sub(r"COST_(\d+) = \d+", r"COST_\1 = 7", path.read_text()))


def remove(path, victim):
    path.unlink()


def lock_away(path, victim):
    path.chmod(0)


def link_elsewhere(path, victim):
    path.unlink()
    path.symlink_to(victim)


def empty(path, victim):
    path.write_text("")


def cut(path, victim):
    path.write_text(path.read_text()[:-12])


@pytest.mark.parametrize("hand, word", [(edit, "another hand"), (remove, "gone"), (lock_away, "mode 0000"),
                                        (link_elsewhere, "symbolic link"), (empty, "another hand"), (cut, "another hand")])
def test_row_42_another_hand_in_the_metrics_file(network, tmp_path, hand, word):
    """Written anew once; the second time it is an alarm, until it is right or something new is published."""
    sites = network("AB", start=False)
    a, b = sites
    start_alone(sites, a)
    path, before, since = a.run / "metrics.conf", a.metrics_file(), a.last_event()
    victim = tmp_path / "victim"
    victim.write_text("nobody's to touch\n")

    def as_it_was():
        return not path.is_symlink() and path.exists() and path.stat().st_mode & 0o777 == 0o644 and a.metrics_file() == before

    hand(path, victim)
    took = sites.wait("it is written anew", lambda: as_it_was() and not pending(a), 4)
    assert [word in event["text"] for event in a.events(since) if event["kind"] == "bird"] == [True]
    assert in_force(a, b) == in_file(a, b) == a.published_ms(b)
    hand(path, victim)
    alarm = sites.wait("the second time it is an alarm", lambda: "again" in (bird_state(a)["error"] or ""), 4)
    stays_true("and left as it is", lambda: not as_it_was(), 1.5)
    bias(a, 30)
    sites.wait("a new cost is published all the same", lambda: not pending(a) and not bird_state(a)["error"]
               and is_whole(a.metrics_file()) and in_force(a, b) == in_file(a, b) > 30, PUBLISHED_S)
    assert victim.read_text() == "nobody's to touch\n" and not path.is_symlink()
    print(f"  row 42: {hand.__name__}: mended after {took:.2f} s, alarm after {alarm:.2f} s")


def test_row_43_truncated_by_a_power_cut(network):
    """What is renamed is on the disk before, its directory after, and BIRD is told last; BIRD takes no empty file."""
    sites = network("AB", start=False)
    a, b = sites
    a.start_bird()
    sites.wait("BIRD answers", a.bird.answers, 10)
    log = start_traced(a, "-y", "-e", "trace=fsync,rename,renameat,renameat2,sendto")
    settled(sites, a)
    calls = [line.split(maxsplit=1)[1] for line in log.read_text().splitlines()]
    at = next(index for index, call in enumerate(calls) if call.startswith("rename") and '/metrics.conf")' in call)
    assert calls[at - 1].startswith("fsync(") and "metrics.conf." in calls[at - 1], calls[at - 1]
    assert calls[at + 1].startswith("fsync(") and f"<{a.run}>" in calls[at + 1], calls[at + 1]
    told = next(index for index, call in enumerate(calls) if '"configure\\n"' in call and index > at)
    print(f"  row 43: {' -> '.join(call.split('(')[0] for call in (*calls[at - 1:at + 2], calls[told]))}")
    a.daemon.stop()
    cost = in_force(a, b)
    for text in ("", a.metrics_file()[:-30], a.metrics_file().splitlines()[0] + "\n"):
        (a.run / "metrics.conf").write_text(text)
        answer = a.bird.ask("configure")[-1]
        print(f"  row 43: {len(text)} bytes: {answer}")
        assert "syntax error" in answer or "undefined" in answer.lower()
        assert in_force(a, b) == cost
    a.start_trimtab()
    settled(sites, a)
    assert is_whole(a.metrics_file()) and in_force(a, b) == in_file(a, b)
    assert "measured anew" in " ".join(event["text"] for event in a.events())


@contextlib.contextmanager
def own_file_system(site, options):
    """The site's run directory on a small tmpfs of its own, with what it holds."""
    metrics = (site.run / "metrics.conf").read_text()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "trimtab-faults", site.run], check=True)
    try:
        (site.run / "metrics.conf").write_text(metrics)
        yield
    finally:
        for process in site.processes():
            process.stop()
        subprocess.run(["umount", site.run], check=True)


@contextlib.contextmanager
def full(site):
    filler = site.run / "filler"
    with open(filler, "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)
    yield "No space left"
    filler.unlink()


@contextlib.contextmanager
def no_inodes(site):
    made = []
    with contextlib.suppress(OSError):
        while True:
            made.append(site.run / f"inode{len(made)}")
            made[-1].touch()
    yield "No space left"
    for path in made:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def read_only(site):
    subprocess.run(["mount", "-o", "remount,ro", site.run], check=True)
    yield "Read-only"
    subprocess.run(["mount", "-o", "remount,rw", site.run], check=True)


@contextlib.contextmanager
def broken(site, call="fsync"):
    with traced(site, "-e", f"inject={call}:error=EIO"):
        yield "Input/output error"


@contextlib.contextmanager
def broken_directory(site):
    """The third replacement is made, and then the directory cannot be synced: told as failed, and there all the same."""
    with traced(site, "-e", "inject=fsync:error=EIO:when=6"):
        yield None


@pytest.mark.parametrize("fault", [full, no_inodes, read_only, broken, broken_directory])
def test_row_44_a_disk_that_takes_nothing(network, fault):
    sites = network("AB", start=False)
    a, b = sites
    with own_file_system(a, "size=64k,nr_inodes=20,mode=755"):
        start_alone(sites, a)
        before = a.metrics_file()
        with fault(a) as word:
            bias(a, 30)
            if word:
                sites.wait("status says so", lambda: word in (bird_state(a)["error"] or ""), PUBLISHED_S)
                print(f"  row 44: {bird_state(a)['error']}")
                probes, slowest = probes_in(a, 2)
                assert a.metrics_file() == before and leftovers(a) == [] and pending(a)
                print(f"  row 44: {fault.__name__}: old file intact; {probes} probes in 2 s, slowest answer {1000 * slowest:.0f} ms")
                assert 8 <= probes <= 14
            else:
                sites.wait("the file is there, and BIRD has it", lambda: not pending(a) and in_force(a, b) > 30, 12)
                assert not any("another hand" in event["text"] for event in a.events())
        sites.wait("published once it can be", lambda: not pending(a) and in_force(a, b) == in_file(a, b) > 30
                   and not bird_state(a)["error"], 12)
        assert leftovers(a) == []
