"""trimtab simulate: what it says of meshes that can be worked out, and of input that is wrong."""

import json
import os
import random
import xml.etree.ElementTree

import pytest

from conftest import ROOT

SCENARIOS = sorted((ROOT / "scenarios").glob("*.toml"))


def matrix(hosts=12, seed=3):
    """Hosts at random; from i to j and back differ."""
    rng = random.Random(seed)
    return [[None if i == j else rng.randrange(50, 2000) / 10 for j in range(hosts)] for i in range(hosts)]


def text_of(rows):
    return "".join(",".join("" if cell is None else str(cell) for cell in row) + "\n" for row in rows)


def links_of(rows, degree):
    """The union of every site's nearest."""
    links = set()
    for i, row in enumerate(rows):
        nearest = sorted((rtt, j) for j, rtt in enumerate(row) if rtt is not None)[:degree]
        links |= {(min(i, j), max(i, j)) for _, j in nearest}
    return links


def answer_of(outcome):
    assert outcome.status == 0 and outcome.err == ""
    return json.loads(outcome.out)


def test_a_static_mesh_has_dijkstras_routes_in_every_direction(trimtab, tmp_path):
    rows = matrix()
    (tmp_path / "m.csv").write_text(text_of(rows))
    answer = answer_of(trimtab("simulate", "--matrix", "m.csv", "--degree", "3", "--json"))
    assert (answer["sites"], answer["links"]) == (12, len(links_of(rows, 3)))
    assert answer["settled"] is True and answer["unreachable_pairs"] == 0
    assert all(round(answer["stretch"][key], 3) == 1 for key in ("mean", "median", "p95", "max"))


def test_the_other_policies_are_worse(trimtab, tmp_path):
    (tmp_path / "m.csv").write_text(text_of(matrix()))
    for policy in ("score", "as-path"):
        answer = answer_of(trimtab("simulate", "--matrix", "m.csv", "--degree", "5", "--policy", policy, "--json"))
        assert answer["policy"] == policy and answer["settled"] is True
        assert 1.01 < answer["stretch"]["mean"] <= answer["stretch"]["p95"] <= answer["stretch"]["max"]


def test_as_path_takes_the_fewest_links(trimtab, tmp_path):
    """1 - 2 is 100 ms, 1 - 3 - 2 is 2 × 10 ms and a millisecond for the bandwidth of each link."""
    (tmp_path / "m.csv").write_text(",100,10\n100,,10\n10,10,\n")
    answer = answer_of(trimtab("simulate", "--matrix", "m.csv", "--policy", "as-path", "--json"))
    assert answer["stretch"]["max"] == pytest.approx(101 / 22)
    assert answer["stretch"]["mean"] == pytest.approx((4 + 2 * 101 / 22) / 6)


def test_the_same_seed_gives_the_same_bytes(trimtab, tmp_path):
    (tmp_path / "m.csv").write_text(text_of(matrix(6)))
    (tmp_path / "s.toml").write_text('[[event]]\nall = true\nkind = "noise"\ndeviation = 0.4\n')
    runs = [("simulate", "--matrix", "m.csv", "--resample", "9", "--scenario", "s.toml", "--events", "--json",
             "--seed", seed, "--plot", f"{n}.svg") for n, seed in enumerate((1, 1, 2))]
    one, same, other = (trimtab(*run) for run in runs)
    assert one.status == 0 and one.out == same.out and one.out != other.out
    assert (tmp_path / "0.svg").read_bytes() == (tmp_path / "1.svg").read_bytes() != (tmp_path / "2.svg").read_bytes()


def test_a_summary_for_people_and_the_speed_apart_from_it(trimtab):
    outcome = trimtab("simulate", "--sites", "10", "--degree", "3")
    assert outcome.status == 0 and outcome.out.startswith("10 sites, ")
    assert "settled" in outcome.out and "max 1.000" in outcome.out
    assert outcome.err.count("\n") == 1 and "million a second" in outcome.err and "\r" not in outcome.err


def test_a_mesh_file(trimtab, example, tmp_path):
    (tmp_path / "m.toml").write_text(example)
    answer = answer_of(trimtab("simulate", "--mesh", "m.toml", "--json"))
    assert (answer["sites"], answer["links"], answer["settled"]) == (4, 5, True)
    broken = trimtab("simulate", "--mesh", "m.toml", "--scenario", str(ROOT / "scenarios/brownout.toml"), "--json")
    assert answer_of(broken)["watched"]["from"] == "a"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_runs_and_is_drawn(trimtab, tmp_path, path):
    answer = answer_of(trimtab("simulate", "--scenario", path, "--duration", "4m", "--plot", "p.svg", "--json"))
    assert answer["watched"]["to"] == "d"
    assert xml.etree.ElementTree.parse(tmp_path / "p.svg").getroot().tag.endswith("svg")


def test_there_are_some():
    assert {path.stem for path in SCENARIOS} >= {"brownout", "flapping", "four-sites", "load-feedback", "loss",
                                                   "stationary-noise"}


def test_what_is_over_before_it_begins_is_told(trimtab, tmp_path):
    (tmp_path / "s.toml").write_text('[scenario]\nduration = "5m"\n[[link]]\nbetween = ["a", "b"]\n' + "".join(
        f'[[event]]\nall = true\nkind = "outage"\nfrom = "{begins}"\n' for begins in ("4m", "7m", "5m")))
    outcome = trimtab("simulate", "--scenario", "s.toml", "--json")
    assert outcome.status == 0 and json.loads(outcome.out)
    assert outcome.err == ("trimtab: what begins at 5m or later never does: all is over after 5m; "
                           "see duration and --duration\n")
    answer_of(trimtab("simulate", "--scenario", "s.toml", "--json", "--duration", "8m"))


def test_a_brownout_is_left_and_returned_to(trimtab):
    outcome = trimtab("simulate", "--scenario", ROOT / "scenarios/brownout.toml", "--events", "--json")
    answer = answer_of(outcome)
    left, back = [at for at in answer["watched"]["changed_at_s"] if at > 60]
    assert 180 < left < 240 and 480 < back < 540, "the link was three minutes old; its brownout took five"
    mine = [move for move in answer["moved"] if (move["site"], move["destination"]) == ("a", "d")]
    assert [move["to"] for move in mine][-3:] == ["b", "c", "b"]
    assert all(one["reason"] and one["text"] for one in answer["decided"])


def test_a_move_for_patience_says_so(trimtab, tmp_path):
    """On noisy links an outage's detour stays within the margin. It is given up in time, and not without a word."""
    links = "".join(f'[[link]]\nbetween = ["{one}", "{other}"]\nrtt = "{rtt}ms"\n'
                    for one, other, rtt in (("a", "b", 11), ("b", "d", 11), ("a", "c", 17), ("c", "d", 17)))
    (tmp_path / "s.toml").write_text(
        f'[scenario]\nname = "patience"\nduration = "90m"\nwatch = ["d", "a"]\n{links}'
        '[[event]]\nall = true\nkind = "noise"\ndeviation = 0.2\n'
        '[[event]]\nbetween = ["a", "b"]\nkind = "outage"\nfrom = "1h"\nto = "61m"\n')
    seen = 0
    for seed in range(1, 7):  # in some of them chance moves the route first
        command = "simulate", "--scenario", "s.toml", "--seed", seed, "--events"
        answer = answer_of(trimtab(*command, "--json"))
        for given_up in answer["given_up"]:
            way = {key: given_up[key] for key in ("site", "destination")}
            move, = [move for move in answer["moved"] if move | way == move and move["at_s"] == given_up["at_s"]]
            assert move["from"] == given_up["neighbour"]
            lines = trimtab(*command).out.splitlines()
            said = (f"{given_up['at_s']:10.3f} s  {way['site']}: {way['destination']} is kept on {move['from']} no longer: another "
                    "way has been cheaper for long, now by ")
            found = next(i for i, line in enumerate(lines) if line.startswith(said))
            moved = f"{way['site']} reaches {way['destination']}: through {move['from']} -> through {move['to']}"
            assert lines[found + 1].endswith(moved)
            changes = len(answer["watched"]["changed_at_s"])
            assert lines[-2] == f"d to a {changes:>22} changes of route, {changes / 1.5:.1f} an hour"
            seen += 1
    assert seen > 0


@pytest.mark.parametrize("seed", [2, 3, 5, 12])
def test_noise_moves_nothing_from_the_first_minute_on(trimtab, seed):
    """Seeds in which it did, before a young link's jitter told its noise."""
    scenario = ROOT / "scenarios/stationary-noise.toml"
    answer = answer_of(trimtab("simulate", "--scenario", scenario, "--duration", "10m", "--seed", seed, "--json"))
    assert [at for at in answer["watched"]["changed_at_s"] if at > 60] == []


def test_bad_matrices_are_named_by_line(trimtab, tmp_path):
    for content, words in (("", "line 1: a matrix needs two hosts at least"),
                           (",1\n1,,2\n", "line 2: 3 columns where the first line has 2"),
                           (",1\nx,\n", 'line 2: column 1: "x" is no number'),
                           (",1\n-1,\n", "line 2: column 1: an RTT of -1 ms cannot be")):
        (tmp_path / "m.csv").write_text(content)
        outcome = trimtab("simulate", "--matrix", "m.csv")
        assert outcome == (2, "", f"trimtab: m.csv: {words}; docs/simulate.md has the format\n")


def test_bad_scenarios_are_named_by_place(trimtab, tmp_path):
    (tmp_path / "s.toml").write_text('[[link]]\nbetween = ["a", "b"]\nrtt = 5\n[[event]]\nall = true\nkind = "rain"\n')
    outcome = trimtab("simulate", "--scenario", "s.toml")
    assert (outcome.status, outcome.out) == (2, "")
    first, second = outcome.err.splitlines()
    assert first.startswith("s.toml:3:7: error: rtt must be") and second.startswith('s.toml:6:8: error: kind is "rain"')


def test_bad_options(trimtab, tmp_path):
    (tmp_path / "m.csv").write_text(",1\n1,\n")
    assert trimtab("simulate", "--matrix", "nowhere.csv").status == 2
    for wrong in (("--duration", "soon"), ("--duration", "1ms"), ("--policy", "best"), ("--degree", "0"),
                  ("--sites", "5"), ("--mesh", "m.toml"), ("--seed", "-1"), ("--seed", "010"),
                  ("--seed", "18446744073709551616"), ("--plot", "no/such/place.svg")):
        outcome = trimtab("simulate", "--matrix", "m.csv", *wrong)
        assert (outcome.status, outcome.out) == (2, "") and outcome.err.count("\n") == 1, wrong
    assert trimtab("simulate", "--resample", "5").status == 2
    scenario = ROOT / "scenarios/brownout.toml"
    assert "--matrix or --sites" in trimtab("simulate", "--scenario", scenario, "--degree", "2").err
    assert trimtab("simulate", "--scenario", scenario, "--seed", "18446744073709551615").status == 0


def test_a_plot_replaces_nothing_but_a_file(trimtab, tmp_path):
    (tmp_path / "pipe").mkdir()
    os.mkfifo(tmp_path / "pipe" / "fifo")
    refused = trimtab("simulate", "--sites", "3", "--plot", "pipe/fifo")
    assert refused.status == 2 and refused.err.startswith("trimtab: cannot write pipe/fifo: it is no regular file")
    assert (tmp_path / "pipe" / "fifo").is_fifo()
    (tmp_path / "link.svg").symlink_to("target.svg")
    (tmp_path / "target.svg").write_text("old")
    assert trimtab("simulate", "--sites", "3", "--plot", "link.svg").status == 0
    assert (tmp_path / "link.svg").is_symlink() and (tmp_path / "target.svg").read_text().startswith("<svg")
    nowhere = trimtab("simulate", "--sites", "3", "--plot", "nowhere/x.svg")
    assert nowhere.status == 2 and "there is no directory nowhere" in nowhere.err


def test_names_in_a_scenario_are_names(trimtab, tmp_path):
    (tmp_path / "s.toml").write_text('[[link]]\nbetween = ["a", "\\u001b[31m"]\n')
    outcome = trimtab("simulate", "--scenario", "s.toml")
    assert outcome.status == 2 and outcome.err.startswith("s.toml:2:17: error: name") and "\x1b" not in outcome.err


def test_first_hop_preference_comes_to_rest(trimtab):
    """Every neighbour is told the latest only: with every word between, 16 sites do not end within minutes."""
    found = json.loads(trimtab("simulate", "--sites", "16", "--degree", "4", "--policy", "score", "--json").out)
    assert found["settled"] and found["updates_sent"] < 1_000_000


@pytest.mark.skipif(os.path.exists("/etc/trimtab/mesh.toml"), reason="a router, which has a mesh to simulate")
def test_nothing_to_simulate_says_what_to_give(trimtab):
    assert trimtab("simulate") == (2, "", (
        "trimtab: nothing says which mesh to simulate, and there is no /etc/trimtab/mesh.toml; give --sites N, "
        "--matrix FILE, --scenario FILE or --mesh FILE\n"))
