//! Keyed user code with state and timers.

use super::spec::StateSpec;
use super::timer_rules::TimerRules;
use crate::dofn::BundleCx;
use crate::kernel::{Emitter, Meta};
use crate::window::{Pane, Window};
use crate::{BoxError, Timestamp};

/// User code that sees the values of each key one after the other, and remembers something between them.
///
/// Runs by [`par_do_stateful`](crate::PCollection::par_do_stateful). Each worker has an instance of its own, and a state
/// for each of its keys in each window; what belongs to a key is in the state, what belongs to the worker (a
/// connection, a buffer) is in the instance. The life cycle is that of a [`DoFn`](crate::DoFn) (Beam programming guide,
/// *State and Timers*).
///
/// Here values of a key are numbered, and a pause of an hour begins anew:
///
/// ```
/// extern crate beamline_sdk as beamline; // Programs depend on `beamline` itself.
/// use beamline::state::{EventTimer, StateCx, StatefulDoFn, ValueState};
/// use beamline::{BoxError, Pipeline};
/// use beamline_macros::StateSpec;
/// use std::time::Duration;
///
/// #[derive(StateSpec)]
/// struct Numbering {
///     last: ValueState<u64>,
///     pause: EventTimer,
/// }
///
/// #[derive(Clone)]
/// struct Number;
///
/// impl StatefulDoFn<String, String> for Number {
///     type State = Numbering;
///     type Out = (u64, String);
///
///     fn process(
///         &mut self,
///         _user: &String,
///         action: String,
///         state: &mut Numbering,
///         cx: &mut StateCx<'_, Self::Out>,
///     ) -> Result<(), BoxError> {
///         let number = state.last.get_or_insert_with(|| 0);
///         *number += 1;
///         cx.emit((*number, action));
///         state.pause.set(cx.timestamp() + Duration::from_secs(3600), cx);
///         Ok(())
///     }
///
///     fn on_timer(
///         &mut self,
///         _user: &String,
///         timer: NumberingTimer,
///         state: &mut Numbering,
///         _cx: &mut StateCx<'_, Self::Out>,
///     ) -> Result<(), BoxError> {
///         match timer {
///             NumberingTimer::Pause => state.last.clear(),
///         }
///         Ok(())
///     }
/// }
///
/// fn main() {
///     let p = Pipeline::new();
///     let actions = p.create([("ada", "login"), ("ada", "buy")].map(|(user, what)| (user.to_owned(), what.to_owned())));
///     let numbered = actions.par_do_stateful(Number).named("NumberActions");
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `StatefulDoFn` for keys `{K}` and values `{V}`",
    label = "an `impl StatefulDoFn<{K}, {V}>` is missing"
)]
pub trait StatefulDoFn<K, V>: Clone + Send + 'static {
    /// What it remembers for a key in a window: a struct with `#[derive(StateSpec)]`.
    type State: StateSpec;

    /// What it emits.
    type Out: Send + 'static;

    /// Whether the values of a key come in the order of their timestamps (Beam's `@RequiresTimeSortedInput`).
    ///
    /// Values then wait until the watermark has passed them, but no longer than their window lasts. Those of the same
    /// timestamp come in the order of their arrival. A late one comes at once, out of order, if its window has not
    /// expired.
    const REQUIRES_TIME_SORTED_INPUT: bool = false;

    /// Called once, before the first bundle.
    ///
    /// # Errors
    /// Any error fails the pipeline.
    fn setup(&mut self) -> Result<(), BoxError> {
        Ok(())
    }

    /// Called before the first value or timer of each bundle.
    ///
    /// # Errors
    /// Any error fails the pipeline.
    fn start_bundle(&mut self) -> Result<(), BoxError> {
        Ok(())
    }

    /// Called with each value, once for each window that it is in.
    ///
    /// # Errors
    /// Any error fails the pipeline; it is reported with the step, the place of its call and the element.
    fn process(
        &mut self,
        key: &K,
        value: V,
        state: &mut Self::State,
        cx: &mut StateCx<'_, Self::Out>,
    ) -> Result<(), BoxError>;

    /// Called when a timer has come. It is set no more, and may be set again.
    ///
    /// # Errors
    /// Any error fails the pipeline; it is reported with the timer, the key and the window.
    fn on_timer(
        &mut self,
        key: &K,
        timer: <Self::State as StateSpec>::Timer,
        state: &mut Self::State,
        cx: &mut StateCx<'_, Self::Out>,
    ) -> Result<(), BoxError> {
        let _ = (key, timer, state, cx);
        Err("a timer has come, and there is no `on_timer`".into())
    }

    /// Called when a window expires in which something is left of a key: the last chance to emit it. What it leaves in
    /// the state is dropped, timers included.
    ///
    /// # Errors
    /// Any error fails the pipeline; it is reported with the key and the window.
    fn on_window_expiration(
        &mut self,
        key: &K,
        state: &mut Self::State,
        cx: &mut StateCx<'_, Self::Out>,
    ) -> Result<(), BoxError> {
        let _ = (key, state, cx);
        Ok(())
    }

    /// Called after the last value or timer of each bundle: what has been buffered in the instance must be emitted now.
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

/// What a [`StatefulDoFn`] sees and does around one value, timer or expired window.
pub struct StateCx<'a, O: 'static> {
    pub(crate) out: &'a mut Emitter<O>,
    pub(crate) meta: &'a Meta,
    pub(crate) row: usize,
    /// Whether nothing has been emitted: most calls emit nothing, so the first that is emitted begins the row, and not the call.
    pub(crate) is_new: bool,
    pub(crate) fire_time: Timestamp,
    pub(crate) expiry: Timestamp,
    pub(crate) now: Timestamp,
}

impl<O: 'static> StateCx<'_, O> {
    /// Emits an element with the [timestamp](Self::timestamp) and the window of what is in work.
    #[inline]
    pub fn emit(&mut self, element: O) {
        self.out.emit_of_or_unwind(element, self.meta, self.row, std::mem::take(&mut self.is_new));
    }

    /// Emits an element with a timestamp of its own.
    pub fn emit_at(&mut self, timestamp: Timestamp, element: O) {
        if std::mem::take(&mut self.is_new) {
            self.out.begin_row(self.meta, self.row);
        }
        self.out.emit_at(element, timestamp, self.meta, self.row);
    }

    /// The event time of the value; the output timestamp of the timer; when a window expires, the last instant at which
    /// it took elements.
    pub fn timestamp(&self) -> Timestamp {
        *self.meta.time.get(self.row)
    }

    /// The time for which the timer was set; otherwise the same as [`timestamp`](Self::timestamp).
    pub fn fire_time(&self) -> Timestamp {
        self.fire_time
    }

    /// The window.
    pub fn window(&self) -> Window {
        self.meta.windows.get(self.row)[0]
    }

    /// The pane that the value came with; unknown for timers.
    pub fn pane(&self) -> Pane {
        *self.meta.pane.get(self.row)
    }

    /// The time of the clock, in milliseconds since the epoch: what processing-time timers are measured by.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn timer_rules(&self) -> TimerRules {
        TimerRules { timestamp: self.timestamp(), expiry: self.expiry }
    }
}
