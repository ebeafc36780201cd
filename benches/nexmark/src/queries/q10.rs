//! Query 10, *log to sharded files*: all events, in files of ten seconds.
//!
//! Definition: `Query10` of Beam's NEXMark suite, which writes to Google Cloud Storage.

use std::path::Path;
use std::time::Duration;

use beamline::io::text::WrittenFile;
use beamline::prelude::*;

use crate::events::Feed;

/// How many files there are of each window.
pub const SHARDS: u32 = 4;

/// The files, each with events as lines of JSON.
pub fn log_to_files(events: &impl Feed, folder: &Path) -> PCollection<WrittenFile> {
    let names = format!("{}/{{window.start}}-{{shard}}.json", folder.display());
    events
        .all()
        .window(Windowing::fixed(Duration::from_secs(10)))
        .map(text::Json)
        .named("ToJson")
        .apply(text::write_files(names).shards(SHARDS))
}
