"""BIRD restarts, refuses, stands still. The metrics file is then what the specification (§8) says of each case, `status`
says what is the matter, and publishing goes on by itself."""

import signal

import pytest

DEADLINE_S = 30


@pytest.fixture
def site(mesh):
    yield mesh["B"]


def bird_state(site):
    return site.ask(ask="status")["bird"]


def make_it_publish(mesh):
    """BD gets so slow that B has something to say, and traffic reason to leave it, whatever a busy machine adds."""
    mesh.link("B", "D").delay(add_ms=60)


def in_file(site, other):
    """The cost that the metrics file gives for the neighbour, in ms."""
    line = next(line for line in site.metrics_file().splitlines() if f"COST_{other.id} " in line)
    return int(line.rpartition("=")[2].strip(" ;")) / 10


def test_a_restarted_bird_takes_up_what_was_published(mesh, site):
    before = {link["neighbour"]: link["published_ms"] for link in site.ask(ask="status")["links"]}
    seen = site.events()[-1]["number"]
    site.bird_process.stop()
    mesh.wait_until("status says that BIRD is absent", lambda: bird_state(site)["state"] == "absent", DEADLINE_S)
    make_it_publish(mesh)
    mesh.wait_until("what is published meanwhile is in the file",
                    lambda: site.published_ms(mesh["D"]) == in_file(site, mesh["D"]) > before["d"], DEADLINE_S)
    site.start_bird()
    mesh.wait_until("status says that BIRD is connected", lambda: bird_state(site)["state"] == "connected", DEADLINE_S)
    mesh.wait_until("every session is established", mesh.every_session_established, DEADLINE_S)
    dropped = [event["text"] for event in site.events(since=seen) if event["kind"] == "standing"]
    assert not dropped, "a restart of BIRD is no drop of its links"


def test_a_refused_file_leaves_the_old_one_and_publishing_resumes(mesh, site):
    d = mesh["D"]
    configuration = site.config / "bird.conf"
    good = configuration.read_text()
    configuration.write_text(good + "\nthis is no BIRD configuration;\n")
    try:
        before = site.metrics_file()
        make_it_publish(mesh)
        mesh.wait_until("status says that BIRD refused, and where", lambda: bird_state(site)["error"], DEADLINE_S)
        state = bird_state(site)
        print(f"  {state['error']}")
        assert "bird.conf" in state["error"] or "syntax" in state["error"]
        assert state["pending"]
        assert site.metrics_file() == before
    finally:
        configuration.write_text(good)
    mesh.wait_until("publishing has resumed", lambda: not bird_state(site)["error"] and not bird_state(site)["pending"]
                    and in_file(site, d) == site.published_ms(d), DEADLINE_S)
    mesh.wait_until("and the traffic moves", lambda: mesh["A"].route_to(d) == mesh["C"], DEADLINE_S)


def test_a_silent_bird_leaves_the_old_file_and_publishing_resumes(mesh, site):
    """Stopped, not gone: it accepts connections and answers nothing."""
    d = mesh["D"]
    before = site.metrics_file()
    site.bird_process.signal(signal.SIGSTOP)
    try:
        make_it_publish(mesh)
        mesh.wait_until("status says that BIRD is silent", lambda: bird_state(site)["state"] == "silent", DEADLINE_S)
        assert site.metrics_file() == before
    finally:
        site.bird_process.signal(signal.SIGCONT)
    mesh.wait_until("publishing has resumed", lambda: bird_state(site)["state"] == "connected"
                    and not bird_state(site)["pending"] and in_file(site, d) == site.published_ms(d), DEADLINE_S)
