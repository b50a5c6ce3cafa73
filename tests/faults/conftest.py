"""What the rows share. One test per row of the fault matrix, in sites of its own: a second's work on this kernel.

After every row the sites' inventory equals the one taken before their daemons ran (inventory.py), and nothing that was
made is left. Tests print what they measured.
"""

import fcntl
import os

import pytest
from inventory import KEPT, differences, of_host, take
from sites import REPOSITORY, Sites
from topology.meshfile import QUICK
from topology.site import TRIMTAB

LOGS = REPOSITORY / "build" / "faults" / "logs"


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="rows at the matrix's full lengths")


def pytest_configure(config):
    config.addinivalue_line("markers", "waits: a minute or more; begun first, so that the others are done beside it")
    config.addinivalue_line("markers", "alone: measures time or load, so nothing else may run beside it")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.get_closest_marker("waits") is None)


def pytest_sessionstart(session):
    if not os.path.exists(TRIMTAB):
        pytest.exit(f"no {TRIMTAB}: ./dev build, or name the program with TRIMTAB", returncode=2)
    if not hasattr(session.config, "workerinput"):  # xdist's workers are part of a run
        session.config.only_run = claim()


def claim():
    """Rows read their sites' logs, which have the rows' names: two runs at once would read each other's."""
    LOGS.mkdir(parents=True, exist_ok=True)
    lock = (LOGS.parent / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pytest.exit("another run of these tests is under way in this checkout", returncode=2)
    return lock


@pytest.fixture
def network(request, tmp_path):
    """network("AB", "AC", birds=True) gives running sites; network(..., start=False) leaves the daemons to the test."""
    made = []

    def build(*links, birds=False, start=True, tuning=QUICK, **options):
        sites = Sites(links or ("AB",), tmp_path, LOGS / request.node.name, tuning, **options)
        made.append((sites, None))
        sites.build()
        made[-1] = (sites, take(sites))
        if birds:
            sites.start_birds()
        if start:
            sites.steer()
        return sites

    host = of_host()
    yield build
    left = []
    for sites, before in made:
        sites.stop()
        if before is not None:
            left += [one for one in differences(before, take(sites)) if not KEPT.search(one)]
        sites.close()
        left += [f"process {one.name}" for site in sites for one in site.processes() if one.running()]
        left += [f"namespace {site.router.name}" for site in sites if os.path.exists(f"/run/netns/{site.router.name}")]
    left += [f"host: {name}" for name in of_host() - host]
    assert not left, "left behind: " + "; ".join(left)
