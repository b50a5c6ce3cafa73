"""trimtab site add | remove: what they are told to do, and not one byte else."""

import stat

KEY = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="


def test_add_and_remove_give_the_file_back(trimtab, tmp_path, example):
    file = tmp_path / "m.toml"
    file.write_text(example)
    assert trimtab("--mesh", "m.toml", "site", "add", "--link", "a", "--link", "c", "e", "--public-key", KEY) == (
        0,
        "added site e: id 5, asn 65005, no LAN\n",
        "",
    )
    added = file.read_text()
    assert trimtab("check", "--mesh", "m.toml") == (0, "", "")
    site = f'\n[[site]]\nname = "e"\nid = 5\nasn = 65005\npublic_key = "{KEY}"\n'
    links = '\n[[link]]\nbetween = ["a", "e"]\n\n[[link]]\nbetween = ["c", "e"]\n'
    assert added.replace(site, "").replace(links, "") == example
    assert trimtab("site", "remove", "e", "--mesh", "m.toml") == (0, "removed site e and its links\n", "")
    assert file.read_text() == example


def test_a_new_site_waits_for_its_key(trimtab, tmp_path, example):
    (tmp_path / "m.toml").write_text(example)
    assert trimtab("site", "add", "e", "--mesh", "m.toml", "--endpoint", "192.0.2.9:51820", "--link", "a") == (
        0,
        "added site e: id 5, asn 65005, no LAN\nnext: trimtab keygen on that router; what it prints goes in here as its public_key\n",
        "",
    )
    assert trimtab("check", "--mesh", "m.toml").status == 1
    # The next one may be added all the same.
    assert trimtab("site", "add", "f", "--mesh", "m.toml", "--link", "a").status == 0


def test_nothing_wrong_is_written(trimtab, tmp_path, example):
    file = tmp_path / "m.toml"
    file.write_text(example)
    lines = example.splitlines()
    id_line = lines.index("id = 2") + 1
    lan_line = lines.index('lan = ["10.10.2.0/24"]') + 1
    for arguments, complaint in (
        (("add", "e", "--id", "2"), f'id 2 is taken by site "b" (line {id_line}); 5 is free; nothing was written'),
        (("add", "E"), 'name "E" does not fit; write lower-case letters, digits and hyphens, a letter first; nothing was written'),
        (("add", "a"), 'there is a site "a" already; choose another name'),
        (("add", "e", "--link", "x"), 'there is no site "x"; sites are a, b, c, d, e; nothing was written'),
        (("add", "e", "--lan", "10.10.2.128/25", "--lan-interface", "lan0"),
         f'10.10.2.128/25 overlaps 10.10.2.0/24 in the lan of site "b" (line {lan_line}); keep them apart; nothing was written'),
        (("remove", "x"), 'there is no site "x" in the mesh file; see its [[site]] entries'),
    ):
        outcome = trimtab("site", *arguments, "--mesh", "m.toml")
        assert outcome == (2, "", f"trimtab: {complaint}\n")
        assert file.read_text() == example
    assert [f.name for f in tmp_path.iterdir()] == ["m.toml"]


def test_a_file_with_mistakes_is_left_alone(trimtab, tmp_path, example):
    (tmp_path / "m.toml").write_text(example + "\n[[lnk]]\n")
    assert trimtab("site", "add", "e", "--mesh", "m.toml") == (
        2,
        "",
        "trimtab: m.toml has mistakes; mend them first: `trimtab check` lists them\n",
    )


def test_mode_and_link_of_the_file_are_kept(trimtab, tmp_path, example):
    real = tmp_path / "real.toml"
    real.write_text(example)
    real.chmod(0o640)
    (tmp_path / "m.toml").symlink_to("real.toml")
    assert trimtab("site", "add", "e", "--mesh", "m.toml", "--link", "a").status == 0
    assert (tmp_path / "m.toml").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert 'name = "e"' in real.read_text()
