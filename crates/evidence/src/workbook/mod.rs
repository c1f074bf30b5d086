//! XLSX workbooks, read row by row by a program of their own.
//!
//! A workbook is the most intricate thing that intake is handed, and its sender may be hostile. So
//! it is parsed in a child process under a memory limit: whatever happens there, the program that
//! asked goes on and can say which file it was. This must not interpret a cell beyond writing it as
//! text.

mod archive;
mod cells;
mod others;
mod sheet;
mod stream;
mod xml;

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread::JoinHandle;

use crate::chunk::{Reader, Refusal};
use crate::isolation;
use crate::rows::{Headed, Layout, Rows};
use stream::{Source, Stream};

pub(crate) use cells::number as write_number;

/// The hidden argument by which the program is asked to parse a workbook.
pub const ARGUMENT: &str = "__read-workbook";

/// Which sheet to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// This one and no other.
    pub wanted: Option<String>,
    /// This one if it is there (the set's name), else the first.
    pub preferred: String,
}

/// Whether a row could be the header of the table that is looked for.
pub type Binds<'a> = &'a dyn Fn(&[String]) -> bool;

/// Opens a workbook under its header in the first row that is not blank.
///
/// `file` is the name that refusals give. `program`, called with [`ARGUMENT`], the path and the
/// sheet, must hand over to [`isolated_main`]; without one the workbook is parsed in this process.
///
/// # Errors
/// A file that is no workbook, is protected, broken, or larger inflated than any real one; a second sheet
/// with rows under a header that `binds`, unless a mapping or the name of the set says which is meant: one
/// sheet is read, and rows that nobody reads would be missed by nobody.
pub fn open(
    path: &Path,
    file: &str,
    sheet: &Sheet,
    program: Option<&Path>,
    binds: Binds<'_>,
) -> Result<Box<dyn Reader>, Refusal> {
    Ok(Box::new(Headed::open(rows(path, file, sheet, program, binds)?, file, Layout::default())?))
}

/// The rows of a sheet, for a mapping that finds the header itself.
///
/// # Errors
/// As [`open`].
pub fn rows(
    path: &Path,
    file: &str,
    sheet: &Sheet,
    program: Option<&Path>,
    binds: Binds<'_>,
) -> Result<Box<dyn Rows>, Refusal> {
    match program {
        Some(program) => in_child(program, path, file, sheet, binds),
        None => in_thread(path, file, sheet, binds),
    }
}

fn in_child(
    program: &Path,
    path: &Path,
    file: &str,
    sheet: &Sheet,
    binds: Binds<'_>,
) -> Result<Box<dyn Rows>, Refusal> {
    let mut command = Command::new(program);
    command.arg(ARGUMENT).arg(path).arg(sheet.wanted.as_deref().unwrap_or_default()).arg(&sheet.preferred);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let cannot = |error: io::Error| {
        Refusal::new(file, format!("the program that reads workbooks cannot be started: {error}"), "")
    };
    let mut child = command.spawn().map_err(cannot)?;
    let Some(output) = child.stdout.take() else {
        return Err(cannot(io::ErrorKind::BrokenPipe.into()));
    };
    Ok(Box::new(Stream::new(output, Box::new(Program(child)), file).past_other_sheets(sheet, binds)?))
}

/// A child that parses. Dropped before it has finished, it is stopped.
struct Program(Child);

impl Source for Program {
    fn why_it_ended(&mut self) -> String {
        let _ = self.0.kill();
        let status = self.0.wait().ok();
        isolation::why(status)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Thread(Option<JoinHandle<()>>);

impl Source for Thread {
    fn why_it_ended(&mut self) -> String {
        let died = self.0.take().is_some_and(|thread| thread.join().is_err());
        if died { "its parts contradict each other" } else { "its rows stop short" }.to_owned()
    }
}

fn in_thread(path: &Path, file: &str, sheet: &Sheet, binds: Binds<'_>) -> Result<Box<dyn Rows>, Refusal> {
    let cannot = |error: io::Error| Refusal::new(file, format!("the workbook cannot be read: {error}"), "");
    let (from, to) = io::pipe().map_err(cannot)?;
    let (path, asked): (PathBuf, Sheet) = (path.to_owned(), sheet.clone());
    let parse = move || {
        let mut out = BufWriter::with_capacity(256 << 10, to);
        // When nobody reads any more there is nobody to tell.
        let _ = sheet::stream_rows(&path, &asked, &mut out);
    };
    let thread = std::thread::Builder::new().name("workbook".to_owned()).spawn(parse).map_err(cannot)?;
    Ok(Box::new(Stream::new(from, Box::new(Thread(Some(thread))), file).past_other_sheets(sheet, binds)?))
}

/// What the child does: `[file, sheet or empty, preferred sheet]`, rows on standard output.
pub fn isolated_main(arguments: &[OsString]) -> ExitCode {
    let [path, wanted, preferred] = arguments else { return ExitCode::from(2) };
    let text = |argument: &OsString| argument.to_string_lossy().into_owned();
    let wanted = Some(text(wanted)).filter(|name| !name.is_empty());
    let sheet = Sheet { wanted, preferred: text(preferred) };
    let mut out = BufWriter::with_capacity(256 << 10, io::stdout().lock());
    let done = sheet::stream_rows(Path::new(path), &sheet, &mut out).and_then(|()| out.flush());
    if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
pub(crate) mod tests;
