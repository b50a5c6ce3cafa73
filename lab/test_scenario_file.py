"""A scenario file as the lab's wires understand it; needs no lab."""

import pytest

from topology.scenario import Scenario

TWO_LINKS = """
[scenario]
duration = "1m"
watch = ["a", "c"]

[[link]]
between = ["a", "b"]
rtt = "20ms"

[[link]]
between = ["b", "c"]
rtt = "10ms"
"""


def event(text):
    return TWO_LINKS + "[[event]]\n" + text


def test_events_that_overlap_add_up():
    scenario = Scenario(event('between = ["b", "a"]\nkind = "brownout"\nadd = "100ms"\nfrom = "5s"\nto = "20s"\n')
                        + '[[event]]\nall = true\nkind = "loss"\nshare = "19%"\nfrom = "10s"\nto = "15s"\n')
    seen = [(at, pair, shape.delay_ms, shape.loss_percent) for at, pair, shape in scenario.changes()]
    assert seen == [(5, "AB", 60, 0), (10, "AB", 60, 10), (10, "BC", 5, 10), (15, "AB", 60, 0), (15, "BC", 5, 0),
                    (20, "AB", 10, 0)]


@pytest.mark.parametrize("text, named", [
    (event('all = true\nkind = "spikes"\nshare = "1%"\n'), "spikes"),
    (event('all = true\nkind = "outage"\ndown = "3s"\nevery = "6s"\n'), "down, every"),
    (event('all = true\nkind = "brownout"\nadd = "5"\n'), "no duration: 5"),
    (TWO_LINKS + "[[demand]]\nfrom = \"a\"\n", "demand"),
])
def test_what_no_wire_can_do_is_refused_by_name(text, named):
    with pytest.raises(ValueError, match=named):
        Scenario(text)
