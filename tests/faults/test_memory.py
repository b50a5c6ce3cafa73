"""Row 46: the daemon under a memory limit, until its histories are full and for as long again."""

import sys

import pytest
from memory_limit import MemoryLimit
from sites import REPOSITORY
from topology.site import TRIMTAB

sys.path.insert(0, str(REPOSITORY / "bench"))
from daemon import measure  # noqa: E402

LINKS = 200
LIMIT_MB = 16
# A link's longest window holds 240 probes, and what was answered is remembered for a minute, for copies that come late.
# At five probes a second both are full before the half.
SECONDS = 130


@pytest.mark.waits
def test_row_46_memory_limit():
    """200 links in 16 MB: what it holds is bounded. Hours of it: `./dev bench daemon`."""
    with MemoryLimit(LIMIT_MB) as limit:
        first, half, last, cpu, sent, lost = measure(TRIMTAB, LINKS, SECONDS, interval_s=1, within=limit.command)
        print(f"  row 46: {LINKS} links in {LIMIT_MB} MB, {sent} probes: {first:.1f} MB resident, {half:.1f} half-way, {last:.1f} "
              f"at the end, at most {limit.peak_mb():.1f} charged; {cpu:.0f} % of a core, {lost} lost")
        assert sent > LINKS * 240 and limit.refusals() == 0
    assert last - half < 0.3
