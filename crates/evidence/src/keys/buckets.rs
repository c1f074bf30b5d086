//! Records parted by their first byte, in memory up to a limit and beyond it in files.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

const BUCKETS: usize = 256;

/// How many records a thread gathers before it hands them over.
const GATHERED: usize = 128 * 1024;

/// Records of `N` words. All with the same first byte are in one bucket.
pub struct Buckets<const N: usize> {
    buckets: Vec<Mutex<Bucket<N>>>,
    held: AtomicUsize,
    /// In records.
    limit: usize,
    folder: PathBuf,
}

struct Bucket<const N: usize> {
    records: Vec<[u32; N]>,
    spilled: bool,
}

impl<const N: usize> Buckets<N> {
    /// Buckets that hold about `limit` bytes in memory; the folder is made when there are more.
    pub fn new(folder: PathBuf, limit: usize) -> Self {
        let empty = || Mutex::new(Bucket { records: Vec::new(), spilled: false });
        let buckets = std::iter::repeat_with(empty).take(BUCKETS).collect();
        Buckets { buckets, held: AtomicUsize::new(0), limit: limit / (4 * N), folder }
    }

    fn add(&self, number: usize, records: &mut Vec<[u32; N]>) -> io::Result<()> {
        let added = records.len();
        let mut bucket = self.buckets[number].lock().unwrap_or_else(PoisonError::into_inner);
        bucket.records.append(records);
        if self.held.fetch_add(added, Ordering::Relaxed) + added > self.limit {
            self.spill(number, &mut bucket)?;
        }
        Ok(())
    }

    fn path(&self, number: usize) -> PathBuf {
        self.folder.join(format!("{number:02x}"))
    }

    fn spill(&self, number: usize, bucket: &mut Bucket<N>) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let bytes: Vec<u8> = bucket.records.iter().flatten().flat_map(|word| word.to_le_bytes()).collect();
        OpenOptions::new().append(true).create(true).open(self.path(number))?.write_all(&bytes)?;
        self.held.fetch_sub(bucket.records.len(), Ordering::Relaxed);
        bucket.records = Vec::new();
        bucket.spilled = true;
        Ok(())
    }

    /// Takes all records of a bucket, from memory and file.
    fn take(&self, number: usize) -> io::Result<Vec<[u32; N]>> {
        let mut bucket = self.buckets[number].lock().unwrap_or_else(PoisonError::into_inner);
        let mut records = std::mem::take(&mut bucket.records);
        if bucket.spilled {
            let bytes = fs::read(self.path(number))?;
            fs::remove_file(self.path(number))?;
            bucket.spilled = false;
            let words = |record: &[u8]| {
                std::array::from_fn(|n| u32::from_le_bytes(std::array::from_fn(|byte| record[4 * n + byte])))
            };
            records.extend(bytes.chunks_exact(4 * N).map(words));
        }
        Ok(records)
    }

    /// Empties the buckets into a function, on several threads; the results are in the order of the first byte.
    pub fn in_order<R: Send>(&self, threads: usize, each: impl Fn(Vec<[u32; N]>) -> R + Sync) -> io::Result<Vec<R>> {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= BUCKETS {
                    return Ok(done);
                }
                done.push((number, each(self.take(number)?)));
            }
        };
        let results: Vec<io::Result<Vec<(usize, R)>>> = std::thread::scope(|scope| {
            let handles: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
            let died = || Err(io::Error::other("a thread that compares keys died"));
            handles.into_iter().map(|handle| handle.join().unwrap_or_else(|_| died())).collect()
        });
        let mut all: Vec<(usize, R)> =
            results.into_iter().collect::<io::Result<Vec<_>>>()?.into_iter().flatten().collect();
        all.sort_unstable_by_key(|(number, _)| *number);
        Ok(all.into_iter().map(|(_, result)| result).collect())
    }
}

/// Records that one thread gathers, so that it seldom has to wait for others.
pub struct Gathering<const N: usize> {
    buckets: Vec<Vec<[u32; N]>>,
    gathered: usize,
}

impl<const N: usize> Default for Gathering<N> {
    fn default() -> Self {
        Gathering { buckets: vec![Vec::new(); BUCKETS], gathered: 0 }
    }
}

impl<const N: usize> Gathering<N> {
    /// # Errors
    /// The temporary folder cannot be written.
    #[inline]
    pub fn push(&mut self, into: &Buckets<N>, record: [u32; N]) -> io::Result<()> {
        self.buckets[(record[0] >> 24) as usize].push(record);
        self.gathered += 1;
        if self.gathered >= GATHERED { self.finish(into) } else { Ok(()) }
    }

    /// Hands over what is gathered.
    pub fn finish(&mut self, into: &Buckets<N>) -> io::Result<()> {
        self.gathered = 0;
        for (number, records) in self.buckets.iter_mut().enumerate().filter(|(_, records)| !records.is_empty()) {
            into.add(number, records)?;
        }
        Ok(())
    }
}
