"""`./dev bench rivals [RIVAL...]`: trimtab and what else one would take, through the same faults on the same links.

python3 lab/rivals --out DIR [RIVAL...]: each rival in turn, three repetitions side by side in meshes of their own. A
rival's figures go to DIR/RIVAL.json; comparison.py takes them from there into the tree.
"""

import argparse
import importlib
import json
import platform
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent))

from figures import RIVALS, text_table

REPETITIONS = 3


def main():
    parser = argparse.ArgumentParser(prog="lab/run rivals", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("rivals", nargs="*", metavar="RIVAL", help=f"of {', '.join(RIVALS)}; default: all")
    chosen = parser.parse_args()
    if unknown := set(chosen.rivals) - set(RIVALS):
        parser.error(f"no rival {', '.join(sorted(unknown))}; there are {', '.join(RIVALS)}")
    chosen.out.mkdir(parents=True, exist_ok=True)
    results = {}
    for rival in chosen.rivals or RIVALS:
        print(f"{rival}: {REPETITIONS} repetitions side by side, about a quarter of an hour by the lab's clock", flush=True)
        if found := measured(rival, chosen.out):
            results[rival] = found
            (chosen.out / f"{rival}.json").write_text(json.dumps(found))
    if results:
        print(text_table(results))
    return 0 if set(results) == set(chosen.rivals or RIVALS) else 1


def measured(rival, out):
    """What comes into the tree of a rival, or None."""
    files = [out / f"{rival}.{number}" for number in range(1, REPETITIONS + 1)]
    started = [subprocess.Popen([sys.executable, str(HERE / "repetition.py"), rival, str(number), str(file)])
               for number, file in enumerate(files, start=1)]
    if any([process.wait() for process in started]):
        print(f"{rival}: a repetition failed, and nothing of it is kept; logs: build/lab/logs/rivals-{rival}-*", flush=True)
        return None
    runs = [json.loads(file.read_text()) for file in files]
    for file in files:
        file.unlink()
    return {"date": time.strftime("%Y-%m-%d"), "version": importlib.import_module(rival).version(),
            "kernel": platform.release(), "runs": runs}


if __name__ == "__main__":
    sys.exit(main())
