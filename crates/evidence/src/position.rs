//! Where a row stands among all rows of the folder, as one number that keeps the order.

/// Files come in the byte order of their relative paths; inside a file chunks and rows keep its order.
/// The number only orders rows: consecutive rows need not have consecutive positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u64);

const IN_FILE_BITS: u32 = 44;
const IN_CHUNK_BITS: u32 = 23;

/// The most files that positions can tell apart; the highest bit of a position is never used.
pub const MAX_FILES: usize = 1 << (63 - IN_FILE_BITS);

impl Position {
    /// The position of a row of the text chunk with that ordinal. Text chunks hold less than 2²³ rows.
    pub fn in_chunk(file: usize, ordinal: u32, row: usize) -> Position {
        Position(((file as u64) << IN_FILE_BITS) | (u64::from(ordinal) << IN_CHUNK_BITS) | row as u64)
    }

    /// The position of a row of a file whose rows are numbered from its beginning.
    pub fn in_file(file: usize, row: u64) -> Position {
        Position(((file as u64) << IN_FILE_BITS) | row)
    }

    /// The file, as its place in byte order of relative paths.
    pub fn file(self) -> usize {
        (self.0 >> IN_FILE_BITS) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_keep_the_order_of_files_chunks_and_rows() {
        let ordered = [(0, 0, 0), (0, 0, 8_388_607), (0, 1, 0), (0, 2_000_000, 7), (1, 0, 0), (MAX_FILES - 1, 0, 0)];
        let positions = ordered.map(|(file, chunk, row)| Position::in_chunk(file, chunk, row));
        assert!(positions.is_sorted() && positions.iter().all(|position| position.0 < 1 << 63));
        assert!(positions.iter().zip(ordered).all(|(position, (file, _, _))| position.file() == file));
    }
}
