//! A short text in place, as a number, and how it is read as text again.
#![allow(unsafe_code, reason = "a number that was made of a text can be lent as one; see `as_str`")]

use std::hash::{Hash, Hasher};

/// The longest text in bytes.
pub(super) const LONGEST: usize = 16;

/// A text of up to [`LONGEST`] bytes that does not end with a zero, and zeros behind it.
///
/// Two numbers, and no array of bytes: what has been written by eights is read by eights. A processor waits where bytes
/// are read together that were not written together just before.
///
/// The bytes up to the last that is not zero, as they lie in memory, are those of a `str`. Only `new` and `empty` make one,
/// and nothing changes it.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Short {
    first: u64,
    second: u64,
}

impl Short {
    pub(super) const fn empty() -> Self {
        Self { first: 0, second: 0 }
    }

    /// The text in place, if it can be.
    #[inline]
    pub(super) fn new(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        if text.len() > LONGEST || text.last() == Some(&0) {
            return None;
        }
        let number = number(text);
        Some(Self { first: (number as u64).to_le(), second: ((number >> 64) as u64).to_le() })
    }

    #[inline]
    pub(super) fn as_str(&self) -> &str {
        // SAFETY: the two numbers lie one behind the other without a gap, and any of their bytes are initialised ones.
        let bytes: &[u8; LONGEST] = unsafe { &*std::ptr::from_ref(self).cast() };
        let text = &bytes[..LONGEST - self.number().leading_zeros() as usize / 8];
        // SAFETY: `new` has put all bytes of a `str` there, in their order, the last of which is not zero, and zeros behind
        // them; no bytes are UTF-8 as well. The fields are private to this module, and nothing in it writes to them.
        unsafe { std::str::from_utf8_unchecked(text) }
    }

    #[inline]
    fn number(self) -> u128 {
        u128::from(u64::from_le(self.first)) | u128::from(u64::from_le(self.second)) << 64
    }
}

impl PartialEq for Short {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        // Both at once: whether the first ones are equal cannot be foretold, and hardly ever says that the others are not.
        (self.first ^ other.first) | (self.second ^ other.second) == 0
    }
}

impl Eq for Short {}

impl Hash for Short {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(self.number());
    }
}

/// A text of up to [`LONGEST`] bytes and zeros behind it, from two reads that overlap: copying so few bytes takes longer.
#[inline]
fn number(text: &[u8]) -> u128 {
    let at = |index: usize| u128::from(text[index]) << (8 * index);
    let behind = |number: u128, width: usize| number << (8 * (text.len() - width));
    if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        u128::from(u64::from_le_bytes(*first)) | behind(u64::from_le_bytes(*last).into(), 8)
    } else if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        u128::from(u32::from_le_bytes(*first)) | behind(u32::from_le_bytes(*last).into(), 4)
    } else if text.is_empty() {
        0
    } else {
        at(0) | at(text.len() / 2) | at(text.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::hash_key;

    #[test]
    fn texts_of_every_length_are_read_again() {
        // Letters of one to four bytes, so that texts end everywhere in reads that overlap.
        let letters: String = "aé€𝄞".repeat(8);
        for start in (0..letters.len()).filter(|at| letters.is_char_boundary(*at)) {
            for end in (start..=letters.len()).filter(|at| letters.is_char_boundary(*at)) {
                let text = &letters[start..end];
                // In memory of its own size, so that a read behind its end is seen.
                let boxed: Box<str> = text.into();
                let short = Short::new(&boxed);
                drop(boxed);
                match short {
                    Some(short) => assert_eq!(short.as_str(), text),
                    None => assert!(text.len() > LONGEST),
                }
            }
        }
        assert_eq!(Short::empty().as_str(), "");
    }

    #[test]
    fn only_the_last_byte_may_not_be_zero() {
        for text in ["\0", "a\0", "\0\0", "abcdefghijklmno\0"] {
            assert!(Short::new(text).is_none());
        }
        for text in ["\0a", "a\0\0b", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0a"] {
            assert_eq!(Short::new(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn all_bytes_are_compared_and_part_of_the_hash() {
        let text = "abcdefghijklmnop";
        for end in 1..=text.len() {
            let short = |text: &str| Short::new(text).unwrap();
            let (same, other) = (short(&text[..end]), short(&format!("{}#", &text[..end - 1])));
            assert!(same == short(&text[..end]) && same != other);
            assert_eq!(hash_key(&same), hash_key(&short(&text[..end])));
            assert_ne!(hash_key(&same), hash_key(&other));
        }
    }
}
