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


def change(config, sections):
    (DIRECTORY / f"{config}.staged").write_text(json.dumps(sections))


def assign(verb, text):
    path, _, value = text.partition("=")
    config, section, *option = path.split(".")
    assert all(NAME.fullmatch(name) for name in (config, section, *option)) and len(option) <= 1, f"bad path: {text}"
    sections = load(config)
    if not option:
        assert verb == "set" and NAME.fullmatch(value), text
        sections.setdefault(section, {})[".type"] = value
    elif verb == "set":
        sections[section][option[0]] = value
    else:
        sections[section].setdefault(option[0], []).append(value)
    change(config, sections)


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
    change(config, sections)


def commit(config):
    if (DIRECTORY / f"{config}.staged").exists():
        (DIRECTORY / f"{config}.staged").rename(DIRECTORY / f"{config}.json")


def main():
    verb, *words = [word for word in sys.argv[1:] if word != "-q"]
    if verb == "batch":
        for line in sys.stdin:
            if line.strip() and not line.startswith("#"):
                assign(*shlex.split(line))
    elif verb in ("set", "add_list"):
        assign(verb, *words)
    else:
        {"show": show, "get": get, "delete": delete, "commit": commit}[verb](*words)


main()
