//! Reads the files of a set and hands out their rows to whoever has time for them.
//!
//! A few threads read, hash, unpack and cut; taking apart and typing is done by the threads that ask.
//! Results must not depend on who gets what.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::chunk::{Chunk, Columns, Pieces, Reader, Refusal};
use crate::csv::{self, Block, Wanted};
use crate::problem::Problem;
use crate::stream::{Digest, sha256_of, unreadable};
use crate::typing::dictionary::Dictionaries;

use super::source::{Opened, SourceFile};
use super::typed::{TypedChunk, Typing};

/// What is read, and what is wanted of it.
pub struct Order {
    pub files: Vec<Arc<SourceFile>>,
    /// Only these parts of files.
    pub only: Option<BTreeSet<Part>>,
    /// Whether the files' SHA-256 are wanted.
    pub digests: bool,
    pub typing: Typing,
    pub threads: usize,
    pub progress: Option<Progress>,
}

/// A part of a file that can be read again without the rest: the file's index, and the ordinal of a
/// chunk or, in files that are read in pieces, which [`PART_ROWS`] rows of the file.
pub type Part = (usize, u32);

const PART_ROWS: u64 = 1_024;

/// The numbers of the parts that the rows of a chunk belong to.
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    first: u32,
    /// The number of the chunk's first row in the file, where parts are counted in rows.
    first_row: Option<u64>,
}

impl Numbers {
    /// The number of the part that a row of the chunk belongs to.
    #[inline]
    pub fn of(self, row: usize) -> u32 {
        self.first_row.map_or(self.first, |first_row| {
            self.first + ((first_row + row as u64) / PART_ROWS - first_row / PART_ROWS) as u32
        })
    }
}

/// Is told the file that is read and how many bytes of text were cut from it.
pub type Progress = Arc<dyn Fn(&str, u64) + Send + Sync>;

enum Work {
    Block { file: Arc<SourceFile>, block: Block, separator: u8, number: u32 },
    Chunk { file: Arc<SourceFile>, chunk: Chunk, number: u32 },
    Piece { file: Arc<SourceFile>, pieces: Arc<dyn Pieces>, piece: usize, rows: Vec<Range<u64>> },
}

/// What the reading threads share.
struct Desk {
    order: Order,
    /// The files that [`Order::only`] names.
    only_files: Option<HashSet<usize>>,
    next_file: AtomicUsize,
    done_files: AtomicUsize,
    stopped: AtomicBool,
    /// The parts seen so far, by number.
    parts: Mutex<Vec<Part>>,
    said: Mutex<Said>,
}

/// What the files said besides their rows.
#[derive(Default, Clone)]
pub struct Said {
    /// By file.
    pub digests: BTreeMap<usize, String>,
    pub notices: BTreeMap<usize, Vec<String>>,
    /// The rows of files that give another number of records.
    pub source_rows: BTreeMap<usize, u64>,
    pub problems: Vec<Problem>,
}

/// The rows of the files, for any number of threads: clones share them out.
#[derive(Clone)]
pub struct Feed {
    desk: Arc<Desk>,
    work: Receiver<Work>,
}

impl Feed {
    pub fn start(order: Order) -> Feed {
        let readers = order.threads.div_ceil(2).clamp(1, order.files.len().max(1));
        let (sender, work) = bounded(order.threads * 2 + 2);
        let only_files = order.only.as_ref().map(|only| only.iter().map(|(file, _)| *file).collect());
        let desk = Arc::new(Desk {
            order,
            only_files,
            next_file: AtomicUsize::new(0),
            done_files: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            parts: Mutex::default(),
            said: Mutex::default(),
        });
        for _ in 0..readers {
            let (own, sender) = (Arc::clone(&desk), sender.clone());
            let reading =
                std::thread::Builder::new().name("evidence".to_owned()).spawn(move || own.read_files(&sender));
            if let Err(error) = reading {
                desk.fail(Problem::new("this machine", format!("no thread can be started: {error}"), ""));
            }
        }
        Feed { desk, work }
    }

    /// What was said so far. After the last chunk it is all of it.
    pub fn said(&self) -> Said {
        let mut said = self.desk.said().clone();
        said.problems.sort();
        if said.problems.is_empty() && self.desk.done_files.load(Ordering::Acquire) < self.desk.order.files.len() {
            said.problems.push(Problem::new("the evidence", "not all files were read to their end", ""));
        }
        said
    }

    /// The parts of files, by the numbers that [`Rows::next_chunk`] gave.
    pub fn parts(&self) -> Vec<Part> {
        self.desk.parts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The rows for one thread.
    pub fn rows(&self) -> Rows {
        Rows { feed: self.clone(), piece: None }
    }
}

impl Desk {
    fn said(&self) -> std::sync::MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, problem: impl Into<Problem>) {
        self.said().problems.push(problem.into());
    }

    fn read_files(&self, sender: &Sender<Work>) {
        while let Some(file) = self.order.files.get(self.next_file.fetch_add(1, Ordering::Relaxed)) {
            // A file that fails does not keep the others from telling what is wrong with them.
            if let Err(refusal) = self.read_file(file, sender) {
                self.fail(refusal);
            }
            if self.stopped.load(Ordering::Relaxed) {
                return;
            }
            self.done_files.fetch_add(1, Ordering::Release);
        }
    }

    fn read_file(&self, file: &Arc<SourceFile>, sender: &Sender<Work>) -> Result<(), Refusal> {
        if self.only_files.as_ref().is_some_and(|files| !files.contains(&file.index)) {
            return Ok(());
        }
        let digest = self.order.digests.then(Digest::default);
        let (opened, fed) = file.open(digest.clone())?;
        std::thread::scope(|scope| {
            // What is not hashed as it streams is hashed beside it: nobody waits for that but the report.
            let hashing = (self.order.digests && !fed).then(|| scope.spawn(|| sha256_of(file.path())));
            match opened {
                Opened::Csv(csv) => self.read_csv(file, csv, sender)?,
                Opened::Pieces(pieces) => self.hand_out_pieces(file, &pieces, sender),
                Opened::Reader(reader) => self.read_chunks(file, reader, sender)?,
            }
            if let Some(hashed) = hashing.map(|hashing| hashing.join()) {
                let hashed = hashed.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                let hex = hashed.map_err(|error| unreadable(&file.name, &error))?;
                self.said().digests.insert(file.index, hex);
            }
            Ok::<(), Refusal>(())
        })?;
        if let Some(digest) = digest.filter(|_| fed && !self.stopped.load(Ordering::Relaxed)) {
            self.said().digests.insert(file.index, digest.hex());
        }
        Ok(())
    }

    fn read_csv(&self, file: &Arc<SourceFile>, mut csv: csv::Csv, sender: &Sender<Work>) -> Result<(), Refusal> {
        let separator = csv.separator;
        let mut bytes = 0;
        while let Some(block) = csv.next_block()? {
            bytes += block.bytes.len() as u64;
            if let Some(number) = self.number(file, block.ordinal) {
                self.hand_out(sender, Work::Block { file: Arc::clone(file), block, separator, number });
            }
            if let Some(progress) = &self.order.progress {
                progress(&file.name, bytes);
            }
            if self.stopped.load(Ordering::Relaxed) {
                break;
            }
        }
        Ok(())
    }

    fn read_chunks(
        &self,
        file: &Arc<SourceFile>,
        mut reader: Box<dyn Reader>,
        sender: &Sender<Work>,
    ) -> Result<(), Refusal> {
        while let Some(chunk) = reader.next_chunk()? {
            if let Some(number) = self.number(file, chunk.ordinal) {
                self.hand_out(sender, Work::Chunk { file: Arc::clone(file), chunk, number });
            }
            if self.stopped.load(Ordering::Relaxed) {
                return Ok(());
            }
        }
        if let Some(rows) = reader.source_rows() {
            self.said().source_rows.insert(file.index, rows);
        }
        let notices = reader.notices();
        if !notices.is_empty() {
            self.said().notices.insert(file.index, notices);
        }
        Ok(())
    }

    fn hand_out_pieces(&self, file: &Arc<SourceFile>, pieces: &Arc<dyn Pieces>, sender: &Sender<Work>) {
        for piece in 0..pieces.count() {
            let rows = self.wanted_rows(file, pieces.rows(piece));
            if !rows.is_empty() {
                self.hand_out(sender, Work::Piece { file: Arc::clone(file), pieces: Arc::clone(pieces), piece, rows });
            }
            if self.stopped.load(Ordering::Relaxed) {
                return;
            }
        }
    }

    /// Which of these rows of a file are wanted.
    fn wanted_rows(&self, file: &SourceFile, rows: Range<u64>) -> Vec<Range<u64>> {
        let Some(only) = &self.order.only else {
            return if rows.is_empty() { Vec::new() } else { vec![rows] };
        };
        let parts = only.range((file.index, 0)..=(file.index, u32::MAX)).map(|(_, part)| u64::from(*part) * PART_ROWS);
        let within = parts.map(|first| first.max(rows.start)..(first + PART_ROWS).min(rows.end));
        within.filter(|rows| !rows.is_empty()).collect()
    }

    /// Numbers a chunk, if it is wanted.
    fn number(&self, file: &SourceFile, ordinal: u32) -> Option<u32> {
        let part = (file.index, ordinal);
        if self.order.only.as_ref().is_some_and(|only| !only.contains(&part)) {
            return None;
        }
        Some(self.number_parts(std::iter::once(part)))
    }

    /// Numbers parts one after the other; the number of the first.
    fn number_parts(&self, more: impl Iterator<Item = Part>) -> u32 {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let first = parts.len() as u32;
        parts.extend(more);
        first
    }

    fn hand_out(&self, sender: &Sender<Work>, work: Work) {
        // Nobody listens any more: the scan was given up.
        if sender.send(work).is_err() {
            self.stopped.store(true, Ordering::Relaxed);
        }
    }
}

/// One thread's share of the rows.
pub struct Rows {
    feed: Feed,
    piece: Option<Piece>,
}

/// The piece that is being read.
struct Piece {
    file: Arc<SourceFile>,
    reader: Box<dyn Reader>,
    dictionaries: Dictionaries,
}

impl Rows {
    /// The next typed chunk and the numbers of its parts, or `None` when there are no more for anybody.
    ///
    /// # Errors
    /// After the last chunk, when a file could not be read to its end.
    pub fn next_chunk(&mut self) -> Option<(TypedChunk, Numbers)> {
        loop {
            if let Some(next) = self.next_of_piece() {
                return Some(next);
            }
            let desk = &self.feed.desk;
            match self.feed.work.recv().ok()? {
                Work::Block { file, block, separator, number } => {
                    let ordinal = block.ordinal;
                    let wanted = Wanted::some(file.binding.width, &file.bound());
                    let grid = csv::parse(block, separator, &wanted);
                    let chunk = Chunk { ordinal, first_row: 0, columns: Columns::Cells(grid) };
                    let typed = desk.typed(&file, chunk, true, &mut Dictionaries::default());
                    return Some((typed, Numbers { first: number, first_row: None }));
                }
                Work::Chunk { file, chunk, number } => {
                    let typed = desk.typed(&file, chunk, false, &mut Dictionaries::default());
                    return Some((typed, Numbers { first: number, first_row: None }));
                }
                Work::Piece { file, pieces, piece, rows } => match pieces.open(piece, &file.bound(), &rows) {
                    Ok(reader) => self.piece = Some(Piece { file, reader, dictionaries: Dictionaries::default() }),
                    Err(refusal) => desk.fail(refusal),
                },
            }
        }
    }

    fn next_of_piece(&mut self) -> Option<(TypedChunk, Numbers)> {
        let (desk, piece) = (&self.feed.desk, self.piece.as_mut()?);
        match piece.reader.next_chunk() {
            Ok(Some(chunk)) => {
                let first_row = chunk.first_row;
                let typed = desk.typed(&piece.file, chunk, true, &mut piece.dictionaries);
                let end = first_row + typed.rows as u64;
                let parts = first_row / PART_ROWS..end.div_ceil(PART_ROWS);
                let first = desk.number_parts(parts.map(|part| (piece.file.index, part as u32)));
                return Some((typed, Numbers { first, first_row: Some(first_row) }));
            }
            Ok(None) => {}
            Err(refusal) => desk.fail(refusal),
        }
        self.piece = None;
        None
    }
}

impl Desk {
    fn typed(
        &self,
        file: &Arc<SourceFile>,
        chunk: Chunk,
        compact: bool,
        dictionaries: &mut Dictionaries,
    ) -> TypedChunk {
        let typing = Typing { compact, ..self.order.typing.clone() };
        TypedChunk::new(file, chunk, &typing, dictionaries)
    }
}
