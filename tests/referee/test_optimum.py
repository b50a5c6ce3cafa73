"""The offline optimum against trying everything, and the shape of its frontier."""

import itertools

import numpy as np
import pytest
from referee import optimum


def brute_force(trace, price):
    """The cheapest sequence of paths for every pair by trying all; (cost + price · changes) over all pairs."""
    counted = trace.rtt_ms[trace.first_counted:]
    hosts, total = range(trace.hosts), 0
    for source, goal in itertools.permutations(hosts, 2):
        between = [host for host in hosts if host not in (source, goal)]
        paths = [(source, *middle, goal) for size in range(3) for middle in itertools.permutations(between, size)]
        costs = [[sum(frame[a, b] for a, b in zip(path, path[1:])) for path in paths] for frame in counted]
        total += min(
            sum(row[path] for row, path in zip(costs, taken))
            + price * sum(a != b for a, b in zip(taken, taken[1:]))
            for taken in itertools.product(range(len(paths)), repeat=len(counted)))
    return total


def priced_sum(trace, price, figure):
    first = trace.first_counted
    return (figure.cost * trace.clairvoyant_ms[first:].sum()
            + price * figure.changes * trace.hours * trace.pairs)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("price", [0, 7, 40, 1000])
def test_optimum_is_what_trying_everything_finds(random_trace, seed, price):
    trace = random_trace(seed, frames=6, hosts=4)
    figure, = optimum.optimum(trace, [price])
    assert priced_sum(trace, price, figure) == pytest.approx(brute_force(trace, price))


def test_one_saving_is_worth_its_price_and_no_more(random_trace):
    trace = random_trace(1, frames=9, hosts=2)
    trace.rtt_ms[:, 0, 1] = trace.rtt_ms[:, 1, 0] = 10
    # A third host whose detour saves 3 ms in four frames, from 0 to 1 only.
    rtt_ms = np.full((9, 3, 3), 1e6)
    rtt_ms[:, range(3), range(3)] = 0
    rtt_ms[:, :2, :2] = trace.rtt_ms
    rtt_ms[:5, 0, 2], rtt_ms[5:, 0, 2], rtt_ms[:, 2, 1] = 50, 6, 1
    detour = type(trace)("detour", trace.time_s, rtt_ms)
    cheap, dear = optimum.optimum(detour, [11.9, 12.1])
    assert cheap.changes * detour.hours * detour.pairs == pytest.approx(1)
    assert dear.changes == 0


def test_dearer_changes_are_fewer_and_cost_more(random_trace):
    trace = random_trace(5, frames=60, hosts=6)
    for of in (optimum.optimum, optimum.bound):
        figures = of(trace, [0, 1, 5, 20, 80, 300, 1e6])
        assert all(a.changes >= b.changes for a, b in zip(figures, figures[1:]))
        assert all(a.cost <= b.cost + 1e-12 for a, b in zip(figures, figures[1:]))
        assert figures[-1].changes == 0


@pytest.mark.parametrize("links_missing", [0, 4])
def test_bound_is_never_above_the_optimum(random_trace, links_missing):
    trace = random_trace(6, frames=60, hosts=6, links_missing=links_missing)
    prices = [0, 1, 5, 20, 80, 300]
    for price, above, below in zip(prices, optimum.optimum(trace, prices), optimum.bound(trace, prices)):
        assert priced_sum(trace, price, below) <= priced_sum(trace, price, above) + 1e-9
    assert optimum.bound(trace, [0])[0].cost == pytest.approx(1)


def test_dropping_paths_that_are_never_better_changes_nothing(random_trace):
    costs = optimum.path_costs(random_trace(7, frames=40, hosts=6).rtt_ms, 2)
    few = optimum.worthwhile(costs)
    assert few.shape[2] < costs.shape[2]
    for whole, part in zip(optimum.cheapest(costs, [30]), optimum.cheapest(few, [30])):
        assert whole == pytest.approx(part)


def test_optimum_at_a_number_of_changes_is_within_it_and_close(random_trace):
    traces = [random_trace(seed, frames=80, hosts=5) for seed in (8, 9)]
    points = optimum.frontier(traces, [1, 200])
    wanted = (points[0].figure.changes + points[1].figure.changes) / 2
    best = optimum.at_changes(traces, wanted, points)
    assert 0.9 * wanted <= best.figure.changes <= wanted


def test_fewer_changes_than_the_frontier_has_are_found_beyond_it(random_trace):
    traces = [random_trace(8, frames=80, hosts=5)]
    points = optimum.frontier(traces, [1, 2])
    best = optimum.at_changes(traces, points[1].figure.changes / 2, points)
    assert best and best.price_ms_frames > 2


def test_pairs_more_than_three_links_apart_are_told_and_left_out(random_trace):
    trace = random_trace(10, frames=20, hosts=5)
    # A chain: only its ends are four links apart.
    for a, b in itertools.permutations(range(5), 2):
        if abs(a - b) > 1:
            trace.rtt_ms[:, a, b] = np.inf
    assert optimum.beyond_reach(trace) == 2
    assert optimum.optimum(trace, [1])[0] == optimum.Figure(pytest.approx(1), 0)
