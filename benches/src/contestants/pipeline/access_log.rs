//! The slow requests of a web server's log.

use std::path::Path;
use std::time::Duration;

use ::beamline::prelude::*;

use super::run::{Options, run};
use beamline_bench_data::requests::{SLOW, WINDOW, digest, parse};

/// Counts the slow requests of each page in each minute.
///
/// # Errors
///
/// Those of the pipeline.
pub fn count_slow_requests(file: &Path, options: Options) -> Result<u64, BoxError> {
    run(options, |p| {
        p.read(text::read(file).parse_some(slow))
            .with_timestamps(|(millis, _)| Timestamp::from_millis(*millis))
            .map(|(_, page)| page)
            .window(Windowing::fixed(Duration::from_millis(WINDOW as u64)))
            .count_per_element()
            .map(|(page, count)| digest(&page, count))
    })
}

/// The time and page of a request that was slow.
fn slow(line: &str) -> Result<Option<(i64, SmallString)>, BoxError> {
    let request = parse(line)?;
    Ok((request.seconds >= SLOW).then(|| (request.millis, request.page.into())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contestants::access_log;
    use beamline_bench_data::dataset::{Dataset, Kind};

    #[test]
    fn the_pipeline_agrees_with_the_loop() {
        let folder = tempfile::tempdir().unwrap();
        let log = Dataset::new(folder.path(), Kind::AccessLog, 3);
        log.prepare().unwrap();
        let expected = access_log::count_slow(log.path()).unwrap();
        assert_ne!(expected, 0);
        let options = Options::threads(2);
        assert_eq!(count_slow_requests(log.path(), options).unwrap(), expected);
    }
}
