"""A steady stream of numbered packets from one LAN host to another: what a person on that LAN would notice.

A process of its own, so that nothing the test does disturbs its rhythm. Every packet carries its number and the
time at which it left; an outage is measured between the departures of the last packet that arrived before it and
the first that arrived after it, so a late sender is never taken for an outage.
"""

import json
import os
import select
import signal
import socket
import struct
import sys
import time
from dataclasses import dataclass

PORT = 5400
PACKET = struct.Struct("!QQ")
# A packet that has not arrived after this long is lost: far above every delay that the lab makes.
SETTLE_S = 1.5
NS = 1_000_000_000


@dataclass(frozen=True)
class Report:
    """What became of the packets sent in some stretch of time."""
    sent: int
    lost: int
    outage_ms: float  # the longest stretch without a packet that arrived; 0 if none was lost
    reordered: int
    longest_wait_ms: float  # between two arrivals: outage, changes of delay and a busy machine together
    mean_delay_ms: float  # one way, of the packets that arrived; both hosts read one clock

    def __str__(self):
        return (f"{self.sent} sent, {self.lost} lost, outage {self.outage_ms:.0f} ms, {self.reordered} out of order, "
                f"longest wait {self.longest_wait_ms:.0f} ms")


class Stream:
    """Running from the moment it is made until stop()."""

    def __init__(self, source, target, target_address, every_ms=10, port=PORT):
        family = socket.AF_INET6 if ":" in target_address else socket.AF_INET
        with target.inside():
            receiver = socket.socket(family, socket.SOCK_DGRAM)
            receiver.bind((target_address, port))
        with source.inside():
            sender = socket.socket(family, socket.SOCK_DGRAM)
            sender.connect((target_address, port))
        ours, theirs = socket.socketpair()
        sys.stdout.flush()
        self.process = os.fork()
        if self.process == 0:
            ours.close()
            _become_stream(sender, receiver, theirs, every_ms)
        for sock in (theirs, receiver, sender):
            sock.close()
        self._control = ours.makefile("rw", encoding="utf-8")
        ours.close()
        self._marked = 0

    def mark(self):
        """The next report() covers what is sent from now on."""
        self._marked = self.sent()

    def sent(self):
        """How many packets have left since the start."""
        return self._ask({"ask": "number"})["number"]

    def report(self):
        """What was sent since the last mark (else since the start) up to now; waits until that has settled."""
        return Report(**self._ask({"ask": "report", "since": self._marked}))

    def arriving(self, within_ms=200):
        """Whether a packet has arrived of late."""
        return self._ask({"ask": "arriving"})["ago_ms"] < within_ms

    def stop(self):
        """Ends the stream and returns the report since the last mark."""
        report = self.report()
        self.close()
        return report

    def close(self):
        if self.process is None:
            return
        self._control.close()
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        self.process = None

    def _ask(self, question):
        self._control.write(json.dumps(question) + "\n")
        self._control.flush()
        answer = self._control.readline()
        if not answer:
            raise RuntimeError("the stream's process has died")
        return json.loads(answer)


def _become_stream(sender, receiver, control, every_ms):
    status = 1
    try:
        # An interrupted test ends its streams by closing their sockets; the terminal's signal is not for them.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.nice(-10)
        _Running(sender, receiver, control, every_ms).loop()
        status = 0
    finally:
        os._exit(status)


class _Running:
    def __init__(self, sender, receiver, control, every_ms):
        self.sender, self.receiver, self.control = sender, receiver, control
        receiver.setblocking(False)
        sender.setblocking(False)
        self.every = int(every_ms * 1_000_000)
        self.sent_at = []  # ns, by number
        self.arrived_at = {}  # number → ns
        self.order = []  # numbers as they arrived
        self.asked = []  # (due, since, until): reports to give
        self.next_send = time.monotonic_ns()

    def loop(self):
        while True:
            wait = max(0, self.next_send - time.monotonic_ns()) / NS
            ready, _, _ = select.select([self.receiver, self.control], [], [], wait)
            if self.receiver in ready:
                self.receive()
            if self.control in ready and not self.answer():
                return
            now = time.monotonic_ns()
            if now >= self.next_send:
                self.send(now)
            self.report_what_is_due(now)

    def send(self, now):
        self.sent_at.append(now)
        try:
            self.sender.send(PACKET.pack(len(self.sent_at) - 1, now))
        except OSError:
            pass  # no route at this moment: the packet counts as sent and lost, which is what a host would see
        # A stall is not caught up with: a burst would measure the queue instead of the path.
        self.next_send = max(self.next_send + self.every, now)

    def receive(self):
        while True:
            try:
                data = self.receiver.recv(64)
            except BlockingIOError:
                return
            number, _ = PACKET.unpack(data)
            if number not in self.arrived_at:
                self.arrived_at[number] = time.monotonic_ns()
                self.order.append(number)

    def answer(self):
        line = self.control.recv(4096)
        if not line:
            return False
        question = json.loads(line)
        if question["ask"] == "number":
            self.reply({"number": len(self.sent_at)})
        elif question["ask"] == "arriving":
            last = self.arrived_at[self.order[-1]] if self.order else self.sent_at[0] if self.sent_at else 0
            self.reply({"ago_ms": (time.monotonic_ns() - last) / 1e6 if self.order else 1e9})
        else:
            self.asked.append((time.monotonic_ns() + int(SETTLE_S * NS), question["since"], len(self.sent_at)))
        return True

    def report_what_is_due(self, now):
        while self.asked and self.asked[0][0] <= now:
            _, since, until = self.asked.pop(0)
            self.reply(self.report(since, until))

    def report(self, since, until):
        lost = [number for number in range(since, until) if number not in self.arrived_at]
        order = [number for number in self.order if since <= number < until]
        highest, reordered = -1, 0
        for number in order:
            reordered += number < highest
            highest = max(highest, number)
        arrivals = [self.arrived_at[number] for number in order]
        waits = [after - before for before, after in zip(arrivals, arrivals[1:])]
        delays = [self.arrived_at[number] - self.sent_at[number] for number in order]
        return {"sent": until - since, "lost": len(lost), "outage_ms": self.longest_outage(lost, until) / 1e6,
                "reordered": reordered, "longest_wait_ms": max(waits, default=0) / 1e6,
                "mean_delay_ms": sum(delays) / max(len(delays), 1) / 1e6}

    def longest_outage(self, lost, until):
        longest, first, previous = 0, None, None
        for number in lost:
            if previous is None or number != previous + 1:
                first = number
            previous = number
            before = self.sent_at[max(first - 1, 0)]
            after = self.sent_at[min(number + 1, len(self.sent_at) - 1)]
            longest = max(longest, after - before)
        return longest

    def reply(self, answer):
        self.control.sendall(json.dumps(answer).encode() + b"\n")
