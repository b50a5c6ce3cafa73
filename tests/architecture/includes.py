#!/usr/bin/env python3
"""Every #include in src/ keeps to CONTRIBUTING.md's table. Prints file:line for each that does not."""

import re
import sys
from pathlib import Path

from folders import EDGE, ROOT, rules

OWN = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
SYSTEM = re.compile(r"^\s*#\s*include\s+<([^>]+)>")
# What a pure folder has no use for. Symbols say more (symbols.py), this says it earlier and with a line.
IMPURE = {"iostream", "fstream", "filesystem", "thread", "mutex", "future", "random", "ctime", "time.h",
          "sys/time.h", "unistd.h", "sys/epoll.h", "sys/random.h", "fcntl.h", "netdb.h"}


def mistakes_in(path, text, rules_of):
    """What is wrong with the includes of one file; `path` is relative to src/."""
    folder = Path(path).parts[0]
    if folder not in rules_of:
        yield 1, f"folder {folder} is not in CONTRIBUTING.md's table"
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if own := OWN.match(line):
            target = own[1].split("/")[0] if "/" in own[1] else None
            if target is None:
                yield number, f'"{own[1]}" does not say its folder'
            elif target not in rules_of[folder]:
                yield number, f"{folder} must not include {target} ({own[1]})"
        elif (system := SYSTEM.match(line)) and folder not in EDGE and system[1] in IMPURE:
            yield number, f"{folder} is pure and includes <{system[1]}>"


def main():
    rules_of, wrong, files = rules(), 0, 0
    for path in sorted((ROOT / "src").rglob("*")):
        if path.suffix not in {".h", ".cc"}:
            continue
        files += 1
        for number, text in mistakes_in(path.relative_to(ROOT / "src"), path.read_text(), rules_of):
            print(f"{path.relative_to(ROOT)}:{number}: {text}")
            wrong += 1
    print(f"{files} files, {wrong} mistakes")
    return 1 if wrong or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
