"""A margin ends where another way has been cheaper for long: the whole time of it, with real BIRD."""

import pytest

CHEAPER = 1 - 6.2 / 10.0
KEPT = 0.4 * 0.4
ENDS_AFTER_S = 180 / (CHEAPER - KEPT)


def checked(lines):
    """The text of a metrics file: with its last line, FNV-1a of all before."""
    text, mark = "".join(lines), 0x811C9DC5
    for byte in text.encode():
        mark = (mark ^ byte) * 0x01000193 & 0xFFFFFFFF
    return text + f"define METRICS_COMPLETE = {mark};\n"


def test_a_margin_ends_for_good(network, request):
    """A restart goes on with a margin of 40 % on the direct way to B, which costs 10 ms where that through C costs 6.2."""
    if not request.config.getoption("--long"):
        pytest.skip("a quarter of an hour: --long")
    bias = {"AB": {"bias": "9ms"}, "AC": {"bias": "2.1ms"}, "BC": {"bias": "2.1ms"}}
    # So long an interval, for a young link keeps the margin of an earlier run.
    sites = network("AB", "AC", "BC", start=False, tuning={"interval": "60s", "probe_timeout": "1s"}, link_options=bias)
    a, b, c = sites
    values = {2: (100, 400, b.lan_prefix), 3: (31, 0, "0.0.0.0/32")}
    (a.run / "metrics.conf").write_text(checked(
        f"define COST_{id} = {cost};\ndefine FAVOUR_{id} = {favour};\ndefine FAVOURED_{id} = [ {favoured} ];\n"
        f"define FAVOURED6_{id} = [ ::/128 ];\n" for id, (cost, favour, favoured) in values.items()))
    sites.start_birds()
    for site in (b, c, a):
        site.start_trimtab()
    sites.wait("every daemon answers", lambda: all(site.daemon_answers() for site in sites), 10)

    def left_s():
        return a.ask(ask="explain", destination="b")["margin_ends_s"]
    sites.wait("the way through C is cheaper", left_s, 200, every=1)
    assert a.route_to(b) == b
    expected = left_s()
    assert 0.9 * ENDS_AFTER_S < expected < 1.1 * ENDS_AFTER_S
    took = sites.wait("A goes through C", lambda: a.route_to(b) == c, expected + 30, every=0.5)
    assert took > expected - 10
    told = [event["text"] for event in a.events() if event["kind"] == "route"]
    assert len(told) == 1
    assert told[0].startswith(f"{b.lan_prefix} is kept on b no longer: another way has been cheaper for long, now by 3")
