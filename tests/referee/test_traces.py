"""What is refused, and by which line; the command line around it."""

import gzip
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from referee import draws, traces

JUDGE = Path(__file__).resolve().parents[2] / "bench" / "referee" / "judge.py"
HEAD = "time_s,0>1,0>2,1>0,1>2,2>0,2>1"


def lines(frames=20):
    rng = random.Random(1)
    return [HEAD] + [",".join([str(60 * frame)] + [f"{rng.uniform(5, 50):.2f}" for _ in range(6)])
                     for frame in range(frames)]


def judge(*words):
    return subprocess.run([sys.executable, JUDGE, *words], capture_output=True, text=True)


def test_plain_and_packed_are_the_same(tmp_path):
    text = "\n".join(lines()) + "\n"
    (tmp_path / "a.csv").write_text(text)
    # Two members, as appending to a gzip file makes them.
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text[:300].encode()) + gzip.compress(text[300:].encode()))
    plain, packed = traces.read(tmp_path / "a.csv"), traces.read(tmp_path / "a.csv.gz")
    assert (plain.rtt_ms == packed.rtt_ms).all() and (plain.time_s == packed.time_s).all()
    assert plain.rtt_ms[0, 0, 1] == float(lines()[1].split(",")[1])


@pytest.mark.parametrize("line, text, said", [
    (1, "time,0>1", "the first column is not time_s"),
    (1, HEAD + ",0>1", '"0>1" stands twice'),
    (1, HEAD + ",0>0", '"0>0" is no link "FROM>TO"'),
    (1, "time_s", "there is no link"),
    (1, "time_s,0>1,0>2,1>0,1>2,3>0,3>1", "no path from 0 to 3"),
    (7, "300,1,2,3,4,5", "6 fields where the header has 7"),
    (7, "", "1 fields where the header has 7"),
    (7, "300,1,,3,4,5,6", "0>2 has no value"),
    (7, "300,1,-2,3,4,5,6", '0>2 "-2" is no RTT'),
    (7, "300,1,2,0,4,5,6", '1>0 "0" is no RTT'),
    (7, "300,1,2,3,4,5,900001", '2>1 "900001" is no RTT'),
    (7, "300,1,2,3,nan,5,6", '1>2 "nan" is no RTT'),
    (7, "300,1,2,3,1e999,5,6", '1>2 "1e999" is no RTT'),
    (7, "soon,1,2,3,4,5,6", '"soon" is no time'),
    (7, "240,1,2,3,4,5,6", "the time does not rise"),
    (21, "90000,1,2,3,4,5,6", "a gap in time"),
])
def test_what_is_wrong_is_named_by_line(tmp_path, line, text, said):
    changed = lines()
    changed[line - 1] = text
    path = tmp_path / "wrong.csv"
    path.write_text("\n".join(changed))
    with pytest.raises(traces.TraceError) as refused:
        traces.read(path)
    assert str(refused.value).startswith(f"{path}: line {line}: {said}")


def test_a_cut_gzip_is_refused_with_one_line(tmp_path):
    path = tmp_path / "cut.csv.gz"
    packed = gzip.compress("\n".join(lines(200)).encode())
    path.write_bytes(packed[:len(packed) // 2])
    done = judge(path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{path}: line ") and done.stderr.endswith("damaged or cut off here\n")
    assert done.stderr.count("\n") == 1
    assert 50 < int(done.stderr.split("line ")[1].split(":")[0]) < 150


@pytest.mark.parametrize("text", ["", HEAD, HEAD + "\n0,1,2,3,4,5,6\n"])
def test_an_empty_trace_is_refused(tmp_path, text):
    (tmp_path / "empty.csv").write_text(text)
    with pytest.raises(traces.TraceError, match="line [12]: "):
        traces.read(tmp_path / "empty.csv")


def test_what_is_not_there_is_refused(tmp_path):
    done = judge(tmp_path / "none.csv")
    assert (done.returncode, done.stderr) == (1, f"{tmp_path / 'none.csv'}: No such file or directory\n")


def test_a_run_stands_beside_the_optimum_and_in_the_plot(tmp_path):
    trace = tmp_path / "a.csv"
    trace.write_text("\n".join(lines(60)))
    plots = [tmp_path / "1.svg", tmp_path / "2.svg"]
    for plot in plots:
        done = judge(trace, "--json", "--plot", plot, "--run", "mine=1.5@4")
        assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    row, = found["runs"]
    assert (row["name"], row["cost"], row["changes"]) == ("mine", 1.5, 4)
    assert row["optimum"]["changes"] <= 4
    assert plots[0].read_bytes() == plots[1].read_bytes()
    assert ">mine<" in plots[0].read_text()


@pytest.mark.parametrize("text", ["mine", "mine=1.5", "=1.5@4", "mine=x@4", "mine=nan@4", "mine=1.5@-1"])
def test_a_run_that_is_none_is_refused(text):
    done = judge("any.csv", "--run", text)
    assert done.returncode == 2
    assert done.stderr.endswith(f'"{text}" is no NAME=COST@CHANGES\n')


def test_a_degree_keeps_the_nearest_of_every_site(tmp_path):
    hosts = 24
    ends = [(a, b) for a in range(hosts) for b in range(hosts) if a != b]
    # On a line: the nearest are the neighbours; both ends want two, and 22 is the second nearest of 23.
    rows = [["time_s"] + [f"{a}>{b}" for a, b in ends]]
    rows += [[str(60 * frame)] + [f"{abs(a - b) + 0.001 * b:.3f}" for a, b in ends] for frame in range(3)]
    with gzip.open(tmp_path / "seattle24_frames.csv.gz", "wt") as source:
        source.write("\n".join(",".join(row) for row in rows))
    draws.wild(tmp_path, tmp_path / "out.csv", 1, hosts=24, degree=2)
    kept = (tmp_path / "out.csv").read_text().splitlines()[0].split(",")[1:]
    line = {f"{a}>{b}" for a, b in ends if abs(a - b) == 1}
    assert set(kept) == line | {"0>2", "2>0", "23>21", "21>23"}
    draws.wild(tmp_path, tmp_path / "all.csv", 3, hosts=8)
    drawn = {int(end) for name in (tmp_path / "all.csv").read_text().splitlines()[0].split(",")[1:]
             for end in name.split(">")}
    assert drawn == set(random.Random(3).sample(range(24), 8))
