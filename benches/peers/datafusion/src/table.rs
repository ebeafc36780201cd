//! Pairs as a table that is made while it is read.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::streaming::StreamingTable;
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;

use beamline_bench_data::pairs::Keys;
use peer_tasks::arguments::Keyed;

/// The pairs in as many partitions as there are threads.
pub(crate) fn pairs(work: Keyed) -> Result<StreamingTable> {
    let fields = ["key", "value"].map(|name| Field::new(name, DataType::UInt64, false));
    let schema = Arc::new(Schema::new(Vec::from(fields)));
    let parts = work.threads.count() as u64;
    let part = |part| {
        let indices = work.elements * part / parts..work.elements * (part + 1) / parts;
        Arc::new(Pairs { schema: Arc::clone(&schema), keys: work.distribution(), indices }) as Arc<dyn PartitionStream>
    };
    StreamingTable::try_new(Arc::clone(&schema), (0..parts).map(part).collect())
}

/// The pairs of some indices.
#[derive(Debug)]
struct Pairs {
    schema: SchemaRef,
    keys: Keys,
    indices: Range<u64>,
}

impl PartitionStream for Pairs {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (schema, keys, end) = (Arc::clone(&self.schema), self.keys, self.indices.end);
        let size = context.session_config().batch_size();
        let batches = self.indices.clone().step_by(size).map(move |start| {
            let indices = start..end.min(start + size as u64);
            batch(&schema, keys, indices)
        });
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), futures::stream::iter(batches)))
    }
}

fn batch(schema: &SchemaRef, keys: Keys, indices: Range<u64>) -> Result<RecordBatch> {
    let (keys, values): (Vec<u64>, Vec<u64>) = indices.map(|index| keys.pair(index)).unzip();
    let columns: Vec<ArrayRef> = vec![Arc::new(UInt64Array::from(keys)), Arc::new(UInt64Array::from(values))];
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}
