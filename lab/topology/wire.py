"""A wire: the way through the internet between two sites, and everything that can go wrong on it.

One veth pair per pair of sites. Each end has a netem queue that shapes what leaves there, so each direction of each
wire is a thing of its own: B>D can be slow while D>B and every other wire stay as they were. A silent blackhole is
netem dropping everything: the carrier stays, no error comes back, as with a real provider's fault.
"""

import subprocess
from dataclasses import dataclass, replace

# Packets that a direction can hold: 100 Mbit/s of full packets for a second.
QUEUE = 10_000


@dataclass(frozen=True)
class Shape:
    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    loss_percent: float = 0.0
    rate: str = ""  # "20mbit"; empty: as fast as the machine
    more: str = ""  # further words of netem's: "duplicate 5%"

    def netem(self):
        words = ["netem", "limit", str(QUEUE), "delay", f"{self.delay_ms}ms"]
        if self.jitter_ms:
            words += [f"{self.jitter_ms}ms"]
        if self.loss_percent:
            words += ["loss", f"{self.loss_percent}%"]
        if self.rate:
            words += ["rate", self.rate]
        return words + self.more.split()


class Wire:
    """Between the sites `low` and `high`. A direction is written "A>B"; no direction means both."""

    def __init__(self, low, high, delay_ms):
        self.ends = {low.letter: low, high.letter: high}
        self.directions = (f"{low.letter}>{high.letter}", f"{high.letter}>{low.letter}")
        self.healthy = Shape(delay_ms=delay_ms)
        self.shapes = {direction: self.healthy for direction in self.directions}
        self._waiting = {}  # direction → a tc that reads its next command

    def __str__(self):
        return "".join(self.ends)

    def interface(self, direction):
        """Where what goes in `direction` leaves: the sender's end."""
        return f"wan-{direction[2].lower()}"

    def delay(self, add_ms, direction=None):
        return self._change(direction, lambda shape: replace(shape, delay_ms=shape.delay_ms + add_ms))

    def jitter(self, ms, direction=None):
        return self._change(direction, lambda shape: replace(shape, jitter_ms=ms))

    def loss(self, percent, direction=None):
        return self._change(direction, lambda shape: replace(shape, loss_percent=percent))

    def rate(self, rate, direction=None):
        return self._change(direction, lambda shape: replace(shape, rate=rate))

    def blackhole(self, direction=None):
        return self.loss(100, direction)

    def become(self, shape, direction=None):
        return self._change(direction, lambda _: shape)

    def repair(self):
        return self.become(self.healthy)

    def keep_ready(self):
        """Until release(), a change is a line to a tc that waits for it: both directions change at once. Two that are
        started for it take a tenth of a second and more in the emulated machine, and not both the same."""
        self._waiting = {direction: subprocess.Popen(["tc", "-n", self.ends[direction[0]].router.name, "-batch", "-"],
                                                     stdin=subprocess.PIPE, text=True) for direction in self.directions}

    def release(self):
        for process in self._waiting.values():
            process.stdin.close()
        failed = [direction for direction, process in self._waiting.items() if process.wait() != 0]
        self._waiting = {}
        if failed:
            raise RuntimeError(f"wire {self}: tc failed for {', '.join(failed)}")

    def _change(self, direction, change):
        directions = [direction] if direction else self.directions
        for one in directions:
            self.shapes[one] = change(self.shapes[one])
        self.apply(directions)
        return self

    def apply(self, directions):
        """All at the same moment, as far as processes started together are."""
        if self._waiting:
            for direction in directions:
                print(self.queue(direction), file=self._waiting[direction].stdin, flush=True)
            return
        started = [self._tc(direction) for direction in directions]
        for process in started:
            _, said = process.communicate()
            if process.returncode != 0:
                raise RuntimeError(f"wire {self}: tc: {said.strip()}")

    def cable(self):
        """For `ip -batch`: the veth pair."""
        low, high = self.ends.values()
        return f"link add wan-{high.name} netns {low.router.name} type veth peer name wan-{low.name} netns {high.router.name}"

    def queue(self, direction):
        """For `tc -batch`: what leaves in `direction` gets the shape that it is to have."""
        return f"qdisc replace dev {self.interface(direction)} root {' '.join(self.shapes[direction].netem())}"

    def _tc(self, direction):
        command = ["tc", "-n", self.ends[direction[0]].router.name, *self.queue(direction).split()]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
