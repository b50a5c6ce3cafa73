"""Loss that is the same in every run: which packets get lost is drawn beforehand, from a seed, and nft at the receiver's
end drops just these. netem draws anew in each run, and what a daemon makes of that can be bounded only as luck can."""

import random

# So many packets, then the same again: more than a link carries in a test's minute.
CYCLE = 1000


def gilbert(enter, leave, lost, seed):
    """Gilbert's channel: from the good state to the bad and back with these probabilities a packet, `lost` in the bad."""
    draw, bad, dropped = random.Random(seed), False, []
    for packet in range(CYCLE):
        bad = draw.random() >= leave if bad else draw.random() < enter
        if bad and draw.random() < lost:
            dropped.append(packet)
    return dropped


def spread(percent, seed, block=50):
    """That share of every `block` packets, at random places of it."""
    draw = random.Random(seed)
    return sorted(start + one for start in range(0, CYCLE, block) for one in draw.sample(range(block), percent * block // 100))


def runs(dropped, packets, at_least):
    """How often so many in a row were lost, of the first `packets` that arrived."""
    lost = {cycle + packet for cycle in range(0, packets, CYCLE) for packet in dropped}
    return sum(packet - 1 not in lost and all(packet + more in lost for more in range(at_least))
               for packet in lost if packet < packets)


class LossyArrival:
    """What arrives at `site` on its wire from `sender`, WireGuard's packets alone."""

    def __init__(self, site, sender):
        self._router, self._arriving = site.router, f"iifname wan-{sender.name} meta l4proto udp"
        self._table = f"lossy-{sender.name}"

    def drop(self, packets):
        """These of each CYCLE from now on; the counts begin anew."""
        chosen = f"{self._arriving} numgen inc mod {CYCLE} {{ {', '.join(map(str, packets))} }} counter drop\n" if packets else ""
        self._router.run("nft", "-f", "-", input=f"""
            table ip {self._table} {{ chain c {{ type filter hook prerouting priority -300; }}; }}
            flush chain ip {self._table} c
            table ip {self._table} {{ chain c {{
                {chosen}{self._arriving} counter
            }}; }}""")

    def counted(self):
        """(dropped, let through), in packets."""
        listed = self._router.run("nft", "list", "chain", "ip", self._table, "c").stdout
        counts = [int(part.split()[0]) for part in listed.split("counter packets ")[1:]]
        return (0, *counts) if len(counts) == 1 else tuple(counts)
