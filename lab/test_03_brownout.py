"""A link in use gets slow without failing. Nobody but a measurement notices, and nothing may be lost over it."""

from topology.meshfile import QUICK
from topology.rest import a_and_d_talk_over

DWELL_S = float(QUICK["dwell"].removesuffix("s"))


def test_traffic_moves_and_returns_without_losing_a_packet(mesh):
    b, d = mesh["B"], mesh["D"]
    streams = [mesh.stream("A", "D", every_ms=5), mesh.stream("D", "A", every_ms=5)]
    mesh.wait_until("both streams arrive", lambda: all(stream.arriving() for stream in streams), 10)
    numbers = {site: site.events()[-1]["number"] for site in (b, d)}
    for stream in streams:
        stream.mark()

    mesh.link("B", "D").delay(add_ms=100, direction="B>D")
    mesh.wait_until("traffic has moved to C", lambda: a_and_d_talk_over(mesh, "ACD"), 15)
    mesh.link("B", "D").repair()
    mesh.wait_until("traffic has returned to B", lambda: a_and_d_talk_over(mesh, "ABD"), 120)

    for direction, stream in zip(("A to D", "D to A"), streams):
        report = stream.stop()
        print(f"  there and back, {direction}: {report}")
        assert report.lost == 0
    for site, other in ((b, d), (d, b)):
        published = [event for event in site.events(since=numbers[site])
                     if event["kind"] == "published" and event["link"] == other.name]
        print(f"  {site} published for {other}: " + ", ".join(f"{event['to']:.1f}" for event in published) + " ms")
        lowered = [event["at"] for event in published if event["to"] < event["from"]]
        assert lowered, "the return was not published"
        gaps = [after - before for before, after in zip(lowered, lowered[1:])]
        print(f"  {site} lowered it {len(lowered)} times, {', '.join(f'{gap:.1f}' for gap in gaps)} s apart")
        assert all(gap >= DWELL_S - 0.1 for gap in gaps)
