"""The referee is no installed package: its folder is named here. Small traces come from one maker."""

import sys
from pathlib import Path

import numpy as np
import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"
sys.path.insert(0, str(BENCH))

from referee.traces import Trace  # noqa: E402


@pytest.fixture
def random_trace():
    """A trace of so many frames and hosts, 60 s a frame; the seed is printed with a failing test."""

    def make(seed, frames, hosts, links_missing=0):
        print(f"seed {seed}, {frames} frames, {hosts} hosts")
        rng = np.random.default_rng(seed)
        rtt_ms = rng.integers(1, 100, (frames, hosts, hosts)).astype(float)
        pairs = [(a, b) for a in range(hosts) for b in range(a) if (a, b) != (1, 0)]
        for pair in rng.permutation(pairs)[:links_missing]:
            rtt_ms[:, pair[0], pair[1]] = rtt_ms[:, pair[1], pair[0]] = np.inf
        rtt_ms[:, range(hosts), range(hosts)] = 0
        return Trace("made", 60.0 * np.arange(frames), rtt_ms)

    return make
