//! What is kept of the work between one command and the next, though it can be made again: packed, with a note
//! beside it that the journal's key signed.
//!
//! It is never a source of truth. Whoever holds the journal's file can write there what they like; so what does
//! not bear the signature is passed over, and each use says besides for which journal and which inputs it holds.

use std::io::{self, BufWriter, Read, Write};

use custodes_journal::hash::Hash;
use custodes_journal::key::{SignerKey, VerifierKey};
use custodes_journal::note::Note;
use ring::digest;

/// The texts are long and much alike: the quickest packing makes a tenth of them.
const LEVEL: i32 = 1;
const PIECE: usize = 64 << 10;

/// A note over the form, some lines, and the hashes of what follows it, plain and packed; then that, packed.
pub fn seal(form: &str, lines: &[String], what: &impl Written, key: &SignerKey) -> Option<Vec<u8>> {
    let packing = zstd::Encoder::new(Vec::new(), LEVEL).ok()?;
    let (plain, packing) = write_hashed(what, packing).ok()?;
    let packed = packing.finish().ok()?;
    let mut text = format!("{form}\n");
    for line in lines {
        text.push_str(&format!("{line}\n"));
    }
    text.push_str(&format!("{plain}\n{}\n", Hash::of(&packed)));
    let note = Note::sign(&text, key).ok()?.to_text();
    let mut bytes = format!("{}\n{note}", note.len()).into_bytes();
    bytes.extend(packed);
    Some(bytes)
}

/// What can be kept: the same thing is always written in the same bytes.
pub trait Written: Sized {
    /// # Errors
    /// Those of `to`.
    fn write(&self, to: &mut dyn Write) -> io::Result<()>;

    /// `None` where the bytes are not what [`Written::write`] writes.
    fn read(bytes: &[u8]) -> Option<Self>;
}

/// Something that was kept, signed by the journal's key and as it was signed; not unpacked yet.
pub struct Kept<'a> {
    lines: Vec<String>,
    plain: Hash,
    packed: &'a [u8],
}

impl<'a> Kept<'a> {
    /// `None` where anything about it is not as it must be.
    pub fn open(bytes: &'a [u8], form: &str, key: &VerifierKey) -> Option<Kept<'a>> {
        let (note, packed) = parts(bytes)?;
        let note = Note::parse(note).ok()?;
        note.open(std::slice::from_ref(key)).ok()?;
        let mut lines: Vec<String> = note.text().strip_suffix('\n')?.split('\n').map(str::to_owned).collect();
        let (of_packed, plain) = (Hash::parse(&lines.pop()?)?, Hash::parse(&lines.pop()?)?);
        let said = lines.split_first().is_some_and(|(first, _)| first == form);
        if !said || of_packed != Hash::of(packed) {
            return None;
        }
        lines.remove(0);
        Some(Kept { lines, plain, packed })
    }

    /// What was signed beside it, after the form.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    pub fn value<T: Written>(&self) -> Option<T> {
        T::read(&zstd::decode_all(self.packed).ok()?)
    }

    /// Whether this is what was kept, by the hash of what was signed and of what unpacking gives: neither needs
    /// the other in memory.
    pub fn is(&self, what: &impl Written) -> bool {
        let written = write_hashed(what, io::sink()).ok().map(|(hash, _)| hash);
        written == Some(self.plain) && self.hash_unpacked().ok() == Some(self.plain)
    }

    fn hash_unpacked(&self) -> io::Result<Hash> {
        let mut unpacking = zstd::Decoder::new(self.packed)?;
        let mut hashing = Hashing::over(io::sink());
        io::copy(&mut unpacking.by_ref(), &mut hashing)?;
        Ok(hashing.finish().0)
    }
}

/// Whether it says that it is of this form: what another version of the program kept is passed over, not accused.
pub fn is_of_form(bytes: &[u8], form: &str) -> bool {
    let after = bytes.iter().position(|byte| *byte == b'\n').map(|end| &bytes[end + 1..]);
    after.and_then(|note| note.strip_prefix(form.as_bytes())).is_some_and(|rest| rest.first() == Some(&b'\n'))
}

/// The note, and what follows it.
fn parts(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let length: usize = std::str::from_utf8(&bytes[..end]).ok()?.parse().ok()?;
    let note = bytes.get(end + 1..(end + 1).checked_add(length)?)?;
    Some((note, &bytes[end + 1 + length..]))
}

fn write_hashed<W: Write>(what: &impl Written, to: W) -> io::Result<(Hash, W)> {
    let mut buffered = BufWriter::with_capacity(PIECE, Hashing::over(to));
    what.write(&mut buffered)?;
    let hashing = buffered.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(hashing.finish())
}

/// Hashes what goes through it.
struct Hashing<W> {
    context: digest::Context,
    to: W,
}

impl<W: Write> Hashing<W> {
    fn over(to: W) -> Hashing<W> {
        Hashing { context: digest::Context::new(&digest::SHA256), to }
    }

    fn finish(self) -> (Hash, W) {
        let mut hash = [0; 32];
        hash.copy_from_slice(self.context.finish().as_ref());
        (Hash(hash), self.to)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.context.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use custodes_journal::key::KeyName;

    use super::*;

    impl Written for Vec<u64> {
        fn write(&self, to: &mut dyn Write) -> io::Result<()> {
            Ok(serde_json::to_writer(to, self)?)
        }

        fn read(bytes: &[u8]) -> Option<Vec<u64>> {
            serde_json::from_slice(bytes).ok()
        }
    }

    fn key(seed: u8) -> SignerKey {
        SignerKey::from_seed(KeyName::parse("custodes.invalid/made-up").unwrap(), [seed; 32])
    }

    #[test]
    fn what_is_kept_comes_back_as_it_was_with_what_was_said_of_it() {
        let what: Vec<u64> = (0..10_000).collect();
        let bytes = seal("form/v1", &["one".into(), "two".into()], &what, &key(1)).unwrap();
        let kept = Kept::open(&bytes, "form/v1", key(1).verifier()).unwrap();
        assert_eq!(kept.lines(), ["one", "two"]);
        assert_eq!(kept.value::<Vec<u64>>().as_ref(), Some(&what));
        assert!(kept.is(&what) && !kept.is(&vec![1_u64]));
        assert!(is_of_form(&bytes, "form/v1") && !is_of_form(&bytes, "form/v") && !is_of_form(&bytes, "form/v2"));
    }

    #[test]
    fn what_is_of_another_form_or_key_is_not_taken_up_nor_anything_with_a_flipped_bit() {
        let bytes = seal("form/v1", &["one".into()], &vec![1_u64, 2], &key(1)).unwrap();
        assert!(Kept::open(&bytes, "form/v2", key(1).verifier()).is_none());
        assert!(Kept::open(&bytes, "form/v1", key(2).verifier()).is_none());
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Kept::open(&flipped, "form/v1", key(1).verifier()).is_none(), "bit {bit}");
        }
    }
}
