"""Rounds: each tool runs once in each, so that a slow moment of the machine meets all of them."""
import statistics

import description


class Row:
    """A tool and what its runs cost."""

    def __init__(self, peer):
        self.peer = peer
        self.costs = []
        self.spent = 0.0
        self.problem = None
        self.verdict = None

    def is_done(self, budget):
        return self.problem or (self.costs and self.spent + self.costs[-1]["wall"] > budget)

    def take(self, cost, counts):
        if cost["status"] != 0:
            self.problem = "failed (%d): %s" % (cost["status"], cost["error"])
            self.costs = []
            return
        self.spent += cost["wall"]
        if counts:
            self.costs.append(cost)

    def median(self, value):
        return statistics.median(map(value, self.costs))


class Comparison:
    """One kind of run at one size."""

    def __init__(self, source, what, mode, options):
        self.source, self.what, self.mode, self.options = source, what, mode, options
        self.rows = []

    def command(self):
        return "start" if self.what == "start" else self.mode

    def add(self, peer):
        row = Row(peer)
        row.problem = peer.absent(self.what, self.command()) or peer.prepare()
        peer.clear()
        self.rows.append(row)

    def is_again(self, number):
        """Whether the tree of the round before is there; the first one is not counted then."""
        return self.what in ("same", "edit") and number > 0

    def run(self):
        first = 1 if self.what in ("same", "edit") else 0
        for number in range(self.options.runs + first):
            if self.is_again(number) and self.what == "edit":
                self.edit()
            for row in self.rows:
                if not row.is_done(self.options.budget):
                    self.turn(row, number, number >= first)
        if self.what == "edit":
            self.finish()

    def edit(self):
        described = description.read(self.source)
        description.edit(described)
        description.write(self.source, described)
        for row in self.rows:
            if not row.problem:
                row.problem = row.peer.prepare()

    def turn(self, row, number, counts):
        peer = row.peer
        key = "again" if self.is_again(number) and "again" in peer.spec else self.command()
        if self.what == "build":
            peer.clear()
        row.take(peer.run(key, self.options.limits), counts)
        if self.what == "build" and self.options.verify and number == 0 and not row.problem:
            self.verify(row)
        if self.what == "build":
            peer.clear()

    def finish(self):
        """After the last edit: whether what was only updated means what the description says now."""
        for row in self.rows:
            if self.options.verify and not row.is_done(self.options.budget):
                self.verify(row)

    def verify(self, row):
        same, row.verdict = row.peer.verify(description.write_reference(self.source, self.mode))
        print("%-18s %s" % (row.peer.name, row.verdict), flush=True)
        if not same:
            row.problem = "what it wrote is not the same"
