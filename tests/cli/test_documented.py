"""Every command that the documents show is one that the program has, with options that it has. What the commands do is
shown elsewhere: here for files, in the lab for everything that needs a kernel."""

import re
import subprocess
from pathlib import Path

import pytest

from conftest import PROGRAM

ROOT = Path(__file__).resolve().parents[2]
COMMAND = re.compile(r"(?:^    |`)trimtab ([a-z][^`#\n]*(?:\n(?=--)[^`#]*)?)", re.MULTILINE)


def documented():
    files = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    found = {(file.name, " ".join(words.split())) for file in files for words in COMMAND.findall(file.read_text())}
    return sorted((name, words) for name, words in found if "|" not in words)


def test_there_are_some():
    assert len(documented()) > 10


@pytest.mark.parametrize("file, words", documented())
def test_the_program_has_it(trimtab, file, words):
    subcommands = [word for word in words.split() if re.fullmatch("[a-z]+", word)]
    parts = subcommands[:2] if subcommands[0] == "site" and len(subcommands) > 1 else subcommands[:1]
    outcome = trimtab(*parts, "--help")
    assert outcome.status == 0, f"{file}: trimtab {words}"
    for option in re.findall(r"--[a-z-]+", words):
        assert option in outcome.out + trimtab("--help").out, f"{file}: trimtab {words}: no {option}"


def test_a_number_taken_apart_as_shown(trimtab):
    """formulas.md, policies.md and the specification show this one."""
    outcome = trimtab("score", "--rtt", "20ms", "--jitter", "2ms", "--loss", "1%", "--bandwidth", "200M", "--json")
    assert outcome.status == 0 and '"score":27.0,"local_pref":154,"cost_ms":41.0' in outcome.out.replace(" ", "")


def test_the_first_steps(trimtab, tmp_path):
    """As in mesh-file.md, from nothing to a file that `check` has only missing keys to say of."""
    assert trimtab("init", "--with", "a=a.example.net:51820", "--with", "b=192.0.2.2:51820", "--with", "c",
                   "--mesh", "mesh.toml").status == 0
    for site in "abc":
        assert trimtab("keygen", "--site", site, "--mesh", "mesh.toml", "--out", f"{site}.key").status == 0
    assert trimtab("check", "--mesh", "mesh.toml").status == 0
    assert trimtab("site", "add", "d", "--endpoint", "d.example.net:51820", "--lan", "10.10.4.0/24",
                   "--lan-interface", "br-lan", "--mesh", "mesh.toml").status == 0
    assert 'name = "d"' in (tmp_path / "mesh.toml").read_text()
    assert trimtab("site", "remove", "d", "--mesh", "mesh.toml").status == 0
    assert 'name = "d"' not in (tmp_path / "mesh.toml").read_text()


@pytest.mark.parametrize("words", [("status",), ("site", "add"), ("keygen",)])
def test_every_command_names_the_options_that_all_have(trimtab, words):
    said = trimtab(*words, "--help").out
    assert said.endswith("As everywhere, before or after the command: --mesh, --site, --socket, --json (`trimtab --help`).\n")


@pytest.mark.parametrize("number", ["-1", "0x10", "18446744073709551616", "1.5"])
def test_a_number_is_what_it_looks_like(trimtab, number):
    assert trimtab("events", "--since", number) == (
        2, "", f'trimtab: --since: "{number}" is no whole number from 0 to 2^64 - 1; see `trimtab events --help`\n')


def test_a_mistyped_command_is_named(trimtab):
    assert trimtab("chekc") == (2, "", 'trimtab: there is no command "chekc"; did you mean `check`?\n')
    assert trimtab("frobnicate") == (2, "", 'trimtab: there is no command "frobnicate"; `trimtab --help` lists them\n')


def test_output_that_cannot_be_written_is_no_success(tmp_path):
    with open("/dev/full", "w") as full:
        done = subprocess.run([PROGRAM, "score", "--rtt", "20ms"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr == "trimtab: cannot write the output: No space left on device\n"


def test_no_text_of_a_file_steers_the_terminal(trimtab, tmp_path):
    (tmp_path / "m.toml").write_text('[mesh]\nname = "\\u001b[31mb"\n')
    outcome = trimtab("check", "--mesh", "m.toml")
    assert outcome.status == 1 and "\x1b" not in outcome.err and "\\x1b[31mb" in outcome.err


def test_a_person_who_cannot_be_told_changes_no_status(trimtab):
    for stderr in ("2>&-", "2>/dev/full"):
        done = subprocess.run(f"{PROGRAM} chekc {stderr}", shell=True, stdout=subprocess.PIPE)
        assert done.returncode == 2, stderr
