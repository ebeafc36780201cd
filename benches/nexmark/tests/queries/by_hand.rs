//! Queries by hand, and what a pipeline's results are summed up to.

use std::path::Path;
use std::sync::{Arc, Mutex};

use beamline::prelude::*;
use beamline_nexmark::events::{Events, Stream};
use beamline_nexmark::handwritten;
use beamline_nexmark::queries::Query;
use beamline_nexmark::results::Summary;

fn summary(query: Query, source: Events, workers: usize) -> Summary {
    let (p, kept) = (Pipeline::new(), Arc::new(Mutex::new(None)));
    let keep = kept.clone();
    query.build(&p.read(source), Path::new(""), 0).for_each(move |summary| {
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
    ] {
        for query in handwritten::QUERIES {
            let by_hand = handwritten::run(query, stream.iter()).unwrap();
            assert!(by_hand.results > 0, "{query:?}");
            assert_eq!(summary(query, Events::generated(stream), 2), by_hand, "{query:?}");
            assert_eq!(summary(query, Events::generated(stream).live(), 2), by_hand, "{query:?} of a stream");
        }
    }
}

#[test]
fn others_are_refused() {
    assert!(handwritten::run(Query::Q10, std::iter::empty()).is_err());
}
