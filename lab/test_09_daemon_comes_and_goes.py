"""The daemon is not on the way of any packet: it may stop, die and come back, and what was published stays published."""

import pytest


def published(site):
    return {link["neighbour"]: link["published_ms"] for link in site.ask(ask="status")["links"]}


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_traffic_goes_on_without_it_and_a_restart_publishes_what_was(mesh, end):
    site = mesh["B"]
    stream = mesh.stream("A", "D", every_ms=5)
    mesh.wait_until("the stream arrives", stream.arriving, 10)
    stream.mark()
    before, file_before = published(site), site.metrics_file()

    status = getattr(site.daemon, end)()
    assert site.metrics_file() == file_before
    assert mesh["A"].route_to(mesh["D"]) == site
    if end == "stop":
        assert status == 0

    site.start_trimtab()
    mesh.wait_until("the daemon answers again", site.daemon_answers, 20)
    first = published(site)
    print(f"  published before: {before}; first after the restart: {first}")
    assert first == before
    mesh.wait_until("it has measured every link again",
                    lambda: all(link["rtt_ms"] is not None for link in site.ask(ask="status")["links"]), 20)
    assert mesh["A"].route_to(mesh["D"]) == site
    assert all(value < 1000 for value in published(site).values())
    report = stream.stop()
    print(f"  {report}")
    assert report.lost == 0
