"""A row of cost @ changes against a frontier: the figures of one method at several settings.

What a setting reaches with fewer changes counts at more of them too. In between, costs are interpolated in the
logarithm of the changes, which span four decades; at no changes at all there is no logarithm, and the level holds
until the first point that has one.
"""

import math

from referee.charging import Figure


def parse(text):
    cost, _, changes = text.partition("@")
    return Figure(float(cost), float(changes))


def cost_at(changes, figures):
    """None where every setting has more changes."""
    best, points = math.inf, []
    for figure in sorted(figures, key=lambda figure: figure.changes):
        best = min(best, figure.cost)
        points.append(Figure(best, figure.changes))
    before = [point for point in points if point.changes <= changes]
    after = [point for point in points if point.changes > changes]
    if not before:
        return None
    low = before[-1]
    if not after or low.changes == 0:
        return low.cost
    high = after[0]
    part = math.log(changes / low.changes) / math.log(high.changes / low.changes)
    return low.cost + part * (high.cost - low.cost)


def against(row, figures):
    cost = cost_at(row.changes, figures)
    if cost is None:
        return f"{row.cost:g}: none so still"
    return f"{row.cost:g}: {cost:.4f} {'below' if cost < row.cost else 'ABOVE'}"
