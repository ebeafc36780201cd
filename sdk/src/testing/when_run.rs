//! A test stream that is made when the pipeline runs.

use super::TestStream;
use super::test_stream::{Script, stream_step};
use crate::kernel::guard::catch;
use crate::{BoxError, Element, Error, ErrorKind, PCollection, PTransform, Pipeline, Result, Step};
use std::sync::Arc;

/// A [`TestStream`] that is made when the pipeline runs, by [`TestStream::when_run`].
#[must_use = "a stream does nothing until it is applied to a pipeline"]
pub struct TestStreamWhenRun<T>(Arc<Make<T>>);

type Make<T> = dyn Fn() -> Result<TestStream<T>, BoxError> + Send + Sync;

impl<T: Element> TestStream<T> {
    /// A stream that a function makes at the beginning of each run: for one that is made of a file, which must not be read
    /// while the pipeline is built. An error of the function, or a panic, fails the run before any step has begun.
    ///
    /// ```
    /// use beamline_sdk::testing::TestStream;
    /// use beamline_sdk::{BoxError, Pipeline, Timestamp};
    ///
    /// /// A file of lines `time,user`, in the order in which they came in.
    /// fn play(file: &str) -> Result<TestStream<String>, BoxError> {
    ///     std::fs::read_to_string(file)?.lines().try_fold(TestStream::new(), |stream, line| {
    ///         let (time, user) = line.split_once(',').ok_or("a line without a comma")?;
    ///         let time: Timestamp = time.parse()?;
    ///         Ok(stream.element(time, user.to_owned()).advance_watermark_to_at_least(time))
    ///     })
    /// }
    ///
    /// let p = Pipeline::new();
    /// let users = p.apply(TestStream::when_run(|| play("clicks.csv")));
    /// ```
    pub fn when_run(make: impl Fn() -> Result<Self, BoxError> + Send + Sync + 'static) -> TestStreamWhenRun<T> {
        TestStreamWhenRun(Arc::new(make))
    }
}

impl<T: Element> Script<T> for TestStreamWhenRun<T> {
    fn write(&self, step: &Arc<Step>) -> Result<TestStream<T>> {
        let made = catch(step, || (self.0)())?;
        made.map_err(|error| Error::wrap(ErrorKind::Io, error).in_step(step))
    }
}

impl<T: Element> PTransform<Pipeline> for TestStreamWhenRun<T> {
    type Out = PCollection<T>;

    fn label(&self) -> String {
        "TestStream".to_owned()
    }

    fn is_opaque(&self) -> bool {
        true
    }

    fn expand(self, pipeline: Pipeline) -> PCollection<T> {
        stream_step(self, &pipeline)
    }
}
