"""Runs commands (separated by --) one after another; prints their wall time in s together and the largest
peak memory of one of them in kB, as the kernel accounts for it."""

import os
import subprocess
import sys
import time


def commands(words):
    line = []
    for word in words:
        if word == "--":
            yield line
            line = []
        else:
            line.append(word)
    yield line


def main():
    seconds, peak_kb = 0.0, 0
    for command in commands(sys.argv[1:]):
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds += time.monotonic() - start
        peak_kb = max(peak_kb, usage.ru_maxrss)
        if status:
            sys.exit(f"{' '.join(command)}: failed")
    print(f"{seconds:.3f} {peak_kb}")


main()
