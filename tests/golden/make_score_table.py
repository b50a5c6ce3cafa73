#!/usr/bin/env python3
"""Writes score_table.csv: 200 inputs with S, LOCAL_PREF and cost, worked out in exact fractions.

It knows the formulas of the documentation (docs/formulas.md) and nothing of the program. Run it only when they
change:  tests/golden/make_score_table.py > tests/golden/score_table.csv
"""
import csv
import random
import sys
from fractions import Fraction
from math import floor

NUDGE = Fraction(1, 10**9)


def score(rtt, jitter, loss, mbit):
    return 45 * min(Fraction(1), mbit / 200) - 35 * rtt / 50 - 10 * jitter / 20 - 300 * loss


def local_pref(s):
    return 100 + floor(2 * min(max(s, Fraction(0)), Fraction(50)) + NUDGE)


def cost_ms(rtt, loss, mbit, bias):
    return rtt + Fraction(200) / max(mbit, Fraction(1, 10)) + 2000 * loss + bias


def cost_value(c):
    """Units of 0.1 ms, to the nearest, halves upwards, from 1 to last resort."""
    return min(max(floor(10 * c + Fraction(1, 2) + NUDGE), 1), 10_000_000)


def inputs():
    """(RTT µs, jitter µs, loss in hundredths of a per cent, kbit/s, bias µs): the edges, then at random."""
    yield 20_000, 2_000, 100, 200_000, 0  # the documentation's example
    yield 0, 0, 0, 10_000_000_000, 0  # the best there is
    yield 0, 0, 0, 1, 0
    yield 64_000, 0, 0, 200_000, 0  # the last millisecond that LOCAL_PREF can tell
    yield 64_286, 0, 0, 200_000, 0
    yield 64_285, 0, 0, 200_000, 0
    yield 500_000, 0, 0, 200_000, 0
    yield 3_000_000, 3_000_000, 10_000, 1, 0  # the worst there is
    yield 20_000, 0, 0, 100, 0  # at ε
    yield 20_000, 0, 0, 99, 0  # below ε
    yield 20_000, 0, 0, 199_999, 0
    yield 20_000, 0, 0, 200_001, 0
    yield 20_050, 0, 0, 200_000, 0  # a half of the unit goes up
    yield 20_049, 0, 0, 200_000, 0
    yield 150, 0, 1, 200_000, 0  # halves that a sum of binary fractions falls short of
    yield 450, 0, 7, 200_000, 0
    yield 2_050, 0, 7, 200_000, 0
    yield 10_000, 0, 0, 200_000, 999_000_000_000  # beyond last resort
    for whole in range(0, 65, 5):  # S on whole numbers, where a floor of binary fractions would slip
        yield whole * 1000, 0, 0, 200_000, 0
    for loss in range(0, 16):
        yield 10_000, 1_000, loss * 100, 200_000, 0
    draw = random.Random(7)
    while True:
        yield (
            draw.choice([draw.randrange(0, 70_000), draw.randrange(0, 1_000_000)]),
            draw.choice([0, draw.randrange(0, 5_000), draw.randrange(0, 60_000)]),
            draw.choice([0, 0, draw.randrange(0, 500), draw.randrange(0, 10_001)]),
            draw.choice([200_000, draw.randrange(1, 2_000), draw.randrange(1_000, 400_000), 1_000_000]),
            draw.choice([0, 0, 10_000, draw.randrange(0, 100_000)]),
        )


def main():
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow("rtt_us jitter_us loss_basis_points kbit_per_s bias_us score local_pref cost_ms cost_value".split())
    for _, row in zip(range(200), inputs()):
        rtt, jitter, loss = Fraction(row[0], 1000), Fraction(row[1], 1000), Fraction(row[2], 10_000)
        mbit, bias = Fraction(row[3], 1000), Fraction(row[4], 1000)
        s, c = score(rtt, jitter, loss, mbit), cost_ms(rtt, loss, mbit, bias)
        out.writerow([*row, f"{float(s):.9f}", local_pref(s), f"{float(c):.9f}", cost_value(c)])


if __name__ == "__main__":
    main()
