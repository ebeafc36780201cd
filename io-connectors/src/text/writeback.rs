//! Bringing a file to disk while it is written.

use std::fs::File;

/// Tells the system to begin to bring a new file to disk, a piece at a time, long before somebody has to wait for it: the disk is
/// at work while the next lines are made, and there is little left to wait for at the end.
///
/// It promises nothing: what is on disk is known when the file has been synchronised.
#[derive(Default)]
pub(super) struct Writeback {
    /// How many bytes have been written.
    written: u64,
    /// How many of them the system has been told of.
    told: u64,
}

/// The size of a piece, in bytes: enough for a disk to be fast, and soon there.
const PIECE: u64 = 1 << 20;

impl Writeback {
    /// So many more bytes have been written, behind the others.
    pub(super) fn wrote(&mut self, file: &File, bytes: usize) {
        self.written += bytes as u64;
        let ready = self.written - self.told;
        if ready >= PIECE {
            begin(file, self.told, ready);
            self.told = self.written;
        }
    }
}

/// Linux begins to write when it hears that nobody needs these bytes in memory soon, and keeps them there while they are under
/// way. Where that is no file of a disk, there is nothing to begin, and an error says so.
#[cfg(target_os = "linux")]
fn begin(file: &File, from: u64, bytes: u64) {
    use rustix::fs::{Advice, fadvise};
    let _ = fadvise(file, from, std::num::NonZeroU64::new(bytes), Advice::DontNeed);
}

#[cfg(not(target_os = "linux"))]
fn begin(_file: &File, _from: u64, _bytes: u64) {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn the_system_is_told_of_whole_pieces() {
        let mut file = tempfile::tempfile().unwrap();
        let mut writeback = Writeback::default();
        for (bytes, told) in [(PIECE - 1, 0), (1, PIECE), (5, PIECE), (3 * PIECE, 4 * PIECE + 5)] {
            file.write_all(&vec![7; bytes as usize]).unwrap();
            writeback.wrote(&file, bytes as usize);
            assert_eq!(writeback.told, told);
        }
    }
}
