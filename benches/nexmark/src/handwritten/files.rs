//! Events in files.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::windows::{floor, ten_seconds_from};
use crate::events::Event;
use crate::queries::q10::SHARDS;
use crate::results::Summary;

/// The files of a window, which take lines in turn.
struct Log<'a> {
    folder: &'a Path,
    start: i64,
    files: Vec<BufWriter<File>>,
    lines: u64,
    summary: Summary,
}

impl Log<'_> {
    fn write(&mut self, event: &Event) -> io::Result<()> {
        let time = event.date_time();
        if self.files.is_empty() || time.millis() >= self.start + 10_000 {
            self.end()?;
            self.start = floor(time, 10_000);
            self.files = self.begin()?;
        }
        let file = &mut self.files[(self.lines % u64::from(SHARDS)) as usize];
        serde_json::to_writer(&mut *file, event)?;
        file.write_all(b"\n")?;
        self.lines += 1;
        Ok(())
    }

    fn begin(&self) -> io::Result<Vec<BufWriter<File>>> {
        let file = |shard| File::create(self.folder.join(format!("{}-{shard}.json", self.start)));
        (0..SHARDS).map(|shard| Ok(BufWriter::with_capacity(1 << 16, file(shard)?))).collect()
    }

    fn end(&mut self) -> io::Result<()> {
        for mut file in self.files.drain(..) {
            file.flush()?;
        }
        if self.lines > 0 {
            self.summary.add(ten_seconds_from(self.start), &self.lines);
        }
        self.lines = 0;
        Ok(())
    }
}

pub(super) fn log_to_files(events: impl Iterator<Item = Event>, folder: &Path) -> io::Result<Summary> {
    fs::create_dir_all(folder)?;
    let mut log = Log { folder, start: 0, files: Vec::new(), lines: 0, summary: Summary::default() };
    for event in events {
        log.write(&event)?;
    }
    log.end()?;
    Ok(log.summary)
}
