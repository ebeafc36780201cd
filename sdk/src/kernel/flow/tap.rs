//! The samples of an output.

use super::keys::Keys;
use super::lens::Lens;
use super::{Flow, FlowSample, SampledElement};
use crate::kernel::batch::Batch;
use crate::kernel::clock::Clock;
use crate::kernel::current::StepId;
use crate::kernel::env::{Env, Shared};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// How many elements are kept, and how many are taken in a round.
const KEPT: usize = 5;

/// As a round: there is no other.
const FOREVER: u64 = u64::MAX;

/// The samples of an output.
#[derive(Default)]
pub(super) struct Tap {
    /// The last round in which enough has been seen.
    closed: Cell<u64>,
    kept: RefCell<Kept>,
}

#[derive(Default)]
struct Kept {
    round: u64,
    taken: usize,
    elements: VecDeque<SampledElement>,
    keys: Option<Box<Keys>>,
    readers: Vec<StepId>,
}

impl Tap {
    pub(super) fn sample(&self) -> FlowSample {
        let kept = self.kept.borrow();
        let keys = kept.keys.as_ref().map(|keys| super::KeySample { readers: kept.readers.clone(), ..keys.sample() });
        FlowSample { elements: kept.elements.iter().cloned().collect(), keys }
    }
}

/// An output as those see it who watch.
pub(in crate::kernel) struct Watched<T> {
    lens: Lens<T>,
    /// The groupings that read it.
    readers: Vec<StepId>,
    clock: Arc<dyn Clock>,
}

impl<T> Watched<T> {
    /// An output with these readers.
    pub(in crate::kernel) fn new(readers: impl Iterator<Item = (StepId, Lens<T>)>, env: &Env) -> Self {
        let mut watched = Self { lens: Lens::blind(), readers: Vec::new(), clock: env.clock.clone() };
        for (reader, lens) in readers {
            watched.readers.extend(lens.key.map(|_| reader));
            watched.lens.element = watched.lens.element.or(lens.element);
            watched.lens.key = watched.lens.key.or(lens.key);
        }
        watched
    }

    /// Keeps some of what flows, if somebody looks.
    #[inline]
    pub(in crate::kernel) fn see(&self, flow: &Flow, batch: &Batch<T>, shared: &Shared) {
        let round = shared.sampling_round();
        if round != flow.tap.closed.get() && flow.tap.closed.get() != FOREVER {
            self.keep(flow, batch, round);
        }
    }

    /// Where an element panics when it is shown, this is no reason for the run to fail: it is not asked again.
    #[cold]
    fn keep(&self, flow: &Flow, batch: &Batch<T>, round: u64) {
        let rows = Rows { batch, lens: &self.lens, now: &*self.clock };
        let look = || flow.tap.kept.borrow_mut().look(round, flow.emitted(), &rows, &self.readers);
        match catch_unwind(AssertUnwindSafe(look)) {
            Ok(true) => flow.tap.closed.set(round),
            Ok(false) => {}
            Err(_) => flow.tap.closed.set(FOREVER),
        }
    }
}

/// A batch whose type does not matter.
trait Show {
    fn len(&self) -> usize;
    fn can_show(&self) -> bool;
    fn element(&self, row: usize) -> Option<SampledElement>;
    fn has_keys(&self) -> bool;
    fn look_at_keys(&self, keys: &mut Keys);
}

struct Rows<'a, T> {
    batch: &'a Batch<T>,
    lens: &'a Lens<T>,
    now: &'a dyn Clock,
}

impl<T> Show for Rows<'_, T> {
    fn len(&self) -> usize {
        self.batch.len()
    }

    fn can_show(&self) -> bool {
        self.lens.element.is_some()
    }

    fn element(&self, row: usize) -> Option<SampledElement> {
        let text = self.lens.element?(&self.batch.values[row]);
        Some(SampledElement { text, stamp: self.batch.meta.get(row), seen_at: self.now.now() })
    }

    fn has_keys(&self) -> bool {
        self.lens.key.is_some()
    }

    fn look_at_keys(&self, keys: &mut Keys) {
        if let Some(lens) = self.lens.key {
            let values = &self.batch.values;
            keys.look(values.len(), |row| (lens.hash)(&values[row]), |row| (lens.text)(&values[row]));
        }
    }
}

impl Kept {
    /// Looks at a batch, before which so many elements have been `emitted`; says whether that was enough for the round.
    fn look(&mut self, round: u64, emitted: u64, rows: &dyn Show, readers: &[StepId]) -> bool {
        if self.round != round {
            self.begin(round, emitted, rows.has_keys(), readers);
        }
        self.take(rows);
        let Some(keys) = &mut self.keys else { return self.taken >= KEPT || !rows.can_show() };
        rows.look_at_keys(keys);
        self.taken >= KEPT && keys.has_enough()
    }

    fn begin(&mut self, round: u64, emitted: u64, has_keys: bool, readers: &[StepId]) {
        (self.round, self.taken) = (round, 0);
        if has_keys {
            self.readers = readers.to_vec();
            self.keys.get_or_insert_default().begin(emitted);
        }
    }

    /// Takes rows from all over the batch, as many as the round still wants.
    fn take(&mut self, rows: &dyn Show) {
        let wanted = (KEPT - self.taken).min(rows.len());
        for nth in 0..wanted {
            let Some(element) = rows.element(nth * rows.len() / wanted) else { return };
            if self.elements.len() == KEPT {
                self.elements.pop_front();
            }
            self.elements.push_back(element);
            self.taken += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Element;
    use crate::kernel::tests::env;
    use crate::kernel::{Meta, StepId};
    use serde::{Deserialize, Serialize};
    use std::rc::Rc;

    fn batch<T>(values: impl IntoIterator<Item = T>) -> Batch<T> {
        Batch { values: values.into_iter().collect(), meta: Meta::unstamped() }
    }

    /// An output of a worker, and what is kept of it.
    struct Rig<T> {
        watched: Watched<T>,
        flow: Flow,
        env: Rc<Env>,
    }

    impl<T: Element> Rig<T> {
        fn new(readers: &[(StepId, Lens<T>)]) -> Self {
            let env = env(0, 1, 8, 1 << 20);
            Self { watched: Watched::new(readers.iter().copied(), &env), flow: Flow::default(), env }
        }

        fn push(&self, values: impl IntoIterator<Item = T>) {
            let batch = batch(values);
            self.watched.see(&self.flow, &batch, &self.env.shared);
            self.flow.count(batch.len());
        }

        fn texts(&self) -> Vec<String> {
            self.flow.sample().elements.into_iter().map(|element| element.text).collect()
        }
    }

    #[test]
    fn nothing_is_kept_while_nobody_looks() {
        let rig = Rig::new(&[(1, Lens::new()), (2, Lens::keyed())]);
        rig.push([(1, 2)]);
        assert!(rig.texts().is_empty() && rig.flow.sample().keys.is_none());
    }

    #[test]
    fn a_round_keeps_a_few_elements_of_the_first_batch_from_all_over_it() {
        let rig = Rig::new(&[(1, Lens::new())]);
        rig.env.shared.sample();
        rig.push(0..10);
        assert_eq!(rig.texts(), ["0", "2", "4", "6", "8"]);
        rig.push(10..20);
        assert_eq!(rig.texts()[0], "0", "the round is over");
        rig.env.shared.sample();
        rig.push([20, 21]);
        assert_eq!(rig.texts(), ["4", "6", "8", "20", "21"], "what is older stays until there is something later");
        rig.push(22..30);
        assert_eq!(rig.texts(), ["20", "21", "22", "24", "27"]);
    }

    #[test]
    fn keys_are_looked_at_for_those_who_group() {
        let rig = Rig::new(&[(1, Lens::new()), (2, Lens::keyed()), (3, Lens::keyed())]);
        rig.env.shared.sample();
        let key = |n: u64| if n % 4 == 3 { "odd" } else { "even" }.to_owned();
        (0..20).for_each(|n| rig.push((4 * n..4 * n + 4).map(|n| (key(n), n))));
        let keys = rig.flow.sample().keys.unwrap();
        assert_eq!(keys.readers, [2, 3]);
        let share = |key: &str| keys.keys.iter().find(|found| found.text == key).unwrap().elements / keys.elements;
        assert!((share("\"even\"") - 0.75).abs() < 1e-9 && (share("\"odd\"") - 0.25).abs() < 1e-9, "{keys:?}");
    }

    #[derive(Clone, Deserialize)]
    struct Shy;

    impl Serialize for Shy {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            panic!("do not look at me")
        }
    }

    #[test]
    fn an_element_that_panics_is_not_asked_again() {
        let rig = Rig::new(&[(1, Lens::new())]);
        for _ in 0..2 {
            rig.env.shared.sample();
            rig.push([Shy]);
        }
        assert_eq!((rig.texts(), rig.flow.emitted()), (Vec::new(), 2));
        assert_eq!(rig.flow.tap.closed.get(), FOREVER);
    }

    #[test]
    fn what_cannot_be_seen_is_counted_alone() {
        let rig = Rig::new(&[(1, Lens::blind())]);
        rig.env.shared.sample();
        rig.push([1, 2]);
        assert_eq!((rig.texts(), rig.flow.emitted()), (Vec::new(), 2));
    }
}
