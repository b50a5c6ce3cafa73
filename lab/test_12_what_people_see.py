"""What a person types and reads: the commands of the README as they stand there, and the faces of a running daemon."""

import json
import re
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

from topology.mesh import Lab
from topology.meshfile import Description, mesh_file
from topology.site import REPOSITORY, TRIMTAB

ETC, RUN = Path("/etc/trimtab"), Path("/run/trimtab")


def documented():
    """The commands of the README's section for a site's root, without their comments."""
    section = (REPOSITORY / "README.md").read_text().partition("On each site, as root; the public key")[2].partition("\n## ")[0]
    return [line.partition("#")[0].strip() for line in section.splitlines() if line.startswith("    ")]


class AsDocumented:
    """Site A with its files where the README has them, seen so by its own commands alone."""

    def __init__(self, site):
        self.site = site
        self.made = [path for path in (ETC, RUN) if not path.exists()]
        for path in self.made:
            path.mkdir()

    def command(self, line):
        prepare = f"mount --bind {self.site.config} {ETC} && mount --bind {self.site.run} {RUN}"
        exec_ = "" if line.startswith("echo ") else "exec "
        return ["unshare", "--mount", "sh", "-c", f"{prepare} && PATH={Path(TRIMTAB).parent}:$PATH && {exec_}{line}"]

    def run(self, line):
        with self.site.router.inside():
            done = subprocess.run(self.command(line), capture_output=True, text=True, timeout=60)
        print(f"  # {line}\n    " + (done.stdout + done.stderr).strip().replace("\n", "\n    "))
        assert done.returncode == 0, line
        return done.stdout

    def start(self, line):
        print(f"  # {line} &")
        return self.site.router.start(*self.command(line), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def close(self):
        for path in self.made:
            path.rmdir()


def test_the_commands_of_the_readme_bring_a_site_up():
    with Lab(name="readme") as lab:
        a, *others = lab.sites
        documented_site = AsDocumented(a)
        background = []
        try:
            (a.config / "private.key").unlink()
            for line in documented():
                if line == "trimtab keygen":
                    a.public_key = re.search(r"[A-Za-z0-9+/]{43}=", documented_site.run(line))[0]
                    lab.write_mesh_file()
                elif line == "trimtab run" or line.startswith("bird "):
                    # BIRD goes to the background by itself; here it stays ours to stop.
                    background.append(documented_site.start(line + " -f" if line.startswith("bird ") else line))
                else:
                    documented_site.run(line)
            for site in others:
                site.trimtab("up")
                site.start_bird()
                site.start_trimtab()
            lab.wait_until("every daemon answers", lab.every_daemon_answers, 30)
            lab.wait_until("every link is measured", lab.every_link_up, 60)
            lab.wait_until("everybody reaches everybody", lambda: lab.silent_pairs() == [], 30)
            for line in ("trimtab status", "trimtab explain d", "trimtab events"):
                documented_site.run(line)
        finally:
            for process in background:
                process.terminate()
                process.wait()
            documented_site.close()


def test_status_explain_and_events_say_the_same_to_people_and_to_programs(mesh):
    a = mesh["A"]
    status = json.loads(a.trimtab("status", "--json").stdout)
    text = a.trimtab("status").stdout
    print("  " + text.replace("\n", "\n  "))
    assert [link["neighbour"] for link in status["links"]] == ["b", "c"]
    assert status["underlay"] == "unknown" and "underlay: unknown" in text
    for link in status["links"]:
        row = next(line for line in text.splitlines() if line.startswith(link["neighbour"] + " "))
        assert link["standing"] in row and f"{link['published_ms']:.1f} ms" in row

    explained = json.loads(a.trimtab("explain", "10.10.4.10", "--json").stdout)
    text = a.trimtab("explain", "10.10.4.10").stdout
    print("  " + text.replace("\n", "\n  "))
    assert explained["site"] == "d" and explained["candidates"][0]["chosen"]
    assert explained["kernel"]["as_chosen"] and "this router's own packets" not in text
    assert f"goes through {explained['candidates'][0]['neighbour']}" in text

    events = json.loads(a.trimtab("events", "--json").stdout)["events"]
    text = a.trimtab("events").stdout
    assert events[0]["kind"] == "started"
    assert all(event["text"] in text for event in events)


def test_no_colour_where_nobody_looks(mesh):
    assert "\033" not in mesh["A"].trimtab("status").stdout + mesh["A"].trimtab("explain", "d").stdout


def test_status_names_who_has_another_mesh_file(mesh):
    """Between the first site's `up` and the last one's."""
    a, c = mesh["A"], mesh["C"]
    changed = replace(mesh.description, link_options={"CD": {"bias": "1ms"}})
    (c.config / "mesh.toml").write_text(mesh_file(changed, mesh.sites))
    try:
        c.trimtab("up")
        c.bird.ask("configure")
        mesh.wait_until("A's status names C", lambda: a.ask(ask="status")["other_mesh_files"] == ["c"], 20)
        print("  " + a.trimtab("status").stdout.splitlines()[1])
    finally:
        mesh.write_mesh_file()
        c.trimtab("up")
        c.bird.ask("configure")
    mesh.wait_until("all have the same again", lambda: a.ask(ask="status")["other_mesh_files"] == [], 20)


def established_since(site):
    """When each BGP session came up, in seconds of BIRD's clock."""
    rows = [line.split() for line in site.bird.ask('show protocols "site_*"') if line.startswith("site_")]
    assert all(row[-1] == "Established" for row in rows)
    clock = [next(word for word in row if re.fullmatch(r"\d\d:\d\d:\d\d\.\d+", word)) for row in rows]
    return [int(hour) * 3600 + int(minute) * 60 + float(second) for hour, minute, second in (at.split(":") for at in clock)]


def test_a_link_is_added_while_traffic_flows():
    """In the order that mesh-file.md gives; nothing is lost and nobody's session is reset."""
    whole = Description({"AB": 5, "BC": 5, "AC": 5})
    with Lab(whole, "grows") as lab:
        a, b, c = lab.sites
        lab.write_mesh_file(replace(whole, delays_ms={"AB": 5, "BC": 5}))
        lab.at_all_sites(lambda site: site.trimtab("up"))
        for site in lab.sites:
            site.start_bird()
            site.start_trimtab()
        lab.wait_until("A and C talk through B", lambda: (a.route_to(c), c.route_to(a)) == (b, b), 30)
        lab.wait_until("every daemon answers", lab.every_daemon_answers, 30)
        lab.wait_until("both links are measured", lab.every_link_up, 30)
        stream = lab.stream("A", "C")
        lab.wait_until("the stream arrives", stream.arriving, 10)
        stream.mark()
        since = established_since(b)

        lab.write_mesh_file(whole)
        # At the lab's pace a whole round fits into the time for which WireGuard keeps packets for a peer that has not
        # heard of it yet, and would be taken for the link's RTT: so both ends first.
        said = lab.at_all_sites(lambda site: site.trimtab("up").stdout.strip().splitlines()[-1])
        print(f"  {said['A']}")
        for site in lab.sites:
            site.daemon.signal(signal.SIGHUP)
            lab.wait_until(f"{site}'s daemon has read the file",
                           lambda: any(event["kind"] == "mesh" for event in site.events()), 10)
            site.bird.ask("configure")
        lab.wait_until("A and C talk over their own link", lambda: (a.route_to(c), c.route_to(a)) == (c, a), 30)
        report = stream.stop()
        print(f"  {report}")
        assert report.lost == 0
        # What BIRD prints moves with the clock by a millisecond now and then; a session that was reset is seconds younger.
        assert all(abs(after - before) < 1 for before, after in zip(since, established_since(b), strict=True))
        a_far_away_site_changes_origins_alone(a, b)


FAR_AWAY = '''
[[site]]
name = "far"
id = 9
asn = 65009
lan = ["10.10.9.0/24"]
lan_interface = "br-lan"
endpoint = "198.51.100.9:51820"
public_key = "nRXJt+7aZzQeoD5dZBNrj4xIDlOWqFPvYp2C1jD8Yxk="
[[link]]
between = ["b", "far"]
'''


def a_far_away_site_changes_origins_alone(without_link, with_link):
    changed = {}
    for site in (without_link, with_link):
        file = site.config / "mesh.toml"
        file.write_text(file.read_text() + FAR_AWAY)
        plan = json.loads(site.trimtab("plan", "--json").stdout)
        changed[site] = [change["object"] for change in plan["changes"]]
        assert plan["sessions_reset"] == 0
    print(f"  {without_link} would change {changed[without_link]}, {with_link} {len(changed[with_link])} objects")
    assert changed[without_link] == [f"file {without_link.config}/origins.conf"]
    assert "interface gre-far" in changed[with_link]
