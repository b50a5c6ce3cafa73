#!/usr/bin/env python3
"""Writes the hand-made part of corpus/: one nasty case a file, which its name says. Each module of seeds/ has those of its
subject, by entry. Files that fuzzers found (found-*) stay."""
import importlib
import pathlib

HERE = pathlib.Path(__file__).parent

for module in sorted((HERE / "seeds").glob("*.py")):
    for entry, seeds in importlib.import_module(f"seeds.{module.stem}").SEEDS.items():
        folder = HERE / "corpus" / entry
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in seeds.items():
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
