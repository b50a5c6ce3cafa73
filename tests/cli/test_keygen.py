"""trimtab keygen: a private key for its owner alone, a public key for everybody."""

import re
import stat
import subprocess

import pytest


def test_makes_a_key_and_prints_its_public_half(trimtab, tmp_path):
    outcome = trimtab("keygen", "--out", "private.key")
    assert outcome.status == 0 and outcome.err == ""
    assert re.fullmatch(r"[A-Za-z0-9+/]{43}=\n", outcome.out)
    file = tmp_path / "private.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    secret = file.read_text()
    assert re.fullmatch(r"[A-Za-z0-9+/]{43}=\n", secret) and secret != outcome.out
    assert trimtab("keygen", "--show", "--out", "private.key") == (0, outcome.out, "")


def test_the_key_is_what_wireguard_makes_of_it(trimtab, tmp_path):
    outcome = trimtab("keygen", "--out", "private.key")
    secret = (tmp_path / "private.key").read_text()
    assert subprocess.run(["wg", "pubkey"], input=secret, capture_output=True, text=True, check=True).stdout == outcome.out


def test_two_keys_differ(trimtab):
    assert trimtab("keygen", "--out", "one").out != trimtab("keygen", "--out", "two").out


def test_never_overwrites(trimtab, tmp_path):
    (tmp_path / "private.key").write_text("mine")
    assert trimtab("keygen", "--out", "private.key") == (
        2,
        "",
        "trimtab: cannot write private.key: File exists; a key is never overwritten: "
        "`trimtab keygen --show --out private.key` prints its public one, and with --site NAME writes it into the mesh file\n",
    )
    assert (tmp_path / "private.key").read_text() == "mine"


def test_sets_the_key_of_a_site_in_the_mesh_file(trimtab, tmp_path, example):
    file = tmp_path / "m.toml"
    file.write_text(example)
    old = re.findall(r'public_key = "(.*)"', example)[1]
    file.write_text(example.replace(f'public_key = "{old}"\n', ""))
    outcome = trimtab("keygen", "--site", "b", "--mesh", "m.toml", "--out", "private.key")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.strip() in file.read_text()
    assert trimtab("check", "--mesh", "m.toml") == (0, "", "")
    assert trimtab("keygen", "--show", "--site", "b", "--mesh", "m.toml", "--out", "private.key") == (0, outcome.out, "")


def test_no_key_in_the_mesh_file_is_replaced_unasked(trimtab, tmp_path, example):
    file = tmp_path / "m.toml"
    file.write_text(example)
    old = re.findall(r'public_key = "(.*)"', example)[1]
    options = ("--site", "b", "--mesh", "m.toml", "--out", "private.key")
    refusal = (f"trimtab: m.toml has another public_key for site b: {old}; put back the private key that belongs to it, "
               "or say --replace and give the changed mesh file to every site\n")
    assert trimtab("keygen", *options) == (2, "", refusal)
    assert not (tmp_path / "private.key").exists() and file.read_text() == example
    trimtab("keygen", "--out", "private.key")
    assert trimtab("keygen", "--show", *options) == (2, "", refusal)
    assert file.read_text() == example
    outcome = trimtab("keygen", "--show", "--replace", *options)
    new = outcome.out.strip()
    assert (outcome.status, outcome.err) == (0, (
        f"trimtab: m.toml: public_key of site b: {old} -> {new}; give the same mesh file to every site: one that has not "
        "got it yet takes nothing from b\n"))
    assert file.read_text() == example.replace(old, new)
    # Not even asked to is a private key replaced.
    assert "never overwritten" in trimtab("keygen", "--replace", *options).err


def test_makes_nothing_where_the_mesh_file_cannot_take_it(trimtab, tmp_path, example):
    (tmp_path / "m.toml").write_text(example)
    assert trimtab("keygen", "--site", "x", "--mesh", "m.toml", "--out", "private.key") == (
        2,
        "",
        'trimtab: there is no site "x" in the mesh file; see its [[site]] entries\n',
    )
    assert not (tmp_path / "private.key").exists()


def test_makes_the_directory(trimtab, tmp_path):
    assert trimtab("keygen", "--out", "etc/private.key").status == 0
    assert trimtab("keygen", "--out", "a/b/private.key") == (
        2,
        "",
        "trimtab: cannot write a/b/private.key: No such file or directory\n",
    )


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o601])
def test_a_key_that_others_may_use_is_refused(trimtab, tmp_path, mode):
    trimtab("keygen", "--out", "private.key")
    (tmp_path / "private.key").chmod(mode)
    assert trimtab("keygen", "--show", "--out", "private.key") == (
        2,
        "",
        f"trimtab: private.key has mode {mode:04o}: others than its owner may use the key; "
        "chmod 0600 private.key, and make a new key if somebody may have read it\n",
    )


@pytest.mark.parametrize("content", ["", "abc\n", "A" * 43 + "\n", "A" * 60])
def test_what_is_not_a_key_is_refused(trimtab, tmp_path, content):
    (tmp_path / "private.key").write_text(content)
    (tmp_path / "private.key").chmod(0o600)
    assert trimtab("keygen", "--show", "--out", "private.key") == (
        2,
        "",
        "trimtab: private.key does not hold a WireGuard private key (one line of 44 characters); "
        "put the right one there, or move it away: `trimtab keygen --out private.key` makes another\n",
    )


def test_a_key_belongs_to_one_site(trimtab, tmp_path, example):
    file = tmp_path / "m.toml"
    file.write_text(example)
    assert trimtab("keygen", "--out", "private.key", "--mesh", "m.toml", "--site", "a", "--replace").status == 0
    before = file.read_text()
    refused = trimtab("keygen", "--show", "--out", "private.key", "--mesh", "m.toml", "--site", "b", "--replace")
    assert refused == (2, "", "trimtab: m.toml has this key for site a; each site has its own: is this router a, or was a key "
                              "copied?\n")
    assert file.read_text() == before


def test_replace_is_about_a_site(trimtab):
    refused = trimtab("keygen", "--out", "private.key", "--replace")
    assert refused.status == 2 and "--site NAME" in refused.err
