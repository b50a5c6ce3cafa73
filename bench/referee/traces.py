"""Reading a recorded mesh (docs/traces.md) for the referee.

Stricter than `trimtab replay`: every link needs a value in every frame, as an optimum that may wait out a missing
value would be paid for standing still. What is wrong is named by line, and nothing is judged.
"""

import math
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

# The controller's replay knows the same bounds.
LONGEST_RTT_MS = 15 * 60 * 1000
WARM_UP_PART = 8
# Recorders jitter and lose a frame now and then; beyond this the hours would count time in which nothing was charged.
LONGEST_STEP = 10


class TraceError(Exception):
    """One line: which file, which line, what."""


@dataclass(frozen=True)
class Trace:
    """rtt_ms[frame, from, to]: 0 from a host to itself, infinite where there is no link."""

    name: str
    time_s: np.ndarray
    rtt_ms: np.ndarray

    @property
    def hosts(self):
        return self.rtt_ms.shape[1]

    @property
    def pairs(self):
        return self.hosts * (self.hosts - 1)

    @property
    def first_counted(self):
        """The frames before it only warm up; frame 0 is never charged, as nothing was known before it."""
        return max(len(self.time_s) // WARM_UP_PART, 1)

    @property
    def hours(self):
        return (self.time_s[-1] - self.time_s[self.first_counted - 1]) / 3600

    @cached_property
    def clairvoyant_ms(self):
        """clairvoyant_ms[frame, from, to]: the shortest path of that very frame (Floyd and Warshall)."""
        shortest = self.rtt_ms.copy()
        for via in range(self.hosts):
            np.minimum(shortest, shortest[:, :, via, None] + shortest[:, None, via, :], out=shortest)
        return shortest

    @property
    def mean_clairvoyant_ms(self):
        """Of a pair in a counted frame."""
        counted = self.clairvoyant_ms[self.first_counted:]
        return float(counted.sum() / len(counted) / self.pairs)


def read(path):
    try:
        lines = _text(Path(path)).splitlines()
        columns = _columns(lines[0] if lines else "")
        rows = [_row(number, line, columns) for number, line in enumerate(lines[1:], 2)]
        return _trace(Path(path).name, columns, rows)
    except (OSError, TraceError) as error:
        raise TraceError(f"{path}: {error.strerror if isinstance(error, OSError) else error}") from None


def _text(path):
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = _unpacked(data)
    try:
        return data.decode("ascii")
    except UnicodeDecodeError as error:
        raise TraceError(f"line {_line_at(data[:error.start])}: no text") from None


def _unpacked(packed):
    data, unpacker = b"", zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        while packed:
            data += unpacker.decompress(packed)
            if not unpacker.eof:
                raise zlib.error
            packed = unpacker.unused_data
            unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    except zlib.error:
        raise TraceError(f"line {_line_at(data)}: the gzip file is damaged or cut off here") from None
    return data


def _line_at(before):
    return before.count(b"\n") + 1


def _columns(header):
    cells = header.split(",")
    if cells[0] != "time_s":
        raise TraceError("line 1: the first column is not time_s")
    columns = []
    for cell in cells[1:]:
        ends = tuple(cell.split(">"))
        if len(ends) != 2 or not all(ends) or ends[0] == ends[1]:
            raise TraceError(f'line 1: "{cell}" is no link "FROM>TO"')
        if ends in columns:
            raise TraceError(f'line 1: "{cell}" stands twice')
        columns.append(ends)
    if not columns:
        raise TraceError("line 1: there is no link")
    return columns


def _number(text):
    # float() would take "1_0", " 1" and "nan".
    try:
        return float(text) if set(text) <= set("0123456789.eE+-") else math.nan
    except ValueError:
        return math.nan


def _row(number, line, columns):
    cells = line.split(",")
    if len(cells) != len(columns) + 1:
        raise TraceError(f"line {number}: {len(cells)} fields where the header has {len(columns) + 1}")
    time_s = _number(cells[0])
    if not math.isfinite(time_s):
        raise TraceError(f'line {number}: "{cells[0]}" is no time')
    values = [time_s]
    for (sender, receiver), cell in zip(columns, cells[1:]):
        value = _number(cell)
        if not 0 < value <= LONGEST_RTT_MS:
            what = f'"{cell}" is no RTT above 0 and up to {LONGEST_RTT_MS} ms' if cell else "has no value"
            raise TraceError(f"line {number}: {sender}>{receiver} {what}")
        values.append(value)
    return values


def _trace(name, columns, rows):
    if len(rows) < 2:
        raise TraceError(f"line {len(rows) + 1}: the trace ends; it takes two frames to charge one")
    values = np.array(rows)
    steps = np.diff(values[:, 0])
    for wrong, what in ((steps <= 0, "the time does not rise"),
                        (steps > LONGEST_STEP * np.median(steps), "a gap in time")):
        if wrong.any():
            raise TraceError(f"line {int(wrong.argmax()) + 3}: {what}")
    hosts = list(dict.fromkeys(end for ends in columns for end in ends))
    rtt_ms = np.full((len(rows), len(hosts), len(hosts)), np.inf)
    rtt_ms[:, range(len(hosts)), range(len(hosts))] = 0
    for column, (sender, receiver) in enumerate(columns, 1):
        rtt_ms[:, hosts.index(sender), hosts.index(receiver)] = values[:, column]
    trace = Trace(name, values[:, 0], rtt_ms)
    apart = np.argwhere(np.isinf(trace.clairvoyant_ms[0]))
    if len(apart):
        raise TraceError(f"line 1: no path from {hosts[apart[0][0]]} to {hosts[apart[0][1]]}")
    return trace
