//! Finds the bytes that matter, many at a time.

use super::blocks::QUOTE;

/// How many bytes one mask covers.
pub const WIDTH: usize = 64;

/// A bit for each of the 64 bytes from a place that is a separator, a quotation mark or a line feed.
#[inline]
pub fn of(bytes: &[u8], from: usize, separator: u8) -> u64 {
    match bytes[from..].first_chunk::<WIDTH>() {
        Some(chunk) => of_chunk(chunk, separator),
        None => {
            let mut chunk = [0; WIDTH];
            let rest = &bytes[from..];
            chunk[..rest.len()].copy_from_slice(rest);
            of_chunk(&chunk, separator)
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[inline]
fn of_chunk(chunk: &[u8; WIDTH], separator: u8) -> u64 {
    // SAFETY: every x86-64 processor has SSE2.
    unsafe { sixteen_by_sixteen(chunk, separator) }
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
fn sixteen_by_sixteen(chunk: &[u8; WIDTH], separator: u8) -> u64 {
    use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8};
    let [separator, quote, feed] = [separator, QUOTE, b'\n'].map(|byte| _mm_set1_epi8(byte.cast_signed()));
    let word = |at: usize| i64::from_le_bytes(std::array::from_fn(|n| chunk[at + n]));
    let mut bits = 0;
    for at in (0..WIDTH).step_by(16) {
        let lanes = _mm_set_epi64x(word(at + 8), word(at));
        let either = _mm_or_si128(_mm_cmpeq_epi8(lanes, separator), _mm_cmpeq_epi8(lanes, quote));
        let any = _mm_or_si128(either, _mm_cmpeq_epi8(lanes, feed));
        bits |= u64::from(_mm_movemask_epi8(any).cast_unsigned()) << at;
    }
    bits
}

#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn of_chunk(chunk: &[u8; WIDTH], separator: u8) -> u64 {
    one_by_one(chunk, separator)
}

#[cfg(any(test, not(target_arch = "x86_64")))]
fn one_by_one(chunk: &[u8; WIDTH], separator: u8) -> u64 {
    let bit = |(place, byte): (usize, &u8)| u64::from(*byte == separator || *byte == QUOTE || *byte == b'\n') << place;
    chunk.iter().enumerate().map(bit).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_in_every_place_is_seen() {
        for byte in 0..=255u8 {
            for place in 0..WIDTH {
                let mut chunk = [b'x'; WIDTH];
                chunk[place] = byte;
                chunk[(place + 7) % WIDTH] = b'\n';
                assert_eq!(of_chunk(&chunk, b';'), one_by_one(&chunk, b';'));
            }
        }
        assert_eq!(of(b"a,b\n", 0, b','), 0b1010);
    }
}
