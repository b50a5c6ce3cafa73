"""The referee's words: a table, JSON, and a plot whose bytes depend on nothing but what is drawn."""

import itertools

CONTROLLER_COLOURS = ("silver", "tab:green", "tab:olive", "tab:purple", "tab:brown", "tab:pink", "tab:gray", "tab:cyan",
                      "gold")
RUN_COLOURS = ("crimson", "royalblue", "darkorange", "seagreen")


def table(verdict, world=None):
    """verdict as judge.py makes it; world names the published column to stand beside ours."""
    mesh = verdict["mesh"]
    yield (f"{mesh['traces']} traces, {mesh['hosts']} hosts, {mesh['counted_frames']} counted frames in "
           f"{mesh['hours']:.1f} h; mean clairvoyant path {mesh['clairvoyant_ms']:.1f} ms")
    if mesh["pairs_beyond_reach"]:
        yield (f"{mesh['pairs_beyond_reach']} of {mesh['pairs']} pairs are more than three links apart: "
               "not in the optimum, but in all else")
    yield ""
    yield f"{'controller':42}{'cost @ changes':>20}" + (f"{'published':>20}" if world else "")
    for row in verdict["controllers"]:
        yield f"{row['name']:42}{_figure(row):>20}" + (f"{row['published'][world]:>20}" if world else "")
    yield ""
    yield f"{'price of a change, ms·frames':29}{'in frames':>13}{'offline optimum':>20}{'bound on next hops':>22}"
    for row in verdict["frontier"]:
        yield (f"{row['price_ms_frames']:29.0f}{row['price_ms_frames'] / mesh['clairvoyant_ms']:13.2f}"
               f"{_figure(row['optimum']):>20}{_figure(row['bound']):>22}")
    if verdict["runs"]:
        yield ""
        yield f"{'run':42}{'cost @ changes':>20}{'optimum within them':>24}{'price':>9}"
    for row in verdict["runs"]:
        best = row["optimum"]
        yield (f"{row['name']:42}{_figure(row):>20}"
               + (f"{_figure(best):>24}{best['price_ms_frames']:9.0f}" if best else f"{'none found':>24}"))


def _figure(row):
    return f"{row['cost']:.4f} @ {row['changes']:.4f}"


def _by_name(rows):
    """Runs of one name are one method at several settings: a line."""
    named = {}
    for row in rows:
        named.setdefault(row["name"], []).append(row)
    return named


def plot(verdict, path):
    import matplotlib

    matplotlib.use("svg")
    # Text stays text, and ids come from a fixed salt: the same verdict is the same file.
    matplotlib.rcParams.update({"svg.hashsalt": "referee", "svg.fonttype": "none"})
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(9, 6))
    for key, label, style in (("optimum", "offline optimum", "ko-"), ("bound", "bound on next hops", "k:")):
        points = [row[key] for row in verdict["frontier"] if row[key]["changes"] > 0]
        axes.plot([point["changes"] for point in points], [point["cost"] for point in points], style, markersize=4, label=label)
    for rows, style, size, colours in ((verdict["controllers"], "s", 6, CONTROLLER_COLOURS),
                                       (verdict["runs"], "*-", 12, RUN_COLOURS)):
        for (name, points), colour in zip(_by_name(rows).items(), itertools.cycle(colours)):
            # Changes span four decades and have a zero only for what never moves: that is a level.
            moving = [point for point in points if point["changes"] > 0]
            if moving:
                # A single point is not to vanish below somebody's line.
                axes.plot([point["changes"] for point in moving], [point["cost"] for point in moving], style,
                          color=colour, markersize=size, label=name, zorder=4 if len(moving) == 1 else 3)
            else:
                axes.axhline(points[0]["cost"], linestyle="--", color="grey", label=name)
    axes.set_xscale("log")
    axes.set_xlabel("next-hop changes per hour and pair")
    axes.set_ylabel("experienced / clairvoyant RTT")
    axes.legend(fontsize="small")
    axes.grid(alpha=0.3)
    figure.savefig(path, format="svg", metadata={"Date": None}, bbox_inches="tight")
    pyplot.close(figure)
