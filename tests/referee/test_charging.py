"""What routes cost, on a trace that can be reckoned by hand, and the clairvoyant by a second method."""

import heapq

import numpy as np
import pytest
from referee import charging
from referee.traces import Trace

# Nine frames, an hour apart: frame 0 warms up (9 // 8 = 1), eight are charged over eight hours.
FRAMES = 9


@pytest.fixture
def triangle():
    """0 to 1 costs 10, by way of 2 it costs 3 + 4; from frame 5 on the link 0 to 2 costs 30."""
    rtt_ms = np.zeros((FRAMES, 3, 3))
    rtt_ms[:] = [[0, 10, 3], [10, 0, 4], [3, 4, 0]]
    rtt_ms[5:, 0, 2] = 30
    return Trace("triangle", 3600.0 * np.arange(FRAMES), rtt_ms)


@pytest.fixture
def straight():
    return np.tile(np.arange(3), (FRAMES, 3, 1))


# Frames 1 to 4: 0>1 by way of 2 is 7, and 1>0 by way of 2 too; the other links are the shortest.
# Frames 5 to 8: 0>1 is 10 straight, 0>2 is 14 by way of 1.
CLAIRVOYANT_MS = 4 * (7 + 3 + 7 + 4 + 3 + 4) + 4 * (10 + 14 + 7 + 4 + 3 + 4)


def test_what_a_frame_knows_of_itself(triangle):
    assert triangle.first_counted == 1
    assert triangle.hours == 8
    assert triangle.clairvoyant_ms[1:].sum() == CLAIRVOYANT_MS


def test_direct_links_are_charged_as_they_stand(triangle, straight):
    experienced = 4 * (10 + 3 + 10 + 4 + 3 + 4) + 4 * (10 + 30 + 10 + 4 + 3 + 4)
    assert charging.direct(triangle).cost == pytest.approx(experienced / CLAIRVOYANT_MS)
    assert charging.charge(triangle, straight) == charging.direct(triangle)


def test_a_route_is_charged_hop_by_hop_and_its_changes_once_each(triangle, straight):
    # 0 to 1 goes by way of 2 in frames 2 to 6: in time, and two frames too long.
    straight[2:7, 0, 1] = 2
    figure = charging.charge(triangle, straight)
    saved, lost = 3 * (10 - 7), 2 * (34 - 10)
    assert figure.cost == pytest.approx(charging.direct(triangle).cost + (lost - saved) / CLAIRVOYANT_MS)
    assert figure.changes == pytest.approx(2 / 8 / 6)


def test_a_change_before_the_first_charged_frame_counts_for_nothing():
    trace = Trace("long", 60.0 * np.arange(16), np.tile(np.ones((3, 3)) - np.eye(3), (16, 1, 1)))
    hops = np.tile(np.arange(3), (16, 3, 1))
    hops[1, 0, 1] = 2
    # Moved back in force in frame 2, the first that is charged.
    assert charging.charge(trace, hops).changes * trace.hours * 6 == pytest.approx(1)


def test_a_loop_is_not_charged_and_not_a_bargain(triangle, straight):
    straight[:, 0, 1], straight[:, 2, 1] = 2, 0
    experienced = 4 * (3 + 10 + 4 + 3) + 4 * (30 + 10 + 4 + 3)
    clairvoyant = 4 * (3 + 7 + 4 + 3) + 4 * (14 + 7 + 4 + 3)
    assert charging.charge(triangle, straight).cost == pytest.approx(experienced / clairvoyant)


def dijkstra(costs, source):
    found, due = {}, [(0.0, source)]
    while due:
        cost, host = heapq.heappop(due)
        if host in found:
            continue
        found[host] = cost
        for other in range(len(costs)):
            if other != host and np.isfinite(costs[host, other]):
                heapq.heappush(due, (cost + costs[host, other], other))
    return found


@pytest.mark.parametrize("links_missing", [0, 8])
def test_clairvoyant_is_dijkstras(random_trace, links_missing):
    trace = random_trace(3, frames=5, hosts=9, links_missing=links_missing)
    for frame in range(5):
        for source in range(9):
            found = dijkstra(trace.rtt_ms[frame], source)
            assert [found.get(goal) for goal in range(9)] == pytest.approx(list(trace.clairvoyant_ms[frame, source]))
