"""Where a path-vector protocol settles when every site holds its next hops.

All arrays have worlds first: independent meshes of one size, computed together because numpy pays by the call.
"""

import numpy as np

# A favour as dear as the favoured link lets three sites chase one another for ever; strictly below it there is rest.
BELOW_OWN_LINK = 0.999


class Settling:
    """hops[world, site, goal] as in charging; sums[world, site, goal] is what the site announces: the true sum of its
    route. While routes settle these only fall, as a site leaves its hop for a lower offer only. So an offer that comes
    back to the site itself is always above what it has, BGP's own loop check would find nothing to do, and there is
    an end."""

    def __init__(self, worlds, hosts):
        self.hosts = np.arange(hosts)
        # To begin with everybody goes straight.
        self.hops = np.tile(self.hosts, (worlds, hosts, 1))

    def settle(self, costs, margin):
        """costs[world, site, neighbour] as estimated now. margin(site, hop, offer) is by how much another offer must
        be below the present one: arrays [world, goal], [world, 1, goal] and back [world, neighbour, goal]."""
        self._follow(costs)
        before = None
        while before is None or (self.sums != before).any():
            before = self.sums.copy()
            for site in self.hosts:
                self._choose(site, costs, margin)

    def _follow(self, costs):
        """The sums along the routes as they stand, at the new costs."""
        first = np.take_along_axis(costs, self.hops, 2)
        self.sums = np.full(self.hops.shape, np.inf)
        self.sums[:, self.hosts, self.hosts] = 0
        for _ in self.hosts[1:]:
            self.sums = first + np.take_along_axis(self.sums, self.hops, 1)

    def _choose(self, site, costs, margin):
        offers = costs[:, site, :, None] + self.sums
        offers[:, site] = np.inf
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
