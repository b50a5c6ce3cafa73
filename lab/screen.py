"""What the demo and the shell put on the screen: headings, tables, and something that moves while one waits.

Colour and motion only on a terminal, and never when NO_COLOR is set; without them the same text comes line by line.
"""

import os
import re
import sys
import time

TERMINAL = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
COLOUR = TERMINAL and "NO_COLOR" not in os.environ
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_CLEAR_LINE = "\r\x1b[K"
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def paint(text, *looks):
    if not COLOUR or not looks:
        return text
    return f"\x1b[{';'.join(_CODES[look] for look in looks)}m{text}\x1b[0m"


def say(text=""):
    if TERMINAL:
        sys.stdout.write(_CLEAR_LINE)
    print(text, flush=True)


def heading(text):
    say()
    say(paint(f"── {text} " + "─" * max(0, 96 - len(text)), "bold", "cyan"))


def wide(text):
    """How many columns it takes."""
    return len(_ESCAPES.sub("", text))


def table(head, rows, indent="  "):
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(wide(row[column]) for row in [list(head), *rows]) for column in range(len(head))]

    def line(row):
        cells = (cell + " " * (width - wide(cell)) for cell, width in zip(row, widths))
        return (indent + "  ".join(cells)).rstrip()

    say(paint(line(head), "dim"))
    for row in rows:
        say(line(row))


class Wait:
    """`with Wait("building the lab"):` says what is waited for, and how long it took."""

    def __init__(self, text):
        self.text = text

    def __enter__(self):
        self.began = time.monotonic()
        if not TERMINAL:
            print(f"  {self.text} …", flush=True)
        self.turn()
        return self

    def turn(self, note=""):
        """Called while waiting: on a terminal something moves."""
        if TERMINAL:
            passed = time.monotonic() - self.began
            sign = _SPINNER[int(passed * 10) % len(_SPINNER)]
            text = f"{_CLEAR_LINE}  {paint(sign, 'cyan')} {self.text} {paint(f'{passed:4.1f} s', 'dim')} {note}"
            print(text, end="", flush=True)

    def __exit__(self, kind, *_):
        passed = time.monotonic() - self.began
        sign = paint("✓", "green") if kind is None else paint("✗", "red")
        if TERMINAL:
            print(_CLEAR_LINE, end="")
        print(f"  {sign} {self.text} {paint(f'({passed:.1f} s)', 'dim')}", flush=True)
