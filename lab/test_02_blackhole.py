"""A link in use goes silent: no carrier lost, no error, the packets are just gone. BFD notices, BIRD moves the traffic;
trimtab sees to it that the link does not come straight back."""

import pytest

from topology.rest import a_and_d_talk_over

LONGEST_OUTAGE_MS = 1000
LAST_RESORT_MS = 1_000_000
EARNED_RETURN_S = 3


def without(lab, link):
    """There is a path both ways, and the link is on neither."""
    ends = {lab[letter] for letter in link}
    for here, there in ("AD", "DA"):
        path = [lab[here], *lab[here].path_to(lab[there])]
        if len(path) == 1 or any({one, other} == ends for one, other in zip(path, path[1:])):
            return False
    return True


# The source's own link, and one that it only hears of.
@pytest.mark.parametrize("link", ["AB", "BD"])
def test_traffic_goes_on_within_a_second_and_the_link_earns_its_return(mesh, link):
    near, far = mesh[link[0]], mesh[link[1]]
    streams = [mesh.stream("A", "D"), mesh.stream("D", "A")]
    mesh.wait_until("both streams arrive", lambda: all(stream.arriving() for stream in streams), 10)
    seen = near.events()[-1]["number"]
    for stream in streams:
        stream.mark()

    mesh.link(*link).blackhole()
    mesh.wait_until(f"A and D talk without {link}", lambda: without(mesh, link), 10)
    mesh.wait_until("both streams arrive", lambda: all(stream.arriving() for stream in streams), 10)
    for direction, stream in zip(("A to D", "D to A"), streams):
        report = stream.report()
        print(f"  {link} silent, {direction}: {report}")
        assert 0 < report.outage_ms <= LONGEST_OUTAGE_MS
        stream.mark()
    mesh.wait_until(f"{near} says that its link to {far} is down", lambda: near.status_of(far)["standing"] == "down", 15)
    assert near.published_ms(far) == LAST_RESORT_MS

    mesh.link(*link).repair()
    mesh.wait_until("the link answers and is earning", lambda: near.status_of(far)["standing"] == "earning", 30)
    assert near.published_ms(far) == LAST_RESORT_MS
    assert without(mesh, link)
    earning = mesh.wait_until("the link has earned its cost", lambda: near.status_of(far)["standing"] == "up", 60)
    mesh.wait_until("A and D talk through B again", lambda: a_and_d_talk_over(mesh, "ABD"), 60)
    assert earning >= EARNED_RETURN_S - 1  # a round's time: standing was looked at after it began
    for direction, stream in zip(("A to D", "D to A"), streams):
        report = stream.stop()
        print(f"  the return, {direction}: {report}")
        assert report.lost == 0
    for event in near.events(since=seen):
        print(f"    {event['kind']:10} {event['link'] or '':2} {event['text']}")
