"""What is shown of the measurements: one row per figure, its median with the range of all repetitions.

A figure that is None did not happen while it was looked for, and is worse than every number. One that is missing was
no question: who never left the link cannot return to it.
"""

import math
import statistics
from typing import NamedTuple

from faults import FAULT_S, FLAP_S, QUIET_S, RETURN_S

# As the table has them: name of the module here → heading.
RIVALS = {"trimtab": "trimtab", "bgp": "BGP + BFD", "babeld": "babeld, RTT metric", "ospf": "OSPF + BFD"}


class Row(NamedTuple):
    label: str
    story: str
    figure: str
    scale: float = 1
    digits: int = 0
    within_s: int = 0  # how long it was waited for


def _returns(story):
    return (Row("– time to return after the repair, s", story, "return_s", digits=1, within_s=RETURN_S),
            Row("– packets lost on the return", story, "return_lost"))


def _move(story):
    return Row("– time to move, s", story, "move_s", digits=1, within_s=FAULT_S[story])


ROWS = (
    f"a quiet minute ({QUIET_S} s)",
    Row("– control traffic, kB", "quiet", "bytes", scale=1e-3, digits=1),
    Row("– CPU of the routing processes, ms", "quiet", "cpu_ms"),
    Row("– route changes", "quiet", "changes"),
    f"blackhole, {FAULT_S['blackhole']} s",
    Row("– outage, ms", "blackhole", "outage_ms"), _move("blackhole"),
    Row("– packets lost", "blackhole", "lost"), *_returns("blackhole"),
    f"brownout: 100 ms more each way, {FAULT_S['brownout']} s",
    _move("brownout"), Row("– mean RTT seen by LAN hosts, ms", "brownout", "rtt_ms"),
    Row("– packets lost", "brownout", "lost"), Row("– route changes", "brownout", "changes"), *_returns("brownout"),
    f"20 % loss each way, {FAULT_S['loss']} s",
    _move("loss"), Row("– packets lost", "loss", "lost"), Row("– route changes", "loss", "changes"), *_returns("loss"),
    f"flapping, 3 s down, 3 s up, {FLAP_S} s",
    Row("– route changes", "flapping", "changes"), Row("– packets lost", "flapping", "lost"),
)


def cell(row, runs):
    """"median (least–greatest)", or the one value if all are the same; "–" where there was nothing to measure."""
    values = [run[row.story][row.figure] for run in runs if row.figure in run[row.story]]
    if not values:
        return "–"
    values = sorted(math.inf if value is None else value * row.scale for value in values)
    median, least, greatest = (_number(row, value) for value in (statistics.median(values), values[0], values[-1]))
    few = "" if len(values) == len(runs) else f", {len(values)} of {len(runs)}"
    if least == greatest:
        return f"{median} (within {row.within_s} s{few})" if median == "never" else median + (few and f" ({few[2:]})")
    return f"{median} ({least}–{greatest}{few})" + (f" (within {row.within_s} s)" if greatest == "never" else "")


def _number(row, value):
    return "never" if value == math.inf else f"{value:.{row.digits}f}"


def table(results):
    """Lines of cells, the heading first; a fault's own line has its name alone."""
    shown = [rival for rival in RIVALS if rival in results]
    lines = [["", *(RIVALS[rival] for rival in shown)]]
    for row in ROWS:
        if isinstance(row, str):
            lines.append([row] + [""] * len(shown))
        else:
            lines.append([row.label, *(cell(row, results[rival]["runs"]) for rival in shown)])
    return lines


def text_table(results):
    lines = table(results)
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip() for line in lines)
