"""Rows 33 and 35 to 41: the daemon dies while it publishes, and BIRD is away, restarts, hangs, refuses, talks nonsense."""

import re
import signal
import threading
import time

import pytest
from steering import (PUBLISHED_S, FakeBird, all_up, bias, bird_state, in_file, in_force, is_whole, leftovers, pending,
                      probes_in, reconfigurations, settled, start_alone, start_traced, traced)
from topology.waiting import stays_true, wait_until

# A publication is three files: candidate metrics, candidate main file, metrics file. Each is written, given its mode,
# synced, renamed, and its directory synced; then BIRD is told.
STEPS = [("fchmod", 1), ("fsync", 1), ("rename", 1), ("fsync", 2), ("fsync", 3), ("rename", 2),
         ("fchmod", 3), ("fsync", 5), ("rename", 3), ("fsync", 6)]


def test_row_33_killed_at_every_step_of_publishing(network):
    """The file is the old one or the new one; the next daemon takes up where it was, and sweeps."""
    sites = network("AB", "CD", "EF", "GH", start=False)
    busy = [site for site in sites if site.letter in "ACEG"]
    outcomes, failures = [], []

    def sweep(site, steps):
        try:
            neutral = site.metrics_file()
            site.start_bird()
            wait_until("BIRD answers", site.bird.answers, 10)
            for call, number in steps:
                outcomes.append((call, number, *die_and_return(site, neutral, call, number)))
        except BaseException as error:  # told by the test's own thread
            failures.append(f"{site}: {error}")

    threads = [threading.Thread(target=sweep, args=(site, STEPS[index::len(busy)])) for index, site in enumerate(busy)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    assert len(outcomes) == len(STEPS)
    for call, number, found, took in sorted(outcomes):
        print(f"  row 33: killed at {call} {number}: {found} file; reconciled {took:.2f} s after the restart")
    assert {found for *_, found, _ in outcomes} == {"old", "new"}, "the sweep must cross the replacement"
    print(f"  row 33: {len(outcomes)} kills, slowest return {max(took for *_, took in outcomes):.2f} s")


def die_and_return(site, neutral, call, number):
    """From a neutral file: a daemon that dies at this call, and the next one. Returns (which file was found, how soon)."""
    other = site.lab.neighbours(site)[0]
    site.daemon and site.daemon.stop()
    (site.run / "metrics.conf").write_text(neutral)
    site.bird.ask("configure")
    start_traced(site, "-e", f"inject={call}:signal=KILL:when={number}")
    wait_until(f"it has died at {call} {number}", lambda: not site.daemon.running(), 25)
    site.daemon.kill()
    text = site.metrics_file()
    assert is_whole(text), f"{call} {number} left a partial file: {text!r}"
    found = "old" if text == neutral else "new"
    began = time.monotonic()
    site.start_trimtab()
    wait_until("the next one answers", site.daemon_answers, 20)
    if found == "new":
        assert site.published_ms(other) == in_file(site, other), "a restart publishes what was published"
    wait_until("file, BIRD and daemon agree", lambda: all_up(site) and not pending(site)
               and site.published_ms(other) == in_file(site, other) == in_force(site, other), 20)
    took = time.monotonic() - began
    assert leftovers(site) == []
    return found, took


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_row_35_a_restart_publishes_what_was_and_reloads_nothing(network, end):
    sites = network("AB", start=False)
    a, b = sites
    start_alone(sites, a)
    before, file_before, reloads = a.published_ms(b), a.metrics_file(), reconfigurations(a)
    getattr(a.daemon, end)()
    assert a.metrics_file() == file_before
    a.start_trimtab()
    sites.wait("it answers again", a.daemon_answers, 20)
    assert a.published_ms(b) == before
    sites.wait("it has measured the link again", lambda: a.link(b)["rtt_ms"] is not None, 10)
    stays_true("published stays", lambda: a.published_ms(b) == before and not pending(a), 1.5)
    print(f"  row 35: {before} ms before and after; reconfigurations of BIRD: {reconfigurations(a) - reloads}")
    assert reconfigurations(a) == reloads
    assert a.metrics_file() == file_before


def test_row_36_bird_down_at_start(network):
    """Attempts grow apart; the file is written; BIRD reads it when it comes, and nothing more is needed."""
    sites = network("AB", start=False)
    a, b = sites
    reloads = reconfigurations(a)
    log = start_traced(a, "-e", "trace=connect")
    sites.wait("A answers", a.daemon_answers, 20)
    sites.wait("the link is published into the file",
               lambda: all_up(a) and in_file(a, b) == a.published_ms(b) != 1_000_000, 20)
    state = bird_state(a)
    assert state["state"] == "absent" and state["pending"] and "No such file" in state["error"], state
    sites.wait("five attempts are made", lambda: log.read_text().count("bird.ctl") >= 5, 15)
    attempts = [float(line.split()[0]) for line in log.read_text().splitlines() if "bird.ctl" in line]
    apart = [later - earlier for earlier, later in zip(attempts, attempts[1:])]
    print(f"  row 36: attempts apart by {', '.join(f'{gap:.2f}' for gap in apart)} s")
    # Counted from the turn that saw the failure; a busy machine makes that a little earlier than the next stamp.
    assert all(gap > 0.75 * nominal for gap, nominal in zip(apart, (0.25, 0.5, 1, 2)))
    a.start_bird()
    took = sites.wait("BIRD is found", lambda: bird_state(a)["state"] == "connected" and not pending(a), 5 + 1)
    assert in_force(a, b) == in_file(a, b) == a.published_ms(b)
    print(f"  row 36: in force {took:.2f} s after BIRD's start (back-off at most 5 s); "
          f"reconfigurations: {reconfigurations(a) - reloads}")
    assert reconfigurations(a) == reloads


def test_row_37_bird_restarts(network):
    sites = network("AB", start=False)
    a, b = sites
    start_alone(sites, a)
    before, since = a.metrics_file(), a.last_event()
    a.bird_process.stop()
    reloads = reconfigurations(a)
    a.start_bird()
    took = sites.wait("BIRD is connected again", lambda: bird_state(a)["state"] == "connected" and not pending(a), 6)
    stays_true("nothing is published", lambda: a.metrics_file() == before and not pending(a), 1)
    print(f"  row 37: connected {took:.2f} s after its start; reconfigurations: {reconfigurations(a) - reloads}")
    assert reconfigurations(a) == reloads
    assert in_force(a, b) == in_file(a, b)
    assert a.published_events(since=since) == []


def test_row_38_bird_hangs(network):
    """Stopped, it accepts and answers nothing: seen after 5 s, and the loop turns all the while."""
    sites = network("AB", start=False)
    a, b = sites
    start_alone(sites, a)
    before = a.metrics_file()
    a.bird_process.signal(signal.SIGSTOP)
    try:
        bias(a, 30)
        took = sites.wait("status says that BIRD is silent", lambda: bird_state(a)["state"] == "silent", 5 + 2)
        assert took > 3, "five seconds from the last question"
        probes, slowest = probes_in(a, 2)
        assert a.metrics_file() == before and pending(a)
    finally:
        a.bird_process.signal(signal.SIGCONT)
    sites.wait("the new cost is in force", lambda: not pending(a) and in_force(a, b) == in_file(a, b) > 30, PUBLISHED_S)
    print(f"  row 38: silent after {took:.2f} s; meanwhile {probes} probes in 2 s, slowest answer {1000 * slowest:.0f} ms")
    assert 8 <= probes <= 14 and slowest < 0.5


def test_row_39_bird_refuses_the_configuration(network):
    sites = network("AB", start=False)
    a, b = sites
    start_alone(sites, a)
    configuration, before = a.config / "bird.conf", a.metrics_file()
    good = configuration.read_text()
    configuration.write_text(good + "\nnonsense here;\n")
    line = good.count("\n") + 2
    with traced(a, "-e", "trace=sendto") as calls:
        bias(a, 30)
        sites.wait("status says what BIRD has against it", lambda: bird_state(a)["error"], PUBLISHED_S)
        said = bird_state(a)["error"]
        assert re.search(rf":{line}:\d+ ", said), f"no line {line} in {said!r}"
        stays_true("it is pending, the old file stands", lambda: pending(a) and a.metrics_file() == before, 5)
        attempts = sum("configure check" in call for call in calls())
    print(f"  row 39: {said!r}; {attempts} attempts in 5 s")
    assert 1 <= attempts <= 3, "2 s, then 4 s apart"
    assert in_force(a, b) == in_file(a, b) < 30
    configuration.write_text(good)
    sites.wait("publishing resumes by itself", lambda: not pending(a) and in_force(a, b) == in_file(a, b) > 30, 12)


def test_row_40_bird_talks_in_pieces_and_nonsense(network):
    sites = network("AB", start=False)
    a, b = sites
    mood = "pieces"

    def say(connection, command):
        answer = fake.usual(command)
        if mood == "pieces":
            for byte in answer:
                connection.sendall(bytes([byte]))
        elif mood == "long line":
            connection.sendall(b"0000-" + b"x" * (1 << 20))
        elif mood == "wrong code":
            connection.sendall(b"zzzz what\n")
        elif mood == "endless":
            while True:
                connection.sendall(b"1002-site_2 BGP --- up 12:00:00.000 Established\n" * 1000)

    with FakeBird(a, say) as fake:
        a.start_trimtab()
        settled(sites, a)
        memory = a.daemon.memory_mb()
        print("  row 40: byte by byte: connected, published")
        for mood, reason in (("long line", "64 kB"), ("wrong code", "no reply"), ("endless", None)):
            connections = fake.connections
            sites.wait(f"{mood}: the connection is given up", lambda: fake.connections > connections, 8)
            if reason:
                sites.wait("status says why", lambda: reason in (bird_state(a)["error"] or ""), 6)
            probes, slowest = probes_in(a, 1)
            print(f"  row 40: {mood}: {probes} probes in 1 s, slowest answer {1000 * slowest:.0f} ms")
            assert 3 <= probes <= 9 and slowest < 0.5
        grown = a.daemon.memory_mb() - memory
        mood = "pieces"
        sites.wait("it is connected again", lambda: bird_state(a)["state"] == "connected", 12)
    print(f"  row 40: memory grew by {grown:.1f} MB")
    assert grown < 16


@pytest.mark.parametrize("code", ["0004 Reconfiguration in progress", "0005 Reconfiguration already in progress"])
def test_row_41_a_reconfiguration_under_way_is_verified(network, code):
    """Taken, not refused; and asked until BIRD runs with it."""
    sites = network("AB", start=False)
    a, b = sites
    began = []

    def say(connection, command):
        answer = fake.usual(command)
        if command == "configure":
            began.append(time.monotonic())
            answer = code.encode() + b"\n"
        elif command.startswith("eval") and len(began) == 2 and time.monotonic() < began[1] + 1.5:
            answer = b"0023 77\n"  # still at it
        connection.sendall(answer)

    with FakeBird(a, say) as fake:
        a.start_trimtab()
        settled(sites, a)
        waited = time.monotonic() - began[1]
        asked = sum(command.startswith("eval") for command in fake.commands)
        print(f"  row 41: {code[:4]}: confirmed after {waited:.2f} s (BIRD took 1.50), {asked} questions, "
              f"{len(began)} `configure`, error {bird_state(a)['error']}")
        assert waited > 1.4 and len(began) == 2, "one for the neutral file, one for the published one"
        assert bird_state(a)["error"] is None
