//! Stretches of time, in seconds: sorted, and no two of them touch.

/// Stretches of time, each from its first second to behind its last.
pub(super) type Spans = Vec<(i64, i64)>;

/// Adds a stretch that does not begin before the last one does.
pub(super) fn push(spans: &mut Spans, (start, end): (i64, i64)) {
    match spans.last_mut() {
        Some(last) if start <= last.1 => last.1 = last.1.max(end),
        _ => spans.push((start, end)),
    }
}

/// What lies between two points in time.
pub(super) fn within(spans: &Spans, from: i64, until: i64) -> impl Iterator<Item = (i64, i64)> {
    let first = spans.partition_point(|(_, end)| *end <= from);
    let cut = move |(start, end): &(i64, i64)| ((*start).max(from), (*end).min(until));
    spans.iter().skip(first).map(cut).take_while(move |(start, _)| *start < until)
}

/// Whether they leave nothing open between two points in time.
pub(super) fn cover(all: &[&Spans], from: i64, until: i64) -> bool {
    let length: i64 = all.iter().flat_map(|spans| spans.iter()).map(|(start, end)| end - start).sum();
    if length < until - from {
        return false;
    }
    let mut sorted: Spans = all.iter().flat_map(|spans| spans.iter().copied()).collect();
    sorted.sort_unstable();
    let mut joined = vec![];
    sorted.into_iter().for_each(|span| push(&mut joined, span));
    matches!(joined.as_slice(), [(start, end)] if *start <= from && *end >= until)
}
