//! The word count as one would write it by hand for speed, on one thread: large reads, words as slices of the buffer, one
//! look per byte, a good hash and table.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use super::table::WordTable;
use crate::words::for_each_word;

const CHUNK: usize = 1 << 20;

/// Counts the words of a file into another.
///
/// # Errors
///
/// When a file cannot be read or written, or the input is not UTF-8.
pub fn run(input: &Path, output: &Path) -> io::Result<()> {
    count(input, 0..u64::MAX)?.write(output)
}

/// Counts the words within a range of bytes of a file, which must begin and end between words.
///
/// # Errors
///
/// When the file cannot be read or is not UTF-8.
pub fn count(path: &Path, range: Range<u64>) -> io::Result<WordTable> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(range.start))?;
    let mut table = WordTable::default();
    for_each_chunk(file.take(range.end - range.start), |chunk| {
        for_each_word(chunk, |word| table.add(word)).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    })?;
    Ok(table)
}

/// Calls `each` with large pieces of `source`, never cutting a word or a character.
fn for_each_chunk(mut source: impl Read, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    let mut filled = 0;
    loop {
        let read = source.read(&mut buffer[filled..])?;
        filled += read;
        if read == 0 {
            return each(&buffer[..filled]);
        }
        let end = last_border(&buffer[..filled]);
        each(&buffer[..end])?;
        buffer.copy_within(end..filled, 0);
        filled -= end;
        if filled == buffer.len() {
            buffer.resize(2 * filled, 0);
        }
    }
}

/// Where the last word that may go on begins: after the last ASCII byte that is no letter.
fn last_border(chunk: &[u8]) -> usize {
    chunk.iter().rposition(|byte| byte.is_ascii() && !byte.is_ascii_alphabetic()).map_or(0, |border| border + 1)
}
