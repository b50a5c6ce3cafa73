"""trimtab record: a daemon's status, asked again and again, becomes a trace. The daemon is a socket that answers here;
the real one is recorded in the lab."""

import json
import re

import pytest


def status(*rtts, site="a"):
    links = [{"neighbour": name, "last_rtt_ms": rtt} for name, rtt in zip("bcd", rtts)]
    return {"site": site, "links": links}


def record(trimtab, *more, duration="350ms"):
    return trimtab("record", "--socket", "s", "--out", "t.csv", "--interval", "100ms", "--duration", duration, *more)


def cells(tmp_path):
    return [line.split(",")[1:] for line in (tmp_path / "t.csv").read_text().splitlines()]


def test_a_round_is_written_once_and_replay_reads_it(trimtab, tmp_path, daemon):
    first = status(10.5, None)
    daemon(first, first, first, status(11, 20.125), status(None, 20.125))
    assert record(trimtab, duration="550ms") == (0, "", "")
    assert cells(tmp_path)[:5] == [["a>b", "a>c"], ["10.5", ""], ["", ""], ["11", "20.125"], ["", ""]]
    assert all(re.match(r"\d+\.\d{3},", line) for line in (tmp_path / "t.csv").read_text().splitlines()[1:])
    assert trimtab("replay", "t.csv").status == 0


def test_a_daemon_that_goes_away_is_a_gap(trimtab, tmp_path, daemon):
    daemon(status(10), status(10), None, None, status(12))
    outcome = record(trimtab, duration="550ms")
    assert outcome.status == 0 and outcome.err.count("\n") == 1
    assert cells(tmp_path)[:3] == [["a>b"], ["10"], ["12"]]


def test_an_existing_file_is_kept(trimtab, tmp_path, daemon):
    daemon(status(10), status(10), status(11), status(12), status(13), status(14))
    (tmp_path / "t.csv").write_text("mine\n")
    assert record(trimtab) == (2, "", "trimtab: t.csv exists; go on with it by --append\n")
    assert record(trimtab, "--append") == (
        2, "", "trimtab: t.csv is no recording of these links; name another --out\n")
    assert (tmp_path / "t.csv").read_text() == "mine\n"
    (tmp_path / "t.csv").write_text("time_s,a>b\n1.000,9")
    assert record(trimtab, "--append") == (2, "", "trimtab: the last line of t.csv is cut short; remove that line\n")
    (tmp_path / "t.csv").write_text("time_s,a>b\n1.000,9\n")
    assert record(trimtab, "--append") == (0, "", "")
    assert cells(tmp_path)[:3] == [["a>b"], ["9"], ["13"]]


def test_no_daemon_and_bad_times(trimtab, tmp_path):
    assert record(trimtab).err == "trimtab: no daemon answers on s; start it with `trimtab run`, or name its --socket\n"
    assert not (tmp_path / "t.csv").exists()
    assert record(trimtab, duration="soon").err.startswith("trimtab: --duration: ")
    outcome = trimtab("record", "--out", "t.csv", "--interval", "1ms")
    assert outcome == (2, "", "trimtab: --interval: at least 100ms\n")


# As far as a link's figures, which are not there.
ALL_BUT_FIGURES = {"mesh": "home", "site": "a", "policy": "path", "underlay": "unknown", "uptime_s": 1, "mesh_file_ok": True,
                   "other_mesh_files": [], "bird": {"state": "connected", "version": "", "pending": False, "error": None},
                   "prefix": "10.0.0.0/24", "own": True, "candidates": [], "events": [{"number": 1, "at": 1}],
                   "links": [{"neighbour": "b", "standing": "up"}]}


@pytest.mark.parametrize("answer", [{}, ALL_BUT_FIGURES])
@pytest.mark.parametrize("words", [("status",), ("explain", "b"), ("events",), ("record", "--out", "t.csv")])
def test_an_answer_of_another_version_is_called_that(trimtab, daemon, words, answer):
    """Whatever reads a daemon's answer."""
    daemon(answer)
    outcome = trimtab(*words, "--socket", "s")
    assert outcome.status == 2
    assert outcome.err == ("trimtab: s answered without what this program shows; run the daemon and the command in the "
                           "same version\n")
