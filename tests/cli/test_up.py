"""`up` where it has to refuse, in a network namespace of the test's own (fault matrix 20, 49, 50): nothing of somebody
else's is touched, nothing is left half done, and the message names the object and the cure. What `up` does where it can
is shown in the lab, whose kernel has WireGuard and GRE."""

import itertools
import json
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from conftest import PROGRAM

_count = itertools.count()
MESH = """[mesh]
name = "t"
overlay = "10.255.0.0/24"
links = "172.31.0.0/16"
lans = ["10.10.0.0/16"]
[[site]]
name = "a"
id = 1
asn = 65001
endpoint = "198.51.100.1:51820"
public_key = "+hKE2l1Wm3SVr6XEGmCnhRVUiFnqGVUU7FsOGb6T2Vo="
[[site]]
name = "b"
id = 2
asn = 65002
lan = ["10.10.2.0/24"]
lan_interface = "br-lan"
endpoint = "198.51.100.2:51820"
public_key = "nRXJt+7aZzQeoD5dZBNrj4xIDlOWqFPvYp2C1jD8Yxk="
"""
# What a router has that `up` could touch.
LOOK = ("ip link; ip address; ip route show table all; ip rule; nft list ruleset; "
        "grep -r . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/*/rp_filter")

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces are root's")


class Router:
    def __init__(self, directory):
        self.name = f"ttup{os.getpid()}-{next(_count)}"
        self.etc, self.run_ = directory / "etc", directory / "run"
        self.etc.mkdir()
        (self.etc / "mesh.toml").write_text(MESH)
        key = self.etc / "private.key"
        key.write_text("mB8r4+qF7LZr3rHmEGL5uBJcqrqTJGFRZzJ5FGWG0Wk=\n")
        key.chmod(0o600)
        subprocess.run([PROGRAM, "keygen", "--show", "--replace", "--out", key, "--site", "a", "--mesh", self.etc / "mesh.toml"],
                       check=True, capture_output=True)
        subprocess.run(["ip", "netns", "add", self.name], check=True)

    def do(self, script, check=True):
        done = subprocess.run(["ip", "netns", "exec", self.name, "sh", "-c", script], capture_output=True, text=True,
                              timeout=60)
        assert not check or done.returncode == 0, done.stderr
        return done

    def trimtab(self, command, before=""):
        return self.do(f"{before} {PROGRAM} {command} --mesh {self.etc}/mesh.toml --site a --config-dir {self.etc} "
                       f"--run-dir {self.run_}", check=False)

    def look(self):
        files = {path.name: path.read_bytes() for path in self.etc.iterdir()}
        return self.do(LOOK).stdout, files


@pytest.fixture
def router(tmp_path):
    made = Router(tmp_path)
    yield made
    subprocess.run(["ip", "netns", "delete", made.name], check=True)


def has(kind):
    return subprocess.run(["unshare", "--net", "ip", "link", "add", "try0", "type", kind], capture_output=True).returncode == 0


# What somebody else put there -> what the message says of it.
FOREIGN = {
    "interface": ("ip link add gre-b type veth peer name other", "interface gre-b (veth) is not trimtab's"),
    "route": ("ip link set lo up; ip route add 10.255.0.2/32 dev lo", "a route to 10.255.0.2/32 exists that is not"),
    "address": ("ip address add 10.255.0.1/24 dev lo", "address 10.255.0.1/24 is on interface lo, which is not"),
    "table": ("nft add table inet trimtab", "nft has a table inet trimtab that is not trimtab's"),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_row_20_what_is_somebody_elses_is_named_and_stays(router, what):
    script, words = FOREIGN[what]
    router.do(script)
    before = router.look()
    for command in ("plan", "up"):
        refused = router.trimtab(command)
        assert refused.returncode == 2 and words in refused.stderr and "; " in refused.stderr, refused.stderr
        assert router.look() == before


def test_row_20_a_file_of_somebody_elses_is_named_and_stays(router):
    (router.etc / "bird.conf").write_text("router id 192.0.2.1;\n")
    before = router.look()
    refused = router.trimtab("up")
    assert refused.returncode == 2 and f"{router.etc}/bird.conf exists and is not trimtab's; move it away" in refused.stderr
    assert router.look() == before


@pytest.mark.parametrize("content", [None, "define COST_2 = secret;\n"])
def test_what_is_no_metrics_file_is_neither_shown_nor_kept(router, tmp_path, content):
    """The directory is the daemon's: whoever broke into that must not learn by root's hand what only root may read."""
    secret = tmp_path / "only-roots"
    secret.write_text("secret\n")
    secret.chmod(0o600)
    router.run_.mkdir(exist_ok=True)
    metrics = router.run_ / "metrics.conf"
    if content:
        metrics.write_text(content)
    else:
        metrics.symlink_to(secret)
    planned = router.trimtab("plan")
    if content:
        assert planned.returncode == 0 and "metrics.conf" in planned.stdout
    else:
        assert planned.returncode == 2 and "metrics.conf cannot be read as a file; move it away" in planned.stderr
    assert "secret" not in planned.stdout + planned.stderr
    router.trimtab("up")
    assert metrics.is_symlink() or "secret" not in metrics.read_text()
    assert secret.read_text() == "secret\n"


def test_row_20_foreign_rules_and_tables_are_not_in_the_way(router):
    router.do("ip rule add priority 100 from 10.9.0.0/16 lookup 100; nft add table inet mine")
    planned = router.trimtab("plan")
    assert planned.returncode == 0 and "interface wg0" in planned.stdout
    router.run_.mkdir()
    router.trimtab("down")
    said = router.look()[0]
    assert "from 10.9.0.0/16" in said and "table inet mine" in said


def test_row_20_an_interface_is_not_ours_for_its_group(router):
    """116 is a small number: a person may have given it to an interface of his own."""
    router.do("ip link add mine type veth peer name other; ip link set mine group 116; ip link set mine up")
    router.run_.mkdir()
    before = router.look()
    down = router.trimtab("down")
    assert down.returncode == 0 and "interface mine is in group 116 and nothing else says" in down.stdout, down
    assert router.look() == before
    assert "mine" not in router.trimtab("plan").stdout


def test_down_that_remembers_no_up_says_what_it_leaves(router):
    router.run_.mkdir()
    assert router.trimtab("down").stderr == ""
    (router.etc / "bird.conf").write_text("# of an `up`, or of a person\n")
    down = router.trimtab("down")
    assert down.returncode == 0 and "up.json, the record of what an `up` made" in down.stderr and "etc/bird.conf" in down.stderr, down
    assert (router.etc / "bird.conf").exists()


def test_a_key_that_is_not_the_sites_is_named(router):
    subprocess.run([PROGRAM, "keygen", "--out", router.etc / "other.key"], check=True, capture_output=True)
    (router.etc / "other.key").rename(router.etc / "private.key")
    planned = router.trimtab("plan --json")
    assert "belongs to public key" in planned.stderr and "no peer will shake hands" in planned.stderr, planned
    assert planned.stderr == "".join(f"trimtab: warning: {text}\n" for text in json.loads(planned.stdout)["warnings"])


@pytest.mark.parametrize("command", ["plan", "up"])
def test_the_key_of_another_site_is_refused(router, command):
    mesh = router.etc / "mesh.toml"
    lines = mesh.read_text().splitlines()
    a, b = (number for number, line in enumerate(lines) if line.startswith("public_key"))
    lines[a], lines[b] = lines[b], lines[a]
    mesh.write_text("\n".join(lines) + "\n")
    before = router.look()
    refused = router.trimtab(command)
    assert refused.returncode == 2 and router.look() == before
    assert "is site b's key by the mesh file, and this is site a: no peer would shake hands" in refused.stderr, refused
    assert "say --site b if this router is b" in refused.stderr


def test_row_49_without_the_privilege_nothing_is_tried(router):
    before = router.look()
    refused = router.trimtab("up", before="setpriv --bounding-set -net_admin --inh-caps -net_admin")
    assert refused.returncode == 2 and "CAP_NET_ADMIN" in refused.stderr and "root" in refused.stderr
    assert router.look() == before


@pytest.mark.skipif(has("wireguard"), reason="this kernel has WireGuard; the lab's tests are for it")
def test_row_50_a_kernel_without_wireguard_is_named_and_nothing_stays(router):
    before = router.look()
    refused = router.trimtab("up")
    assert refused.returncode == 2
    assert refused.stderr == ("trimtab: cannot create interface wg0: this kernel has no wireguard (what was done before it is "
                              "undone); modprobe wireguard\n")
    assert router.look() == before
    assert [path.name for path in router.run_.iterdir()] == ["up.lock"]


def test_a_lock_that_is_a_link_is_not_followed(router):
    router.run_.mkdir()
    (router.run_ / "up.lock").symlink_to("elsewhere")
    refused = router.trimtab("up")
    assert refused.returncode == 2 and refused.stderr.endswith(
        "up.lock: Too many levels of symbolic links; it is a symbolic link; find out who made it, then delete it\n"), refused
    assert not (router.run_ / "elsewhere").exists()


def test_a_guardian_that_cannot_be_put_in_place_says_why(router):
    (router.run_ / "confirm.lock").mkdir(parents=True)
    before = router.look()
    assert router.trimtab("up --confirm 1h").stderr == (
        f"trimtab: cannot put a guardian in place for --confirm: cannot open {router.run_}/confirm.lock: Is a directory; nothing "
        "is changed\n")
    assert router.look() == before


@pytest.mark.skipif(has("wireguard"), reason="this kernel has WireGuard; the lab's tests are for it")
def test_plan_says_that_the_kernel_has_no_wireguard(router):
    planned = router.trimtab("plan")
    said = "this kernel has no WireGuard, so `up` will fail and undo itself: modprobe wireguard"
    assert planned.returncode == 0 and f"trimtab: warning: {said}\n" in planned.stderr
    assert said in json.loads(router.trimtab("plan --json").stdout)["warnings"]


@pytest.mark.skipif(has("wireguard"), reason="this kernel has WireGuard; the lab's tests are for it")
def test_a_failed_up_with_confirm_leaves_no_guardian(router):
    before = router.look()
    assert router.trimtab("up --confirm 1h").returncode == 2
    assert router.look() == before
    nothing = router.trimtab("confirm")
    assert (nothing.returncode, nothing.stderr) == (1, "trimtab: nothing to confirm: no `up --confirm` waits for it\n")
    router.do(f"for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do "
              f"[ -e {router.run_}/confirm.lock ] || exit 0; sleep 0.25; done; exit 1")


@pytest.mark.parametrize("command", ["down", "confirm"])
@pytest.mark.parametrize("option", ["--config-dir", "--run-dir"])
def test_a_mistyped_directory_is_not_made(router, command, option):
    router.run_.mkdir()
    other = {"--config-dir": f"--run-dir {router.run_}", "--run-dir": f"--config-dir {router.etc}"}[option]
    wrong = router.run_.parent / "wrong"
    refused = router.do(f"{PROGRAM} {command} {option} {wrong} {other}", check=False)
    assert (refused.returncode, refused.stderr) == (2, (
        f"trimtab: there is no directory {wrong}; give the {option} that `trimtab up` was given; without `up` there is nothing "
        "to confirm or to remove\n"))
    assert not wrong.exists() and list(router.run_.iterdir()) == []


def test_a_damaged_memory_is_said_in_words_of_ours(router):
    router.run_.mkdir()
    (router.run_ / "up.json").write_text('{"version": 1, "kern')
    for command in ("plan", "up", "down"):
        refused = router.trimtab(command)
        assert refused.returncode == 2 and refused.stderr == (
            f"trimtab: cannot use {router.run_}/up.json: it is damaged: no JSON any more from its byte 21 on; delete it and run "
            "`trimtab up`: lost is only how to put the kernel's settings back\n"), refused.stderr


def test_nonsense_after_confirm_is_refused(router):
    for time in ("0s", "soon", "25h"):
        assert "--confirm: " in router.trimtab(f"up --confirm {time}").stderr


def test_another_up_is_named_not_joined(router):
    router.run_.mkdir()
    # flock's own child holds it, as a program that a killed `up` had started would.
    refused = router.do(f"flock {router.run_}/up.lock sh -c '{PROGRAM} down --config-dir {router.etc} --run-dir {router.run_}'",
                        check=False)
    assert refused.returncode == 2 and "another `up`, `down` or `confirm` is at work" in refused.stderr


def wait_until(so):
    """Five seconds at most."""
    for _ in range(250):
        if so():
            return
        time.sleep(0.02)
    raise AssertionError("not within five seconds")


@pytest.fixture
def bird(router):
    """Starts one in the router's namespace with a configuration and options of the test's; gives its process."""
    started = []

    def start(configuration, *options, directory=router.etc, enter=("nsenter", f"--net=/run/netns/{router.name}")):
        file = Path(directory) / "theirs.conf"
        file.write_text(configuration)
        command = [*enter, "bird", "-f", "-c", str(file), *options]
        started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        socket = options[options.index("-s") + 1]
        wait_until(lambda: os.path.exists(socket))
        assert started[-1].poll() is None, "BIRD did not start"
        return started[-1].pid

    yield start
    for process in started:
        process.terminate()
        process.wait()


def test_another_bird_is_named_with_the_two_ways_out(router, bird):
    bird("router id 192.0.2.1;\nprotocol device {}\n", "-s", str(router.etc / "theirs.ctl"))
    refused = router.trimtab("up")
    assert refused.returncode == 2
    assert "another BIRD runs in this network namespace (process " in refused.stderr
    assert "systemctl disable --now bird" in refused.stderr and "docs/operations.md" in refused.stderr


def test_another_users_bird_is_seen_without_the_right_to_its_memory(router, bird):
    with tempfile.TemporaryDirectory() as directory:  # BIRD reads its configuration as that user
        os.chmod(directory, 0o755)
        bird("router id 192.0.2.1;\nprotocol device {}\n", "-u", "nobody", "-s", f"{directory}/theirs.ctl",
             directory=directory)
        refused = router.trimtab("plan", before="setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace")
    assert refused.returncode == 2 and "another BIRD runs in this network namespace (process " in refused.stderr, refused


@pytest.mark.parametrize("name, seen", [
    ("bird.ctl", True), ("office-bird6.sock", True), ("bird/office", True), ("theirs.ctl", False), ("thunderbird.ctl", False)])
def test_another_bird_is_known_by_its_socket_where_processes_are_hidden(router, bird, name, seen):
    """As ProtectProc=ptraceable hides them from trimtab-up. Ours, which listens where it should, is none of them."""
    router.run_.mkdir()
    (router.etc / "bird").mkdir()
    nothing = "router id 192.0.2.1;\nprotocol device {}\n"
    bird(nothing, "-s", str(router.run_ / "bird.ctl"))
    bird(nothing, "-s", str(router.etc / name))
    planned = router.trimtab("plan", before="unshare --mount sh -c '"
                             "mount -t proc -o hidepid=ptraceable proc /proc && "
                             'exec setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace "$@"\' sh')
    assert planned.returncode == (2 if seen else 0), planned
    assert planned.stderr.count("another BIRD runs") == seen
    if seen:
        assert f"(it listens at {router.etc}/{name}): two delete each other's routes" in planned.stderr


def test_a_bird_that_is_seen_is_told_of_once(router, bird):
    bird("router id 192.0.2.1;\nprotocol device {}\n", "-s", str(router.etc / "bird.ctl"))
    assert router.trimtab("plan").stderr.count("another BIRD runs") == 1


def test_a_bird_of_elsewhere_that_answers_here_is_not_ours(router, bird):
    """/run may be shared by namespaces; the one BIRD that runs here is another one all the same."""
    router.run_.mkdir()
    bird("router id 192.0.2.2;\nprotocol device {}\n", "-s", str(router.run_ / "bird.ctl"), enter=("unshare", "--net"))
    bird("router id 192.0.2.1;\nprotocol device {}\n", "-s", str(router.etc / "theirs.ctl"))
    refused = router.trimtab("plan")
    assert refused.returncode == 2 and "another BIRD runs" in refused.stderr, refused


def test_a_bird_in_the_background_that_listens_here_is_ours(router, bird):
    """Its socket is its parent's, who is gone; a second BIRD is another one all the same."""
    router.run_.mkdir()
    (router.etc / "ours.conf").write_text("router id 192.0.2.2;\nprotocol device {}\n")
    ours, pid = router.run_ / "bird.ctl", router.etc / "bird.pid"
    router.do(f"bird -c {router.etc}/ours.conf -s {ours} -P {pid}")
    try:
        assert router.trimtab("plan").returncode == 0
        theirs = bird("router id 192.0.2.1;\nprotocol device {}\n", "-s", str(router.etc / "theirs.ctl"))
        refused = router.trimtab("plan")
        assert refused.returncode == 2 and f"(process {theirs}: bird " in refused.stderr, refused
        assert refused.stderr.count("another BIRD runs") == 1
    finally:
        number = int(pid.read_text())
        os.kill(number, signal.SIGTERM)
        wait_until(lambda: not os.path.exists(f"/proc/{number}"))


def test_a_bird_that_includes_ours_is_none(router, bird):
    """As docs/operations.md says: the mark, the socket; then the plan has a bird.conf that can be included."""
    router.run_.mkdir()
    (router.etc / "bird.included").touch()
    theirs = router.etc / "theirs.ctl"
    bird("router id 192.0.2.1;\nprotocol device {}\n", "-s", str(theirs))
    refused = router.trimtab("plan")
    assert refused.returncode == 2 and f"ln -s /run/bird/bird.ctl {router.run_}/bird.ctl" in refused.stderr
    (router.run_ / "bird.ctl").symlink_to(theirs)
    assert router.trimtab("plan").returncode == 0


@pytest.mark.parametrize("command", ["plan", "up", "down"])
def test_an_empty_directory_is_refused(router, command):
    refused = router.do(f"{PROGRAM} {command} --run-dir ''", check=False)
    assert refused.returncode == 2 and "an empty path names no directory" in refused.stderr
