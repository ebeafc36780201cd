//! Sums by key.

use std::thread;

use polars::prelude::{Column, DataFrame, Engine, IntoColumn, IntoLazy, PolarsResult, UInt64Chunked, col};

use beamline_bench_data::pairs::checksum_of;
use peer_tasks::arguments::Keyed;

/// Sums pairs by key with the streaming engine.
pub(crate) fn run(work: Keyed) -> PolarsResult<u64> {
    let pairs = pairs(work)?.lazy();
    let sums = pairs.group_by([col("key")]).agg([col("value").sum()]).collect_with_engine(Engine::Streaming)?;
    let sums = sums.unwrap_single();
    let (keys, values) = (sums.column("key")?.u64()?, sums.column("value")?.u64()?);
    Ok(checksum_of(keys.into_no_null_iter().zip(values.into_no_null_iter())))
}

/// The pairs in memory, made by all threads: no source of polars makes columns while they are read.
fn pairs(work: Keyed) -> PolarsResult<DataFrame> {
    let parts = work.threads.count() as u64;
    let frames: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..parts).map(|index| scope.spawn(move || part(work, index, parts))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread makes its part")).collect()
    });
    let mut all = DataFrame::default();
    for frame in frames {
        all.vstack_mut_owned(frame?)?;
    }
    Ok(all)
}

fn part(work: Keyed, index: u64, parts: u64) -> PolarsResult<DataFrame> {
    let indices = work.elements * index / parts..work.elements * (index + 1) / parts;
    let keys = work.distribution();
    let (keys, values): (Vec<u64>, Vec<u64>) = indices.map(|index| keys.pair(index)).unzip();
    DataFrame::new(keys.len(), vec![column("key", keys), column("value", values)])
}

fn column(name: &str, numbers: Vec<u64>) -> Column {
    UInt64Chunked::from_vec(name.into(), numbers).into_column()
}
