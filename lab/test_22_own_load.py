"""Two equal paths, and traffic that is more than either carries: whichever is taken fills up, looks slow and lossy, and the
other one looks empty. At the pace that ships, where quick probes see it within seconds and a round lasts fifteen."""

import socket
import threading
import time

from topology.mesh import Lab
from topology.meshfile import SHIPPED, Description
from topology.route_watch import RouteWatch
from topology.wire import Shape

# What a queue of 100 ms holds of full packets.
CARRIED_MBIT, QUEUED_PACKETS, DELAY_MS = 5, 45, 5
OFFERED_MBIT, PAYLOAD_BYTES, BURST = 6, 1200, 5
PAIRS = ("AB", "BD", "AC", "CD")
# In the first minute both ways may be seen empty and full. Without any memory of its own load it moves at each dwell, 120 s.
FIRST_S, WATCHED_S, MOST_MOVES = 60, 300, 4


class Flood:
    """UDP from one site's LAN host to another's, which nobody reads, at an even rate."""

    def __init__(self, source, target):
        with target.host.inside():
            self.sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.sink.bind((target.host_address, 5500))
        with source.host.inside():
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.connect((target.host_address, 5500))
        self.ended = False
        self.thread = threading.Thread(target=self._send, daemon=True)
        self.thread.start()

    def _send(self):
        payload, every_s = bytes(PAYLOAD_BYTES), BURST * PAYLOAD_BYTES * 8 / (OFFERED_MBIT * 1e6)
        due = time.monotonic()
        while not self.ended:
            for _ in range(BURST):
                self.socket.send(payload)
            due = max(due + every_s, time.monotonic() - 0.1)  # what a pause has missed is not caught up with
            time.sleep(max(0, due - time.monotonic()))

    def close(self):
        self.ended = True
        self.thread.join()
        self.socket.close()
        self.sink.close()


def test_traffic_that_fills_either_path_stays_on_one():
    options = {pair: {"bandwidth": f"{CARRIED_MBIT}M"} for pair in PAIRS}
    with Lab(Description({pair: DELAY_MS for pair in PAIRS}, tuning=SHIPPED, link_options=options), "own-load") as lab:
        for wire in lab.wires.values():
            wire.become(Shape(DELAY_MS, rate=f"{CARRIED_MBIT}mbit", more=f"limit {QUEUED_PACKETS}"))
        lab.up()
        lab.steer()
        a, d = lab["A"], lab["D"]
        watch, began = RouteWatch(a.router, d), time.time()
        flood = Flood(a, d)
        try:
            lab.wait_until(f"{FIRST_S + WATCHED_S} s have passed", lambda: time.time() - began > FIRST_S + WATCHED_S,
                           2 * WATCHED_S, every=5)
            assert flood.thread.is_alive(), "or nothing was sent"
        finally:
            flood.close()
            watch.close()
        moves = [(round(at - began, 1), interface) for at, interface in watch.changes]
        print(f"  A's route to D: {moves}")
        links = [(site, link) for site in lab.sites for link in site.ask(ask="status")["links"]]
        for site, link in links:
            held = link["held"]["reason"] if link["held"] else "-"
            print(f"  {site} to {link['neighbour']}: {link['published_ms']:.0f} ms published, RTT {link['rtt_ms']:.0f} ms, "
                  f"{link['loss']['percent']:.0f} % lost, held: {held}")
        assert moves and moves[0][0] < FIRST_S, "or nothing was full"
        assert any(link["loss"]["percent"] > 0 for _, link in links), "or nothing is now"
        assert sum(at > FIRST_S for at, _ in moves) <= MOST_MOVES
