//! Functions at the end of a pipeline.

use super::elementwise::PAR_DO;
use super::write::Written;
use crate::graph::Body;
use crate::graph::builder::NodeSpec;
use crate::kernel::ops::ForEach;
use crate::kernel::{Meta, Op};
use crate::pipeline::{Template, fused};
use crate::{BoxError, Element, PCollection, ValueInWindow};

impl<T: Element> PCollection<T> {
    /// Calls a function with every element, at the end of a pipeline: to send it somewhere, or to print it.
    ///
    /// Each worker has a copy of the function, and calls it with one element after the other; elements of different workers
    /// come at the same time, and in no particular order. An error fails the pipeline, and names the step and the element;
    /// what was done by then stays done; [`try_for_each`](Self::try_for_each) tries again, and gives elements up. How many
    /// elements there were is in the metrics of the step.
    ///
    /// A function that needs a connection, or that gathers elements to send them together, is better a
    /// [`DoFn`](crate::DoFn), which has a life cycle. What shall be visible only if the whole pipeline succeeds is written by
    /// a [`Sink`](crate::Sink).
    ///
    /// Refused, when the pipeline is run, are collections whose elements may be [taken back](crate::window#retractions): the
    /// function could not see it. [`for_each_in_window`](Self::for_each_in_window) can.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// use std::io::{Write as _, stderr};
    ///
    /// let p = Pipeline::new();
    /// let counts = p.create(["to", "be"].map(str::to_owned)).count_per_element();
    /// counts.for_each(|(word, count)| Ok(writeln!(stderr(), "{word}: {count}")?)).named("Print");
    /// ```
    #[track_caller]
    pub fn for_each(&self, f: impl FnMut(T) -> Result<(), BoxError> + Clone + Send + 'static) -> Written {
        let f = Template::new(f);
        let body = fused::<T>(move |wiring| {
            let mut f = f.copy();
            Op::single(wiring, ForEach::new(wiring, false, move |value, _: &Meta, _| f(value)))
        });
        let written = self.end_in("ForEach", body);
        written.check(self.check_stays("a function of the element alone"))
    }

    /// [`for_each`](Self::for_each) for functions that look at the timestamp, the window and the pane of an element. They
    /// are called once for each window that it is in.
    ///
    /// An element that is [taken back](crate::window#retractions) comes again with a pane that [says
    /// so](crate::window::Pane::is_retraction).
    ///
    /// ```
    /// # use beamline_sdk::{Pipeline, Timestamp, window::Windowing};
    /// # use std::time::Duration;
    /// let p = Pipeline::new();
    /// let clicks = p.create([61_000i64, 62_000]).with_timestamps(|time| Timestamp::from_millis(*time));
    /// let each_minute = clicks.window(Windowing::fixed(Duration::from_mins(1))).count();
    /// each_minute.for_each_in_window(|count| {
    ///     eprintln!("{} clicks from {} on", count.value, count.window.start);
    ///     Ok(())
    /// });
    /// ```
    #[track_caller]
    pub fn for_each_in_window(
        &self,
        f: impl FnMut(ValueInWindow<T>) -> Result<(), BoxError> + Clone + Send + 'static,
    ) -> Written {
        let f = Template::new(f);
        let body = fused::<T>(move |wiring| {
            let mut f = f.copy();
            Op::single(
                wiring,
                ForEach::new(wiring, true, move |value, meta: &Meta, row| f(in_window(value, meta, row))),
            )
        });
        self.end_in("ForEach", body)
    }

    /// Adds a step that has no output.
    #[track_caller]
    fn end_in(&self, label: &str, body: Body) -> Written {
        let node = self.pipeline.add_node(NodeSpec {
            label: label.to_owned(),
            urn: PAR_DO,
            inputs: vec![self.id],
            side_inputs: Vec::new(),
            body,
            sink: None,
            windowing: None,
        });
        Written::new(self.pipeline.clone(), node)
    }
}

fn in_window<T>(value: T, meta: &Meta, row: usize) -> ValueInWindow<T> {
    let (timestamp, window, pane) = (*meta.time.get(row), meta.windows.get(row)[0], *meta.pane.get(row));
    ValueInWindow { value, timestamp, window, pane }
}
