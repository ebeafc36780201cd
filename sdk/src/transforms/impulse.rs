//! Collections that are there to begin with, or to begin again and again.

use crate::graph::Body;
use crate::kernel::ReadFactory;
use crate::pipeline::StepSpec;
use crate::source::generate_every;
use crate::{BoxError, Next, PCollection, Pipeline, Reader, Source, SourceBatch, SplitTarget, Timestamp};
use std::sync::Arc;
use std::time::Duration;

impl Pipeline {
    /// A collection of one element, without a value or a time of its own (*Impulse* in the Beam model): for a step that
    /// makes everything else.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let numbers = p.impulse().flat_map(|()| 0..100u64);
    /// ```
    #[track_caller]
    pub fn impulse(&self) -> PCollection<()> {
        let body = Body::Read(Arc::new(ReadFactory(Impulse)));
        let urn = "beam:transform:impulse:v1";
        let node = self.add(StepSpec { label: "Impulse".to_owned(), urn, inputs: vec![], body });
        self.add_output(node)
    }

    /// An element at once and after each `every` of processing time, without an end (*`PeriodicImpulse`* in the Beam SDKs):
    /// for what has to be looked at again and again. Elements are the instants at which they are due, which are their
    /// timestamps too. Instants that have passed while the pipeline was busy are moved back, not made up for.
    ///
    /// A pause below a millisecond is an error of the pipeline when it starts.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// # use std::time::Duration;
    /// let p = Pipeline::new();
    /// let sizes = p.periodic_impulse(Duration::from_mins(1)).map(|now| (now, std::env::vars().count()));
    /// ```
    #[track_caller]
    pub fn periodic_impulse(&self, every: Duration) -> PCollection<Timestamp> {
        let scope = self.open_scope("PeriodicImpulse".to_owned(), true);
        let ticks = self.read(generate_every(every, |n| n)).reify_timestamps().map(|(_, time)| time);
        drop(scope);
        ticks
    }
}

/// Makes one element.
#[derive(Clone)]
struct Impulse;

impl Source for Impulse {
    type Out = ();
    type Split = ();
    type Reader = Self;

    fn label(&self) -> String {
        "Impulse".to_owned()
    }

    fn splits(&self, _: &SplitTarget) -> Result<Vec<()>, BoxError> {
        Ok(vec![()])
    }

    fn describe(&self, (): &()) -> String {
        "the only element".to_owned()
    }

    fn open(&self, (): ()) -> Result<Self, BoxError> {
        Ok(Self)
    }
}

impl Reader for Impulse {
    type Out = ();
    type Split = ();

    fn poll(&mut self, out: &mut SourceBatch<'_, ()>) -> Result<Next, BoxError> {
        out.push(());
        Ok(Next::Done)
    }
}
