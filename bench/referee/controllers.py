"""The reference controllers of the published table, each a handful of numbers.

After every frame a controller estimates its links, and routes settle (settling.py) with what it wants as a margin
before a present next hop is left. Two things the published descriptions leave open were found by matching the wild
figures: an offer's noise is tracked at the weight NOISE_WEIGHT, and the noises of two offers add as independent ones.
On calm links changes come out up to half above the published ones; a least margin of 0.5 ms, of which those
descriptions say nothing, would give them.
"""

from dataclasses import dataclass

import numpy as np

from referee.charging import charge, mean
from referee.settling import BELOW_OWN_LINK, Settling

# Weight of the newest frame. The slow mean remembers about 50 frames; half or double the noise's weight moves the
# wild figures by about 20 % of their changes.
SLOW_WEIGHT, NOISE_WEIGHT = 0.02, 0.05


@dataclass(frozen=True)
class Rule:
    name: str
    # A link's estimate is present · (EWMA with weight fast) + (1 − present) · slow mean.
    fast: float = 1.0
    present: float = 1.0
    # A link's estimate is published when it differs from what is published by this share.
    step: float = 0.0
    # The margin: share of the present offer, or deviations of the two offers' noise.
    share: float = 0.0
    deviations: float = 0.0
    # What was published for it: (world, "cost @ changes").
    published: tuple = ()


def _published(wild, calm):
    return (("wild", wild), ("calm", calm))


RULES = (
    Rule("EWMA 0.1, link re-published at 10 %", fast=0.1, step=0.1,
         published=_published("1.64 @ 19.5", "1.0090 @ 0.012")),
    Rule("EWMA 0.1, fixed margin 15 %", fast=0.1, share=0.15, published=_published("1.74 @ 9.9", "1.0206 @ 0.003")),
    Rule("no smoothing, no margin", published=_published("1.26 @ 34.4", "1.0016 @ 0.208")),
    Rule("no smoothing, fixed margin 50 %", share=0.5, published=_published("1.39 @ 16.0", "1.0466 @ 0.003")),
    Rule("no smoothing, fixed margin 70 %", share=0.7, published=_published("1.57 @ 7.9", "1.0433 @ 0.001")),
    Rule("half present, half slow, 1 deviation", present=0.5, deviations=1.0,
         published=_published("1.51 @ 9.3", "1.0030 @ 0.049")),
    Rule("half present, half slow, 1.5 deviations", present=0.5, deviations=1.5,
         published=_published("1.64 @ 4.9", "1.0037 @ 0.035")),
    Rule("0.3 present, 0.7 slow, half a deviation", present=0.3, deviations=0.5,
         published=_published("1.49 @ 10.6", "1.0024 @ 0.047")),
)
DIRECT_PUBLISHED = dict(_published("1.80 @ 0", "1.042 @ 0"))


class _Worlds:
    """One world for each rule and trace, rule by rule."""

    def __init__(self, rules, traces):
        self._rules, self._traces = rules, len(traces)
        self.first = np.tile(np.stack([trace.rtt_ms[0] for trace in traces]), (len(rules), 1, 1))
        self.fast, self.slow, self.published = self.first.copy(), self.first.copy(), self.first.copy()
        self.settling = Settling(*self.first.shape[:2])
        self.offer = self.variance = None

    def of_rule(self, field):
        return np.repeat([getattr(rule, field) for rule in self._rules], self._traces)[:, None, None]

    def estimate(self, rtt_ms):
        # Where there is no link all of this is "not a number", which is never published.
        self.fast += self.of_rule("fast") * (rtt_ms - self.fast)
        self.slow += SLOW_WEIGHT * (rtt_ms - self.slow)
        present = self.of_rule("present")
        wanted = present * self.fast + (1 - present) * self.slow
        due = np.abs(wanted - self.published) >= self.of_rule("step") * self.published
        self.published = np.where(due, wanted, self.published)

    def margin(self, site, hop, present):
        fixed = self.of_rule("share") * present
        if self.variance is None:
            return fixed
        variance = self.variance[:, site]
        noise = np.sqrt(variance + np.take_along_axis(variance, hop[:, None], 1))
        own = np.take_along_axis(self.published[:, site], hop, 1)[:, None]
        return fixed + np.minimum(self.of_rule("deviations") * noise, BELOW_OWN_LINK * own)

    def track_noise(self):
        """Mean and variance of every offer, both at the same weight."""
        offer = self.published[:, :, :, None] + self.settling.sums[:, None]
        if self.offer is None:
            self.offer, self.variance = offer, np.zeros(offer.shape)
            return
        off = offer - self.offer
        self.offer = self.offer + NOISE_WEIGHT * off
        self.variance = (1 - NOISE_WEIGHT) * (self.variance + NOISE_WEIGHT * off * off)


def routes(rules, traces):
    """hops[frame, world, site, goal] in force in each frame; the traces have the same frames and hosts."""
    worlds = _Worlds(rules, traces)
    hops = np.empty((len(traces[0].time_s), *worlds.first.shape), np.int16)
    with np.errstate(invalid="ignore"):
        for frame in range(len(hops)):
            hops[frame] = worlds.settling.hops
            worlds.estimate(np.tile(np.stack([trace.rtt_ms[frame] for trace in traces]), (len(rules), 1, 1)))
            worlds.settling.settle(worlds.published, worlds.margin)
            worlds.track_noise()
    return hops


def judge(rules, traces):
    """For each rule the mean figure over the traces."""
    figures = [[] for _ in rules]
    alike = {}
    for trace in traces:
        alike.setdefault(trace.rtt_ms.shape, []).append(trace)
    for group in alike.values():
        hops = routes(rules, group)
        for world in range(hops.shape[1]):
            rule, trace = divmod(world, len(group))
            figures[rule].append(charge(group[trace], hops[:, world]))
    return [mean(found) for found in figures]
