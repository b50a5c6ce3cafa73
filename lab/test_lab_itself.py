"""The lab measures what it says it measures: a lab that is wrong about delay or outage proves nothing."""

import time

import pytest

from topology.mesh import Lab
from topology.meshfile import Description, FOUR_SITES
from topology.ping import ping
from topology.stream import Stream


@pytest.fixture(scope="module")
def lab():
    with Lab(Description(FOUR_SITES), "itself") as built:
        yield built


@pytest.fixture(autouse=True)
def healthy(lab):
    yield
    lab.repair()


def rtt(lab, one, other):
    """The best of five over the bare wire: queueing in the machine only ever adds."""
    times = [ping(lab[one].router, lab[other].wan_address) for _ in range(5)]
    return min(time for time in times if time is not None)


def test_each_wire_has_its_own_delay(lab):
    for pair, one_way in FOUR_SITES.items():
        measured = rtt(lab, *pair)
        print(f"  wire {pair}: RTT {measured:.1f} ms, given {2 * one_way}")
        assert 2 * one_way <= measured < 2 * one_way + 6


def test_a_wire_is_degraded_in_one_direction_and_no_other_wire_notices(lab):
    before = {pair: rtt(lab, *pair) for pair in FOUR_SITES}
    lab.link("B", "D").delay(add_ms=100, direction="B>D")
    after = {pair: rtt(lab, *pair) for pair in FOUR_SITES}
    for pair in FOUR_SITES:
        expected = before[pair] + (100 if pair == "BD" else 0)
        print(f"  wire {pair}: RTT {before[pair]:.1f} ms, then {after[pair]:.1f} ms")
        assert abs(after[pair] - expected) < 6


def test_a_blackhole_is_silent_and_the_stream_measures_it(lab):
    stream = Stream(lab["A"].router, lab["B"].router, lab["B"].wan_address)
    try:
        lab.wait_until("the stream arrives", stream.arriving, 5)
        stream.mark()
        began = time.monotonic()
        lab.link("A", "B").blackhole(direction="A>B")
        cut = time.monotonic()
        lab.wait_until("nothing arrives", lambda: not stream.arriving(300), 5)
        assert "state UP" in lab["A"].router.run("ip", "link", "show", "wan-b").stdout
        mended = time.monotonic()
        lab.link("A", "B").repair()
        shortest, longest = (mended - cut) * 1000, (time.monotonic() - began) * 1000
        lab.wait_until("the stream arrives again", stream.arriving, 5)
        report = stream.report()
        print(f"  cut for {shortest:.0f} to {longest:.0f} ms; {report}")
        assert shortest <= report.outage_ms < longest + 50
    finally:
        stream.close()


def test_loss_is_what_was_asked_for(lab):
    lab.link("C", "D").loss(20)
    stream = Stream(lab["C"].router, lab["D"].router, lab["D"].wan_address, every_ms=2)
    try:
        lab.wait_until("a thousand packets were sent", lambda: stream.sent() >= 1000, 30)
        report = stream.report()
        share = report.lost / report.sent
        print(f"  20 % asked for, {share:.1%} lost")
        # 1000 packets: five standard deviations to either side.
        assert 0.14 < share < 0.26
        # What a busy machine adds comes on top; a delay of another unit or of both ways would not fit in.
        print(f"  wire of 7 ms one way: {report.mean_delay_ms:.1f} ms on average")
        assert 7 <= report.mean_delay_ms < 30
    finally:
        stream.close()
