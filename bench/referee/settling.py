"""Where a path-vector protocol settles when every site holds its next hops.

All arrays have worlds first: independent meshes of one size, computed together because numpy pays by the call.
"""

import numpy as np

# A favour as dear as the favoured link lets three sites chase one another for ever; strictly below it there is rest.
BELOW_OWN_LINK = 0.999
# Sweeps over all sites before giving up on a frame. Held routes settle in two or three; only a favour above the
# favoured link's cost can keep them going, and then stopping anywhere is as good.
SWEEPS_PER_HOST = 4


class Settling:
    """hops[world, site, goal] as in charging; sums[world, site, goal] is what the site announces: the true sum of its
    route; passes[world, site, goal, host] says whether the route passes that host, which refuses it then, as BGP
    refuses its own AS."""

    def __init__(self, worlds, hosts):
        self.hosts = np.arange(hosts)
        self.worlds = np.arange(worlds)[:, None]
        # To begin with everybody goes straight.
        self.hops = np.tile(self.hosts, (worlds, hosts, 1))

    def settle(self, costs, margin):
        """costs[world, site, neighbour] as estimated now. margin(site, hop, offer) is by how much another offer must
        be below the present one: arrays [world, goal], [world, 1, goal] and back [world, neighbour, goal]."""
        self._follow(costs)
        for _ in range(SWEEPS_PER_HOST * len(self.hosts)):
            before = self.hops.copy(), self.sums.copy()
            for site in self.hosts:
                self._choose(site, costs, margin)
            if (self.hops == before[0]).all() and (self.sums == before[1]).all():
                return

    def _follow(self, costs):
        """The sums along the routes as they stand, at the new costs."""
        worlds, hosts, _ = self.hops.shape
        first = np.take_along_axis(costs, self.hops, 2)
        self.sums = np.full(self.hops.shape, np.inf)
        self.sums[:, self.hosts, self.hosts] = 0
        self.passes = np.zeros((worlds, hosts, hosts, hosts), bool)
        self.passes[:, self.hosts, :, self.hosts] = True
        for _ in range(hosts - 1):
            self.sums = first + np.take_along_axis(self.sums, self.hops, 1)
            self.passes |= np.take_along_axis(self.passes, self.hops[..., None], 1)

    def _choose(self, site, costs, margin):
        offers = costs[:, site, :, None] + self.sums
        offers[self.passes[:, :, :, site]] = np.inf
        hop = self.hops[:, site]
        present = np.take_along_axis(offers, hop[:, None], 1)
        bar = np.where(np.isfinite(present), present - margin(site, hop, present), np.inf)
        # Strictly below: ties go to what stands, then to the lower host.
        better = np.where(offers < bar, offers, np.inf)
        best = better.argmin(1)
        moves = np.isfinite(np.take_along_axis(better, best[:, None], 1))[:, 0]
        moves[:, site] = False
        hop = np.where(moves, best, hop)
        self.hops[:, site] = hop
        sums = np.take_along_axis(offers, hop[:, None], 1)[:, 0]
        sums[:, site] = 0
        self.sums[:, site] = sums
        self.passes[:, site] = self.passes[self.worlds, hop, self.hosts]
        self.passes[:, site, :, site] = True
