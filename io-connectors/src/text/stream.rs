//! Pipes and standard input as streams.

use super::line::{Line, Lines};
use super::read::{Read, read};
use super::reader::LineReader;
use super::split::Split;
use beamline_sdk::{ArrivingReader, BoxError, Source, SplitTarget};

/// Reads the lines of standard input while they come, as a stream: the watermark goes on with the clock, and windows close
/// while the input stays open. At its end the stream ends.
///
/// Timestamps are arrival times, unless [told otherwise](Source::with_timestamps). [`read("-")`](read) reads the same as a
/// collection that is complete at its end.
///
/// A thread takes blocks of the input as they come, so that nobody waits for them. A run that is drained or stopped, or has
/// [taken](Source::take) enough, leaves what is in them and was not read yet: up to ten blocks of at most 256 KiB (64 KiB from
/// an ordinary pipe). That is gone from the input, and no other program gets it; the step counts what had come as
/// `bytes_unread`, unless the run was stopped, but not a block that was just on its way. What has to be read to
/// the last line ends by itself: close the input, in place of draining the run.
///
/// ```
/// use beamline_io::text;
/// use beamline_sdk::{Pipeline, window::Windowing};
/// use std::time::Duration;
///
/// let p = Pipeline::new();
/// let per_second = p.read(text::stdin_stream()).window(Windowing::fixed(Duration::from_secs(1))).count();
/// # drop(per_second);
/// ```
pub fn stdin_stream() -> ReadStream {
    read("-").as_stream()
}

impl<L> Read<L> {
    /// Takes what comes out of pipes, such as those made by `mkfifo`, as a stream: [`stdin_stream`] says what that means.
    pub fn as_stream(self) -> ReadStream<L> {
        ReadStream(self)
    }
}

/// A source of lines as they come: what [`stdin_stream`] and [`Read::as_stream`] return.
#[derive(Clone, Debug)]
#[must_use = "a description reads nothing until it is given to a pipeline"]
pub struct ReadStream<L = String>(Read<L>);

impl<L: Line> Source for ReadStream<L> {
    type Out = L;
    type Split = Split;
    type Reader = ArrivingReader<LineReader<Lines<L>>>;

    fn label(&self) -> String {
        self.0.label()
    }

    fn is_bounded(&self) -> bool {
        false
    }

    fn splits(&self, target: &SplitTarget) -> Result<Vec<Split>, BoxError> {
        self.0.splits(target)
    }

    fn size(&self, split: &Split) -> Option<u64> {
        self.0.size(split)
    }

    fn describe(&self, split: &Split) -> String {
        self.0.describe(split)
    }

    fn open(&self, split: Split) -> Result<Self::Reader, BoxError> {
        Ok(ArrivingReader::new(self.0.open(split)?))
    }
}
