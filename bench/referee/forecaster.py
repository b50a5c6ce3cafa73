"""A rule that knows more than a controller can: the very frame in which each of this trace's values ends, and what every
link is like in the long run, both read from the whole trace beforehand, but not which values come. It is no bound:
somebody may do better with as much. But nothing that has to learn both should be expected to.

In the Seattle trace a site measures all its links at once and then has the same values for three to six more frames. So
after every frame each link is expected to keep its present value until its site's next new one, and then to be like its
mean. A next hop is left where another one is expected to save more than a price over the next frames. Two ways of
routing by that:

Free: beyond the next hop packets take, at no price and no change, whatever is expected to be the best way. More than
routing by next hops has, where every site has a route of its own and keeps it.

Settled: every site keeps a next hop for every goal, and routes settle as BGP's (settling.py).
"""

import numpy as np

from referee.charging import Figure, charge, mean, sums_along
from referee.settling import BELOW_OWN_LINK, Settling

_ROUNDS = 12
# Frames that a decision looks ahead, the best of 4 to 10 for the six wild draws, both ways: five frames are a value's
# life. With 5 and 8: free 1.379 and 1.400 for 1.378, settled 1.452 and 1.449 for 1.443.
_AHEAD = 6


def _stands(trace):
    """stands[frame, site]: for how many frames more its links have the values of this one."""
    fresh = np.any((trace.rtt_ms[1:] != trace.rtt_ms[:-1]) & np.isfinite(trace.rtt_ms[1:]), axis=2)
    stands = np.zeros((len(trace.rtt_ms), trace.hosts), int)
    for frame in reversed(range(len(fresh))):
        stands[frame] = np.where(fresh[frame], 0, stands[frame + 1] + 1)
    return stands


def expected(trace):
    """expected[h, frame, from, to]: of the link h + 1 frames after this one."""
    stands = _stands(trace) > np.arange(_AHEAD)[:, None, None]
    return np.where(stands[..., None] | np.isinf(trace.rtt_ms), trace.rtt_ms, trace.rtt_ms.mean(axis=0))


def shortest(costs):
    """(cost, next hop) [..., from, to] by Floyd and Warshall."""
    hosts = costs.shape[-1]
    best = costs.copy()
    hop = np.broadcast_to(np.arange(hosts), costs.shape).copy()
    for via in range(hosts):
        through = best[..., :, via, None] + best[..., None, via, :]
        nearer = through < best
        hop = np.where(nearer, hop[..., :, via, None], hop)
        best = np.where(nearer, through, best)
    return best, hop


class Free:
    def __init__(self, trace):
        self._trace = trace
        of_links = expected(trace)
        beyond, hops = shortest(of_links)
        np.einsum("...ii->...i", of_links)[...] = np.inf  # nobody is his own next hop
        # [frame, from, to, next hop], over all that is looked ahead.
        self._offers = sum(link[:, :, None, :] + rest.transpose(0, 2, 1)[:, None, :, :]
                           for link, rest in zip(of_links, beyond))
        # [frame, from, to, next hop]: what is paid in a frame for what was expected of it in the one before.
        rtt = trace.rtt_ms[1:]
        self._charges = rtt[:, :, None, :] + sums_along(hops[0][:-1], rtt).transpose(0, 2, 1)[:, None, :, :]

    def figure(self, price_ms_frames):
        trace, first = self._trace, self._trace.first_counted
        apart = ~np.eye(trace.hosts, dtype=bool)
        hop, paid, moves = None, 0.0, 0
        for frame in range(first - 1, len(self._charges)):
            offers = self._offers[frame]
            wanted = offers.argmin(axis=2)
            if hop is not None:
                gain = np.take_along_axis(offers, hop[..., None], 2) - np.take_along_axis(offers, wanted[..., None], 2)
                leaves = gain[..., 0] > price_ms_frames
                moves += np.count_nonzero(leaves & apart)
                wanted = np.where(leaves, wanted, hop)
            hop = wanted
            paid += np.take_along_axis(self._charges[frame], hop[..., None], 2)[..., 0][apart].sum()
        return Figure(float(paid / trace.clairvoyant_ms[first:].sum()), moves / trace.hours / trace.pairs)


class Settled:
    def __init__(self, trace):
        self._trace, self._costs = trace, expected(trace).mean(axis=0)

    def figure(self, price_ms_frames):
        routes = Settling(1, self._trace.hosts)
        hops = np.empty(self._trace.rtt_ms.shape, np.int16)
        for frame, costs in enumerate(self._costs):
            hops[frame] = routes.hops[0]

            def margin(site, hop, _present, costs=costs):
                return np.minimum(price_ms_frames / _AHEAD, BELOW_OWN_LINK * costs[site][hop])[:, None]

            routes.settle(costs[None], margin)
        return charge(self._trace, hops)


def at_changes(traces, changes, way=Free):
    """The mean figure at the lowest price with no more changes than that."""
    forecasters = [way(trace) for trace in traces]
    low, high, best = 1.0, 1e5, None
    for _ in range(_ROUNDS):
        price = (low * high) ** 0.5
        found = mean([one.figure(price) for one in forecasters])
        if found.changes <= changes:
            high, best = price, found
        else:
            low = price
    return best
