"""Tables, in Markdown."""
import math
import statistics

from rounds import ABSENT

COSTS = ("wall ms", "least", "user ms", "sys ms", "MiB", "µs CPU each")
HEAD = ("tool", "n") + COSTS + ("wall / {0}", "wall / {1}", "CPU / {1}")


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


def rows(cells):
    return "".join("| " + " | ".join(line) + " |\n" for line in cells)


def table(compared, count, floor="floor-2", ours="platformc"):
    ran = sorted((row for row in compared if row.costs), key=lambda row: row.median(wall))
    known = {row.peer.name: row for row in ran}
    lines = [[title.format(floor, ours) for title in HEAD], ["---"] + ["--:"] * (len(HEAD) - 1)]
    lines += [line(row, count, known.get(floor), known.get(ours)) for row in ran]
    return rows(lines) + left_out(compared)


def left_out(compared):
    named = ["%s (%s)" % (row.peer.name, row.problem) for row in compared if row.problem not in (None, ABSENT)]
    return "\nNot in the table: %s.\n" % "; ".join(named) if named else ""


def growth(points):
    """How CPU and memory grow between sizes: (Applications, row) from small to large."""
    lines = [["Applications", "CPU s", "exponent", "MiB", "exponent", "KiB each further"], ["--:"] * 6]
    before = None
    for count, row in points:
        now = (count, row.median(cpu), row.median(lambda cost: cost["rss_kib"]))
        slopes = ["–"] * 3 if before is None else slopes_between(before, now)
        lines.append(["%d" % count, rounded(now[1]), slopes[0], "%.0f" % (now[2] / 1024), slopes[1], slopes[2]])
        before = now
    return rows(lines)


def slopes_between(before, now):
    scale = math.log(now[0] / before[0])
    exponents = ["%.2f" % (math.log(now[place] / before[place]) / scale) for place in (1, 2)]
    return exponents + ["%.2f" % ((now[2] - before[2]) / (now[0] - before[0]))]


def put(path, name, text):
    """Puts a table into a page that has a place for it."""
    with open(path) as file:
        page = file.read()
    start = "<!-- table: %s -->\n" % name
    head, mark, rest = page.partition(start)
    if not mark:
        return
    with open(path, "w") as file:
        file.write(head + mark + text + rest[rest.index("<!-- end -->") :])
