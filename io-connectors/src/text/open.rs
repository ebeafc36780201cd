//! From a split to its bytes.

use super::compression::Codec;
use super::decode::{ByteCount, decoder};
use super::error::ReadError;
use super::pipe::Pipe;
use super::split::{Origin, Part, Range, Split};
use beamline_sdk::Waker;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// Wakes whoever reads what comes bit by bit, as soon as that is known.
pub(super) type Bell = Arc<OnceLock<Waker>>;

/// The bytes of a split from its beginning.
pub(super) fn open(split: &Split, count: &ByteCount, bell: &Bell) -> Result<Box<dyn Read>, ReadError> {
    match &split.part {
        Part::Range(range) => open_range(&split.origin, range),
        Part::Whole { codec, .. } => {
            let (file, _) = open_file(&split.origin)?;
            decoder(*codec, file, count).map_err(|cause| failed(&split.origin, *codec, cause))
        }
        Part::Pipe { codec } => open_pipe(&split.origin, *codec, count, bell.clone()),
    }
}

/// What went wrong while reading.
pub(super) fn failed(origin: &Origin, codec: Codec, cause: io::Error) -> ReadError {
    match codec {
        Codec::Plain => ReadError::of(origin, cause),
        _ => ReadError::Corrupt { path: origin.to_string(), codec: codec.to_string(), cause },
    }
}

fn open_file(origin: &Origin) -> Result<(File, u64), ReadError> {
    let open = || {
        let file = match origin {
            Origin::File(path) => File::open(path)?,
            Origin::Stdin => return Err(io::ErrorKind::Unsupported.into()),
        };
        let length = file.metadata()?.len();
        Ok((file, length))
    };
    open().map_err(|cause| ReadError::of(origin, cause))
}

/// The byte before the range is read too: it tells whether a line begins with the range.
fn open_range(origin: &Origin, range: &Range) -> Result<Box<dyn Read>, ReadError> {
    let (mut file, found) = open_file(origin)?;
    if found < range.length {
        return Err(ReadError::Shrunk { path: origin.to_string(), expected: range.length, found });
    }
    file.seek(SeekFrom::Start(range.start.saturating_sub(1))).map_err(|cause| ReadError::of(origin, cause))?;
    Ok(Box::new(file))
}

/// A second reader of the same input would get some of the lines of the first.
static STDIN_IS_TAKEN: AtomicBool = AtomicBool::new(false);

fn open_pipe(origin: &Origin, codec: Codec, count: &ByteCount, bell: Bell) -> Result<Box<dyn Read>, ReadError> {
    if *origin == Origin::Stdin && STDIN_IS_TAKEN.swap(true, Ordering::Relaxed) {
        return Err(ReadError::StdinTaken);
    }
    let (from, count) = (origin.clone(), count.clone());
    // Opening a named pipe waits for its writer, and belongs on the other thread too.
    let open = move || match from {
        Origin::Stdin => decoder(codec, io::stdin(), &count),
        Origin::File(path) => decoder(codec, File::open(path)?, &count),
    };
    let wake = move || bell.get().into_iter().for_each(Waker::wake);
    let pipe = Pipe::spawn(wake, open).map_err(|cause| ReadError::of(origin, cause))?;
    Ok(Box::new(pipe))
}
