//! Sums by key.

use ::beamline::prelude::*;

use super::run::{Options, run};
use crate::contestants::pairs::Stream;
use beamline_bench_data::pairs::checksum_of;

/// Sums the pairs by key with a combiner.
///
/// # Errors
///
/// Those of the pipeline.
pub fn sum(stream: Stream, options: Options) -> Result<u64, BoxError> {
    run(options, |p| checksum(&pairs(p, stream).combine_per_key(Sum)))
}

/// Groups the pairs by key, then sums each group: the literal reading.
///
/// # Errors
///
/// Those of the pipeline.
pub fn group_then_sum(stream: Stream, options: Options) -> Result<u64, BoxError> {
    run(options, |p| {
        let groups = pairs(p, stream).group_by_key();
        checksum(&groups.map_values(|values| values.into_iter().sum()))
    })
}

fn pairs(p: &Pipeline, stream: Stream) -> PCollection<(u64, u64)> {
    p.sequence(0..stream.pairs).map(move |index| stream.keys.pair(index))
}

fn checksum(sums: &PCollection<(u64, u64)>) -> PCollection<u64> {
    sums.map(|pair| checksum_of(std::iter::once(pair)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contestants::pairs;
    use beamline_bench_data::pairs::Keys;

    #[test]
    fn pipelines_agree_with_loops() {
        let stream = Stream { keys: Keys::zipf(100), distinct: 100, pairs: 20_000 };
        let options = Options::threads(2);
        assert_eq!(sum(stream, options).unwrap(), pairs::sum(stream));
        assert_eq!(group_then_sum(stream, options).unwrap(), pairs::sum(stream));
    }
}
