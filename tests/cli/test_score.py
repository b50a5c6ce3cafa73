"""trimtab score: a number, term by term."""

import csv
import json
import pathlib
import subprocess

import pytest
from conftest import PROGRAM, ROOT

EXAMPLE = ["--rtt", "20ms", "--jitter", "2ms", "--loss", "1%", "--bandwidth", "200M"]


def test_the_documented_example(trimtab):
    outcome = trimtab("score", *EXAMPLE, "--json")
    assert (outcome.status, outcome.err) == (0, "")
    assert json.loads(outcome.out) == {
        "score": 27.0,
        "local_pref": 154,
        "cost_ms": 41.0,
        "terms": {
            "score": {"bandwidth": 45.0, "rtt": -14.0, "jitter": -1.0, "loss": -3.0},
            "cost_ms": {"rtt": 20.0, "bandwidth": 1.0, "loss": 20.0},
        },
    }


def test_people_get_a_table_whose_columns_add_up(trimtab):
    assert trimtab("score", *EXAMPLE, "--bias", "10ms") == (
        0,
        "TERM       GIVEN   SCORE  COST ms\n"
        "bandwidth   200M    45.0      1.0\n"
        "RTT         20ms   -14.0     20.0\n"
        "jitter       2ms    -1.0\n"
        "loss          1%    -3.0     20.0\n"
        "bias        10ms             10.0\n"
        "sum                 27.0     51.0\n"
        "published         LP 154     51.0\n",
        "",
    )


def test_the_cost_is_shown_without_and_with_the_bias(trimtab):
    answer = json.loads(trimtab("score", *EXAMPLE, "--bias", "10ms", "--json").out)
    assert (answer["cost_ms"], answer["cost_with_bias_ms"]) == (41.0, 51.0)
    assert answer["terms"]["cost_ms"]["bias"] == 10.0


def test_agrees_with_python_on_every_fifth_of_two_hundred_inputs():
    table = list(csv.DictReader((pathlib.Path(ROOT) / "tests/golden/score_table.csv").open()))
    assert len(table) == 200
    for row in table[::5]:
        loss = int(row["loss_basis_points"])
        given = {
            "--rtt": row["rtt_us"] + "us",
            "--jitter": row["jitter_us"] + "us",
            "--loss": f"{loss // 100}.{loss % 100:02}%",
            "--bandwidth": row["kbit_per_s"] + "k",
        }
        arguments = [word for pair in given.items() for word in pair]
        answer = json.loads(subprocess.check_output([PROGRAM, "score", *arguments, "--json"], text=True))
        assert answer["local_pref"] == int(row["local_pref"]), given
        assert answer["score"] == pytest.approx(float(row["score"]), abs=1e-5), given
        without_bias = float(row["cost_ms"]) - int(row["bias_us"]) / 1000
        assert answer["cost_ms"] == pytest.approx(without_bias, abs=1e-5), given


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (["--rtt", "20"], 'trimtab: --rtt: "20" is not a duration; write a number and ms, s, m or h, like "15s"\n'),
        (["--rtt", "20ms", "--loss", "120%"], 'trimtab: --loss: "120%" is not a percentage; write 0% to 100%, like "5%"\n'),
        (["--rtt", "20ms", "--bandwidth=-3M"],
         'trimtab: --bandwidth: "-3M" is not a rate; write bits per second with k, M or G, like "200M"\n'),
        (["--loss", "1%"], "trimtab: --rtt is required; see `trimtab score --help`\n"),
        (["--rtt", "20ms", "extra"], "trimtab: The following argument was not expected: extra; see `trimtab score --help`\n"),
    ],
)
def test_bad_input_is_one_line_and_two(trimtab, arguments, complaint):
    assert trimtab("score", *arguments) == (2, "", complaint)
