//! A file on its way into the store: hashed while it is written, synced, and read-only.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use ring::digest::{Context, SHA256};

use super::sha256::Sha256;

const BUFFER: usize = 256 * 1024;

/// A file under a temporary name, whole and on the disk.
#[derive(Debug)]
pub struct Incoming {
    pub path: PathBuf,
    pub sha256: Sha256,
    pub bytes: u64,
}

impl Incoming {
    /// Copies a file as it is at this moment.
    pub fn copy_of(source: &Path, to: PathBuf) -> io::Result<Incoming> {
        let mut source = File::open(source)?;
        let mut file = IncomingFile::create(to)?;
        let mut buffer = vec![0; BUFFER];
        loop {
            match source.read(&mut buffer)? {
                0 => return file.finish(),
                read => file.write_all(&buffer[..read])?,
            }
        }
    }

    pub fn of_text(text: &str, to: PathBuf) -> io::Result<Incoming> {
        let mut file = IncomingFile::create(to)?;
        file.write_all(text.as_bytes())?;
        file.finish()
    }
}

/// The file while it is written.
pub struct IncomingFile {
    path: PathBuf,
    out: BufWriter<File>,
    context: Context,
    bytes: u64,
}

impl IncomingFile {
    /// The file must not be there yet.
    pub fn create(path: PathBuf) -> io::Result<IncomingFile> {
        let out = BufWriter::with_capacity(BUFFER, File::create_new(&path)?);
        Ok(IncomingFile { path, out, context: Context::new(&SHA256), bytes: 0 })
    }

    pub fn finish(self) -> io::Result<Incoming> {
        let IncomingFile { path, out, context, bytes } = self;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        let mut permissions = file.metadata()?.permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions)?;
        file.sync_all()?;
        Ok(Incoming { path, sha256: Sha256::of(&context.finish()), bytes })
    }
}

impl Write for IncomingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.context.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
