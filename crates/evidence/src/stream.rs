//! The text of a file as a stream of UTF-8 bytes, whatever it is packed and encoded in.
//!
//! Everything streams through buffers of fixed size, so a file that unpacks to terabytes costs time
//! but never memory. Nothing here looks at what the text says.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use ring::digest::{Context, SHA256};

use crate::chunk::Refusal;

const BUFFER: usize = 256 * 1024;

/// The SHA-256 of a file's bytes as stored, gathered while the file is read.
#[derive(Clone)]
pub struct Digest(Arc<Mutex<Context>>);

impl Default for Digest {
    fn default() -> Self {
        Digest(Arc::new(Mutex::new(Context::new(&SHA256))))
    }
}

impl Digest {
    fn update(&self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).update(bytes);
    }

    /// The digest of what has been read so far, in lower-case hexadecimal digits.
    pub fn hex(&self) -> String {
        let context = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The SHA-256 of a whole file, in lower-case hexadecimal digits.
///
/// # Errors
/// When the file cannot be read.
pub fn sha256_of(path: &Path) -> io::Result<String> {
    let mut source = Hashed { file: File::open(path)?, digest: Some(Digest::default()) };
    let mut buffer = vec![0; BUFFER];
    while source.read(&mut buffer)? > 0 {}
    Ok(source.digest.map(|digest| digest.hex()).unwrap_or_default())
}

struct Hashed {
    file: File,
    digest: Option<Digest>,
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        if let Some(digest) = &self.digest {
            digest.update(&buffer[..read]);
        }
        Ok(read)
    }
}

/// After the last member of a compressed file the rest is read as well, so that the digest is of the whole file.
struct ThenDrain<R> {
    decoder: R,
    rest: fn(&mut R) -> &mut dyn Read,
}

impl<R: Read> Read for ThenDrain<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(buffer)?;
        if read == 0 && !buffer.is_empty() {
            io::copy((self.rest)(&mut self.decoder), &mut io::sink())?;
        }
        Ok(read)
    }
}

/// Opens the text of a file: plain, gzip of one or many members, or zstd; UTF-8 with or without byte
/// order mark, or UTF-16 with one. A half of a UTF-16 pair becomes a byte that no UTF-8 has.
///
/// # Errors
/// The file cannot be opened or is empty. Later reads fail where the packing is broken.
pub fn open(path: &Path, file: &str, digest: Option<Digest>) -> Result<Box<dyn Read + Send>, Refusal> {
    let failed = |error: io::Error| unreadable(file, &error);
    let mut raw = Hashed { file: File::open(path).map_err(failed)?, digest };
    let (magic, read) = first_bytes(&mut raw).map_err(failed)?;
    if read == 0 {
        return Err(Refusal::new(file, "the file is empty, 0 bytes", "export it again, or remove it"));
    }
    refuse_other_formats(&magic[..read], file)?;
    let packed = io::Cursor::new(magic).take(read as u64).chain(raw);
    let mut text: Box<dyn Read + Send> = match &magic[..read] {
        [0x1F, 0x8B, ..] => {
            let decoder = flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(BUFFER, packed));
            Box::new(ThenDrain { decoder, rest: |decoder| decoder.get_mut() })
        }
        [0x28, 0xB5, 0x2F, 0xFD, ..] => {
            let decoder = zstd::stream::read::Decoder::new(packed).map_err(failed)?;
            Box::new(ThenDrain { decoder, rest: |decoder| decoder.get_mut() })
        }
        _ => Box::new(packed),
    };
    let (mark, read) = first_bytes(&mut text).map_err(failed)?;
    if matches!(&mark[..read], [0xFF, 0xFE, 0, 0] | [0, 0, 0xFE, 0xFF]) {
        return Err(Refusal::new(file, "the text is UTF-32, which is not read", "save it as UTF-8"));
    }
    refuse_other_formats(&mark[..read], file)?;
    let after = |skip: u64| {
        let mut start = io::Cursor::new(mark).take(read as u64);
        start.get_mut().set_position(skip);
        start.set_limit((read as u64).saturating_sub(skip));
        start
    };
    Ok(match &mark[..read] {
        [0xEF, 0xBB, 0xBF, ..] => Box::new(after(3).chain(text)),
        [0xFF, 0xFE, ..] => Box::new(Utf16::new(after(2).chain(text), u16::from_le_bytes)),
        [0xFE, 0xFF, ..] => Box::new(Utf16::new(after(2).chain(text), u16::from_be_bytes)),
        _ => Box::new(after(0).chain(text)),
    })
}

/// Refuses what is no text, whatever its name says, by the bytes that it begins with.
fn refuse_other_formats(start: &[u8], file: &str) -> Result<(), Refusal> {
    let (is, remedy) = match start {
        b"PK\x03\x04" => {
            ("a workbook or another ZIP archive", "name a workbook .xlsx; take the files out of an archive")
        }
        b"PAR1" => ("a Parquet file", "name it .parquet"),
        b"\xD0\xCF\x11\xE0" => ("a workbook or document of the old Office form", "save it as .xlsx, or as CSV"),
        b"%PDF" => ("a PDF document", "export the table as CSV or XLSX"),
        _ => return Ok(()),
    };
    Err(Refusal::new(file, format!("the file is {is}, not text as its name says"), remedy))
}

/// The refusal of a file that cannot be read or unpacked.
pub fn unreadable(file: &str, error: &io::Error) -> Refusal {
    let what = match error.kind() {
        io::ErrorKind::UnexpectedEof => "the file ends too early: it is truncated".to_owned(),
        io::ErrorKind::PermissionDenied => "no permission to read the file".to_owned(),
        _ => format!("the file cannot be read: {error}"),
    };
    Refusal::new(file, what, "copy or export the file again")
}

fn first_bytes(source: &mut impl Read) -> io::Result<([u8; 4], usize)> {
    let mut bytes = [0; 4];
    let mut filled = 0;
    while filled < bytes.len() {
        match source.read(&mut bytes[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok((bytes, filled))
}

/// UTF-16 to UTF-8 as it streams.
struct Utf16<R> {
    source: R,
    unit: fn([u8; 2]) -> u16,
    raw: Vec<u8>,
    /// Bytes of `raw` carried over: half a unit, or the first half of a pair.
    carried: usize,
    out: Vec<u8>,
    given: usize,
}

impl<R: Read> Utf16<R> {
    fn new(source: R, unit: fn([u8; 2]) -> u16) -> Self {
        Utf16 { source, unit, raw: vec![0; BUFFER], carried: 0, out: Vec::new(), given: 0 }
    }

    /// Fills `out` with the next characters; leaves it empty at the end.
    fn refill(&mut self) -> io::Result<()> {
        self.out.clear();
        self.given = 0;
        while self.out.is_empty() {
            let read = self.source.read(&mut self.raw[self.carried..])?;
            let end = self.carried + read;
            if read == 0 {
                // What is left over is half a character.
                self.out.extend((0..self.carried.min(1)).map(|_| 0xFF));
                self.carried = 0;
                return Ok(());
            }
            let mut whole = end / 2 * 2;
            let last = (whole >= 2).then(|| (self.unit)([self.raw[whole - 2], self.raw[whole - 1]]));
            if last.is_some_and(|unit| (0xD800..0xDC00).contains(&unit)) {
                whole -= 2;
            }
            let units = self.raw[..whole].chunks_exact(2).map(|pair| (self.unit)([pair[0], pair[1]]));
            for character in char::decode_utf16(units) {
                match character {
                    Ok(character) => self.out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
                    Err(_) => self.out.push(0xFF),
                }
            }
            self.raw.copy_within(whole..end, 0);
            self.carried = end - whole;
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.out.len() {
            self.refill()?;
        }
        let count = buffer.len().min(self.out.len() - self.given);
        buffer[..count].copy_from_slice(&self.out[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn text_of(bytes: &[u8]) -> Result<Vec<u8>, String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let digest = Digest::default();
        let mut text = Vec::new();
        let mut source = open(file.path(), "x.csv", Some(digest.clone())).map_err(|refusal| refusal.what)?;
        source.read_to_end(&mut text).map_err(|error| error.to_string())?;
        assert_eq!(digest.hex(), sha256_of(file.path()).unwrap());
        Ok(text)
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn plain_gzip_and_zstd_give_the_same_text() {
        let text = "a,b\n1,é\n".as_bytes();
        assert_eq!(text_of(text).unwrap(), text);
        assert_eq!(text_of(&[gzip(b"a,b\n"), gzip("1,é\n".as_bytes())].concat()).unwrap(), text);
        assert_eq!(text_of(&zstd::encode_all(text, 1).unwrap()).unwrap(), text);
        assert_eq!(text_of(b"a").unwrap(), b"a");
    }

    #[test]
    fn byte_order_marks_are_taken_off_and_utf16_becomes_utf8() {
        let text = "a,é😀\n".repeat(100_000);
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            [b"\xFF\xFE", &le[..]].concat(),
            [b"\xFE\xFF", &be[..]].concat(),
        ] {
            assert!(text_of(&bytes).unwrap() == text.as_bytes());
            assert!(text_of(&gzip(&bytes)).unwrap() == text.as_bytes());
        }
    }

    #[test]
    fn half_of_a_pair_or_of_a_unit_becomes_a_byte_that_is_no_utf8() {
        assert_eq!(text_of(b"\xFF\xFEa\0\x3D\xD8b\0").unwrap(), b"a\xFFb");
        assert_eq!(text_of(b"\xFF\xFEa\0\x3D\xD8").unwrap(), b"a\xFF");
        assert_eq!(text_of(b"\xFF\xFEa\0b").unwrap(), b"a\xFF");
    }

    #[test]
    fn what_is_no_text_is_refused_by_what_it_is() {
        assert!(text_of(b"PK\x03\x04\x14\0").unwrap_err().contains("workbook"));
        assert!(text_of(&gzip(b"PK\x03\x04\x14\0")).unwrap_err().contains("workbook"));
        assert!(text_of(b"PAR1\x15\0").unwrap_err().contains("Parquet"));
        assert!(text_of(b"\xFF\xFE\0\0a\0\0\0").unwrap_err().contains("UTF-32"));
        assert_eq!(text_of(b"PK,x\n").unwrap(), b"PK,x\n");
    }

    #[test]
    fn empty_and_broken_files_are_refused_with_their_reason() {
        assert!(text_of(b"").unwrap_err().contains("0 bytes"));
        let packed = gzip(&[b'x'; 5000]);
        assert!(text_of(&packed[..packed.len() - 12]).is_err());
        assert!(text_of(&zstd::encode_all(&[b'x'; 5000][..], 1).unwrap()[..12]).is_err());
    }
}
