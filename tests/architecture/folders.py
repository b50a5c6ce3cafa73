"""The table of src/'s folders in CONTRIBUTING.md, as data: who may include whom, and who is pure."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The folders that may ask the outside world for anything.
EDGE = {"os", "daemon", "cli"}
ROW = re.compile(r"^\|\s*`(?P<folder>\w+)`\s*\|(?P<owns>[^|]*)\|(?P<includes>[^|]*)\|\s*$")


def allowed(text):
    """folder -> the folders that it may include, itself among them, from CONTRIBUTING.md's text."""
    rules = {}
    for line in text.splitlines():
        if not (row := ROW.match(line)):
            continue
        folder, words = row["folder"], row["includes"]
        named = set(re.findall(r"`(\w+)`", words))
        if "all pure folders above" in words:
            named |= set(rules) - EDGE
        elif words.strip() == "all":
            named |= set(rules)
        if "what it may include" in words:
            for other in list(named):
                named |= rules[other]
        rules[folder] = named | {folder}
    return rules


def rules():
    return allowed((ROOT / "CONTRIBUTING.md").read_text())
