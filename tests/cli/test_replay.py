"""trimtab replay: the controller over a recorded mesh, and what is said of a file that is none."""

import gzip
import json

HEAD = "time_s,a>b,b>a,a>c,c>a,b>c,c>b\n"


def trace(frames=80, slow=50):
    return HEAD + "".join(f"{15 * i},10,10,10,10,{slow},{slow}\n" for i in range(frames))


def test_a_detour_is_found(trimtab, tmp_path):
    (tmp_path / "t.csv").write_text(trace())
    outcome = trimtab("replay", "t.csv", "--json")
    assert outcome.status == 0 and outcome.err == ""
    answer = json.loads(outcome.out)
    assert answer["hosts"] == 3 and answer["links"] == 6 and answer["counted_frames"] == 70
    assert answer["cost_ratio"] == 1 and answer["direct_ratio"] == 140 / 80
    assert "3 hosts, 6 links, 70 frames" in trimtab("replay", "t.csv").out


def test_gzip_is_unpacked_and_twice_is_the_same(trimtab, tmp_path):
    (tmp_path / "t.csv").write_text(trace())
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(trace().encode()))
    plain = trimtab("replay", "t.csv", "--json")
    assert trimtab("replay", "t.csv.gz", "--json") == trimtab("replay", "t.csv.gz", "--json") == (0, plain.out, "")


def test_bad_traces_are_named_by_line(trimtab, tmp_path):
    whole = gzip.compress(trace().encode())
    for content, words in ((b"", "line 1: the trace is empty"),
                           (HEAD.encode() + b"0,1,1,1,1,1,1\n-5,1,1,1,1,1,1\n", "line 3: time goes from 0 s to -5 s"),
                           (HEAD.encode() + b"0,1,1,1,1,1,-1\n", "line 2: column 7: an RTT of -1 ms cannot be"),
                           (HEAD.encode() + b"0,,,,,,\n15,,,,,,\n", "no link has a value in any frame"),
                           (HEAD.encode() + b"0,1,1\n", "line 2: 3 columns where the header has 7"),
                           (whole[: len(whole) // 2], "the gzip data are cut short"),
                           (whole[:20] + b"x" * 40, "the gzip data are"),
                           (gzip.compress(bytes(100)), "line 1: the first column is not time_s")):
        (tmp_path / "t").write_bytes(content)
        outcome = trimtab("replay", "t")
        assert (outcome.status, outcome.out) == (2, "")
        assert outcome.err.startswith("trimtab: t: ") and words in outcome.err and outcome.err.count("\n") == 1


def test_a_missing_file(trimtab):
    assert trimtab("replay", "nowhere").err == "trimtab: cannot read nowhere: No such file or directory\n"


LABELLED = "time_s,trace,rtt_ms,loss,change\n"


def labelled(name, marked=20):
    return "".join(f"{240 * i},{name},{100 if i < 20 else 150},0,{int(i == marked)}\n" for i in range(40))


def test_labelled_links_are_judged_and_not_replayed(trimtab, tmp_path):
    text = LABELLED + labelled("x") + labelled("y", marked=30)
    (tmp_path / "l.csv.gz").write_bytes(gzip.compress(text.encode()))
    outcome = trimtab("replay", "l.csv.gz", "--json")
    assert outcome.status == 0 and outcome.err == ""
    answer = json.loads(outcome.out)
    assert [(link["link"], link["tuned_on"]) for link in answer["links"]] == [("x", True), ("y", False)]
    assert answer["tuned_on"]["detector"]["f1"] == 1 and answer["tuned_on"]["two_in_a_row"]["f1"] == 1
    other = answer["not_tuned_on"]["detector"]
    assert (other["shifts"], other["found"], other["false_alarms"]) == (1, 0, 1)
    lines = trimtab("replay", "l.csv.gz").out.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["LINK", "x", "y", "tuned on", "not tuned on", "all"]


def test_bad_labelled_links_are_named_by_line(trimtab, tmp_path):
    (tmp_path / "l.csv").write_text(LABELLED + "0,x,1,0,0\n1,x,-1,0,0\n")
    words = "trimtab: l.csv: line 3: an RTT of -1 ms cannot be; docs/traces.md has the format\n"
    assert trimtab("replay", "l.csv") == (2, "", words)
