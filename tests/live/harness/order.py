"""Compares what platformc claims about order with what was recorded."""


class Finding:
    def __init__(self, before, after, why, what, margin=None):
        self.before, self.after, self.why, self.what, self.margin = before, after, why, what, margin

    def __str__(self):
        return f"`{self.after}` after `{self.before}` ({self.why}): {self.what}"


def is_begun(event):
    return bool(event.started)


def installed(recorder, claims, mark=0):
    """A first install: what comes after is created, and syncs, only when what comes before is Synced and Healthy."""
    return compare(claims, lambda name: recorder.first(name, lambda event: event.fine, mark),
                   lambda name: recorder.first(name, lambda event: True, mark), "was created")


def updated(recorder, claims, mark, changed):
    """An update: the new spec reaches what comes after only when what comes before is Synced and Healthy with its own."""
    old = {name: recorder.since(name)[0].spec for name in changed}
    for name in changed:
        for event in recorder.since(name):
            if event.seq > mark:
                break
            old[name] = event.spec

    def is_new(name):
        return lambda event: event.spec != old[name]

    edges = [claim for claim in claims if claim[0] in changed and claim[1] in changed]
    return compare(edges,
                   lambda name: recorder.first(name, lambda event: is_new(name)(event) and event.fine, mark),
                   lambda name: recorder.first(name, is_new(name), mark), "got its new spec")


def removed(recorder, claims, mark):
    """A removal: what comes before begins to go only when what comes after is gone."""
    reverse = [(after, before, word, why) for before, after, word, why in claims]
    return compare(reverse, lambda name: recorder.first(name, lambda event: event.gone, mark),
                   lambda name: recorder.first(name, lambda event: event.deleting or event.gone, mark),
                   "began to be deleted")


def compare(claims, ready, begin, verb):
    """Every edge of `claims` marked `ordered`; returns (how many were compared, the smallest margin, findings)."""
    count, margin, findings = 0, None, []
    for before, after, word, why in claims:
        if word != "ordered":
            continue
        count += 1
        first, then = ready(before), begin(after)
        if then is None:
            findings.append(Finding(before, after, why, f"`{after}` never {verb}"))
        elif first is None:
            findings.append(Finding(before, after, why, f"`{after}` {verb} at {then.time} s, `{before}` was never done"))
        elif first.seq >= then.seq:
            findings.append(Finding(
                before, after, why, f"`{after}` {verb} at {then.time} s, `{before}` was done at {first.time} s"))
        else:
            gap = round(then.time - first.time, 2)
            margin = gap if margin is None else min(margin, gap)
    return count, margin, findings
