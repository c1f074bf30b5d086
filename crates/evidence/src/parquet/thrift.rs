//! Just enough of Thrift's compact protocol to read the head of a Parquet page.
//!
//! The library that decodes pages believes what a page says of its own size; this reads the sizes
//! first, so that a lie is found before memory is reserved for it.

/// What a page says of itself. Sizes in bytes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PageHead {
    pub kind: i64,
    pub unpacked: i64,
    pub packed: i64,
    pub values: i64,
    pub encoding: i64,
    /// How long the head itself is.
    pub length: usize,
}

pub const DICTIONARY_PAGE: i64 = 2;
pub const INDEX_PAGE: i64 = 1;
/// The encoding in which one value can repeat the beginning of the one before.
pub const DELTA_BYTE_ARRAY: i64 = 7;

/// The head that the bytes begin with; `None` when they are no head, or stop inside it.
pub fn page_head(bytes: &[u8]) -> Option<PageHead> {
    let mut from = Compact { bytes, place: 0 };
    let mut head = PageHead::default();
    let mut field = 0;
    while let Some(kind) = from.field(&mut field)? {
        match (field, kind) {
            (1, INT) => head.kind = from.int()?,
            (2, INT) => head.unpacked = from.int()?,
            (3, INT) => head.packed = from.int()?,
            // Data page, dictionary page, data page of the second version.
            (5, STRUCT) => (head.values, head.encoding) = from.values_and_encoding(2)?,
            (7, STRUCT) => (head.values, head.encoding) = from.values_and_encoding(2)?,
            (8, STRUCT) => (head.values, head.encoding) = from.values_and_encoding(4)?,
            _ => from.skip(kind, 0)?,
        }
    }
    head.length = from.place;
    Some(head)
}

const INT: u8 = 5;
const STRUCT: u8 = 12;
const DEEPEST: u8 = 16;

struct Compact<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl Compact<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.place)?;
        self.place += 1;
        Some(byte)
    }

    fn unsigned(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn int(&mut self) -> Option<i64> {
        let value = self.unsigned()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// The kind of the next field, its number in `field`; `Some(None)` at the end of the struct.
    fn field(&mut self, field: &mut i64) -> Option<Option<u8>> {
        let byte = self.byte()?;
        if byte == 0 {
            return Some(None);
        }
        let step = i64::from(byte >> 4);
        *field = if step == 0 { self.int()? } else { *field + step };
        Some(Some(byte & 0x0F))
    }

    /// Number of values (field 1) and encoding (field `encoding`) of a page's own header.
    fn values_and_encoding(&mut self, encoding: i64) -> Option<(i64, i64)> {
        let (mut field, mut found) = (0, (0, 0));
        while let Some(kind) = self.field(&mut field)? {
            match kind {
                INT if field == 1 => found.0 = self.int()?,
                INT if field == encoding => found.1 = self.int()?,
                _ => self.skip(kind, 1)?,
            }
        }
        Some(found)
    }

    fn advance(&mut self, by: u64) -> Option<()> {
        self.place = self.place.checked_add(usize::try_from(by).ok()?)?;
        (self.place <= self.bytes.len()).then_some(())
    }

    fn skip(&mut self, kind: u8, depth: u8) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match kind {
            1 | 2 => Some(()),
            3 => self.advance(1),
            4..=6 => self.unsigned().map(drop),
            7 => self.advance(8),
            8 => {
                let length = self.unsigned()?;
                self.advance(length)
            }
            9 | 10 => self.skip_list(depth),
            11 => self.skip_map(depth),
            STRUCT => {
                let mut field = 0;
                while let Some(kind) = self.field(&mut field)? {
                    self.skip(kind, depth + 1)?;
                }
                Some(())
            }
            _ => None,
        }
    }

    fn skip_list(&mut self, depth: u8) -> Option<()> {
        let head = self.byte()?;
        let count = if head >> 4 == 15 { self.unsigned()? } else { u64::from(head >> 4) };
        self.skip_many(count, &[head & 0x0F], depth)
    }

    fn skip_map(&mut self, depth: u8) -> Option<()> {
        let count = self.unsigned()?;
        if count == 0 {
            return Some(());
        }
        let kinds = self.byte()?;
        self.skip_many(count, &[kinds >> 4, kinds & 0x0F], depth)
    }

    fn skip_many(&mut self, count: u64, kinds: &[u8], depth: u8) -> Option<()> {
        for _ in 0..count {
            for &kind in kinds {
                // In a list a truth value takes a byte of its own, so every turn uses bytes up.
                if matches!(kind, 1 | 2) { self.advance(1)? } else { self.skip(kind, depth + 1)? }
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_head_gives_its_sizes() {
        // type 0, unpacked 100, packed 60, data page header { values 7, encoding 0, levels 3, 3 }.
        let bytes = [0x15, 0, 0x15, 200, 1, 0x15, 120, 0x2C, 0x15, 14, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0];
        let expected = PageHead { kind: 0, unpacked: 100, packed: 60, values: 7, encoding: 0, length: bytes.len() };
        assert_eq!(page_head(&bytes), Some(expected));
    }

    #[test]
    fn half_a_head_is_none() {
        assert_eq!(page_head(&[0x15, 0, 0x15]), None);
        assert_eq!(page_head(&[]), None);
        assert_eq!(page_head(&[0x18, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]), None);
    }
}
