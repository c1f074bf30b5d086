//! Reads the files of a set and hands out their rows to whoever has time for them.
//!
//! A few threads read, hash, unpack and cut; taking apart and typing is done by the threads that ask.
//! Results must not depend on who gets what.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::chunk::{Chunk, Columns, Pieces, Reader, Refusal};
use crate::csv::{self, Block, Wanted};
use crate::problem::Problem;
use crate::stream::{Digest, sha256_of, unreadable};

use super::source::{Opened, SourceFile};
use super::typed::{TypedChunk, Typing};

/// What is read, and what is wanted of it.
pub struct Order {
    pub files: Vec<Arc<SourceFile>>,
    /// Only these chunks: the file's index, and the ordinal of a chunk or the number of a piece.
    pub only: Option<HashSet<(usize, u32)>>,
    /// Whether the files' SHA-256 are wanted.
    pub digests: bool,
    pub typing: Typing,
    pub threads: usize,
    pub progress: Option<Progress>,
}

/// Is told the file that is read and how many bytes of text were cut from it.
pub type Progress = Arc<dyn Fn(&str, u64) + Send + Sync>;

enum Work {
    Block { file: Arc<SourceFile>, block: Block, separator: u8, number: u32 },
    Chunk { file: Arc<SourceFile>, chunk: Chunk, number: u32 },
    Piece { file: Arc<SourceFile>, pieces: Arc<dyn Pieces>, piece: usize, number: u32 },
}

/// What the reading threads share.
struct Desk {
    order: Order,
    /// The files that [`Order::only`] names.
    only_files: Option<HashSet<usize>>,
    next_file: AtomicUsize,
    done_files: AtomicUsize,
    stopped: AtomicBool,
    /// The chunks handed out so far, by number.
    chunks: Mutex<Vec<(usize, u32)>>,
    said: Mutex<Said>,
}

/// What the files said besides their rows.
#[derive(Default, Clone)]
pub struct Said {
    /// By file.
    pub digests: BTreeMap<usize, String>,
    pub notices: BTreeMap<usize, Vec<String>>,
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
            chunks: Mutex::default(),
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

    /// The file and ordinal of chunks, by the number that [`Rows::next_chunk`] gave.
    pub fn chunks(&self) -> Vec<(usize, u32)> {
        self.desk.chunks.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
        if self.order.digests && !fed {
            let hex = sha256_of(file.path()).map_err(|error| unreadable(&file.name, &error))?;
            self.said().digests.insert(file.index, hex);
        }
        match opened {
            Opened::Csv(csv) => self.read_csv(file, csv, sender)?,
            Opened::Pieces(pieces) => self.hand_out_pieces(file, &pieces, sender),
            Opened::Reader(reader) => self.read_chunks(file, reader, sender)?,
        }
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
        let notices = reader.notices();
        if !notices.is_empty() {
            self.said().notices.insert(file.index, notices);
        }
        Ok(())
    }

    fn hand_out_pieces(&self, file: &Arc<SourceFile>, pieces: &Arc<dyn Pieces>, sender: &Sender<Work>) {
        for piece in 0..pieces.count() {
            if let Some(number) = self.number(file, piece as u32) {
                self.hand_out(
                    sender,
                    Work::Piece { file: Arc::clone(file), pieces: Arc::clone(pieces), piece, number },
                );
            }
        }
    }

    /// Numbers a chunk, if it is wanted.
    fn number(&self, file: &SourceFile, ordinal: u32) -> Option<u32> {
        let id = (file.index, ordinal);
        if self.order.only.as_ref().is_some_and(|only| !only.contains(&id)) {
            return None;
        }
        let mut chunks = self.chunks.lock().unwrap_or_else(PoisonError::into_inner);
        chunks.push(id);
        Some(chunks.len() as u32 - 1)
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
    /// The piece that is being read.
    piece: Option<(Arc<SourceFile>, Box<dyn Reader>, u32)>,
}

impl Rows {
    /// The next typed chunk and its number, or `None` when there are no more for anybody.
    ///
    /// # Errors
    /// After the last chunk, when a file could not be read to its end.
    pub fn next_chunk(&mut self) -> Option<(TypedChunk, u32)> {
        loop {
            if let Some((file, reader, number)) = &mut self.piece {
                match reader.next_chunk() {
                    Ok(Some(chunk)) => return Some((self.feed.desk.typed(file, chunk, true), *number)),
                    Ok(None) => self.piece = None,
                    Err(refusal) => {
                        self.feed.desk.fail(refusal);
                        self.piece = None;
                    }
                }
                continue;
            }
            match self.feed.work.recv().ok()? {
                Work::Block { file, block, separator, number } => {
                    let ordinal = block.ordinal;
                    let wanted = Wanted::some(file.binding.width, &file.bound());
                    let grid = csv::parse(block, separator, &wanted);
                    let chunk = Chunk { ordinal, first_row: 0, columns: Columns::Cells(grid) };
                    return Some((self.feed.desk.typed(&file, chunk, true), number));
                }
                Work::Chunk { file, chunk, number } => {
                    return Some((self.feed.desk.typed(&file, chunk, false), number));
                }
                Work::Piece { file, pieces, piece, number } => match pieces.open(piece, &file.bound()) {
                    Ok(reader) => self.piece = Some((file, reader, number)),
                    Err(refusal) => self.feed.desk.fail(refusal),
                },
            }
        }
    }
}

impl Desk {
    fn typed(&self, file: &Arc<SourceFile>, chunk: Chunk, compact: bool) -> TypedChunk {
        let typing = Typing { compact, ..self.order.typing.clone() };
        TypedChunk::new(file, chunk, &typing)
    }
}
