//! Sums by key.

use std::sync::Arc;

use datafusion::arrow::array::{Array, RecordBatch, UInt64Array};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::functions_aggregate::expr_fn::sum;
use datafusion::prelude::{SessionConfig, SessionContext, col};
use futures::TryStreamExt;
use futures::future::try_join_all;

use beamline_bench_data::pairs::checksum_of;
use peer_tasks::arguments::Keyed;

use crate::table;

/// Sums pairs by key, and adds up what comes out of each partition where it comes out.
pub(crate) async fn run(work: Keyed) -> Result<u64> {
    let config = SessionConfig::new().with_target_partitions(work.threads.count());
    let session = SessionContext::new_with_config(config);
    let pairs = session.read_table(Arc::new(table::pairs(work)?))?;
    let sums = pairs.aggregate(vec![col("key")], vec![sum(col("value"))])?;
    let partitions = sums.execute_stream_partitioned().await?;
    let checksums = partitions.into_iter().map(|partition| tokio::spawn(checksum(partition)));
    let checksums = try_join_all(checksums).await.map_err(|error| DataFusionError::External(error.into()))?;
    checksums.into_iter().try_fold(0, |sum: u64, checksum| Ok(sum.wrapping_add(checksum?)))
}

async fn checksum(sums: SendableRecordBatchStream) -> Result<u64> {
    sums.try_fold(0, async |checksum: u64, batch| Ok(checksum.wrapping_add(of_batch(&batch)))).await
}

fn of_batch(sums: &RecordBatch) -> u64 {
    let column = |index| {
        let numbers: Option<&UInt64Array> = sums.column(index).as_any().downcast_ref();
        numbers.expect("keys and sums are numbers").values()
    };
    checksum_of(column(0).iter().copied().zip(column(1).iter().copied()))
}
