"""trimtab check: silent and 0 when all is well, else one line per mistake and 1; 2 where there is nothing to check."""

import json
import os
import resource
import subprocess

from conftest import PROGRAM


def test_silent_when_all_is_well(trimtab, tmp_path, example):
    (tmp_path / "m.toml").write_text(example)
    assert trimtab("check", "--mesh", "m.toml") == (0, "", "")


def test_the_file_is_found_before_after_and_in_the_environment(trimtab, tmp_path, example):
    (tmp_path / "m.toml").write_text(example)
    assert trimtab("--mesh", "m.toml", "check") == (0, "", "")
    assert trimtab("check", TRIMTAB_MESH="m.toml") == (0, "", "")
    assert trimtab("check", "--mesh", "m.toml", TRIMTAB_MESH="elsewhere.toml") == (0, "", "")


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


def test_one_line_per_mistake_in_the_order_of_the_file(trimtab, tmp_path, example):
    broken = example.replace('name = "home"', 'name = "home"\npolcy = "path"').replace("asn = 65004", "asn = 65001")
    (tmp_path / "m.toml").write_text(broken)
    first = line_of(broken, "asn = 65001")
    second = line_of(broken, "id = 4") + 1
    assert trimtab("check", "--mesh", "m.toml") == (
        1,
        "",
        f'm.toml:{line_of(broken, "polcy")}:1: error: unknown key "polcy" in [mesh]; did you mean policy?\n'
        f'm.toml:{second}:7: error: asn 65001 is taken by site "a" (line {first}); 65004 is free\n',
    )


def test_warnings_are_printed_and_the_answer_is_still_yes(trimtab, tmp_path, example):
    sites = example[: example.index("# Who talks to whom")]
    without = sites.replace('endpoint = "198.51.100.3:51820"\n', "")
    (tmp_path / "m.toml").write_text(without)
    line = line_of(without, 'name = "c"') - 1
    assert trimtab("check", "--mesh", "m.toml") == (
        0,
        "",
        f"m.toml:{line}:1: warning: no link between c, d: none of them has an endpoint; their traffic takes other sites\n",
    )


def test_json(trimtab, tmp_path, example):
    (tmp_path / "m.toml").write_text(example)
    outcome = trimtab("check", "--mesh", "m.toml", "--json")
    answer = json.loads(outcome.out)
    assert (outcome.status, outcome.err) == (0, "")
    assert answer["valid"] is True and answer["mistakes"] == [] and len(answer["fingerprint"]) == 64

    (tmp_path / "m.toml").write_text("[mesh\n")
    outcome = trimtab("check", "--mesh", "m.toml", "--json")
    answer = json.loads(outcome.out)
    assert (outcome.status, outcome.err, answer["valid"]) == (1, "", False)
    assert [m["line"] for m in answer["mistakes"]] == [1]


def test_a_site_that_is_named_must_be_there(trimtab, tmp_path, example):
    (tmp_path / "m.toml").write_text(example)
    assert trimtab("check", "--mesh", "m.toml", "--site", "a") == (0, "", "")
    said = trimtab("check", "--mesh", "m.toml", "--site", "zz")
    assert said.status == 2 and 'site "zz", which the mesh does not have' in said.err
    assert trimtab("check", "--mesh", "m.toml", "--site", "zz", "--json").status == 2


def test_unreadable(trimtab, tmp_path):
    assert trimtab("check", "--mesh", "m.toml") == (
        2, "", "trimtab: cannot read m.toml: No such file or directory; `trimtab init` writes one, --mesh names another\n")
    assert trimtab("check", "--mesh", tmp_path) == (2, "", f"trimtab: cannot read {tmp_path}: Is a directory\n")


def test_ten_megabytes_of_garbage(trimtab, tmp_path):
    (tmp_path / "m.toml").write_bytes(os.urandom(10_000_000))
    assert trimtab("check", "--mesh", "m.toml") == (
        1,
        "",
        "m.toml:1:1: error: the file has 10000000 bytes and a mesh file at most 1048576; is it the right file?\n",
    )


def test_one_megabyte_of_garbage(trimtab, tmp_path):
    for garbage in (os.urandom(1_000_000), b"[" * 1_000_000, b"a" * 1_000_000, b"a = 1\n" * 150_000, b"[a]\n" * 250_000):
        (tmp_path / "m.toml").write_bytes(garbage)
        outcome = trimtab("check", "--mesh", "m.toml")
        assert (outcome.status, outcome.out) == (1, "")
        assert outcome.err.startswith("m.toml:") and outcome.err.count("\n") <= 2


def test_endless_input_is_not_read_for_ever(trimtab):
    outcome = trimtab("check", "--mesh", "/dev/zero")
    assert outcome == (2, "", "trimtab: cannot read /dev/zero: it is no regular file\n")


def test_two_hundred_sites(tmp_path):
    """19,900 links from one file: well within half a second and 100 MB (the bench measures; this catches squares)."""
    import base64

    def key(n):
        return base64.b64encode(bytes([n] + [0x42] * 31)).decode()

    text = 'mesh = { name = "x", overlay = "10.255.0.0/24", links = "172.31.0.0/16", link_prefix = 31, lans = "10.0.0.0/9" }\n'
    for n in range(1, 201):
        text += f'[[site]]\nname = "s{n}"\nid = {n}\nasn = {65000 + n}\nendpoint = "192.0.2.{n}:1"\npublic_key = "{key(n)}"\n'
    for n in range(2, 201):
        text += "".join(f'[[link]]\nbetween = ["s{m}", "s{n}"]\n' for m in range(1, n))
    (tmp_path / "m.toml").write_text(text)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([PROGRAM, "check", "--mesh", tmp_path / "m.toml"], check=True, timeout=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime < 3
    assert after.ru_maxrss < 100_000 or before.ru_maxrss == after.ru_maxrss
