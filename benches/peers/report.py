"""Tables, in Markdown."""
import math
import statistics

from rounds import ABSENT

HEAD = ("tool", "n", "wall ms", "least", "user ms", "sys ms", "MiB", "µs CPU each", "wall / {0}", "wall / {1}", "CPU / {1}")


def cpu(cost):
    return cost["user"] + cost["sys"]


def wall(cost):
    return cost["wall"]


def rounded(number):
    return "%.0f" % number if number >= 1000 else "%.3g" % number


def ratio(row, base, value):
    """The median of the ratios taken round by round: what was slow for both is slow in neither."""
    if base is None:
        return "–"
    ratios = [value(one) / max(value(other), 1e-9) for one, other in zip(row.costs, base.costs)]
    return rounded(statistics.median(ratios)) if ratios else "–"


def line(row, count, least, ours):
    milliseconds = [1000 * row.median(wall), 1000 * min(map(wall, row.costs))]
    milliseconds += [1000 * row.median(lambda cost: cost[kind]) for kind in ("user", "sys")]
    memory = row.median(lambda cost: cost["rss_kib"]) / 1024
    numbers = [rounded(number) for number in milliseconds + [memory, 1e6 * row.median(cpu) / count]]
    ratios = [ratio(row, least, wall), ratio(row, ours, wall), ratio(row, ours, cpu)]
    return [row.peer.name, str(len(row.costs))] + numbers + ratios


def table(rows, count, floor="floor-2", ours="platformc"):
    ran = sorted((row for row in rows if row.costs), key=lambda row: row.median(wall))
    known = {row.peer.name: row for row in ran}
    lines = [[title.format(floor, ours) for title in HEAD], ["---"] + ["--:"] * (len(HEAD) - 1)]
    lines += [line(row, count, known.get(floor), known.get(ours)) for row in ran]
    for cells in lines:
        print("| " + " | ".join(cells) + " |")
    left_out = [(row.peer.name, row.problem) for row in rows if row.problem and row.problem != ABSENT]
    if left_out:
        print("\nNot in the table: " + "; ".join("%s (%s)" % pair for pair in left_out) + ".")


def growth(points):
    """How CPU and memory grow between sizes: (Applications, row) from small to large."""
    print("\n| Applications | CPU s | exponent | MiB | exponent | KiB each further |\n|--:|--:|--:|--:|--:|--:|")
    before = None
    for count, row in points:
        now = (count, row.median(cpu), row.median(lambda cost: cost["rss_kib"]))
        slopes = ("–", "–", "–") if before is None else slopes_between(before, now)
        print("| %d | %.3g | %s | %.0f | %s | %s |" % (count, now[1], slopes[0], now[2] / 1024, slopes[1], slopes[2]))
        before = now


def slopes_between(before, now):
    scale = math.log(now[0] / before[0])
    exponents = ["%.2f" % (math.log(now[place] / before[place]) / scale) for place in (1, 2)]
    return exponents + ["%.2f" % ((now[2] - before[2]) / (now[0] - before[0]))]
