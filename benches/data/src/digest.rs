//! A checksum that stays the same from version to version and from machine to machine.

use crate::rng::mix;

/// The checksum of the bytes given so far, in blocks. The same bytes in other blocks give another checksum.
#[derive(Clone, Debug, Default)]
pub struct Digest(u64);

impl Digest {
    /// Takes in one block.
    pub fn update(&mut self, block: &[u8]) {
        let (words, rest) = block.as_chunks::<8>();
        for word in words {
            self.take(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.take(u64::from_le_bytes(last));
        self.take(block.len() as u64);
    }

    /// The checksum of everything taken in.
    pub const fn finish(&self) -> u64 {
        mix(self.0)
    }

    /// The checksum of one block alone.
    pub fn of(block: &[u8]) -> u64 {
        let mut digest = Self::default();
        digest.update(block);
        digest.finish()
    }

    const fn take(&mut self, word: u64) {
        let product = (self.0 ^ word).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        self.0 = product ^ (product >> 32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_and_the_length_count() {
        let all = [&b""[..], b"\0", b"\0\0", b"a", b"abcdefgh", b"abcdefgh\0", b"abcdefgi", b"bacdefgh"];
        let mut digests: Vec<u64> = all.iter().map(|block| Digest::of(block)).collect();
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), all.len());
    }
}
