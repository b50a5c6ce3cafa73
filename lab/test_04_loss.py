"""A link in use loses a packet. That is no reason to leave it; a fifth of all is (test_13_shipped_pace.py)."""

from topology.waiting import stays_true


def test_one_lost_probe_moves_nothing(mesh):
    """Here for half a minute; for twenty minutes on the controller's own clock (tests/unit/controller)."""
    a, b = mesh["A"], mesh["B"]
    before = b.status_of(a)["loss"]
    # The counter starts at the next packet, so exactly one of the next million is dropped; where it arrives, because
    # what the sender's own kernel refuses is not lost but unsent.
    a.router.run("nft", "-f", "-", input="""table inet one_probe {
        chain lose {
            type filter hook input priority 0
            iifname "gre-b" icmp type echo-request numgen inc mod 1000000 0 counter drop
        }
    }""")
    try:
        seen = b.events()[-1]["number"]
        mesh.wait_until("B has noticed a lost probe", lambda: b.status_of(a)["loss"]["percent"] > before["percent"], 15)
        loss = b.status_of(a)["loss"]
        stays_true("A reaches D through B, and no loss is proven",
                   lambda: a.route_to(mesh["D"]) == b and b.status_of(a)["loss"]["proven_percent"] == 0, 20, every=0.5)
        published = [event for event in b.events(since=seen) if event["kind"] == "published" and event["link"] == "a"]
        print(f"  B's link to A: {loss['percent']:.1f} % raw, {loss['proven_percent']:.1f} % proven; published {len(published)} times")
        assert all(event["to"] < 1000 for event in published)
    finally:
        a.router.run("nft", "delete", "table", "inet", "one_probe")
