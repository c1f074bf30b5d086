//! Looks through a workbook's archive before anything else touches it.
//!
//! An XLSX file is a ZIP archive whose stated sizes cannot be trusted, so every part is inflated
//! once, into nothing, and counted; then those that are sheets are looked through to their ends. This must
//! not keep or interpret what the parts say, except for the one number in the shared strings by which a reader
//! would reserve memory.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::xml;

/// Parts that a reader holds in memory as a whole: strings, styles, the workbook's own description.
const LARGEST_HELD_PART: u64 = 256 << 20;
/// All parts together, inflated. A full sheet of a million long rows stays below this.
const LARGEST_WHOLE: u64 = 4 << 30;
/// Real sheets shrink to a twentieth, extreme ones to a hundredth of their size.
const STRONGEST_COMPRESSION: u64 = 400;
const MOST_PARTS: usize = 10_000;

/// What is wrong with an archive, and what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    pub what: String,
    pub remedy: String,
}

pub(super) fn flaw(what: impl Into<String>, remedy: &str) -> Flaw {
    Flaw { what: what.into(), remedy: remedy.to_owned() }
}

pub(super) const SAVE_AGAIN: &str = "open it in a spreadsheet program and save it again as .xlsx, or as CSV";

/// Inflates every part and refuses what no real workbook would be.
pub fn inspect(path: &Path) -> Result<(), Flaw> {
    let mut file = File::open(path).map_err(|error| flaw(format!("cannot be opened: {error}"), ""))?;
    refuse_other_formats(&mut file)?;
    let mut archive = zip::ZipArchive::new(BufReader::new(file))
        .map_err(|error| flaw(format!("the workbook's archive is broken: {error}"), SAVE_AGAIN))?;
    if archive.len() > MOST_PARTS {
        return Err(flaw(
            format!("the workbook has {} parts; no real one has over {MOST_PARTS}", archive.len()),
            SAVE_AGAIN,
        ));
    }
    let mut whole = 0;
    for place in 0..archive.len() {
        whole += inspect_part(&mut archive, place)?;
        if whole > LARGEST_WHOLE {
            return Err(too_large("the workbook", whole));
        }
    }
    xml::inspect(&mut archive)
}

fn too_large(what: &str, reached: u64) -> Flaw {
    let what = format!("{what} unfolds to {} MiB or more: it looks like a decompression bomb", reached >> 20);
    flaw(what, "ask its sender what it is; export large tables as CSV or Parquet")
}

fn refuse_other_formats(file: &mut File) -> Result<(), Flaw> {
    let mut start = Vec::new();
    let read = file.take(1 << 20).read_to_end(&mut start).and_then(|_| file.seek(SeekFrom::Start(0)));
    read.map_err(|error| flaw(format!("cannot be read: {error}"), ""))?;
    if start.is_empty() {
        return Err(flaw("the file is empty (0 bytes)", "export it again"));
    }
    if start.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        return Err(if start.windows(name.len()).any(|window| window == name) {
            flaw("the workbook is protected by a password", "save it without a password")
        } else {
            flaw("this is a workbook of the old .xls form", SAVE_AGAIN)
        });
    }
    if !start.starts_with(b"PK") {
        return Err(flaw("this is not a workbook: its archive is missing", SAVE_AGAIN));
    }
    Ok(())
}

fn inspect_part(archive: &mut zip::ZipArchive<BufReader<File>>, place: usize) -> Result<u64, Flaw> {
    let broken = |error: &dyn std::fmt::Display| flaw(format!("the workbook's archive is broken: {error}"), SAVE_AGAIN);
    let raw = archive.by_index_raw(place).map_err(|error| broken(&error))?;
    let name = raw.name().map_err(|error| broken(&error))?.into_owned();
    if raw.encrypted() {
        return Err(flaw("the workbook is protected by a password", "save it without a password"));
    }
    if raw.enclosed_name().is_none() || name.contains('\\') {
        return Err(flaw(format!("a part of the workbook has a name that leads out of it: {name:?}"), SAVE_AGAIN));
    }
    let (packed, is_folder) = (raw.compressed_size(), raw.is_dir());
    drop(raw);
    if is_folder {
        return Ok(0);
    }
    let mut part = archive.by_index(place).map_err(|error| broken(&error))?;
    let is_sheet = name.contains("worksheets/");
    let limit = if is_sheet { LARGEST_WHOLE } else { LARGEST_HELD_PART };
    let mut count = Count::default();
    let mut block = vec![0; 64 << 10];
    loop {
        let read = part.read(&mut block).map_err(|error| broken(&format!("{name}: {error}")))?;
        if read == 0 {
            break;
        }
        count.take(&block[..read]);
        let bomb = count.bytes > 32 << 20 && count.bytes / packed.max(1) > STRONGEST_COMPRESSION;
        if count.bytes > limit || bomb {
            return Err(too_large(&format!("part {name}"), count.bytes));
        }
    }
    count.refuse_reservation(&name)?;
    Ok(count.bytes)
}

/// How much a part holds, and how many shared strings its head promises.
#[derive(Default)]
struct Count {
    bytes: u64,
    head: Vec<u8>,
}

impl Count {
    fn take(&mut self, block: &[u8]) {
        self.bytes += block.len() as u64;
        let room = (64 << 10) - self.head.len().min(64 << 10);
        self.head.extend_from_slice(&block[..block.len().min(room)]);
    }

    /// A reader reserves room for as many strings as `uniqueCount` says, before it has seen one.
    fn refuse_reservation(&self, name: &str) -> Result<(), Flaw> {
        if !name.ends_with("haredStrings.xml") {
            return Ok(());
        }
        let head = String::from_utf8_lossy(&self.head);
        let Some((_, after)) = head.split_once("uniqueCount") else { return Ok(()) };
        let digits: String =
            after.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        // The shortest string that can be written, `<si/>`, takes five bytes.
        if digits.parse::<u64>().map_or(true, |count| count > self.bytes / 5 + 1) && !digits.is_empty() {
            return Err(flaw(format!("the workbook promises {digits} texts in {} bytes", self.bytes), SAVE_AGAIN));
        }
        Ok(())
    }
}
