//! Assertions about collections, as steps of the pipeline under test.
//!
//! ```
//! use beamline_sdk::Pipeline;
//! use beamline_sdk::testing::assert_that;
//!
//! let p = Pipeline::new();
//! let squares = p.create([1, 2, 3]).map(|n| n * n);
//! assert_that(&squares).contains_in_any_order([9, 4, 1]);
//! assert_that(&squares.filter(|n| *n > 9)).is_empty();
//! ```
//!
//! An assertion brings all elements of all windows to one place and looks at them when there are no more, also when
//! there never was one. If they are not what they should be the run fails, with an error that names the assertion's place in the
//! program and the step that made the collection.
//!
//! An assertion that is never run is none. The `TestPipeline` of the `beamline` crate takes care of that: it insists on
//! being run, and [asks](ensure_checked) whether every assertion has been checked.

mod matching;
mod panes;
mod report;
mod standing;
mod test_stream;
mod verdict;
mod when_run;

pub use panes::AssertInWindow;
pub use standing::AssertAfterRetractions;
pub use test_stream::TestStream;
pub use verdict::Verdict;
pub use when_run::TestStreamWhenRun;

use crate::combine::{Count, ToList};
use crate::graph::Graph;
use crate::kernel::Op;
use crate::kernel::ops::Check;
use crate::metrics::{Counter, Metrics};
use crate::pipeline::{StepSpec, Template, fused};
use crate::{Element, Error, ErrorKind, PCollection, Pipeline, Result};
use std::fmt::Debug;
use std::panic::Location;
use std::sync::Arc;

const ASSERT: &str = "beamline:transform:assert:v1";

/// Counts in each assertion how often it was checked and held.
pub(crate) static PASSED: Counter = Counter::new("assertions_passed");

/// Begins an assertion about a collection.
///
/// The place of this call is the place of the step: errors name it.
#[track_caller]
#[must_use = "nothing is asserted yet: say what the collection shall be"]
pub fn assert_that<T: Element>(collection: &PCollection<T>) -> AssertThat<T> {
    let made_by = collection.pipeline.with_builder(|builder| builder.describe(collection.id));
    AssertThat { collection: collection.clone(), made_by: made_by.into(), place: Location::caller() }
}

/// What a collection is expected to be. Expectations can be chained; each is a step of its own.
pub struct AssertThat<T> {
    collection: PCollection<T>,
    made_by: Arc<str>,
    place: &'static Location<'static>,
}

impl<T: Element> AssertThat<T> {
    /// Exactly these elements, in any order, each as often as it is given here. Elements are compared by `==`.
    pub fn contains_in_any_order(&self, expected: impl IntoIterator<Item = T>) -> &Self
    where
        T: PartialEq + Debug,
    {
        let expected: Arc<Vec<T>> = Arc::new(expected.into_iter().collect());
        self.check("contains_in_any_order", move |actual| report::same_elements(&expected, actual))
    }

    /// This element, at least once.
    pub fn contains(&self, element: T) -> &Self
    where
        T: PartialEq + Debug,
    {
        self.check("contains", move |actual| report::contains(&element, actual))
    }

    /// No elements.
    pub fn is_empty(&self) -> &Self
    where
        T: Debug,
    {
        self.check("is_empty", report::no_elements)
    }

    /// So many elements. They are counted where they are, so this is for large collections too.
    pub fn has_count(&self, expected: u64) -> &Self {
        self.check_with("has_count", Self::count, move |actual| report::count(expected, *actual))
    }

    /// Whatever a function demands: it is given all elements, in no particular order, and panics or returns an error if
    /// they are not what they should be.
    ///
    /// ```
    /// # use beamline_sdk::{Pipeline, testing::assert_that};
    /// # let p = Pipeline::new();
    /// # let words = p.create(["a".to_owned()]);
    /// assert_that(&words).satisfies(|words| assert!(words.iter().all(|w| w.len() < 10)));
    /// assert_that(&words).satisfies(|words| match words {
    ///     [] => Err("no words"),
    ///     _ => Ok(()),
    /// });
    /// ```
    pub fn satisfies<R: Verdict>(&self, demand: impl Fn(&[T]) -> R + Clone + Send + 'static) -> &Self
    where
        T: Debug,
    {
        self.check("satisfies", move |actual| report::satisfies(&demand, actual))
    }

    fn check(&self, label: &str, check: impl Fn(&[T]) -> Result<(), String> + Clone + Send + 'static) -> &Self {
        let gather = |assertion: &Self| assertion.collection.combine_whatever_the_windows(ToList);
        self.check_with(label, gather, move |actual: &Vec<T>| check(actual))
    }

    fn count(&self) -> PCollection<u64> {
        self.collection.combine_whatever_the_windows(Count)
    }

    /// Adds the steps: one that gathers what the check has to know, and the check.
    fn check_with<G: Element>(
        &self,
        label: &str,
        gather: impl Fn(&Self) -> PCollection<G>,
        check: impl Fn(&G) -> Result<(), String> + Clone + Send + 'static,
    ) -> &Self {
        let pipeline = &self.collection.pipeline;
        let scope = pipeline.open_scope_at("AssertThat".to_owned(), true, self.place);
        let gathered = gather(self);
        let (check, made_by) = (Template::new(check), self.made_by.clone());
        let body = fused::<G>(move |wiring| Op::single::<G>(wiring, Check::new(wiring, check.copy(), made_by.clone())));
        pipeline.add(StepSpec { label: label.to_owned(), urn: ASSERT, inputs: vec![gathered.id], body });
        drop(scope);
        self
    }
}

/// How many assertions a pipeline has.
pub fn assertions(pipeline: &Pipeline) -> usize {
    pipeline.with_builder(|builder| builder.count_of(ASSERT))
}

/// Checks that every assertion of a pipeline that has been run was reached.
///
/// # Errors
/// When one was not.
pub fn ensure_checked(graph: &Graph, metrics: &Metrics) -> Result<()> {
    let assertions = graph.nodes.iter().filter(|node| node.urn == ASSERT);
    let passed = |name: &str| metrics.value(name, PASSED.name()).is_some();
    match assertions.into_iter().find(|node| !passed(&node.step.name)) {
        None => Ok(()),
        Some(node) => {
            let text = "the run has ended, and the assertion was never checked";
            Err(Error::new(ErrorKind::Internal, text).in_step(&node.step))
        }
    }
}
