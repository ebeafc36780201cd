//! Queries by hand, and what a pipeline's results are summed up to.

use std::sync::{Arc, Mutex};

use beamline::prelude::*;
use beamline_nexmark::events::{Events, Reading, Stream};
use beamline_nexmark::handwritten;
use beamline_nexmark::queries::Query;
use beamline_nexmark::results::Summary;
use clap::ValueEnum;

fn summary(query: Query, source: Events, workers: usize) -> Summary {
    let (p, kept, folder) = (Pipeline::new(), Arc::new(Mutex::new(None)), tempfile::tempdir().unwrap());
    let keep = kept.clone();
    query.build(&Reading::new(&p, source), folder.path(), 0).for_each(move |summary| {
        assert_eq!(keep.lock().unwrap().replace(summary), None);
        Ok(())
    });
    p.run_with(&LocalRunner::new().parallelism(workers)).unwrap();
    kept.lock().unwrap().expect("there is a summary")
}

#[test]
fn they_agree_with_pipelines() {
    for stream in [
        Stream { events: 12_000, per_second: 500, ..Stream::default() },
        Stream { events: 8_000, per_second: 3, ..Stream::default() },
        // Ten minutes of a day, and ten of the next one.
        Stream {
            events: 12_000,
            per_second: 10,
            start: Timestamp::from_millis(1_436_917_800_000),
            ..Stream::default()
        },
    ] {
        for query in Query::value_variants() {
            let folder = tempfile::tempdir().unwrap();
            let by_hand = handwritten::run(*query, stream.iter(), folder.path()).unwrap();
            assert!(by_hand.results > 0, "{query:?}");
            assert_eq!(summary(*query, Events::generated(stream), 2), by_hand, "{query:?}");
            assert_eq!(summary(*query, Events::generated(stream).live(), 2), by_hand, "{query:?} of a stream");
        }
    }
}
