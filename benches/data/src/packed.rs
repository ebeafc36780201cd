//! Words as integers: equal at one comparison, without a look elsewhere in memory.

/// The longest word that is packed, in bytes.
pub const LONGEST: usize = 16;

/// A word of up to [`LONGEST`] bytes and zeros behind it, from two reads that overlap. No letter has a zero byte, so the
/// length needs no place.
///
/// # Panics
///
/// When the word is longer.
#[inline]
#[must_use]
pub fn pack(word: &[u8]) -> u128 {
    let at = |index: usize| u128::from(word[index]) << (8 * index);
    match (word.first_chunk(), word.last_chunk(), word.first_chunk(), word.last_chunk()) {
        (Some(first), Some(last), ..) => {
            u128::from(u64::from_le_bytes(*first)) | u128::from(u64::from_le_bytes(*last)) << (8 * (word.len() - 8))
        }
        (.., Some(first), Some(last)) => {
            u128::from(u32::from_le_bytes(*first)) | u128::from(u32::from_le_bytes(*last)) << (8 * (word.len() - 4))
        }
        _ if word.is_empty() => 0,
        _ => at(0) | at(word.len() / 2) | at(word.len() - 1),
    }
}

/// How many bytes the word of a number has.
#[must_use]
pub const fn length(word: u128) -> usize {
    LONGEST - word.leading_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_every_length() {
        let letters = b"abcdefghijklmnop";
        for size in 0..=LONGEST {
            let packed = pack(&letters[..size]);
            assert_eq!(length(packed), size);
            assert_eq!(&packed.to_le_bytes()[..size], &letters[..size]);
        }
    }
}
