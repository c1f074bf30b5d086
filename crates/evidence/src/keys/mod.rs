//! Rows that share a key: found by hash without holding the keys, then compared in full.
//!
//! The hash is keyed anew for every process so that nobody can prepare rows that collide. It only
//! finds candidates: which rows share a key is decided on the keys themselves, so results never
//! depend on it.

mod buckets;

use std::collections::BTreeMap;

use custodes_standard::evidence::Set;
use ring::digest::{SHA256, digest};
use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128_with_seed};

use crate::fate::Fate;
use crate::typing::{Mark, TypedColumn, Values};
pub use buckets::{Buckets, Gathering};

/// A key's hash and the number of the part of a file that it stands in.
pub type Seen = [u32; 3];

/// A row whose key's hash is found twice: its position, whether it is in the future, and digests of its
/// key and of its content.
pub type Candidate = [u32; 10];

/// Puts a key's hash first, so that buckets part and sort by it.
pub fn seen(hash: u64, part: u32) -> Seen {
    [(hash >> 32) as u32, hash as u32, part]
}

fn hash_of(seen: &Seen) -> u64 {
    u64::from(seen[0]) << 32 | u64::from(seen[1])
}

/// Hashes the key of every row of a chunk that is not quarantined.
pub fn hashes(set: &Set, columns: &[TypedColumn], fates: &[Fate], seed: u64, mut each: impl FnMut(usize, u64)) {
    let keys: Vec<&TypedColumn> =
        set.columns.iter().zip(columns).filter(|(column, _)| column.key).map(|(_, typed)| typed).collect();
    for (row, fate) in fates.iter().enumerate() {
        if *fate != Fate::Quarantined {
            // Each part is hashed under the hash of those before it, so ("a", "bc") is not ("ab", "c").
            each(row, keys.iter().fold(seed, |seed, key| hash_value(&key.values, row, seed)));
        }
    }
}

#[inline]
fn hash_value(values: &Values, row: usize, seed: u64) -> u64 {
    match values {
        Values::Text(texts) => xxh3_64_with_seed(texts.get(row), seed),
        Values::Instants(numbers) | Values::Ints(numbers) => xxh3_64_with_seed(&numbers[row].to_le_bytes(), seed),
        Values::Days(days) => xxh3_64_with_seed(&days[row].to_le_bytes(), seed),
        Values::Numbers(numbers) => xxh3_64_with_seed(&numbers[row].to_bits().to_le_bytes(), seed),
    }
}

/// The candidate that a row is. `position` has its highest bit free.
///
/// Keys are compared by a cryptographic digest. Contents are compared by 128 keyed bits, which is as
/// good as comparing them: nobody knows the key while the process runs.
pub fn candidate(set: &Set, columns: &[TypedColumn], row: usize, position: u64, future: bool, seed: u64) -> Candidate {
    let (mut key, mut content) = (Vec::with_capacity(64), Vec::with_capacity(512));
    for (column, typed) in set.columns.iter().zip(columns) {
        let bytes = if column.key { &mut key } else { &mut content };
        bytes.push(typed.marks[row] as u8);
        if typed.marks[row] == Mark::Value {
            write_value(bytes, &typed.values, row);
        }
    }
    let mut words = [0; 10];
    for (word, bytes) in words.iter_mut().zip(digest(&SHA256, &key).as_ref().chunks_exact(4).take(4)) {
        *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    }
    words[4] = (position >> 32) as u32 | u32::from(future) << 31;
    words[5] = position as u32;
    let content = xxh3_128_with_seed(&content, seed);
    for (part, word) in words[6..].iter_mut().enumerate() {
        *word = (content >> (32 * part)) as u32;
    }
    words
}

/// Writes a value so that no other sequence of values writes the same.
fn write_value(bytes: &mut Vec<u8>, values: &Values, row: usize) {
    match values {
        Values::Text(texts) => {
            let text = texts.get(row);
            bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
            bytes.extend_from_slice(text);
        }
        Values::Instants(numbers) | Values::Ints(numbers) => bytes.extend_from_slice(&numbers[row].to_le_bytes()),
        Values::Days(days) => bytes.extend_from_slice(&days[row].to_le_bytes()),
        Values::Numbers(numbers) => bytes.extend_from_slice(&numbers[row].to_bits().to_le_bytes()),
    }
}

/// Hashes that occur more than once, sorted, and the parts of files in which they do, sorted.
#[derive(Debug, Default)]
pub struct Repeated {
    pub hashes: Vec<u64>,
    pub parts: Vec<u32>,
}

impl Repeated {
    /// Looks through all hashes of a set.
    ///
    /// # Errors
    /// The temporary folder cannot be read.
    pub fn find(seen: &Buckets<3>, threads: usize) -> std::io::Result<Repeated> {
        let of_buckets = seen.in_order(threads, |bucket| {
            let hashes = occurring_twice(&bucket);
            // Most buckets have none, so their parts are not looked at.
            let mut parts: Vec<u32> = match hashes.as_slice() {
                [] => Vec::new(),
                hashes => bucket
                    .iter()
                    .filter(|seen| hashes.binary_search(&hash_of(seen)).is_ok())
                    .map(|seen| seen[2])
                    .collect(),
            };
            parts.sort_unstable();
            parts.dedup();
            Repeated { hashes, parts }
        })?;
        let mut all = Repeated::default();
        for found in of_buckets {
            all.hashes.extend(found.hashes);
            all.parts.extend(found.parts);
        }
        all.parts.sort_unstable();
        all.parts.dedup();
        Ok(all)
    }

    pub fn contains(&self, hash: u64) -> bool {
        self.hashes.binary_search(&hash).is_ok()
    }
}

/// The hashes that occur more than once in a bucket, sorted. 0 and 1 are taken for the same hash, so they may
/// be among them without need: what shares a key is decided on the keys.
fn occurring_twice(bucket: &[Seen]) -> Vec<u64> {
    // Open addressing with a free place for each one taken; 0 is free. The hashes' low bits are as random
    // as the others, and it is the high ones that made the bucket.
    let mask = (2 * bucket.len()).next_power_of_two() - 1;
    let mut places = vec![0_u64; mask + 1];
    let mut twice = Vec::new();
    for hash in bucket.iter().map(|seen| hash_of(seen).max(1)) {
        let mut place = hash as usize & mask;
        while places[place] != 0 && places[place] != hash {
            place = (place + 1) & mask;
        }
        if places[place] == hash {
            twice.push(hash);
        }
        places[place] = hash;
    }
    if twice.contains(&1) {
        twice.push(0);
    }
    twice.sort_unstable();
    twice.dedup();
    twice
}

/// How many rows of a file another row stands for, and how many of those would have been in the future.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Superseded {
    pub duplicate: u64,
    pub conflicting: u64,
    pub future: u64,
}

/// The outcome of comparing all candidates of a set.
#[derive(Debug, Default)]
pub struct Standing {
    /// Positions of the rows that another stands for and that are not in the future; sorted.
    pub superseded: Vec<u64>,
    /// Positions of those, future ones too, whose content differs from the row that stands, each with the
    /// position of that row; sorted.
    pub conflicting: Vec<(u64, u64)>,
    /// By file.
    pub files: BTreeMap<usize, Superseded>,
}

impl Standing {
    /// Of the rows with one key the last stands; each earlier one is a duplicate, or in conflict.
    ///
    /// # Errors
    /// The temporary folder cannot be read.
    pub fn find(candidates: &Buckets<10>, threads: usize) -> std::io::Result<Standing> {
        let parts = candidates.in_order(threads, |mut bucket| {
            const FUTURE: u32 = 1 << 31;
            bucket.sort_unstable_by_key(|row| (row[..4].first_chunk::<4>().copied(), row[4] & !FUTURE, row[5]));
            let mut part = Standing::default();
            for same in bucket.chunk_by(|a, b| a[..4] == b[..4]) {
                let [earlier @ .., stands] = same else { continue };
                let position = |row: &Candidate| u64::from(row[4] & !FUTURE) << 32 | u64::from(row[5]);
                for row in earlier {
                    let differs = (row[6..] != stands[6..]).then(|| position(stands));
                    part.supersede(position(row), row[4] & FUTURE != 0, differs);
                }
            }
            part
        })?;
        let mut all = Standing::default();
        for part in parts {
            all.superseded.extend(part.superseded);
            all.conflicting.extend(part.conflicting);
            for (file, counts) in part.files {
                let sum = all.files.entry(file).or_default();
                sum.duplicate += counts.duplicate;
                sum.conflicting += counts.conflicting;
                sum.future += counts.future;
            }
        }
        all.superseded.sort_unstable();
        all.conflicting.sort_unstable();
        Ok(all)
    }

    /// `differs` is the position of the row that stands, where that says something else.
    fn supersede(&mut self, position: u64, future: bool, differs: Option<u64>) {
        let counts = self.files.entry(crate::Position(position).file()).or_default();
        match differs {
            None => counts.duplicate += 1,
            Some(stands) => {
                counts.conflicting += 1;
                self.conflicting.push((position, stands));
            }
        }
        if future {
            counts.future += 1;
        } else {
            self.superseded.push(position);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_hashes_are_found_with_the_parts_that_they_are_in() {
        let folder = tempfile::tempdir().unwrap();
        for limit in [0, 1 << 20] {
            let buckets = Buckets::new(folder.path().join(limit.to_string()), limit);
            let mut gathering = Gathering::default();
            for hash in 0..10_000_u64 {
                gathering.push(&buckets, seen(hash.wrapping_mul(0x9E37_79B9_7F4A_7C15), hash as u32 / 100)).unwrap();
            }
            gathering.push(&buckets, seen(77_u64.wrapping_mul(0x9E37_79B9_7F4A_7C15), 500)).unwrap();
            gathering.finish(&buckets).unwrap();
            let repeated = Repeated::find(&buckets, 2).unwrap();
            assert_eq!((repeated.hashes.len(), repeated.parts), (1, vec![0, 500]));
        }
    }

    #[test]
    fn a_hash_occurs_twice_or_not_wherever_it_falls() {
        let bucket = |hashes: &[u64]| hashes.iter().map(|hash| seen(*hash, 0)).collect::<Vec<_>>();
        assert_eq!(occurring_twice(&[]), Vec::<u64>::new());
        assert_eq!(occurring_twice(&bucket(&[8, 16, 24, 7])), Vec::<u64>::new());
        assert_eq!(occurring_twice(&bucket(&[24, 8, 16, 8, 7, 24, 8, u64::MAX, u64::MAX])), [8, 24, u64::MAX]);
        assert_eq!(occurring_twice(&bucket(&[0, 5, 0])), [0, 1]);
    }

    #[test]
    fn the_last_row_stands_and_earlier_ones_are_duplicates_or_in_conflict() {
        let folder = tempfile::tempdir().unwrap();
        let buckets = Buckets::new(folder.path().join("c"), 0);
        let mut gathering = Gathering::default();
        let row = |key, position: u32, future: bool, content| {
            [key, 0, 0, 0, u32::from(future) << 31, position, content, 0, 0, 0]
        };
        for row in
            [row(1, 30, false, 7), row(1, 10, true, 7), row(1, 20, false, 8), row(2, 40, false, 7), row(3, 5, true, 1)]
        {
            gathering.push(&buckets, row).unwrap();
        }
        gathering.finish(&buckets).unwrap();
        let standing = Standing::find(&buckets, 2).unwrap();
        assert_eq!((standing.superseded, standing.conflicting), (vec![20], vec![(20, 30)]));
        assert_eq!(standing.files[&0], Superseded { duplicate: 1, conflicting: 1, future: 1 });
    }
}
