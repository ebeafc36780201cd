//! Reading a text in large pieces that end between words.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

const CHUNK: usize = 1 << 20;

/// Calls `each` with large pieces of a range of a file, one after the other, never cutting a word or a character.
///
/// # Errors
///
/// When the file cannot be read, and the first that `each` returns.
pub fn for_each_chunk(path: &Path, range: Range<u64>, each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(range.start))?;
    split(file.take(range.end - range.start), CHUNK, each)
}

/// Where the first line that begins at or after `position` begins, or the end of the file.
///
/// # Errors
///
/// When the file cannot be read.
pub fn line_border(path: &Path, position: u64) -> io::Result<u64> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(position))?;
    let mut skipped = 0;
    let mut buffer = [0; 1024];
    loop {
        let read = file.read(&mut buffer)?;
        match buffer[..read].iter().position(|byte| *byte == b'\n') {
            Some(end) => return Ok(position + skipped + end as u64 + 1),
            None if read == 0 => return Ok(position + skipped),
            None => skipped += read as u64,
        }
    }
}

fn split(mut source: impl Read, size: usize, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut buffer = vec![0; size];
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

/// Where the last word begins that may go on: after the last ASCII byte that is no letter.
fn last_border(chunk: &[u8]) -> usize {
    chunk.iter().rposition(|byte| byte.is_ascii() && !byte.is_ascii_alphabetic()).map_or(0, |border| border + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use beamline_bench_data::words::words;

    #[test]
    fn no_word_is_cut_whatever_the_size() {
        let text = "don't naïve день-ночь 東京タワー longer42than-every_chunk\nétéétéétéétéétéété a";
        for size in 1..100 {
            let mut found = Vec::new();
            split(text.as_bytes(), size, |chunk| {
                found.extend(words(str::from_utf8(chunk).unwrap()).map(String::from));
                Ok(())
            })
            .unwrap();
            assert!(words(text).eq(found.iter()), "chunks of {size}: {found:?}");
        }
    }
}
