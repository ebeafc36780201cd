//! Splits that come to their end before others.

use crate::{Control, Seen, run, runner};
use beamline::prelude::*;
use beamline::testing::for_each_seed;
use beamline::{Next, Reader, SourceBatch, SplitTarget};
use std::time::Duration;

/// Numbers, which are their times in milliseconds, in a split that ends soon and one that goes on.
#[derive(Clone)]
struct ShortAndLong;

const SHORT: (i64, i64) = (0, 500);
const LONG: (i64, i64) = (0, 3_000);

impl Source for ShortAndLong {
    type Out = i64;
    type Split = (i64, i64);
    type Reader = Numbers;

    fn label(&self) -> String {
        "Short and long".to_owned()
    }

    fn is_bounded(&self) -> bool {
        false
    }

    fn splits(&self, _: &SplitTarget) -> Result<Vec<(i64, i64)>, BoxError> {
        Ok(vec![SHORT, LONG])
    }

    fn describe(&self, (_, end): &(i64, i64)) -> String {
        format!("numbers up to {end}")
    }

    fn open(&self, (next, end): (i64, i64)) -> Result<Numbers, BoxError> {
        Ok(Numbers { next, end })
    }
}

struct Numbers {
    next: i64,
    end: i64,
}

impl Reader for Numbers {
    type Out = i64;
    type Split = (i64, i64);

    fn poll(&mut self, out: &mut SourceBatch<'_, i64>) -> Result<Next, BoxError> {
        while !out.is_full() && self.next < self.end {
            out.push_at(self.next, Timestamp::from_millis(self.next));
            self.next += 1;
        }
        Ok(if self.next < self.end { Next::More } else { Next::Done })
    }

    fn watermark(&self) -> Timestamp {
        Timestamp::from_millis(self.next)
    }
}

#[test]
fn what_a_worker_has_combined_is_in_time_when_its_split_ends_before_others() {
    for_each_seed(60, |seed| {
        let (runner, _) = runner(seed);
        let (p, control, seen) = (Pipeline::new(), Control::default(), Seen::new());
        let all = seen.clone();
        let windows = Windowing::fixed(Duration::from_secs(1));
        let counts = p.read(ShortAndLong).map(|n| (n % 7, n)).window(windows).count_per_key();
        counts.inspect(move |(_, count)| {
            all.add(count);
        });
        let late = run(&p, &runner, &control).metrics.counter("dropped_late");
        assert_eq!((seen.take().iter().sum::<u64>(), late), (3_500, 0), "seed {seed}");
    });
}
