"""trimtab init: a first mesh file, from flags or from questions on a terminal."""

import os
import pty
import re
import select
import subprocess

from conftest import PROGRAM


def test_flags_make_a_file_that_needs_only_keys(trimtab, tmp_path):
    sites = ("a=a.example.net:51820", "b=192.0.2.2:51820", "c")
    arguments = [word for site in sites for word in ("--with", site)]
    assert trimtab("init", "--mesh", "m.toml", *arguments) == (
        0,
        "wrote m.toml\nnext, on each router: trimtab keygen; what it prints goes in here as public_key, then the same file "
        "everywhere\n",
        "",
    )
    missing = trimtab("check", "--mesh", "m.toml")
    assert missing.status == 1
    assert re.findall(r"error: (.*?);", missing.err) == [f'site "{name}" has no public_key' for name in "abc"]
    for name in "abc":
        assert trimtab("keygen", "--site", name, "--mesh", "m.toml", "--out", name).status == 0
    assert trimtab("check", "--mesh", "m.toml") == (0, "", "")
    text = (tmp_path / "m.toml").read_text()
    assert re.findall(r'^lan = \["(.*)"\]', text, re.M) == ["10.10.1.0/24", "10.10.2.0/24", "10.10.3.0/24"]
    assert len(re.findall(r"^#", text, re.M)) > 8


def test_an_existing_file_is_never_overwritten(trimtab, tmp_path):
    (tmp_path / "m.toml").write_text("mine")
    assert trimtab("init", "--mesh", "m.toml", "--with", "a") == (
        2,
        "",
        "trimtab: m.toml is there already; it is never overwritten; edit it, or `trimtab site add`\n",
    )
    assert (tmp_path / "m.toml").read_text() == "mine"


def test_nothing_wrong_is_written(trimtab, tmp_path):
    assert trimtab("init", "--mesh", "m.toml", "--with", "a", "--with", "a") == (
        2,
        "",
        'trimtab: name "a" is taken by site "a" (line 15); give each site its own name; nothing was written\n',
    )
    assert trimtab("init", "--mesh", "m.toml", "--with", "a", "--name", 'x"\ny = "').status == 2
    assert list(tmp_path.iterdir()) == []


def test_a_site_that_gets_no_lan_is_named(trimtab, tmp_path):
    mesh = tmp_path / "mesh.toml"
    made = trimtab("init", "--mesh", str(mesh), "--lans", "10.10.0.0/24", "--with", "a=a.example.net:51820", "--with", "b")
    assert made.status == 0 and "a, b have no LAN: lans (10.10.0.0/24) has no /24 for that number" in made.err, made
    made = trimtab("init", "--mesh", str(tmp_path / "n.toml"), "--lans", "10.10.0.0/23", "--with", "a=a.example.net:51820", "--with", "b")
    assert "warning: b has no LAN" in made.err and "a," not in made.err, made


def test_without_terminal_and_flags_it_says_what_it_needs(trimtab, tmp_path):
    assert trimtab("init", "--mesh", "m.toml") == (
        2,
        "",
        "trimtab: init needs a terminal to ask on, or the sites; name each one: --with a=a.example.net:51820 --with b\n",
    )


class Terminal:
    """The program on a terminal, and a person who reads before typing."""

    def __init__(self, directory, *arguments):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen([PROGRAM, *arguments], cwd=directory, stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        self.seen = ""

    def wait_for(self, text):
        while text not in self.seen:
            assert select.select([self.master], [], [], 20)[0], f"never saw {text!r} in {self.seen!r}"
            self.seen += os.read(self.master, 4096).decode()
        self.seen = self.seen[self.seen.index(text) + len(text):]

    def answer(self, question, text):
        self.wait_for(question)
        os.write(self.master, (text + "\n").encode())

    def status(self):
        status = self.process.wait(timeout=20)
        os.close(self.master)
        return status


def test_questions_on_a_terminal(trimtab, tmp_path):
    """What is not taken is asked again at once, with the same default."""
    terminal = Terminal(tmp_path, "init", "--mesh", "m.toml")
    terminal.answer("name of the mesh [home]: ", "My Mesh!")
    terminal.wait_for("not taken: ")
    terminal.answer("name of the mesh [home]: ", "family")
    terminal.answer("range of all LANs [10.10.0.0/16]: ", "banana")
    terminal.wait_for("not taken: ")
    terminal.answer("range of all LANs [10.10.0.0/16]: ", "")
    terminal.answer("name of site 1 (empty: that was the last): ", "Bad Name")
    terminal.wait_for("not taken: ")
    terminal.answer("name of site 1 (empty: that was the last): ", "a")
    terminal.answer("its LAN (- for none) [10.10.1.0/24]: ", "10.10.7.1/24")
    terminal.wait_for("not taken: lan: 10.10.7.1/24 has host bits set; write 10.10.7.0/24")
    terminal.answer("its LAN (- for none) [10.10.1.0/24]: ", "10.10.7.0/24")
    terminal.answer("the interface of that LAN [br-lan]: ", "lan0")
    terminal.answer("(empty: behind NAT): ", "192.0.2.1")
    terminal.wait_for("not taken: ")
    terminal.answer("(empty: behind NAT): ", "192.0.2.1:51820")
    terminal.answer("name of site 2 (empty: that was the last): ", "a")
    terminal.wait_for("not taken: ")
    terminal.answer("name of site 2 (empty: that was the last): ", "b")
    terminal.answer("its LAN (- for none) [10.10.2.0/24]: ", "-")
    terminal.answer("(empty: behind NAT): ", "")
    terminal.answer("name of site 3 (empty: that was the last): ", "")
    terminal.wait_for("wrote m.toml")
    assert terminal.status() == 0
    text = (tmp_path / "m.toml").read_text()
    assert 'name = "family"' in text and 'lan_interface = "lan0"' in text and 'lan = ["10.10.7.0/24"]' in text
    assert text.count("\n[[site]]") == 2 and "10.10.2.0" not in text


def test_the_end_of_the_answers_writes_nothing(tmp_path):
    terminal = Terminal(tmp_path, "init", "--mesh", "m.toml")
    terminal.answer("name of the mesh [home]: ", "family")
    terminal.wait_for("range of all LANs [10.10.0.0/16]: ")
    os.write(terminal.master, b"\x04")
    terminal.wait_for("the answers ended early; nothing was written")
    assert terminal.status() == 2
    assert list(tmp_path.iterdir()) == []
