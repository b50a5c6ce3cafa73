"""One network for all tests here; each starts from the four-site mesh as rendered, every link at 10 ms."""

import os

import pytest
from network import RENDER, Network


@pytest.fixture(scope="session")
def running(tmp_path_factory):
    if not os.path.exists(RENDER):
        pytest.exit(f"no {RENDER}: cmake --build build/dev --target render_bird", returncode=2)
    network = Network(f"bird{os.getpid()}", tmp_path_factory.mktemp("bird"))
    try:
        network.build()
        network.render()
        network.start()
        yield network
    finally:
        network.close()


@pytest.fixture
def network(running):
    running.render()
    running.publish()
    running.wait_for_sessions()
    return running
