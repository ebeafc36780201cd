//! A side input that changes slowly, made by a function.

use crate::graph::Body;
use crate::kernel::keyed::RefreshView;
use crate::pipeline::StepSpec;
use crate::{BoxError, Error, ErrorKind, Pipeline, View};
use std::sync::Arc;
use std::time::Duration;

impl Pipeline {
    /// A side input that a function makes when the pipeline starts, and again when so much processing time has passed: for
    /// rates, rules and other small tables that somebody else changes now and then.
    ///
    /// Elements of all windows see the value that was made last; those of a batch see the same. The first value is waited
    /// for; then nobody waits, no watermark is held, and a pipeline ends when everything else has. The function is called
    /// by one of the workers, which does nothing else meanwhile.
    ///
    /// If the function fails the first time, the pipeline does. Later, if it fails or panics, the side input keeps its
    /// last value; that is a warning, and counted as `failed_refreshes`. What the value takes is not part of
    /// the memory budget.
    ///
    /// (Beam programming guide, *Slowly updating global window side inputs*.)
    ///
    /// ```
    /// # use beamline_sdk::{BoxError, Pipeline};
    /// # use std::collections::HashMap;
    /// use std::time::Duration;
    ///
    /// fn load_rates() -> Result<HashMap<String, f64>, BoxError> {
    ///     // Here a file would be read, or a service asked.
    ///     Ok(HashMap::from([("USD".to_owned(), 0.9)]))
    /// }
    ///
    /// let p = Pipeline::new();
    /// let payments = p.create([("USD".to_owned(), 30.0)]);
    /// let rates = p.refreshing(Duration::from_mins(1), load_rates);
    /// let euros = payments.with_side(rates).map(|(currency, amount), rates| amount * rates[&currency]);
    /// ```
    #[track_caller]
    pub fn refreshing<V: Send + Sync + 'static, E: Into<BoxError>>(
        &self,
        every: Duration,
        load: impl Fn() -> Result<V, E> + Send + Sync + 'static,
    ) -> View<V> {
        let load = Arc::new(move || load().map_err(Into::into));
        let body = Body::View(Arc::new(RefreshView { every, load }));
        let urn = "beamline:transform:refreshing:v1";
        let node = self.add(StepSpec { label: "Refreshing".into(), urn, inputs: vec![], body });
        if every < Duration::from_millis(1) {
            self.fail(node, Error::new(ErrorKind::Graph, "a side input is refreshed every millisecond at most"));
        }
        View::new(self.id(), node)
    }
}
