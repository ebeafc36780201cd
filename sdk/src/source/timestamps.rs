//! Timestamps that are in the elements, and the watermark that follows from them.

use super::WatermarkEstimator;
use crate::kernel::render;
use crate::{BoxError, Next, Reader, Source, SourceBatch, SplitTarget, Timestamp};

/// What a function may return that finds the timestamp of an element: a [`Timestamp`], or a `Result` or an `Option` of
/// one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no timestamp",
    label = "a `Timestamp`, or a `Result` or an `Option` of one, is wanted here"
)]
pub trait IntoTimestamp {
    /// The timestamp.
    ///
    /// # Errors
    /// Says why there is none.
    fn into_timestamp(self) -> Result<Timestamp, BoxError>;
}

impl IntoTimestamp for Timestamp {
    #[inline]
    fn into_timestamp(self) -> Result<Timestamp, BoxError> {
        Ok(self)
    }
}

impl IntoTimestamp for Option<Timestamp> {
    #[inline]
    fn into_timestamp(self) -> Result<Timestamp, BoxError> {
        self.ok_or_else(|| "the function that finds it has returned None".into())
    }
}

impl<E: Into<BoxError>> IntoTimestamp for Result<Timestamp, E> {
    #[inline]
    fn into_timestamp(self) -> Result<Timestamp, BoxError> {
        self.map_err(Into::into)
    }
}

/// What becomes of an element that has no timestamp.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Untimed {
    /// The pipeline fails, with an error that shows the element.
    #[default]
    Fail,
    /// The element has the time of the watermark: it is not late, and a later step can see what is wrong with it. Before
    /// the first element with a time that is [`Timestamp::MIN`].
    AtWatermark,
}

/// A source whose elements say when they are from: see [`Source::with_timestamps`].
#[derive(Clone, Debug)]
pub struct Timestamped<S, F, E> {
    source: S,
    time_of: F,
    estimator: E,
    untimed: Untimed,
}

impl<S, F, E> Timestamped<S, F, E> {
    pub(super) fn new(source: S, time_of: F, estimator: E) -> Self {
        Self { source, time_of, estimator, untimed: Untimed::default() }
    }

    /// Says what becomes of elements without a timestamp. By default they fail the pipeline.
    ///
    /// ```
    /// use beamline_sdk::{Monotonic, Pipeline, Source, Timestamp, Untimed, generate};
    ///
    /// let lines = generate(1.0, |n| if n % 2 == 0 { "2030-01-01T00:00:00Z" } else { "soon" }.to_owned());
    /// let in_time = lines.with_timestamps(|line| line.parse::<Timestamp>(), Monotonic::default());
    /// Pipeline::new().read(in_time.untimed(Untimed::AtWatermark));
    /// ```
    #[must_use]
    pub fn untimed(self, untimed: Untimed) -> Self {
        Self { untimed, ..self }
    }
}

impl<S, F, R, E> Source for Timestamped<S, F, E>
where
    S: Source,
    F: Fn(&S::Out) -> R + Clone + Send + Sync + 'static,
    R: IntoTimestamp,
    E: WatermarkEstimator<S::Out>,
{
    type Out = S::Out;
    /// A split of the inner source, and how far time had come when it was given away.
    type Split = (S::Split, Timestamp);
    type Reader = TimestampedReader<S::Reader, F, E>;

    fn label(&self) -> String {
        self.source.label()
    }

    fn is_bounded(&self) -> bool {
        self.source.is_bounded()
    }

    fn splits(&self, target: &SplitTarget) -> Result<Vec<Self::Split>, BoxError> {
        Ok(self.source.splits(target)?.into_iter().map(|split| (split, Timestamp::MIN)).collect())
    }

    fn size(&self, (split, _): &Self::Split) -> Option<u64> {
        self.source.size(split)
    }

    fn describe(&self, (split, _): &Self::Split) -> String {
        self.source.describe(split)
    }

    fn open(&self, (split, watermark): Self::Split) -> Result<Self::Reader, BoxError> {
        Ok(TimestampedReader {
            inner: self.source.open(split)?,
            time_of: self.time_of.clone(),
            estimator: self.estimator.clone(),
            untimed: self.untimed,
            watermark,
        })
    }

    fn stops_when_drained(&self) -> bool {
        self.source.stops_when_drained()
    }
}

/// Reads a split, and finds out when its elements are from.
pub struct TimestampedReader<R, F, E> {
    inner: R,
    time_of: F,
    estimator: E,
    untimed: Untimed,
    /// What the estimator has said, and before that: how far another reader of the same had come.
    watermark: Timestamp,
}

impl<R: Reader, F, E> TimestampedReader<R, F, E>
where
    R::Out: crate::Element,
    E: WatermarkEstimator<R::Out>,
{
    /// An element has no timestamp.
    #[cold]
    fn without_time(&self, element: &R::Out, cause: &BoxError) -> Result<Timestamp, BoxError> {
        match self.untimed {
            Untimed::AtWatermark => Ok(self.watermark.max(self.estimator.watermark())),
            Untimed::Fail => Err(format!(
                "no timestamp is found in {}: {cause}; to go on with such elements, use untimed(Untimed::AtWatermark)",
                render(element)
            )
            .into()),
        }
    }
}

impl<R, F, T, E> Reader for TimestampedReader<R, F, E>
where
    R: Reader,
    R::Out: crate::Element,
    F: Fn(&R::Out) -> T + 'static,
    T: IntoTimestamp,
    E: WatermarkEstimator<R::Out>,
{
    type Out = R::Out;
    type Split = (R::Split, Timestamp);

    fn poll(&mut self, out: &mut SourceBatch<'_, R::Out>) -> Result<Next, BoxError> {
        let before = out.len();
        let next = self.inner.poll(out)?;
        let (elements, times) = out.stamps();
        for (element, time) in elements[before..].iter().zip(&mut times[before..]) {
            match (self.time_of)(element).into_timestamp() {
                Ok(found) => {
                    *time = found;
                    self.estimator.observe(element, found);
                }
                Err(cause) => *time = self.without_time(element, &cause)?,
            }
        }
        self.watermark = self.watermark.max(self.estimator.watermark());
        Ok(next)
    }

    fn bytes_read(&self) -> u64 {
        self.inner.bytes_read()
    }

    fn watermark(&self) -> Timestamp {
        self.watermark
    }

    fn is_idle(&self) -> bool {
        self.inner.is_idle()
    }

    fn is_caught_up(&self) -> bool {
        self.inner.is_caught_up()
    }

    fn discover(&mut self) -> Option<Self::Split> {
        Some((self.inner.discover()?, Timestamp::MIN))
    }

    fn try_split(&mut self, fraction: f64) -> Option<Self::Split> {
        Some((self.inner.try_split(fraction)?, self.watermark))
    }
}
