//! What depends on the clock.

use std::time::Duration;

use beamline::testing::{TestPipeline, TestStream, assert_that};
use beamline_nexmark::events::{Bid, Event, Stream};
use beamline_nexmark::queries::q12::processing_time_windows;

#[test]
fn bids_are_counted_for_ten_seconds_by_the_clock() {
    let bid = Stream::default().iter().find_map(Event::bid).expect("there are bids");
    let by = |bidder| Event::Bid(Bid { bidder, ..bid.clone() });
    let p = TestPipeline::new();
    let events = TestStream::new()
        .elements([1, 1, 2].map(|bidder| (bid.date_time, by(bidder))))
        .advance_processing_time(Duration::from_secs(9))
        .elements([(bid.date_time, by(1))])
        .advance_processing_time(Duration::from_secs(1))
        .elements([(bid.date_time, by(1))]);
    let counts = processing_time_windows(&p.apply(events));
    assert_that(&counts).contains_in_any_order([(1, 3), (2, 1), (1, 1)]);
    p.run();
}
