#!/usr/bin/python3
"""`./dev bench steering`: how soon traffic leaves a link that got worse, at the pace that ships, in the four-site lab.

python3 lab/steering.py --out FILE [--repeats N] [--meshes N]: several meshes side by side, each fault N times. A and D
talk through B in 20 ms, and could through C in 30 ms; what gets worse is the link BD. Each repetition has a mesh of its
own, since a link takes minutes to be forgiven: at rest, with its quick probes saved up, at a random moment of its
round. Measured is from the fault to the kernel's word, over rtnetlink, that the route goes through C and stays there.
FILE has every repetition as JSON.
"""

import argparse
import json
import math
import multiprocessing
import platform
import random
import statistics
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Callable, NamedTuple

from steering_repetition import repetition
from topology.site import TRIMTAB

REPEATS = 10
# As many as the rivals have: three leave the emulated machine idle time, which measurements of milliseconds need.
MESHES = 3
MINUTES_EACH = 3.5
SEED = 1


class Fault(NamedTuple):
    label: str
    target_s: float
    sufferers: str  # whose route has to move: the sites that send into what got worse
    begin: Callable
    may_lose: bool  # packets: the link itself loses them


FAULTS = {
    "brownout": Fault("100 ms more, B to D", 5, "A", lambda wire: wire.delay(add_ms=100, direction="B>D"), False),
    "loss": Fault("20 % lost each way", 10, "AD", lambda wire: wire.loss(20), True),
    "one-way loss": Fault("20 % lost, B to D", 20, "A", lambda wire: wire.loss(20, direction="B>D"), True),
}


def main():
    parser = argparse.ArgumentParser(prog="lab/run steering", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--repeats", type=int, default=REPEATS, metavar="N", help="of each fault (default %(default)s)")
    parser.add_argument("--meshes", type=int, default=MESHES, metavar="N", help="side by side (default %(default)s)")
    chosen = parser.parse_args()
    if chosen.repeats < 1 or chosen.meshes < 1:
        parser.error("--repeats and --meshes are at least 1")
    faults = list(FAULTS) * chosen.repeats
    random.Random(SEED).shuffle(faults)  # a machine that is busy for a while must not be one fault's bad luck
    repetitions = list(enumerate(faults, start=1))
    meshes = min(chosen.meshes, len(repetitions))
    print(f"steering: each of {len(FAULTS)} faults {chosen.repeats} times, {meshes} meshes side by side, "
          f"about {math.ceil(len(repetitions) / meshes) * MINUTES_EACH:.0f} minutes by the lab's clock", flush=True)
    runs = measured(repetitions, meshes, chosen.out)
    chosen.out.write_text(json.dumps(
        {"date": time.strftime("%Y-%m-%d"), "version": _version(), "kernel": platform.release(), "meshes": meshes,
         "targets_s": {name: fault.target_s for name, fault in FAULTS.items()}, "runs": runs}, indent=1) + "\n")
    for row in rows(runs):
        print("{:<58} {:<16} {}".format(*row))
    failed = len(repetitions) - len(runs)
    if failed:
        print(f"{failed} of {len(repetitions)} repetitions failed; logs: build/lab/logs/steering-*")
    return 1 if failed else 0


def measured(repetitions, meshes, out):
    """Every repetition's figures. Each mesh's process writes what it has as it has it, to a file of its own."""
    files = [out.with_suffix(f".{number}") for number in range(1, meshes + 1)]
    began = time.monotonic()
    # Processes, not threads: the lab's threads enter network namespaces, and streams are forked.
    processes = [multiprocessing.get_context("fork").Process(target=_work, args=(repetitions[first::meshes], file, began))
                 for first, file in enumerate(files)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    runs = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    for file in files:
        file.unlink()
    return sorted(runs, key=lambda run: (list(FAULTS).index(run["fault"]), run["number"]))


def _work(repetitions, file, began):
    with open(file, "w", encoding="utf-8", buffering=1) as found:
        for number, name in repetitions:
            def say(text, number=number):
                # In one piece: all meshes write to the same pipe.
                sys.stdout.write(f"  [{number}, {time.monotonic() - began:4.0f} s] {text.strip()}\n")
                sys.stdout.flush()

            try:
                figures = repetition(number, FAULTS[name], say)
            except Exception:
                say(f"{name}: failed\n{traceback.format_exc()}")
                continue
            say(f"{name}: {json.dumps(figures)}")
            found.write(json.dumps({"fault": name, "number": number, **figures}) + "\n")


def rows(runs):
    """What, target and result, as bench/run has them."""
    for name, fault in FAULTS.items():
        found = [run for run in runs if run["fault"] == name]
        if not found:
            continue
        times = [_moved(run, fault) for run in found]
        middle, best, worst = (_seconds(time_s) for time_s in (statistics.median(times), min(times), max(times)))
        yield (f"{fault.label}, on the link in use: moved (median of {len(times)})", f"<= {fault.target_s:.0f} s",
               f"{middle} ({best} - {worst}), {_verdict(statistics.median(times) <= fault.target_s)}")
        if not fault.may_lose:
            lost, sent = (sum(run[figure] for run in found) for figure in ("lost", "sent"))
            yield f"  packets lost meanwhile, of {sent:,}", "0", f"{lost}, {_verdict(lost == 0)}"


def _moved(run, fault):
    """When the last of those that suffer had moved; what did not happen is worse than every number."""
    times = [run["moved_s"][letter] for letter in fault.sufferers]
    return math.inf if None in times else max(times)


def _seconds(time_s):
    return "never" if time_s == math.inf else f"{time_s:.1f} s"


def _verdict(met):
    return "met" if met else "MISSED"


def _version():
    return subprocess.run([TRIMTAB, "--version"], capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
