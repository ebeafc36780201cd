//! Calls to services.

mod options;

pub use options::{AsyncOptions, TimedOut};
pub(crate) use options::{CacheSpec, Settings};

use super::elementwise::PAR_DO;
use super::try_map::Limit;
use crate::kernel::Op;
use crate::kernel::ops::{Answer, Call, ParDoAsync};
use crate::pipeline::{StepSpec, fused};
use crate::{BoxError, Element, PCollection, Tried};
use std::sync::Arc;

impl<T: Element> PCollection<T> {
    /// Calls an asynchronous function for every element, several at once: for services that take their time to answer.
    /// It runs on [tokio](https://docs.rs/tokio), so clients that are made for that can be used. (Cargo feature `async`.)
    ///
    /// An element that is away has not been forgotten: it holds the watermark back at its timestamp, the result gets its
    /// timestamp, windows and pane, and the pipeline ends when all have come back. Those for which the last
    /// [attempt](AsyncOptions::attempts) has failed are [dead letters](Tried::failed); if nothing reads them, the first
    /// one fails the pipeline, as does a panic. What calls count in [`metrics`](crate::metrics) counts for the step; so do
    /// the `retries` and, with [a cache](AsyncOptions::cached_by), the `cache_hits`.
    ///
    /// The function is shared by all workers, so one client in it is one for all. It is called on threads of tokio, not on
    /// those of workers. In a run that is to be repeatable, or with a clock that is set by hand, it is called on the
    /// worker's own, in an order that follows from the seed.
    ///
    /// ```
    /// use beamline_sdk::{AsyncOptions, Pipeline};
    /// use std::time::Duration;
    ///
    /// async fn price_of(id: u64) -> Result<f64, std::io::Error> {
    ///     // Here a service would be asked.
    ///     Ok(id as f64 * 0.5)
    /// }
    ///
    /// let p = Pipeline::new();
    /// let ids = p.create([7u64, 9]);
    /// let options = AsyncOptions::concurrency(16).timeout(Duration::from_secs(5)).attempts(3);
    /// let prices = ids.par_do_async(options, |id| async move { Ok::<_, std::io::Error>((id, price_of(id).await?)) });
    /// let (prices, letters) = (prices.ok, prices.failed);
    /// ```
    #[track_caller]
    pub fn par_do_async<O, E, F>(
        &self,
        options: AsyncOptions<T>,
        f: impl Fn(T) -> F + Send + Sync + 'static,
    ) -> Tried<O, T>
    where
        O: Element,
        E: Into<BoxError>,
        F: Future<Output = Result<O, E>> + Send + 'static,
    {
        let call: Call<T, O> = Arc::new(move |element| {
            let answer = f(element);
            Box::pin(async move { answer.await.map_err(Into::into) }) as Answer<O>
        });
        let (limit, refusal) = (Limit::default(), options.check().err());
        let said = limit.clone();
        let body = fused::<T>(move |wiring| {
            Op::single::<T>(wiring, ParDoAsync::new(wiring, &options, call.clone(), said.get().copied()))
        });
        let node = self.pipeline.add(StepSpec { label: "ParDoAsync".into(), urn: PAR_DO, inputs: vec![self.id], body });
        refusal.into_iter().for_each(|error| self.pipeline.fail(node, error));
        Tried { ok: self.pipeline.add_output(node), failed: self.pipeline.add_output(node), limit }
    }
}
