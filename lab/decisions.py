"""What the daemons decided, in words that a busy machine's milliseconds do not change: read from the daemons' events or
from what `trimtab simulate` says, the same for both."""

from dataclasses import dataclass

# Above what a link cost before anything happened: worse from the one on, better again from the other. Between them lies
# more than the emulated machine adds (10 ms, sometimes 20), so that no cost is taken for both in turn.
WORSE_MS, BETTER_MS = 60, 30
# A way back that is taken back so soon was a lucky streak of probes, not the end of a fault: faults, and the rests
# between them, last longer.
STREAK_S = 5
# What is published for the worse; the strongest, last, names a decision that was told in several steps.
WORSE = ("worse", "crossed", "down")
_KINDS = {"loss_boundary": "crossed", "rtt_boundary": "crossed", "budget_spent": "crossed", "down": "down",
          "returned": "returned"}


@dataclass(frozen=True)
class Published:
    """A value that BIRD was told, seconds after the scenario's start."""
    at_s: float
    ms: float
    reason: str


def real_history(sites, began):
    """(site, neighbour) → everything that it published for that link; `began` in seconds since 1970."""
    history = {}
    for site in sites:
        for event in site.events():
            if event["kind"] == "published":
                history.setdefault((site.name, event["link"]), []).append(
                    Published(event["at"] - began, event["to"], event["reason"]))
    return history


def simulated_history(answer):
    history = {}
    for one in answer["decided"]:
        history.setdefault((one["site"], one["neighbour"]), []).append(
            Published(one["at_s"], one["to"] / 10, one["reason"]))
    return history


def published_ms(published, at_s):
    """What BIRD had been told last at that time."""
    return next(one.ms for one in reversed(published) if one.at_s < at_s)


def in_force_ms(published, since_s, until_s):
    """What BIRD had been told at any time of those."""
    return [published_ms(published, since_s)] + [one.ms for one in published if since_s <= one.at_s < until_s]


def decisions(published, since_s):
    """[(seconds, kind)] from that time on: `worse` and `better` than before it, `crossed` where a boundary was, `down`,
    `returned`. What follows in the same direction is part of the same decision."""
    usual_ms = published_ms(published, since_s)
    found = []
    for one in published:
        if one.at_s < since_s:
            continue
        bad = bool(found) and found[-1][1] in WORSE
        kind = _KINDS.get(one.reason) or _kind_of_cost(one.ms - usual_ms, bad)
        if kind in WORSE and found and found[-1][1] == "better" and one.at_s - found[-1][0] < STREAK_S:
            found.pop()
        if kind in WORSE and found and found[-1][1] in WORSE:
            found[-1] = found[-1][0], max(kind, found[-1][1], key=WORSE.index)
        elif kind:
            found.append((one.at_s, kind))
    return found


def _kind_of_cost(more_ms, bad):
    if bad:
        return "better" if more_ms < BETTER_MS else None
    return "worse" if more_ms > WORSE_MS else None
