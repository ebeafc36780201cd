//! A part of a text file in pieces of whole lines.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Take};
use std::path::Path;

const PIECE: usize = 1 << 18;

/// The lines of one of several parts of a file, many at a time.
#[derive(Debug)]
pub struct Pieces {
    file: Take<File>,
    /// The beginning of a line that goes on.
    begun: Vec<u8>,
}

impl Pieces {
    /// The part `index` of `parts`: the lines that begin in it.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn open(path: &Path, index: u64, parts: u64) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        let start = line_border(&file, size * index / parts)?;
        let end = line_border(&file, size * (index + 1) / parts)?;
        file.seek(SeekFrom::Start(start))?;
        Ok(Self { file: file.take(end - start), begun: Vec::new() })
    }

    fn piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut piece = Vec::with_capacity(self.begun.len() + PIECE);
        piece.append(&mut self.begun);
        loop {
            if self.file.by_ref().take(PIECE as u64).read_to_end(&mut piece)? == 0 {
                return Ok((!piece.is_empty()).then_some(piece));
            }
            if let Some(end) = piece.iter().rposition(|byte| *byte == b'\n') {
                self.begun.extend_from_slice(&piece[end + 1..]);
                piece.truncate(end + 1);
                return Ok(Some(piece));
            }
        }
    }
}

impl Iterator for Pieces {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.piece().transpose()
    }
}

/// Where the first line that begins at or after `position` begins, or the end of the file.
fn line_border(mut file: &File, position: u64) -> io::Result<u64> {
    if position == 0 {
        return Ok(0);
    }
    file.seek(SeekFrom::Start(position - 1))?;
    let skipped = BufReader::new(file).skip_until(b'\n')?;
    Ok(position - 1 + skipped as u64)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn text_in(parts: u64, path: &Path) -> Vec<u8> {
        let part = |index| Pieces::open(path, index, parts).unwrap().flat_map(Result::unwrap);
        (0..parts).flat_map(part).collect()
    }

    #[test]
    fn parts_are_the_whole_whatever_their_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        for text in ["", "\n", "a", "a\n\nb c\nlonger than others\nend", "é\né\n"] {
            fs::write(&path, text).unwrap();
            for parts in 1..=8 {
                assert_eq!(text_in(parts, &path), text.as_bytes(), "{text:?} in {parts} parts");
            }
        }
    }

    #[test]
    fn pieces_end_with_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        fs::write(&path, "one line\n".repeat(PIECE / 4)).unwrap();
        let pieces: Vec<_> = Pieces::open(&path, 0, 1).unwrap().map(Result::unwrap).collect();
        assert!(pieces.len() > 1 && pieces.iter().all(|piece| piece.ends_with(b"\n")));
    }
}
