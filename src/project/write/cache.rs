//! What is remembered of every file that we wrote, and the form in which it is kept.

use std::fs::Metadata;

/// A text's XXH3 hash. It tells edits from what was written, and nobody gains by texts that share one.
pub(super) type Digest = [u8; 16];

/// What is remembered of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    size: u64,
    inode: u64,
    /// When the file last changed, in nanoseconds since 1970; [`UNSETTLED`] if that can't be relied on.
    stamp: i64,
    /// What it held.
    pub digest: Digest,
}

/// The stamp of a file that has to be read.
const UNSETTLED: i64 = 0;

const SECOND: i64 = 1_000_000_000;

/// More than a tick of the clock that systems stamp files with.
const TICK: i64 = 32_000_000;

impl Known {
    /// What will be remembered of a file with this metadata and digest.
    pub(super) fn new(metadata: &Metadata, digest: Digest) -> Self {
        Self { size: metadata.len(), inode: inode(metadata), stamp: stamp(metadata), digest }
    }

    /// What is known of a file that has to be read, for somebody else may have changed it.
    pub(super) fn of_text(text: &[u8]) -> Self {
        Self { size: 0, inode: 0, stamp: UNSETTLED, digest: digest(text) }
    }

    /// Whether a file with this metadata must still have the digest.
    pub(super) fn describes(&self, metadata: &Metadata) -> bool {
        self.stamp != UNSETTLED && *self == Self::new(metadata, self.digest)
    }

    /// The same as it is kept from the time `now` on: an edit within a tick of the clock would not show in the stamp.
    fn settled(self, now: i64) -> Self {
        // A time in whole seconds comes from a disk that knows no finer ones; FAT counts every other second.
        let tick = if self.stamp % SECOND == 0 { 2 * SECOND } else { TICK };
        let is_settled = self.stamp.saturating_add(tick) < now;
        Self { stamp: if is_settled { self.stamp } else { UNSETTLED }, ..self }
    }
}

/// The digest of a text.
pub(super) fn digest(text: &[u8]) -> Digest {
    xxhash_rust::xxh3::xxh3_128(text).to_be_bytes()
}

/// When anything about a file last changed, which no program can set back.
#[cfg(unix)]
pub(super) fn stamp(metadata: &Metadata) -> i64 {
    use std::os::unix::fs::MetadataExt as _;
    metadata.ctime().saturating_mul(SECOND).saturating_add(metadata.ctime_nsec())
}

/// When a file was last written.
#[cfg(not(unix))]
pub(super) fn stamp(metadata: &Metadata) -> i64 {
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    modified.and_then(|time| i64::try_from(time.as_nanos()).ok()).unwrap_or(UNSETTLED)
}

/// The file's number: two folders that change places keep the times of the files in them.
#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

const MAGIC: &[u8] = b"platformc cache 2\n";
const FOLDER: u8 = 1;
const FILE: u8 = 2;

/// What tells a cache from others: the end of its sum. Of bytes that are too few it is zero.
pub(super) fn mark(bytes: &[u8]) -> Digest {
    bytes.last_chunk().copied().unwrap_or_default()
}

/// Whether this is a whole cache for the output folder `key`.
pub(super) fn is_whole(bytes: &[u8], key: &str) -> bool {
    body(bytes).is_some_and(|body| without_key(body, key).is_some())
}

/// The entries of a cache by folder and name.
pub(super) struct Entries<'a> {
    rest: &'a [u8],
    folder: &'a str,
}

impl<'a> Entries<'a> {
    /// Reads a cache that was written for the output folder `key`. Whatever else `bytes` holds gives no entries.
    pub(super) fn new(bytes: &'a [u8], key: &str) -> Self {
        let rest = body(bytes).and_then(|body| without_key(body, key)).unwrap_or_default();
        Self { rest, folder: "" }
    }

    fn file(&mut self) -> Option<((&'a str, &'a str), Known)> {
        let name = take_text(&mut self.rest)?;
        let size = u64::from_le_bytes(take(&mut self.rest)?);
        let inode = u64::from_le_bytes(take(&mut self.rest)?);
        let stamp = i64::from_le_bytes(take(&mut self.rest)?);
        let digest = take(&mut self.rest)?;
        Some(((self.folder, name), Known { size, inode, stamp, digest }))
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = ((&'a str, &'a str), Known);

    fn next(&mut self) -> Option<Self::Item> {
        while take::<1>(&mut self.rest)? == [FOLDER] {
            self.folder = take_text(&mut self.rest)?;
        }
        self.file()
    }
}

/// The bytes of a cache with these entries, which come by folder and name; `now` is the disk's own time.
pub(super) fn encode<'a>(key: &str, now: i64, entries: impl Iterator<Item = ((&'a str, &'a str), Known)>) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    put_text(&mut out, key);
    let mut current = "";
    for ((folder, name), known) in entries {
        if folder != current {
            out.push(FOLDER);
            put_text(&mut out, folder);
            current = folder;
        }
        put_file(&mut out, name, known.settled(now));
    }
    let sum = blake3::hash(&out);
    out.extend(sum.as_bytes());
    out
}

fn put_file(out: &mut Vec<u8>, name: &str, known: Known) {
    out.push(FILE);
    put_text(out, name);
    out.extend(known.size.to_le_bytes());
    out.extend(known.inode.to_le_bytes());
    out.extend(known.stamp.to_le_bytes());
    out.extend(known.digest);
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend(text.as_bytes());
}

/// What stands between the magic and the sum, if the sum is right.
fn body(bytes: &[u8]) -> Option<&[u8]> {
    let (summed, sum) = bytes.split_last_chunk::<32>()?;
    if blake3::hash(summed).as_bytes() == sum { summed.strip_prefix(MAGIC) } else { None }
}

fn without_key<'a>(mut body: &'a [u8], key: &str) -> Option<&'a [u8]> {
    (take_text(&mut body)? == key).then_some(body)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (chunk, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*chunk)
}

fn take_text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let length = usize::try_from(u32::from_le_bytes(take(rest)?)).ok()?;
    let (text, after) = rest.split_at_checked(length)?;
    *rest = after;
    std::str::from_utf8(text).ok()
}
