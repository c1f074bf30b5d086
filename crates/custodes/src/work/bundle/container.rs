//! The file: a zip archive of stored files in one form, so that the same contents are the same bytes.
//!
//! Nothing is compressed: what a compressor makes differs from version to version, and a bundle is compared
//! byte for byte years later. So there is no ratio to be attacked with either. Any zip program reads it.

use std::collections::BTreeMap;
use std::io::{self, Write};

/// What the archive says of itself, and what every page made of it bears.
pub const MARKING: &str = "OFFICIAL-SENSITIVE";

/// The most that is read into memory.
pub const MOST_BYTES: u64 = 2 << 30;
const MOST_FILES: usize = 60_000;
const LONGEST_NAME: usize = 200;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// Names are UTF-8.
const FLAGS: u16 = 0x0800;
/// 1 January 1980, midnight: a bundle is of the time that its journal says.
const TIME: u16 = 0;
const DATE: u16 = 0x0021;
const VERSION: u16 = 20;
/// Unix, so that the mode below is understood.
const MADE_BY: u16 = 3 << 8 | VERSION;
/// A plain file, readable and writable by its owner alone.
const MODE: u32 = 0o100_600 << 16;

/// Why bytes are not a bundle's file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotABundle {
    #[error("it is not a bundle: a bundle is a zip archive as `custodes bundle` writes it")]
    NotZip,
    #[error("it is damaged at byte {at}: part of it is missing, or was changed")]
    Damaged { at: usize },
    #[error(
        "it is not as `custodes bundle` wrote it: byte {at} was changed, or it was packed anew; ask for the file itself"
    )]
    NotAsWritten { at: usize },
    #[error("the file {name:?} in it is damaged: its check sum is another")]
    CheckSum { name: String },
    #[error("{name:?} is no name that a file in a bundle can have")]
    Name { name: String },
    #[error("it holds more than {MOST_FILES} files")]
    TooMany,
    #[error("it is larger than {MOST_BYTES} bytes: make bundles of fewer audits")]
    TooLarge,
}

/// Writes the files, in the order of their names' bytes.
///
/// # Errors
/// When a name cannot be in a bundle, or there is too much of it.
pub fn write<B: AsRef<[u8]>>(files: &BTreeMap<String, B>) -> Result<Vec<u8>, NotABundle> {
    let bytes: u64 = files.iter().map(|(name, bytes)| 128 + 2 * name.len() as u64 + bytes.as_ref().len() as u64).sum();
    if bytes > MOST_BYTES {
        return Err(NotABundle::TooLarge);
    }
    if files.len() > MOST_FILES {
        return Err(NotABundle::TooMany);
    }
    if let Some(name) = files.keys().find(|name| !is_name(name)) {
        return Err(NotABundle::Name { name: name.clone() });
    }
    let mut out = Vec::new();
    // A vector takes whatever is written to it.
    let _ = write_to(files, &mut out);
    Ok(out)
}

fn write_to<N: AsRef<str>, B: AsRef<[u8]>>(files: &BTreeMap<N, B>, out: &mut impl Write) -> io::Result<()> {
    let mut central = Vec::new();
    let mut at = 0u32;
    for (name, bytes) in files {
        let (name, bytes) = (name.as_ref().as_bytes(), bytes.as_ref());
        let (length, sum) = (bytes.len() as u32, crc32(bytes));
        let mut shared = Vec::new();
        for word in [FLAGS, 0, TIME, DATE] {
            shared.extend(word.to_le_bytes());
        }
        for long in [sum, length, length] {
            shared.extend(long.to_le_bytes());
        }
        shared.extend((name.len() as u16).to_le_bytes());
        // No extra field.
        shared.extend(0u16.to_le_bytes());
        out.write_all(&LOCAL.to_le_bytes())?;
        out.write_all(&VERSION.to_le_bytes())?;
        out.write_all(&shared)?;
        out.write_all(name)?;
        out.write_all(bytes)?;
        central.extend(CENTRAL.to_le_bytes());
        central.extend(MADE_BY.to_le_bytes());
        central.extend(VERSION.to_le_bytes());
        central.extend(&shared);
        // No comment, first disk, no attributes of the old kind.
        central.extend([0; 6]);
        central.extend(MODE.to_le_bytes());
        central.extend(at.to_le_bytes());
        central.extend(name);
        at += (4 + 2 + shared.len() + name.len() + bytes.len()) as u32;
    }
    out.write_all(&central)?;
    out.write_all(&END.to_le_bytes())?;
    out.write_all(&[0; 4])?;
    for _ in 0..2 {
        out.write_all(&(files.len() as u16).to_le_bytes())?;
    }
    out.write_all(&(central.len() as u32).to_le_bytes())?;
    out.write_all(&at.to_le_bytes())?;
    out.write_all(&(MARKING.len() as u16).to_le_bytes())?;
    out.write_all(MARKING.as_bytes())
}

/// The files, by name. Nothing is written anywhere.
///
/// # Errors
/// When the bytes are not exactly what [`write()`] makes of these files.
pub fn read(bytes: &[u8]) -> Result<BTreeMap<&str, &[u8]>, NotABundle> {
    if bytes.len() as u64 > MOST_BYTES {
        return Err(NotABundle::TooLarge);
    }
    let mut from = Reader { bytes, at: 0 };
    let mut files = BTreeMap::new();
    if from.long().ok() != Some(LOCAL) {
        return Err(NotABundle::NotZip);
    }
    loop {
        let (name, sum, content) = from.file()?;
        if crc32(content) != sum {
            return Err(NotABundle::CheckSum { name: name.to_owned() });
        }
        files.insert(name, content);
        if files.len() > MOST_FILES {
            return Err(NotABundle::TooMany);
        }
        if from.long()? != LOCAL {
            break;
        }
    }
    // What is left (times, modes, the directory, the comment) says nothing that the files do not.
    let mut compared = Compared { bytes, at: 0 };
    match write_to(&files, &mut compared) {
        Ok(()) if compared.at == bytes.len() => Ok(files),
        _ => Err(NotABundle::NotAsWritten { at: compared.at }),
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], NotABundle> {
        let damaged = NotABundle::Damaged { at: self.at };
        let end = self.at.checked_add(length).ok_or(damaged.clone())?;
        let taken = self.bytes.get(self.at..end).ok_or(damaged)?;
        self.at = end;
        Ok(taken)
    }

    fn word(&mut self) -> Result<u16, NotABundle> {
        Ok(self.take(2)?.iter().rev().fold(0, |word, byte| word << 8 | u16::from(*byte)))
    }

    fn long(&mut self) -> Result<u32, NotABundle> {
        Ok(self.take(4)?.iter().rev().fold(0, |long, byte| long << 8 | u32::from(*byte)))
    }

    /// Name, check sum and bytes of the file whose signature was read.
    fn file(&mut self) -> Result<(&'a str, u32, &'a [u8]), NotABundle> {
        let began = self.at;
        // Version, flags, method, time, date.
        self.take(10)?;
        let sum = self.long()?;
        self.long()?;
        let length = self.long()? as usize;
        let name_length = usize::from(self.word()?);
        self.word()?;
        let name = self.take(name_length)?;
        let name = std::str::from_utf8(name).map_err(|_| NotABundle::Damaged { at: began })?;
        if !is_name(name) {
            return Err(NotABundle::Name { name: name.to_owned() });
        }
        Ok((name, sum, self.take(length)?))
    }
}

/// Takes what is written as long as it is what is there.
struct Compared<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Write for Compared<'_> {
    fn write(&mut self, written: &[u8]) -> io::Result<usize> {
        let there = &self.bytes[self.at.min(self.bytes.len())..];
        let same = there.iter().zip(written).take_while(|(there, written)| there == written).count();
        self.at += same;
        if same == written.len() { Ok(same) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Folders and a file name of plain characters, none of which leads out of a folder.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let part = |part: &str| !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain);
    name.len() <= LONGEST_NAME && name.split('/').all(part)
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut sum = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
            bit += 1;
        }
        table[byte] = sum;
        byte += 1;
    }
    table
};

/// The check sum that zip asks for; it proves nothing.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum: u32, byte| TABLE[usize::from(sum as u8 ^ byte)] ^ (sum >> 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> BTreeMap<String, Vec<u8>> {
        BTreeMap::from([
            ("OFFICIAL-SENSITIVE.txt".to_owned(), b"read me\n".to_vec()),
            ("evidence/A1.csv".to_owned(), b"search_id\ns1\n".to_vec()),
            ("report/A1.html".to_owned(), Vec::new()),
        ])
    }

    #[test]
    fn what_is_written_reads_back_and_any_zip_program_can_read_it() {
        let bytes = write(&files()).unwrap();
        let back = read(&bytes).unwrap();
        assert_eq!(
            back.into_iter().map(|(name, bytes)| (name.to_owned(), bytes.to_vec())).collect::<BTreeMap<_, _>>(),
            files()
        );
        let mut other = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
        assert_eq!(other.comment(), MARKING.as_bytes());
        let mut text = String::new();
        io::Read::read_to_string(&mut other.by_name("evidence/A1.csv").unwrap(), &mut text).unwrap();
        assert_eq!(text, "search_id\ns1\n");
    }

    #[test]
    fn a_change_of_any_byte_is_noticed_or_shows_in_the_files() {
        let bytes = write(&files()).unwrap();
        for at in 0..bytes.len() {
            for flip in [0x01, 0x20, 0x80] {
                let mut changed = bytes.clone();
                changed[at] ^= flip;
                assert!(read(&changed).is_err(), "byte {at}");
            }
        }
        for shorter in 0..bytes.len() {
            assert!(read(&bytes[..shorter]).is_err(), "{shorter}");
        }
        assert!(read(&[&bytes[..], b"\n"].concat()).is_err());
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in ["", "/etc/passwd", "../x", "a/../b", "a//b", "a\\b", "C:x", ".hidden", "a/", "é"] {
            let files = BTreeMap::from([(name.to_owned(), Vec::new())]);
            assert!(matches!(write(&files), Err(NotABundle::Name { .. })), "{name}");
        }
    }

    #[test]
    fn the_check_sum_is_the_published_one() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
