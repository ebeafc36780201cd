//! Element-wise user code with a life cycle.

use crate::kernel::{Emitter, Meta};
use crate::side_input::SideInputs;
use crate::window::{Pane, Window};
use crate::{BoxError, Error, ErrorKind, RunId, Timestamp};

/// Takes what a function emits.
pub struct Emit<'a, O: 'static>(&'a mut Emitter<O>);

impl<'a, O: 'static> Emit<'a, O> {
    #[inline]
    pub(crate) fn new(out: &'a mut Emitter<O>) -> Self {
        Self(out)
    }

    /// Emits an element with the timestamp, windows and pane of the input.
    #[inline]
    pub fn emit(&mut self, element: O) {
        self.0.emit_or_unwind(element);
    }
}

/// User code that processes elements one by one, with what it needs around them: a connection, a buffer, a model.
///
/// Each worker has an instance of its own, a clone of the one given to [`par_do`](crate::PCollection::par_do). It is
/// [`setup`](Self::setup) once, then processes bundles of elements, and is [torn down](Self::teardown) in the end, also
/// after an error (Beam model, *`ParDo`*, life cycle of a `DoFn`).
///
/// `Side` is what side inputs it reads, such as `View<SideMap<String, f64>>`; none by default.
///
/// ```
/// use beamline_sdk::{BoxError, Cx, DoFn};
///
/// /// Parses integers; what is none fails the pipeline, with the line in the error.
/// #[derive(Clone)]
/// struct Parse;
///
/// impl DoFn<String> for Parse {
///     type Out = i64;
///     fn process(&mut self, line: String, cx: &mut Cx<'_, i64>) -> Result<(), BoxError> {
///         cx.emit(line.trim().parse()?);
///         Ok(())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `DoFn` for elements `{In}` and side inputs `{Side}`",
    label = "an `impl DoFn<{In}, {Side}>` is missing",
    note = "a `StatefulDoFn` is run by `par_do_stateful`, on pairs of keys and values"
)]
pub trait DoFn<In, Side: SideInputs = ()>: Clone + Send + 'static {
    /// What it emits.
    type Out: Send + 'static;

    /// Called once, before the first bundle: the place to open connections.
    ///
    /// # Errors
    /// Any error fails the pipeline.
    fn setup(&mut self) -> Result<(), BoxError> {
        Ok(())
    }

    /// Called before the first element of each bundle.
    ///
    /// # Errors
    /// Any error fails the pipeline.
    fn start_bundle(&mut self) -> Result<(), BoxError> {
        Ok(())
    }

    /// Called with each element.
    ///
    /// # Errors
    /// Any error fails the pipeline; it is reported with the step, the place of its call and the element.
    fn process(&mut self, element: In, cx: &mut Cx<'_, Self::Out, Side>) -> Result<(), BoxError>;

    /// Called after the last element of each bundle: what has been buffered must be written or emitted now.
    ///
    /// # Errors
    /// Any error fails the pipeline.
    fn finish_bundle(&mut self, cx: &mut BundleCx<'_, Self::Out>) -> Result<(), BoxError> {
        let _ = cx;
        Ok(())
    }

    /// Called last, also after an error. Nothing can be emitted any more.
    fn teardown(&mut self) {}
}

/// What a [`DoFn`] sees and does around one element.
pub struct Cx<'a, O: 'static, Side: SideInputs = ()> {
    pub(crate) out: &'a mut Emitter<O>,
    pub(crate) meta: &'a Meta,
    pub(crate) row: usize,
    pub(crate) side: &'a Side::Values,
}

impl<O: 'static, Side: SideInputs> Cx<'_, O, Side> {
    /// Emits an element with the timestamp, windows and pane of the input.
    #[inline]
    pub fn emit(&mut self, element: O) {
        self.out.emit_or_unwind(element);
    }

    /// Emits an element with a timestamp of its own, and the windows and pane of the input.
    pub fn emit_at(&mut self, timestamp: Timestamp, element: O) {
        self.out.emit_at(element, timestamp, self.meta, self.row);
    }

    /// Passes on what has been emitted so far, rather than when there is enough of it or the bundle ends: for functions that
    /// take so long for an element that nobody should wait for the next.
    ///
    /// What may still be tried again, by [`try_par_do`](crate::PCollection::try_par_do), is held back all the same.
    pub fn flush(&mut self) {
        self.out.pass_on_early();
    }

    /// The event time of the input.
    pub fn timestamp(&self) -> Timestamp {
        *self.meta.time.get(self.row)
    }

    /// The window of the input. An element in several windows is processed once for each.
    pub fn window(&self) -> Window {
        self.meta.windows.get(self.row)[0]
    }

    /// The pane that the input came with.
    pub fn pane(&self) -> Pane {
        *self.meta.pane.get(self.row)
    }

    /// Which run of the pipeline it is: for names of what must not collide with what another run has left.
    pub fn run(&self) -> RunId {
        self.out.run()
    }

    /// Looks whether the run is to stop: for functions that work long on an element, which then give up.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`] if it is to stop. That is never shown: the reason for the stop is.
    pub fn check_stop(&self) -> Result<(), BoxError> {
        if self.out.is_stopped() { Err(Error::new(ErrorKind::Cancelled, "stopped").into()) } else { Ok(()) }
    }

    /// The side inputs.
    pub fn side(&self) -> Side::Refs<'_> {
        Side::refs(self.side)
    }
}

/// What a [`DoFn`] can do at the end of a bundle.
pub struct BundleCx<'a, O: 'static>(pub(crate) &'a mut Emitter<O>);

impl<O: 'static> BundleCx<'_, O> {
    /// Emits an element; as there is no input to inherit from, with a timestamp and a window.
    pub fn emit(&mut self, element: O, timestamp: Timestamp, window: Window) {
        self.0.emit_into(element, timestamp, window);
    }
}
