//! The last hour at every second.

use beamline_bench_data::hours::Hours;
use beamline_bench_data::readings::{Reading, digest};

use super::EventTime;

impl EventTime for Hours {
    type In = Reading;
    /// What a meter adds to the checksum.
    type Out = u64;

    #[inline]
    fn add(&mut self, reading: Reading) {
        Self::add(self, reading);
    }

    fn advance(&mut self, watermark: i64, mut emit: impl FnMut(u64)) -> bool {
        let is_over = watermark == i64::MAX && self.is_empty();
        !is_over && self.show_next(watermark, |meter, sum, max| emit(digest(meter, sum, max)))
    }
}
