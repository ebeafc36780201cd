//! Where rows go that memory cannot hold. Runners provide the files.

use crate::{Error, ErrorKind, Result};
use std::io;
use std::sync::Arc;

/// Makes scratch files, which vanish with their last handle.
pub trait Scratch: Send + Sync {
    /// A new empty file.
    ///
    /// # Errors
    /// When the file cannot be created.
    fn create(&self) -> io::Result<Arc<dyn ScratchFile>>;
}

/// A file that grows at its end and is read anywhere.
pub trait ScratchFile: Send + Sync {
    /// Writes `bytes` at the end and says where they begin.
    ///
    /// # Errors
    /// When they cannot be written, as on a full disk.
    fn append(&self, bytes: &[u8]) -> io::Result<u64>;

    /// Reads `into.len()` bytes from `offset` on.
    ///
    /// # Errors
    /// When they cannot be read.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()>;
}

/// A run of encoded rows in a scratch file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) offset: u64,
    pub(crate) len: usize,
}

/// The size in bytes at which rows are written: large enough for a disk, small beside any budget.
pub(crate) const BLOCK: usize = 256 << 10;

/// Reads a block into a buffer.
pub(crate) fn read_block(file: &dyn ScratchFile, block: Block, buffer: &mut Vec<u8>) -> Result<()> {
    buffer.resize(block.len, 0);
    file.read_at(block.offset, buffer).map_err(scratch_error)
}

/// An error of a scratch file.
pub(crate) fn scratch_error(error: io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("cannot spill to disk: {error}"))
        .help("set TMPDIR to a folder with more room, or raise --memory")
}

/// An error of the codec: the fault of a type whose `Serialize` and `Deserialize` do not fit together.
pub(crate) fn codec_error<T>(error: crate::BoxError) -> Error {
    codec_error_of(std::any::type_name::<T>(), error)
}

fn codec_error_of(name: &str, error: crate::BoxError) -> Error {
    Error::wrap(ErrorKind::User, error).at(format!("a value of type {name}, on its way to disk")).help(
        "its Serialize and Deserialize must work with a format that does not describe itself: no untagged enums, no \
         flattened fields, no serde_json::Value",
    )
}
