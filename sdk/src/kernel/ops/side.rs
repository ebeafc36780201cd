//! Side inputs in front of a function, and the elements that wait for them.

use super::explode::each_window;
use super::waiting::Waiting;
use crate::kernel::guard::catch;
use crate::kernel::keyed::windowed::DROPPED_LATE;
use crate::kernel::{Batch, Env, Output, Pending, StepId, Wiring};
use crate::side_input::SideInputs;
use crate::window::Window;
use crate::{Element, Result, Step, Timestamp};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// How many windows a reader remembers the values of.
const MOST_REMEMBERED: usize = 256;

/// Side inputs as one worker sees them.
struct Side<S: SideInputs> {
    published: S::Published,
    is_global: bool,
    /// Whether elements may have to wait.
    is_live: bool,
    /// What windows saw at this version.
    seen: HashMap<Window, Rc<S::Values>>,
    version: u64,
    step: Arc<Step>,
}

impl<S: SideInputs> Side<S> {
    /// Side inputs that a step is about to read.
    fn open(views: &S, id: StepId, step: &Arc<Step>, env: &Env) -> Self {
        let published = views.published(&env.shared);
        let (mut is_global, mut is_live) = (true, false);
        S::each(&published, &mut |view| {
            view.attach(id, env.workers);
            is_global &= view.is_global();
            is_live |= view.is_live();
        });
        Self { published, is_global, is_live, seen: HashMap::new(), version: 0, step: step.clone() }
    }

    /// Forgets what has been seen if something has changed since.
    fn refresh(&mut self) {
        let mut version = 0;
        S::each(&self.published, &mut |view| version += view.version());
        if version != self.version || self.seen.len() > MOST_REMEMBERED {
            self.version = version;
            self.seen.clear();
        }
    }

    /// What elements in the window `main` see; `None` if that is not known yet.
    fn values(&mut self, main: Window) -> Result<Option<Rc<S::Values>>> {
        if let Some(values) = self.seen.get(&main) {
            return Ok(Some(values.clone()));
        }
        let Some(values) = catch(&self.step, || S::values(&self.published, main))? else { return Ok(None) };
        let values = Rc::new(values.map_err(|error| error.in_step(&self.step).at(format!("an element in {main}")))?);
        self.seen.insert(main, values.clone());
        Ok(Some(values))
    }

    /// Elements in windows that end before `time` will not be read any more.
    fn is_needed_from(&self, id: StepId, worker: usize, time: Timestamp) {
        S::each(&self.published, &mut |view| {
            if view.is_live() {
                view.is_needed_from(id, worker, time);
            }
        });
    }
}

/// Brings elements together with side inputs.
///
/// Elements wait until all of the side inputs have a value for their window, or will have none. Once the watermark is
/// past the end of a window by more than the lateness that its elements are allowed, side inputs in windows forget what
/// they had for it: elements that come still are counted, and go to the second output of the step, if it has one.
pub(super) struct Reader<I, S: SideInputs> {
    views: S,
    side: Option<Side<S>>,
    waiting: Waiting<I>,
    late: Option<Output<I>>,
    allowed_lateness: Duration,
    watermark: Timestamp,
    /// From where on the side inputs have been told to be needed.
    needed_from: Timestamp,
    id: StepId,
    step: Arc<Step>,
    env: Rc<Env>,
}

impl<I: Element, S: SideInputs> Reader<I, S> {
    pub(super) fn new(wiring: &Wiring<'_>, views: S, allowed_lateness: Duration) -> Self {
        Self {
            views,
            side: None,
            waiting: Waiting::new(wiring.env),
            late: (wiring.outputs.len() > 1).then(|| wiring.output(1)),
            allowed_lateness,
            watermark: Timestamp::MIN,
            needed_from: Timestamp::MIN,
            id: wiring.id,
            step: wiring.step.clone(),
            env: wiring.env.clone(),
        }
    }

    /// Finds the side inputs, before the first bundle.
    pub(super) fn set_up(&mut self) {
        self.side = Some(Side::open(&self.views, self.id, &self.step, &self.env));
    }

    fn side(&mut self) -> &mut Side<S> {
        self.side.as_mut().expect("steps are set up before they run")
    }

    /// Hands to `f` what need not wait of a batch, with what it sees: all rows of a batch see the same. The batch is
    /// empty afterwards.
    pub(super) fn read(
        &mut self,
        batch: &mut Batch<I>,
        mut f: impl FnMut(&mut Batch<I>, &S::Values) -> Result<()>,
    ) -> Result<()> {
        let side = self.side();
        side.refresh();
        if side.is_global {
            return self.read_in(batch, Window::GLOBAL, &mut f);
        }
        let capacity = self.env.batch_size_of::<I>();
        each_window(batch, capacity, |batch, window| {
            if self.is_expired(window) { self.drop_late(batch) } else { self.read_in(batch, window, &mut f) }
        })
    }

    /// Whether side inputs have forgotten what elements in the window `main` would see.
    fn is_expired(&mut self, main: Window) -> bool {
        self.watermark > main.expiry(self.allowed_lateness) && self.side().is_live
    }

    #[cold]
    fn drop_late(&self, batch: &mut Batch<I>) -> Result<()> {
        DROPPED_LATE.inc(batch.len() as u64);
        let kept = self.late.as_ref().map_or(Ok(()), |late| late.push(batch));
        batch.clear();
        kept
    }

    fn read_in(
        &mut self,
        batch: &mut Batch<I>,
        window: Window,
        f: &mut impl FnMut(&mut Batch<I>, &S::Values) -> Result<()>,
    ) -> Result<()> {
        match self.side().values(window)? {
            None => self.waiting.add(window, batch),
            Some(values) => {
                if !self.waiting.is_empty() {
                    self.release(window, &values, f)?;
                }
                f(batch, &values)
            }
        }
    }

    /// Hands to `f` what waits in a window.
    fn release(
        &mut self,
        window: Window,
        values: &S::Values,
        f: &mut impl FnMut(&mut Batch<I>, &S::Values) -> Result<()>,
    ) -> Result<()> {
        self.waiting.take(window).map_or(Ok(()), |queue| queue.for_each(|batch| f(batch, values)))
    }

    /// Hands to `f` what need not wait any more.
    pub(super) fn views_changed(&mut self, mut f: impl FnMut(&mut Batch<I>, &S::Values) -> Result<()>) -> Result<()> {
        self.side().refresh();
        for window in self.waiting.windows() {
            if let Some(values) = self.side().values(window)? {
                self.release(window, &values, &mut f)?;
            }
        }
        Ok(())
    }

    pub(super) fn watermark(&mut self, time: Timestamp) {
        self.watermark = time;
    }

    /// What waits.
    pub(super) fn pending(&self) -> Option<Pending> {
        let count = self.waiting.len() as u64;
        Some(Pending { count, what: "elements that wait for a side input", next_event: None })
    }

    /// Whether anything waits, which will go on also while the input is idle.
    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// How far the output may go: not beyond what waits.
    pub(super) fn output_watermark(&mut self, input: Timestamp) -> Timestamp {
        let needed_from = (self.watermark - self.allowed_lateness).min(self.waiting.first_end());
        if self.side().is_live && needed_from > self.needed_from {
            self.needed_from = needed_from;
            let (id, worker) = (self.id, self.env.worker);
            self.side().is_needed_from(id, worker, needed_from);
        }
        input.min(self.waiting.limit())
    }
}
