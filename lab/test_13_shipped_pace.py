"""What the quick scenarios show, at the pace that ships: a round takes fifteen seconds, a dwell two minutes.

One lab and one story, because at this pace a link takes minutes to be forgiven: first the link in use gets slow, then
the one that took over loses packets.
"""

from topology.rest import a_and_d_talk_over

INTERVAL_S = 15
LOSS_IS_LEFT_WITHIN_S = 90


def test_a_brownout_and_then_loss(shipped_mesh):
    mesh = shipped_mesh
    streams = [mesh.stream("A", "D"), mesh.stream("D", "A")]
    mesh.wait_until("both streams arrive", lambda: all(stream.arriving() for stream in streams), 10)
    for stream in streams:
        stream.mark()
    mesh.link("B", "D").delay(add_ms=100, direction="B>D")
    mesh.wait_until("100 ms more on BD: A and D talk through C", lambda: a_and_d_talk_over(mesh, "ACD"), 4 * INTERVAL_S)
    for direction, stream in zip(("A to D", "D to A"), streams):
        report = stream.stop()
        print(f"  the move, {direction}: {report}")
        assert report.lost == 0

    mesh.link("C", "D").loss(20)
    mesh.wait_until("20 % lost each way on CD: A and D talk through B", lambda: a_and_d_talk_over(mesh, "ABD"),
                    LOSS_IS_LEFT_WITHIN_S)
    loss = mesh["C"].status_of(mesh["D"])["loss"]
    print(f"  C says of its link to D: {loss['percent']:.0f} % lost of {loss['probes']} probes, "
          f"{loss['proven_percent']:.0f} % proven")
