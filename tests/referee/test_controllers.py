"""The reference controllers: where routes settle, and that nobody sees the frame he is charged with."""

import dataclasses

import numpy as np
import pytest
from referee import charging, controllers
from referee.controllers import RULES, Rule
from referee.settling import Settling


# As in a run: margins of routes that do not exist are no numbers, and count for nothing.
pytestmark = pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")


def no_margin(site, hop, present):
    return 0 * present


@pytest.mark.parametrize("links_missing", [0, 8])
def test_without_a_margin_routes_settle_on_the_shortest_paths(random_trace, links_missing):
    trace = random_trace(11, frames=12, hosts=8, links_missing=links_missing)
    settling = Settling(1, 8)
    for frame in range(12):
        settling.settle(trace.rtt_ms[None, frame], no_margin)
        assert settling.sums[0] == pytest.approx(trace.clairvoyant_ms[frame])
        sums = charging.sums_along(settling.hops, trace.rtt_ms[None, frame])
        assert sums[0] == pytest.approx(trace.clairvoyant_ms[frame])


def test_a_tie_stays_with_what_stands():
    settling = Settling(1, 3)
    costs = np.array([[[0, 10, 5], [10, 0, 5], [5, 5, 0.0]]])
    settling.settle(costs, no_margin)
    assert settling.hops[0, 0, 1] == 1
    costs[0, 0, 2] = 4
    settling.settle(costs, no_margin)
    assert settling.hops[0, 0, 1] == 2
    costs[0, 0, 2] = 5
    settling.settle(costs, no_margin)
    assert settling.hops[0, 0, 1] == 2


def test_a_margin_is_what_another_offer_must_save():
    for saved, hop in ((14.9, 1), (15.1, 2)):
        settling = Settling(1, 3)
        costs = np.array([[[0, 100, 80 - saved], [100, 0, 20], [80, 20, 0.0]]])
        settling.settle(costs, lambda site, hop, present: 0.15 * present)
        assert settling.hops[0, 0, 1] == hop


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_with_any_margin_every_route_arrives_at_the_sum_it_announces(random_trace, share):
    trace = random_trace(17, frames=40, hosts=8, links_missing=6)
    settling = Settling(1, 8)
    for costs in trace.rtt_ms[:, None]:
        settling.settle(costs, lambda site, hop, present: share * present)
        assert charging.sums_along(settling.hops, costs) == pytest.approx(settling.sums)
        assert np.isfinite(settling.sums).all()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_frame_is_decided_from_those_before_it(random_trace, rule):
    trace = random_trace(12, frames=30, hosts=5)
    before = controllers.routes([rule], [trace])
    trace.rtt_ms[20] **= 3
    after = controllers.routes([rule], [trace])
    assert (before[:21] == after[:21]).all()
    assert (before[21:] != after[21:]).any()


def test_rules_together_decide_as_each_alone(random_trace):
    traces = [random_trace(seed, frames=40, hosts=5) for seed in (13, 14)]
    together = controllers.judge(RULES, traces)
    assert together == [controllers.judge([rule], traces)[0] for rule in RULES]
    assert len(set(together)) == len(RULES)


def test_a_link_is_published_when_it_has_moved_by_its_step(random_trace):
    trace = random_trace(15, frames=4, hosts=3)
    trace.rtt_ms[:] = [[0, 100, 60], [100, 0, 50], [60, 50, 0]]
    for direct, hop in ((119, 1), (121, 2)):
        # By way of 2 it costs 110: published in steps of a fifth, 119 is still 100.
        trace.rtt_ms[1:, 0, 1] = direct
        assert controllers.routes([Rule("step", step=0.2)], [trace])[2, 0, 0, 1] == hop


def test_noise_holds_back_what_a_quiet_link_may_do(random_trace):
    trace = random_trace(16, frames=80, hosts=3)
    trace.rtt_ms[:] = [[0, 100, 60], [100, 0, 50], [60, 50, 0]]
    noisy = dataclasses.replace(trace, rtt_ms=trace.rtt_ms.copy())
    noisy.rtt_ms[:79, 0, 1] += np.where(np.arange(79) % 2, 40, -40)
    for made in (trace, noisy):
        made.rtt_ms[60:, 0, 1] = 125
    rule = Rule("deviations", deviations=1)
    with_margin = [controllers.routes([rule], [made])[62, 0, 0, 1] for made in (trace, noisy)]
    assert with_margin == [2, 1]
