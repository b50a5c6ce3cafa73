#!/usr/bin/python3
"""One rival through all faults once, as lab/rivals/__main__.py starts it: repetition.py RIVAL NUMBER FILE.

Each fault meets a mesh just built and at rest, so nothing that a rival remembers of one fault weighs on the next; the
quiet minute leaves nothing to remember. The figures go to FILE as JSON when all are in; what happens meanwhile is printed.
"""

import contextlib
import functools
import importlib
import json
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent))

import faults
from topology.mesh import Lab
from topology.meshfile import SHIPPED, Description, FOUR_SITES

# A busy machine looks like a bad link to who measures: then the rival may leave B before anything was done to it.
REST_WITHIN_S, REST_S = 300, 8
STORIES = {"quiet": faults.quiet, **{kind: functools.partial(faults.fault, kind=kind) for kind in faults.FAULT_S},
           "flapping": faults.flapping}
MESHES = (("quiet", "blackhole"), ("brownout",), ("loss",), ("flapping",))


def main(rival, number, file):
    began = time.monotonic()

    def say(text):
        # In one piece: three repetitions write to the same pipe.
        sys.stdout.write(f"  [{rival} {number}, {time.monotonic() - began:4.0f} s] {text.strip()}\n")
        sys.stdout.flush()

    module, figures = importlib.import_module(rival), {}
    for stories in MESHES:
        with rested(module, f"rivals-{rival}-{number}-{stories[-1]}", say) as lab:
            for story in stories:
                figures[story] = STORIES[story](lab)
                say(f"{story}: " + ", ".join(f"{name} {_short(value)}" for name, value in figures[story].items()))
    Path(file).write_text(json.dumps(figures))


@contextlib.contextmanager
def rested(module, name, say):
    with Lab(Description(FOUR_SITES, tuning=SHIPPED), name, say=say) as lab:
        if module.__name__ != "trimtab":
            lab.at_all_sites(lambda site: site.trimtab("up"))
        module.start(lab)
        lab.link("B", "D").keep_ready()
        lab.wait_until(f"A and D have talked through B for {REST_S} s", _rest(lab), REST_WITHIN_S)
        yield lab
        lab.link("B", "D").release()


def _rest(lab):
    """Whether the mesh is at rest and was at every look in the last REST_S."""
    since = None

    def look():
        nonlocal since
        since = (since or time.monotonic()) if faults.at_rest(lab) else None
        return since is not None and time.monotonic() - since >= REST_S

    return look


def _short(value):
    return "never" if value is None else f"{value:.1f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main(*sys.argv[1:])
