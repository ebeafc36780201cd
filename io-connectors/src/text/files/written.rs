//! What is known of a file that has been written.

use beamline_sdk::window::{Pane, Window};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A file that is whole and has its name: what [`write_files`](super::write_files) makes a collection of.
///
/// Its `Display` is the path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WrittenFile {
    /// Where it is.
    pub path: String,
    /// The destination of its elements, as text; nothing if there is only one.
    pub destination: Option<String>,
    /// The window of its elements.
    pub window: Window,
    /// The pane of its elements; unknown if files [have an age](super::WriteFiles::max_age).
    pub pane: Pane,
    /// Which shard of its destination it is, from 0.
    pub shard: u32,
    /// Which file of its pane and shard it is, from 0.
    pub part: u32,
    /// How many elements it has, without the header.
    pub rows: u64,
    /// How long it is, in bytes, as it is on disk.
    pub bytes: u64,
}

impl fmt::Display for WrittenFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.path)
    }
}
