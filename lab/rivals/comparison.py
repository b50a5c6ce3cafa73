#!/usr/bin/python3
"""From a run's figures to docs/comparison.md, on the machine whose tree it is.

comparison.py            writes the page's table anew from results.json
comparison.py --take DIR first takes every DIR/RIVAL.json that a run left there into results.json
comparison.py --check    changes nothing; status 1 if the page does not show what results.json says
"""

import argparse
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent))

from figures import RIVALS, table

RESULTS = HERE / "results.json"
PAGE = HERE.parents[1] / "docs" / "comparison.md"
BEGIN, END = "<!-- the table: lab/rivals/comparison.py writes it -->\n", "<!-- the table ends -->\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--take", type=Path, metavar="DIR")
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args()
    if chosen.take:
        take(chosen.take)
    page = PAGE.read_text()
    wanted = with_table(page, kept())
    if chosen.check and page != wanted:
        sys.exit(f"{PAGE.name} does not show what results.json says; lab/rivals/comparison.py writes it anew")
    if not chosen.check:
        PAGE.write_text(wanted)
        print(f"{RESULTS.relative_to(HERE.parents[1])} and {PAGE.relative_to(HERE.parents[1])} are up to date")
    return 0


def kept():
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}


def take(directory):
    files = {rival: directory / f"{rival}.json" for rival in RIVALS}
    found = {rival: json.loads(file.read_text()) for rival, file in files.items() if file.exists()}
    RESULTS.write_text(as_text(kept() | found))


def as_text(results):
    """One line per story of a run: a rival that is run again alone makes a diff that can be read."""
    parts = []
    for rival in (rival for rival in RIVALS if rival in results):
        result = results[rival]
        runs = ",\n    ".join("{" + ",\n     ".join(f"{json.dumps(story)}: {json.dumps(rounded(figures))}"
                                                   for story, figures in run.items()) + "}" for run in result["runs"])
        head = ", ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in result.items() if key != "runs")
        parts.append(f'  {json.dumps(rival)}: {{{head}, "runs": [\n    {runs}]}}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def rounded(figures):
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()}


def with_table(page, results):
    before, found, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (found and ended):
        sys.exit(f"{PAGE.name} has no place for the table, between {BEGIN.strip()} and {END.strip()}")
    return before + BEGIN + "\n" + markdown(results) + "\n" + END + after


def markdown(results):
    head, *lines = table(results)
    rows = [row(line if any(line[1:]) else [f"**{line[0]}**", *line[1:]]) for line in lines]
    measured = [f"{RIVALS[rival]}: {result['version']}, {result['date']}, {len(result['runs'])} runs"
                for rival, result in results.items()]
    return "\n".join([row(head), row(["---"] * len(head)), *rows, "", "Measured: " + "; ".join(measured) + ".", ""])


def row(cells):
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
