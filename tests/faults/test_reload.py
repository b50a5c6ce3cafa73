"""Rows 55 and 56: the mesh file is read again, and is wrong, or another one."""

import re
import shutil

from steering import all_up, bird_state, in_file, in_force, mesh_text, pending, reload, start_alone
from topology.waiting import stays_true


def reload_events(site, since):
    return [event["text"] for event in site.events(since) if event["kind"] == "mesh"]


def test_row_55_a_bad_mesh_file(network):
    """What ran goes on running; the log and `events` say where the mistake is; status says that the file is wrong."""
    sites = network("AB", start=False)
    a, b = sites
    start_alone(sites, a)
    good, before, sent = mesh_text(a), a.metrics_file(), a.counters(b)["probes_sent"]
    path = a.config / "mesh.toml"
    bad = {"syntax error": good + "\n[[site\n", "unknown key": good.replace('lan_interface', 'lan_interfaze', 1),
           "half of it": good[:len(good) // 2 + 5], "empty": "", "another's mesh": good.replace("id = 1\n", "id = 9\n")}
    for what, text in bad.items():
        since = a.last_event()
        reload(a, text)
        sites.wait(f"{what}: status says so", lambda: not a.ask(ask="status")["mesh_file_ok"], 5)
        said = reload_events(a, since)
        print(f"  row 55: {what}: {said}")
        assert len(said) == 1 and "stays in force" in said[0]
        if what != "another's mesh":
            assert re.search(r"mesh\.toml:\d+:\d+: error: ", said[0])
        reload(a, good)
        sites.wait("the good one is taken", lambda: a.ask(ask="status")["mesh_file_ok"], 5)
    path.unlink()
    since = a.last_event()
    reload(a)
    sites.wait("deleted: status says so", lambda: not a.ask(ask="status")["mesh_file_ok"], 5)
    path.write_text(good)
    print(f"  row 55: deleted: {reload_events(a, since)}")
    assert "No such file" in reload_events(a, since)[0]
    assert a.standing(b) == "up" and a.metrics_file() == before and not pending(a)
    assert bird_state(a)["error"] is None
    sites.wait("probing goes on, with the link's history", lambda: a.counters(b)["probes_sent"] > sent, 3)


def write_as_up_would(site, text):
    """The mesh file, and what BIRD is given for it; the metrics file is the daemon's."""
    metrics = site.metrics_file()
    (site.config / "mesh.toml").write_text(text)
    out = site.config / "rendered"
    site.trimtab_files("render", "--target", "files", "--out", str(out))
    for name in ("bird.conf", "origins.conf"):
        shutil.copy(out / name, site.config / name)
    shutil.rmtree(out)
    assert site.metrics_file() == metrics


def without_link(text, one, other):
    return text.replace(f'[[link]]\nbetween = ["{one}", "{other}"]\n', "")


def test_row_56_links_come_go_and_are_renamed(network):
    """Links that stay keep all that is known of them, at SIGHUP as over a restart of nothing."""
    sites = network("AB", "AC", "AD", start=False)
    a, b, c, d = sites
    start_alone(sites, a)
    whole = mesh_text(a)
    before = {site: a.link(site) for site in (b, c, d)}
    since = a.last_event()

    # C's link is removed.
    write_as_up_would(a, without_link(whole, "a", "c"))
    reload(a)
    took = sites.wait("C is gone, from BIRD too", lambda: len(a.ask(ask="status")["links"]) == 2 and not pending(a)
                      and in_file(a, c) is None and "site_3" not in a.bird.sessions(), 8)
    print(f"  row 56: removed and withdrawn within {took:.2f} s")

    # It comes back.
    write_as_up_would(a, whole)
    reload(a)
    back = a.link(c)
    assert back["standing"] == "unmeasured" and back["counters"]["probes_sent"] == 0, "a link that comes has no past"
    took = sites.wait("C is measured and published", lambda: all_up(a) and not pending(a)
                      and in_force(a, c) == in_file(a, c) == a.published_ms(c) < 1000, 12)
    print(f"  row 56: added and in force within {took:.2f} s")

    # D is called otherwise; its id, and so its link, is the same.
    write_as_up_would(a, whole.replace('name = "d"', 'name = "delta"').replace(
        'between = ["a", "d"]', 'between = ["a", "delta"]\ninterfaces = { a = "gre-d", delta = "gre-a" }'))
    reload(a)
    sites.wait("D is known by its new name", lambda: a.ask(ask="status")["links"][-1]["neighbour"] == "delta", 5)
    delta = a.ask(ask="status")["links"][-1]
    assert delta["counters"]["probes_sent"] > before[d]["counters"]["probes_sent"]
    assert delta["loss"]["probes"] > before[d]["loss"]["probes"] and delta["standing"] == "up"
    assert delta["published_ms"] == before[d]["published_ms"] and a.published_events(since=since)[-1]["link"] == "c"
    print(f"  row 56: renamed: {before[d]['counters']['probes_sent']} -> {delta['counters']['probes_sent']} probes, no event")

    # B has seen nothing of all this.
    stays_true("B is up", lambda: a.standing(b) == "up", 1)
    now = a.link(b)
    assert now["counters"]["probes_sent"] > before[b]["counters"]["probes_sent"]
    assert now["loss"]["probes"] > before[b]["loss"]["probes"]
    assert now["published_ms"] == before[b]["published_ms"]
    assert a.published_events(b, since) == [] and not [e for e in a.events(since) if e["link"] == "b"]
    print(f"  row 56: B: {before[b]['counters']['probes_sent']} -> {now['counters']['probes_sent']} probes, no event")


def test_row_56_a_link_is_removed_without_up(network):
    """BIRD lacks a constant then, and says no more than that: the way out is said with it, and taken."""
    sites = network("AB", "AC", start=False)
    a, _, c = sites
    start_alone(sites, a)
    shorter = without_link(mesh_text(a), "a", "c")
    (a.config / "mesh.toml").write_text(shorter)
    reload(a)
    sites.wait("BIRD has refused what it is told", lambda: pending(a) and a.ask(ask="status")["bird"]["error"], 8)
    error = a.ask(ask="status")["bird"]["error"]
    print(f"  row 56: without `up`: {error}")
    assert "syntax error" in error and error.endswith("run `trimtab up` (or `render`), then reload the daemon")
    write_as_up_would(a, shorter)
    reload(a)
    sites.wait("BIRD has taken it", lambda: not pending(a) and in_file(a, c) is None, 8)
    assert a.ask(ask="status")["bird"]["error"] is None
