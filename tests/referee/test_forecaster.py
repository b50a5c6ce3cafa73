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


def test_it_knows_how_long_values_are_held_and_what_comes_then():
    trace = held()
    stays = forecaster.survival(trace, 6)
    assert stays[0, :5].tolist() == [1, 1, 1, 1, 0]
    assert stays[4].max() == 0
    one = forecaster.expected(trace, 6)[:, 20, 0, 1]  # a value's first frame
    assert one[:4].tolist() == [trace.rtt_ms[20, 0, 1]] * 4
    assert one[4] == pytest.approx(trace.rtt_ms[:, 0, 1].mean())


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
    """What comes after a frame decides nothing before it."""
    trace = held(frames=40, length=1)
    trace.rtt_ms[:] = trace.rtt_ms[0]
    trace.rtt_ms[20, 0, 1] *= 100
    figure = way(trace).figure(0)
    excess = trace.rtt_ms[20, 0, 1] - trace.clairvoyant_ms[20, 0, 1]
    ways_over_it = trace.clairvoyant_ms[0, 0, 1] == trace.rtt_ms[0, 0, 1]
    assert ways_over_it and (figure.cost - 1) * trace.clairvoyant_ms[5:].sum() >= excess - 1e-6


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
