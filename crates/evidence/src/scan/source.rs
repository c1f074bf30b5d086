//! One file of a set, ready to be read as often as needed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use custodes_standard::evidence::Set;

use crate::chunk::{Pieces, Reader, Refusal};
use crate::csv::{Csv, Layout};
use crate::discovery::Format;
use crate::header::{Binding, fold};
use crate::mapping::{self, Mapping};
use crate::stream::{self, Digest};
use crate::{jsonl, parquet, workbook};

/// A file of evidence whose header is known to fit its set.
pub struct SourceFile {
    /// Its place among the files of the folder, in byte order of their names.
    pub index: usize,
    /// Its path relative to the folder, with `/`.
    pub name: String,
    pub set: &'static Set,
    pub binding: Binding,
    access: Access,
    /// Files that are read in pieces stay open, so that each is looked through only once.
    pieces: Option<Arc<dyn Pieces>>,
}

/// How a file is read.
#[derive(Clone)]
pub struct Access {
    pub path: PathBuf,
    pub format: Format,
    pub mapping: Option<Arc<Mapping>>,
    /// The program that parses what could crash or exhaust a process.
    pub isolated: Option<PathBuf>,
}

/// A file opened at its beginning.
pub enum Opened {
    /// Blocks that any thread can take apart. Only the bound columns are in the chunks, in declared order.
    Csv(Csv),
    /// Pieces that any thread can read. The columns are as for [`Opened::Csv`].
    Pieces(Arc<dyn Pieces>),
    /// Chunks in order, with all columns of the header.
    Reader(Box<dyn Reader>),
}

impl Opened {
    pub fn header(&self) -> &[String] {
        match self {
            Opened::Csv(csv) => &csv.header,
            Opened::Pieces(pieces) => pieces.header(),
            Opened::Reader(reader) => reader.header(),
        }
    }

    fn not_exported(&self) -> &[String] {
        match self {
            Opened::Reader(reader) => reader.not_exported(),
            _ => &[],
        }
    }
}

impl SourceFile {
    /// Opens a file once, to see that it can be read and has the columns of its set.
    ///
    /// # Errors
    /// Why the file is refused.
    pub fn check(index: usize, name: String, set: &'static Set, access: Access) -> Result<SourceFile, Refusal> {
        let opened = access.open(&name, set, None)?;
        let binding = Binding::new(&name, set, opened.header(), opened.not_exported())?;
        let pieces = match opened {
            Opened::Pieces(pieces) => Some(pieces),
            _ => None,
        };
        Ok(SourceFile { index, name, set, binding, access, pieces })
    }

    pub fn path(&self) -> &Path {
        &self.access.path
    }

    /// Opens the file from its beginning. The digest is fed when the file is CSV without a mapping; the
    /// result says whether it is.
    pub fn open(&self, digest: Option<Digest>) -> Result<(Opened, bool), Refusal> {
        if let Some(pieces) = &self.pieces {
            return Ok((Opened::Pieces(Arc::clone(pieces)), false));
        }
        let fed = digest.is_some() && self.access.mapping.is_none() && self.access.format == Format::Csv;
        Ok((self.access.open(&self.name, self.set, digest)?, fed))
    }

    /// The places of the bound columns in the file's header, in declared order.
    pub fn bound(&self) -> Vec<usize> {
        self.binding.places.iter().flatten().copied().collect()
    }
}

impl Access {
    fn open(&self, name: &str, set: &'static Set, digest: Option<Digest>) -> Result<Opened, Refusal> {
        let isolated = self.isolated.as_deref();
        if let Some(mapping) = &self.mapping {
            return Ok(Opened::Reader(mapping::open(mapping, &self.path, name, isolated)?));
        }
        let columns: Vec<&str> = set.columns.iter().map(|column| column.name).collect();
        match self.format {
            Format::Csv => {
                let folded: Vec<String> = columns.iter().map(|name| fold(name)).collect();
                let wanted = |name: &str| folded.contains(&fold(name));
                Ok(Opened::Csv(Csv::open(&self.path, name, &Layout::default(), &wanted, digest)?))
            }
            Format::JsonLines => {
                let input = || stream::open(&self.path, name, None);
                Ok(Opened::Reader(jsonl::open(input, name, &columns)?))
            }
            Format::Workbook => {
                let sheet = workbook::Sheet { wanted: None, preferred: set.name.to_owned() };
                let binds = |header: &[String]| Binding::new(name, set, header, &[]).is_ok();
                Ok(Opened::Reader(workbook::open(&self.path, name, &sheet, isolated, &binds)?))
            }
            Format::Parquet => Ok(Opened::Pieces(Arc::new(parquet::open_pieces(&self.path, name, isolated)?))),
        }
    }
}
