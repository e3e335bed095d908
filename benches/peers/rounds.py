"""Rounds: each tool runs once in each, so that a slow moment of the machine meets all of them."""
import statistics

import description

ABSENT = "takes no part"


class Row:
    """A tool and what its runs cost."""

    def __init__(self, peer, problem):
        self.peer = peer
        self.problem = problem
        self.costs = []
        self.spent = 0.0

    def has_failed(self):
        """Whether it should have run and did not, or wrote something else."""
        return self.problem is not None and self.peer.is_installed() and self.problem != ABSENT

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

    def __init__(self, source, options):
        self.source, self.options = source, options
        self.what = "build" if options.what == "scale" else options.what
        self.rows = []
        self.reference = None

    def command(self):
        return "start" if self.what == "start" else self.options.mode

    def add(self, peer, seconds):
        """A tool, and what its run is expected to take."""
        row = Row(peer, self.absent(peer, seconds))
        row.problem = row.problem or peer.prepare()
        peer.clear()
        self.rows.append(row)

    def absent(self, peer, seconds):
        """Why it takes no part, if it takes none."""
        if not peer.takes_part(self.what, self.command()):
            return ABSENT
        if not peer.is_installed():
            return "not on this machine"
        return "would take about %.0f s" % seconds if seconds > self.options.limit else None

    def run(self):
        first = 1 if self.what in ("same", "edit") else 0
        for number in range(self.options.runs + first):
            if self.what == "edit" and number > 0:
                self.edit()
            for row in self.rows:
                if not row.is_done(self.options.budget):
                    self.turn(row, number, number >= first)
        if self.what in ("same", "edit"):
            self.verify_all()

    def edit(self):
        described = description.read(self.source)
        description.edit(described)
        description.write(self.source, described)
        self.reference = None
        for row in self.rows:
            if not row.problem:
                row.problem = row.peer.prepare()

    def turn(self, row, number, counts):
        peer = row.peer
        is_new = self.what in ("build", "start")
        key = self.command() if is_new or number == 0 else peer.again(self.command())
        row.take(peer.run(key, self.options.limits), counts)
        if self.what == "build" and number == 0:
            self.verify(row)
        if is_new:
            peer.clear()

    def verify_all(self):
        """After the last run: what was only updated has to mean what the description says now."""
        for row in self.rows:
            if not row.is_done(self.options.budget):
                self.verify(row)

    def verify(self, row):
        if row.problem or not self.options.verify:
            return
        self.reference = self.reference or description.write_reference(self.source, self.options.mode)
        same, verdict = row.peer.verify(self.reference)
        print("%-18s %s" % (row.peer.name, verdict), flush=True)
        if not same:
            row.problem = "what it wrote is not the same"
            row.costs = []
