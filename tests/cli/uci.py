#!/usr/bin/python3
"""As much of OpenWrt's `uci` as apply-uci uses, on JSON files in $UCI_DIRECTORY; what it does not know, it refuses. Its
words and answers are those of uci itself, against which the script was tried."""

import json
import os
import re
import shlex
import sys
from pathlib import Path

DIRECTORY = Path(os.environ["UCI_DIRECTORY"])
NAME = re.compile(r"[A-Za-z0-9_]+")


def load(config):
    for kind in ("staged", "json"):
        path = DIRECTORY / f"{config}.{kind}"
        if path.exists():
            return json.loads(path.read_text())
    return {}


class Refused(Exception):
    """In uci's own words."""


def change(config, sections, line):
    (DIRECTORY / f"{config}.staged").write_text(json.dumps(sections))
    with (DIRECTORY / f"{config}.changes").open("a") as log:
        log.write(line + "\n")


def assign(verb, text):
    path, _, value = text.partition("=")
    config, section, *option = path.split(".")
    if not (all(NAME.fullmatch(name) for name in (config, section, *option)) and len(option) <= 1):
        raise Refused("Invalid argument")
    if not (DIRECTORY / f"{config}.json").exists():
        raise Refused("Entry not found")
    sections = load(config)
    if not option:
        if verb != "set" or not NAME.fullmatch(value):
            raise Refused("Invalid argument")
        sections.setdefault(section, {})[".type"] = value
    elif section not in sections:
        raise Refused("Invalid argument")
    elif verb == "set":
        sections[section][option[0]] = value
    else:
        sections[section].setdefault(option[0], []).append(value)
    change(config, sections, path + ("=" if verb == "set" else "+=") + f"'{value}'")


def batch():
    """Status 0 whatever happens: what is wrong with a line is said, and the next one is read."""
    for line in sys.stdin:
        if not line.strip() or line.startswith("#"):
            continue
        verb, *words = shlex.split(line)
        if verb not in ("set", "add_list") or len(words) != 1:
            print("Unknown command", file=sys.stderr)
            continue
        try:
            assign(verb, *words)
        except Refused as refused:
            print(f"uci: {refused}", file=sys.stderr)


def show(config):
    for name, options in load(config).items():
        print(f"{config}.{name}={options['.type']}")
        for option, value in options.items():
            if option != ".type":
                values = value if isinstance(value, list) else [value]
                print(f"{config}.{name}.{option}=" + " ".join(f"'{one}'" for one in values))


def get(path):
    config, section, *option = path.split(".")
    found = load(config).get(section, {}).get(option[0] if option else ".type")
    if found is None:
        sys.exit(1)
    print(found)


def delete(path):
    config, section = path.split(".")
    sections = load(config)
    del sections[section]
    change(config, sections, f"-{path}")


def changes(config):
    path = DIRECTORY / f"{config}.changes"
    print(path.read_text() if path.exists() else "", end="")


def commit(config):
    if (DIRECTORY / f"{config}.staged").exists():
        (DIRECTORY / f"{config}.staged").rename(DIRECTORY / f"{config}.json")
    revert(config)


def revert(config):
    for kind in ("staged", "changes"):
        (DIRECTORY / f"{config}.{kind}").unlink(missing_ok=True)


def main():
    verb, *words = [word for word in sys.argv[1:] if word != "-q"]
    if verb == "batch":
        batch()
    elif verb in ("set", "add_list"):
        assign(verb, *words)
    else:
        {"show": show, "get": get, "delete": delete, "changes": changes, "commit": commit, "revert": revert}[verb](*words)


main()
