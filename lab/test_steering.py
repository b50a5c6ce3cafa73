"""What `./dev bench steering` makes of route changes, of probes' counters, and of repetitions."""

import steering
from steering_repetition import Allowance, to_stay


def test_a_move_counts_from_when_it_lasts():
    assert to_stay([], "gre-c", 100.0) is None
    assert to_stay([(102.5, "gre-c")], "gre-c", 100.0) == 2.5
    assert to_stay([(102.5, "gre-c"), (103.0, "gre-b"), (104.0, "gre-c"), (105.0, "gre-c")], "gre-c", 100.0) == 4.0
    assert to_stay([(102.5, "gre-c"), (103.0, "gre-b")], "gre-c", 100.0) is None


class Probing:
    """A site that has sent so many regular and quick probes."""

    def __init__(self):
        self.regular = self.quick = 0

    def status_of(self, _):
        return {"counters": {"probes_sent": self.regular + self.quick, "quick_probes": self.quick}}


def test_the_allowance_is_full_again_once_all_that_was_spent_is_earned():
    site = Probing()
    allowance = Allowance(site, None)
    for regular, quick, left in ((0, 0, 10), (5, 10, 5), (39, 10, 39), (40, 10, 40), (400, 10, 40), (400, 30, 20),
                                 (410, 35, 25), (424, 35, 39), (425, 35, 40)):
        site.regular, site.quick = regular, quick
        assert allowance.now() == left, (regular, quick)


def run(fault, a, d=1.0, lost=0):
    return {"fault": fault, "number": 1, "moved_s": {"A": a, "D": d}, "sent": 1000, "lost": lost}


def results(*runs):
    return [result for _, _, result in steering.rows(runs)]


def test_the_median_is_held_against_the_target():
    assert results(*(run("brownout", a) for a in (1, 5, 9))) == ["5.0 s (1.0 s - 9.0 s), met", "0, met"]
    assert results(*(run("brownout", a) for a in (1, 5.1, 9)))[0] == "5.1 s (1.0 s - 9.0 s), MISSED"


def test_a_move_that_did_not_come_is_worse_than_every_number():
    assert results(run("one-way loss", 3), run("one-way loss", None)) == ["never (3.0 s - never), MISSED"]


def test_where_both_ways_lose_both_have_to_move_and_else_the_one_that_suffers():
    assert results(run("loss", 3, d=30)) == ["30.0 s (30.0 s - 30.0 s), MISSED"]
    assert results(run("one-way loss", 3, d=None)) == ["3.0 s (3.0 s - 3.0 s), met"]


def test_one_lost_packet_is_one_too_many():
    assert results(run("brownout", 1), run("brownout", 1, lost=1))[1] == "1, MISSED"
