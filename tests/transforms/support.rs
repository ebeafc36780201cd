//! What the tests of transforms have in common.

use beamline::testing::TestPipeline;
use beamline::{Element, Error, JobResult, PCollection, Pipeline, Result};

const PARALLELISMS: [usize; 3] = [1, 2, 7];
const BATCH_SIZES: [usize; 3] = [1, 3, 1024];

/// Builds and runs a pipeline at every parallelism and size of batches.
fn outcomes(build: impl Fn(&TestPipeline), check: impl Fn(Result<JobResult>)) {
    for parallelism in PARALLELISMS {
        for batch_size in BATCH_SIZES {
            // Shown if the test fails.
            println!("parallelism {parallelism}, batches of {batch_size}");
            let p = TestPipeline::new().with_parallelism(parallelism).with_batch_size(batch_size);
            build(&p);
            check(p.try_run());
        }
    }
}

/// The pipeline runs, and its assertions hold.
pub(crate) fn everywhere(build: impl Fn(&TestPipeline)) {
    outcomes(build, |result| {
        result.unwrap_or_else(|error| panic!("{error}"));
    });
}

/// The pipeline runs, its assertions hold, and so does what is demanded of the result.
pub(crate) fn everywhere_with(build: impl Fn(&TestPipeline), check: impl Fn(JobResult)) {
    outcomes(build, |result| check(result.unwrap_or_else(|error| panic!("{error}"))));
}

/// The pipeline fails, and the error is as it should be.
pub(crate) fn fails_everywhere(build: impl Fn(&TestPipeline), check: impl Fn(&Error)) {
    outcomes(build, |result| check(&result.expect_err("the pipeline fails")));
}

/// A collection that is spread over all workers.
pub(crate) fn spread<T: Element>(p: &Pipeline, elements: impl IntoIterator<Item = T>) -> PCollection<T> {
    p.create(elements).reshuffle()
}

/// A collection without elements, made the hard way.
pub(crate) fn nothing<T: Element>(p: &Pipeline) -> PCollection<T> {
    p.create(Vec::<T>::new())
}

pub(crate) fn owned<const N: usize>(texts: [&str; N]) -> [String; N] {
    texts.map(str::to_owned)
}

/// The elements in order.
pub(crate) fn sorted<T: Ord>(elements: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut elements: Vec<T> = elements.into_iter().collect();
    elements.sort();
    elements
}
