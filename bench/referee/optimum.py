"""The offline optimum: what somebody who knew the whole trace would have paid, with a price for every change.

For each ordered pair, dynamic programming over its paths of up to three links, from the first counted frame on; the
path to begin with is free, and a change is a change of path. The price is absolute, in ms·frames, and the same for all
pairs and traces: 1000 ms·frames is worth moving for 100 ms saved during ten frames. The optimum knows frame t when it
is charged with frame t, and pairs move each by itself, as if no site's choice bound another's. On sparse meshes three
links are few: controllers with longer paths can do better.

The bound is the same with only the next hop priced and the rest of the path the best of every frame, of any length:
no routing by next hops pays less at that price, whatever it knows (cost + price · changes is what it is least in).
"""

from dataclasses import dataclass

import numpy as np

from referee.charging import Figure, mean

# What the frontier is swept over, in ms·frames: from nearly free to where even noisy links stay put.
PRICES = np.array([5, 10, 20, 50, 100, 200, 500, 1000, 1500, 2000, 3000, 5000, 10_000, 20_000.0])
# Narrowing a price down takes several at once: a pass over the frames costs little more for them than for one.
_PRICES_AT_ONCE, _ROUNDS = 6, 3


@dataclass(frozen=True)
class Point:
    price_ms_frames: float
    figure: Figure


def path_costs(rtt_ms, source):
    """path_costs[frame, goal, path] from source to every other host: all paths source, k, l, goal. As standing still
    is a link of cost 0, the shorter ones are among them (k = l, l = goal), some twice."""
    frames, hosts, _ = rtt_ms.shape
    others = np.delete(np.arange(hosts), source)
    between = rtt_ms[:, others[:, None], others]
    two = rtt_ms[:, source, others][:, :, None] + between
    return (two[:, None] + between.transpose(0, 2, 1)[:, :, None]).reshape(frames, hosts - 1, -1)


def hop_costs(trace, source):
    """hop_costs[frame, goal, hop] from source: the link to the hop and the shortest path from there."""
    others = np.delete(np.arange(trace.hosts), source)
    beyond = trace.clairvoyant_ms[:, others[:, None], others].transpose(0, 2, 1)
    return (trace.rtt_ms[:, source, others][:, None] + beyond)[trace.first_counted:]


def worthwhile(costs):
    """costs without most paths that another one undercuts or equals in every frame: on calm links nearly all."""
    frames, goals, paths = costs.shape
    goal, sums = np.arange(goals), costs.sum(axis=0)
    wanted = np.ones((goals, paths), bool)
    for ranking in (costs[0], sums):
        rival = np.where(wanted, ranking, np.inf).argmin(axis=1)
        undercut = (costs >= costs[:, goal, rival][:, :, None]).all(axis=0)
        undercut[goal, rival] = False
        wanted &= ~undercut
    first = np.argsort(~wanted, axis=1, kind="stable")[:, :wanted.sum(axis=1).max()]
    return np.take_along_axis(costs, first[None], axis=2)


def cheapest(costs, prices):
    """(cost without the price, changes), each [price, pair]: the cheapest way through costs[frame, pair, path]."""
    sums = np.repeat(costs[:1], len(prices), axis=0)
    moves = np.zeros(sums.shape, np.int32)
    price = np.asarray(prices, float)[:, None, None]
    for frame in costs[1:]:
        best = sums.argmin(axis=2)[:, :, None]
        moved = np.take_along_axis(sums, best, 2) + price
        moves = np.where(moved < sums, np.take_along_axis(moves, best, 2) + 1, moves)
        sums = np.minimum(sums, moved) + frame
    best = sums.argmin(axis=2)[:, :, None]
    changes = np.take_along_axis(moves, best, 2)[:, :, 0]
    return np.take_along_axis(sums, best, 2)[:, :, 0] - price[:, :, 0] * changes, changes


def _priced(trace, prices, costs_from):
    """A Figure for each price. Pairs that have no path in costs count for nothing."""
    least_ms = trace.clairvoyant_ms[trace.first_counted:].sum(axis=0)
    paid, least, moves, pairs = 0, 0, 0, 0
    for source in range(trace.hosts):
        costs = costs_from(source)
        joined = np.isfinite(costs[0]).any(axis=1)
        if not joined.any():
            continue
        sums, changes = cheapest(worthwhile(costs[:, joined]), prices)
        paid, moves = paid + sums.sum(axis=1), moves + changes.sum(axis=1)
        least += np.delete(least_ms[source], source)[joined].sum()
        pairs += joined.sum()
    return [Figure(float(cost), float(changes))
            for cost, changes in zip(paid / least, moves / trace.hours / pairs)]


def optimum(trace, prices):
    counted = trace.rtt_ms[trace.first_counted:]
    return _priced(trace, prices, lambda source: path_costs(counted, source))


def bound(trace, prices):
    return _priced(trace, prices, lambda source: hop_costs(trace, source))


def beyond_reach(trace):
    """How many ordered pairs three links do not join."""
    linked = np.isfinite(trace.rtt_ms[0]).astype(int)
    return int(np.count_nonzero(linked @ linked @ linked == 0))


def frontier(traces, prices=PRICES, of=optimum):
    """The mean over the traces at each price."""
    found = [of(trace, prices) for trace in traces]
    return [Point(float(price), mean(figures)) for price, figures in zip(prices, zip(*found))]


def at_changes(traces, changes, points):
    """The cheapest point with at most so many changes; points is a frontier to begin from. Changes fall as the price
    rises, so the price is narrowed down between its neighbours."""
    points = list(points)
    for _ in range(_ROUNDS):
        low = max((point.price_ms_frames for point in points if point.figure.changes > changes), default=0)
        high = min((point.price_ms_frames for point in points if point.figure.changes <= changes),
                   default=8 * low)
        points += frontier(traces, np.linspace(low, high, _PRICES_AT_ONCE + 1, endpoint=False)[1:])
    return min((point for point in points if point.figure.changes <= changes),
               key=lambda point: point.price_ms_frames, default=None)
