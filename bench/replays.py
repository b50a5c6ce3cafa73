"""The program on recordings and models, with a [tuning] of one's choice: what `./dev bench paths` measures with."""

import json
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from referee.charging import Figure, mean

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "home.toml"


class Program:
    """work is a directory for the mesh files that carry the tuning."""

    def __init__(self, path, work):
        self._path, self._work = path, Path(work)
        self._workers = ThreadPoolExecutor(os.cpu_count())

    def ask(self, *words):
        done = subprocess.run([self._path, *map(str, words), "--json"], check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def all(self, askings):
        """The answers to all of them, in order; as many at once as there are processors."""
        return list(self._workers.map(lambda words: self.ask(*words), askings))

    def timed(self, *words):
        """(answer, seconds of processor time, seconds). Nothing else may be asked meanwhile."""
        before, began = _children_s(), time.monotonic()
        return self.ask(*words), _children_s() - before, time.monotonic() - began

    def over(self, traces, tuning=None):
        """(figure, figure of the direct links): means over the traces. tuning: keys of [tuning]; None: as shipped."""
        words = [] if tuning is None else ["--tuned", "--mesh", self._mesh_file(tuning)]
        found = self.all(["replay", trace, *words] for trace in traces)
        return (mean([Figure(one["cost_ratio"], one["changes_per_hour_pair"]) for one in found]),
                mean([Figure(one["direct_ratio"], 0.0) for one in found]))

    def _mesh_file(self, tuning):
        # Nothing but [tuning] and smoothing counts; the example smooths at the default 0.1.
        lines = [f"{key} = {json.dumps(value)}" for key, value in tuning.items()]
        path = self._work / "tuned.toml"
        path.write_text("\n".join([EXAMPLE.read_text(), "[tuning]", *lines, ""]))
        return path


def _children_s():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def progress(text):
    print(f"  … {text}", file=sys.stderr, flush=True)
