"""What the scenarios share: one mesh at the quick pace for all that leave it as they found it.

A lab costs half a minute in the emulated machine, so it is built once; a test that needs another pace, policy or
address builds its own. Tests print what they measured; the numbers are the point of the run.
"""

import functools
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import pytest

from topology.mesh import Lab
from topology.meshfile import SHIPPED, Description, FOUR_SITES
from topology.rest import is_at_rest


def pytest_addoption(parser):
    parser.addoption("--every-point", action="store_true", help="kill and fail `up` at every point, not at a sample: minutes more")


@pytest.fixture(scope="session")
def every_point(request):
    return request.config.getoption("--every-point")


def pytest_configure(config):
    config.addinivalue_line("markers", "host_clock: looks at the clock of the machine below; not where the guest's time is its own")


def pytest_collection_modifyitems(items):
    # Stable: scenarios of a file stay in their order.
    if os.environ.get("LAB_FROM_THE_END") == "1":
        items.sort(key=lambda item: item.path, reverse=True)


@functools.cache
def claimed(claims, name):
    try:
        (Path(claims) / name).mkdir()
    except FileExistsError:
        return False
    return True


def pytest_runtest_protocol(item):
    """Where machines share the scenarios (side_by_side), a file is run by the one that claims it first."""
    claims = os.environ.get("LAB_CLAIMS")
    return None if claims is None or claimed(claims, item.path.stem) else True


def pytest_runtest_setup(item):
    if item.get_closest_marker("host_clock") and os.environ.get("VM_TIME") != "real":
        pytest.skip("needs a machine of its own that goes by the clock below it")
    print(f"\n{item.nodeid.partition('/')[2]}", flush=True)


def pytest_runtest_logreport(report):
    # The machine may be stopped before its labs are closed.
    if report.failed:
        for lab in Lab.open_ones:
            lab.keep_logs()


def pytest_sessionfinish(session, exitstatus):
    if exitstatus:
        print("\nlogs of BIRD and trimtab: build/lab/logs", flush=True)


@pytest.fixture(scope="session")
def quick_mesh():
    """The four sites, up and steered, a round a second."""
    with Lab(name="quick") as lab:
        lab.up()
        lab.steer()
        yield lab


@pytest.fixture
def mesh(quick_mesh):
    """The same at rest: every link up and settled, A and D talking through B."""
    at_rest(quick_mesh)
    yield quick_mesh
    quick_mesh.close_streams()
    quick_mesh.repair()


@pytest.fixture
def shipped_mesh():
    """The four sites at the pace that ships: a round takes fifteen seconds."""
    with Lab(Description(FOUR_SITES, tuning=SHIPPED), "shipped") as lab:
        lab.up()
        lab.steer()
        at_rest(lab)
        yield lab


def at_rest(lab, deadline=120):
    lab.wait_until("the mesh is at rest, A and D talk through B", lambda: is_at_rest(lab), deadline)
