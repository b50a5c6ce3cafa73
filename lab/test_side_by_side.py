"""What makes a run of several machines red: a scenario that failed, was run by nobody or skipped by all, a machine that
did not come to its end."""

import importlib.machinery
import importlib.util
from pathlib import Path

import pytest

loader = importlib.machinery.SourceFileLoader("side_by_side", str(Path(__file__).with_name("side_by_side")))
side_by_side = importlib.util.module_from_spec(importlib.util.spec_from_loader("side_by_side", loader))
loader.exec_module(side_by_side)

CASE = '<testcase classname="lab.{}" name="{}">{}</testcase>'
FAILED, SKIPPED = '<failure message="no"/>', '<skipped message="not here"/>'


@pytest.fixture
def machines(tmp_path, monkeypatch):
    """Two scenarios in two files, and a report of each machine; returns the status of the whole."""
    monkeypatch.setattr(side_by_side, "HERE", tmp_path)
    for name in ("test_a", "test_b"):
        (tmp_path / f"{name}.py").write_text("")

    def run(reports, statuses):
        for name, found in reports.items():
            (tmp_path / f"{name}.xml").write_text("<testsuites>" + "".join(CASE.format(*one) for one in found) + "</testsuites>")
        return side_by_side.summary(tmp_path, statuses)
    return run


A, B = ("test_a", "one", ""), ("test_b", "two", "")


@pytest.mark.parametrize("reports, statuses, said", [
    ({"1": [A], "2": [B]}, {"1": 0, "2": 0}, None),
    ({"1": [A, ("test_b", "two", SKIPPED)], "2": [B]}, {"1": 0, "2": 0}, None),
    ({"1": [A], "2": [("test_b", "two", FAILED)]}, {"1": 0, "2": 1}, "failed: lab.test_b::two"),
    ({"1": [A, ("test_b", "two", SKIPPED)], "2": []}, {"1": 0, "2": 0}, "skipped: lab.test_b::two"),
    ({"1": [A], "2": []}, {"1": 0, "2": 0}, "not run: test_b"),
    ({"1": [A], "2": [B]}, {"1": 0, "2": 1}, "machine 2 ended with status 1"),
    ({"1": [A]}, {"1": 0, "2": -9}, "machine 2 ended with status -9"),
])
def test_a_run_is_green_only_if_every_scenario_passed(machines, capsys, reports, statuses, said):
    status = machines(reports, statuses)
    shown = capsys.readouterr().out
    assert status == (0 if said is None else 1)
    assert said is None or said in shown


def test_half_a_report_counts_for_nothing(machines, tmp_path, capsys):
    (tmp_path / "2.xml").write_text('<testsuites><testcase classname="lab.test_b" name="two"')
    assert machines({"1": [A]}, {"1": 0, "2": 124}) == 1
    assert "not run: test_b" in capsys.readouterr().out
