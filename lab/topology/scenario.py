"""A scenario file, which `trimtab simulate` runs too (docs/simulate.md), on the lab's wires: its mesh, and what befalls
each wire when. Kinds of events that no wire can have, and keys that the lab does not know, are refused by name."""

import math
import re
import tomllib
from dataclasses import dataclass

from .meshfile import Description
from .wire import Shape

_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}


@dataclass(frozen=True)
class Event:
    pairs: tuple  # "BD", …
    kind: str
    since_s: float
    until_s: float
    added_ms: float = 0.0  # to the RTT
    share: float = 0.0  # of probes that are lost, question and answer together


class Scenario:
    def __init__(self, text):
        read = tomllib.loads(text)
        head = dict(read.pop("scenario"))
        head.pop("name", None)
        self.duration_s = _ms(head.pop("duration")) / 1000
        self.watch = tuple(name.upper() for name in head.pop("watch"))
        self.tuning = read.pop("tuning", {}) | ({"interval": head.pop("interval")} if "interval" in head else {})
        self.rtt_ms = {_pair(link.pop("between")): _ms(link.pop("rtt")) for link in read["link"]}
        self.events = [self._event(dict(event)) for event in read.pop("event", [])]
        _refuse([head, *read.pop("link"), read])

    def description(self):
        return Description({pair: rtt / 2 for pair, rtt in self.rtt_ms.items()}, tuning=self.tuning)

    def changes(self):
        """(seconds, wire's pair, what it is like from then on), in order."""
        turns = {(at, pair) for event in self.events for pair in event.pairs for at in (event.since_s, event.until_s)}
        return [(at, pair, self.shape(pair, at)) for at, pair in sorted(turns) if at < self.duration_s]

    @property
    def begins_s(self):
        """When the first thing happens."""
        return min(event.since_s for event in self.events)

    def shape(self, pair, at_s):
        """Each direction's, at that time: half of the RTT, and a part of the loss that takes the share in two."""
        holding = [event for event in self.events if pair in event.pairs and event.since_s <= at_s < event.until_s]
        arrives = math.prod(1 - event.share for event in holding)
        return Shape(delay_ms=(self.rtt_ms[pair] + sum(event.added_ms for event in holding)) / 2,
                     loss_percent=round(100 * (1 - math.sqrt(arrives)), 3))

    def _event(self, read):
        kind = read.pop("kind")
        if kind not in _DETAILS:
            _refuse([{kind: read}])
        event = Event(pairs=tuple(self.rtt_ms) if read.pop("all", False) else (_pair(read.pop("between")),), kind=kind,
                      since_s=_ms(read.pop("from", "0s")) / 1000,
                      until_s=_ms(read.pop("to")) / 1000 if "to" in read else math.inf, **_DETAILS[kind](read))
        _refuse([read])
        return event


_DETAILS = {"brownout": lambda read: {"added_ms": _ms(read.pop("add"))},
            "loss": lambda read: {"share": float(read.pop("share").removesuffix("%")) / 100},
            "outage": lambda read: {"share": 1.0}}


def _pair(between):
    return "".join(sorted(between)).upper()


def _ms(text):
    found = re.fullmatch(r"([\d.]+)(ms|s|m|h)", text)
    if not found:
        raise ValueError(f"no duration: {text}")
    return float(found[1]) * _MS[found[2]]


def _refuse(tables):
    unknown = [key for table in tables for key in table]
    if unknown:
        raise ValueError(f"a scenario that the lab cannot carry out: {', '.join(unknown)}")
