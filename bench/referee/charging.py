"""What routes cost: the same rules as `trimtab replay` has (docs/traces.md), written again.

hops[frame, from, to] is the next hop in force while that frame is charged. Whoever decides it knows the frames before
it, and none later.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Figure:
    """cost: experienced RTT / clairvoyant RTT, sums over pairs and counted frames; changes: per hour and pair."""

    cost: float
    changes: float


def mean(figures):
    return Figure(float(np.mean([figure.cost for figure in figures])),
                  float(np.mean([figure.changes for figure in figures])))


def sums_along(hops, rtt_ms):
    """The RTT along the routes; infinite where they do not arrive."""
    frames, hosts, _ = hops.shape
    frame = np.arange(frames)[:, None, None]
    goal = np.broadcast_to(np.arange(hosts), hops.shape)
    at = np.broadcast_to(np.arange(hosts)[:, None], hops.shape)
    sums = np.zeros(hops.shape)
    for _ in range(hosts - 1):
        # A host is its own next hop to itself, at no cost.
        following = hops[frame, at, goal]
        sums += rtt_ms[frame, at, following]
        at = following
    return np.where(at == goal, sums, np.inf)


def charge(trace, hops):
    """Pairs whose route does not arrive in a frame count for nothing in it."""
    first = trace.first_counted
    sums = sums_along(hops[first:], trace.rtt_ms[first:])
    arrived = np.isfinite(sums)
    moves = np.count_nonzero(hops[first:] != hops[first - 1:-1])
    return Figure(float(sums[arrived].sum() / trace.clairvoyant_ms[first:][arrived].sum()),
                  moves / trace.hours / trace.pairs)


def direct(trace):
    """The links themselves, never changed, for the pairs that have one."""
    first = trace.first_counted
    linked = np.isfinite(trace.rtt_ms[first:])
    return Figure(float(trace.rtt_ms[first:][linked].sum() / trace.clairvoyant_ms[first:][linked].sum()), 0.0)
