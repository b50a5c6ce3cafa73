"""The forecaster: what it knows, and that it does not know more."""

import numpy as np
import pytest
from referee import forecaster, optimum
from referee.traces import Trace

WAYS = (forecaster.Free, forecaster.Settled)


def held(frames=60, hosts=4, length=5, seed=1):
    """Every value of every link stands for `length` frames."""
    values = np.random.default_rng(seed).integers(10, 400, (frames // length, hosts, hosts)).astype(float)
    rtt_ms = np.repeat(values, length, axis=0)
    rtt_ms[:, range(hosts), range(hosts)] = 0
    return Trace("held", np.arange(float(frames)) * 15, rtt_ms)


def test_it_knows_when_a_sites_values_end_and_only_the_mean_of_what_comes():
    """A site's values end together, each site's at its own times; that a link gets the value it had is no exception."""
    trace = held()
    trace.rtt_ms[2:, 3] = trace.rtt_ms[:-2, 3].copy()
    trace.rtt_ms[20:25, 0, 1] = trace.rtt_ms[19, 0, 1]
    for site, frame, frames_left in ((0, 15, 4), (0, 19, 0), (0, 20, 4), (0, 23, 1), (3, 20, 1), (3, 22, 4)):
        link = trace.rtt_ms[:, site, 1]
        found = forecaster.expected(trace)[:, frame, site, 1]
        assert found == pytest.approx([link[frame]] * frames_left + [link.mean()] * (6 - frames_left)), (site, frame)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("price", [0, 30, 300])
def test_nobody_pays_less_than_the_bound(way, price):
    trace = held(seed=3)
    first = trace.first_counted

    def priced(figure):
        return figure.cost * trace.clairvoyant_ms[first:].sum() + price * figure.changes * trace.hours * trace.pairs

    bound, = optimum.bound(trace, [price])
    assert priced(way(trace).figure(price)) >= priced(bound) - 1e-6


@pytest.mark.parametrize("way", WAYS)
def test_a_value_is_not_known_before_it_is_there(way):
    """Five frames at four times the usual, its detour at twice: the first is paid in full, and it is left for others."""
    trace = held(frames=40)
    trace.rtt_ms[:] = np.where(np.eye(4), 0, 10)
    trace.rtt_ms[:, 0, 2] += np.arange(40) // 5 % 2 * 1e-6  # new values come each fifth frame, whatever they are
    trace.rtt_ms[20:25, 0, 1] = 40
    above_best_ms = (way(trace).figure(0).cost - 1) * trace.clairvoyant_ms[5:].sum()
    assert 20 - 1e-3 <= above_best_ms < 5 * 20 - 1e-3


@pytest.mark.parametrize("way", WAYS)
def test_where_nothing_changes_detours_are_taken_at_once_and_kept(way):
    trace = held(frames=30)
    trace.rtt_ms[:] = trace.rtt_ms[0]
    figure = way(trace).figure(0)
    assert (trace.clairvoyant_ms < trace.rtt_ms).any()
    assert (figure.cost, figure.changes) == (pytest.approx(1), 0)


def test_dear_changes_are_not_made():
    traces = [held(seed=seed) for seed in (1, 2)]
    assert forecaster.at_changes(traces, 0).changes == 0
    few, many = (forecaster.at_changes(traces, changes) for changes in (4, 11))
    assert 0 < few.changes <= 4 < many.changes <= 11
    assert few.cost >= many.cost
