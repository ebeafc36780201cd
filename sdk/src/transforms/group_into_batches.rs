//! Batches of a limited size.

use super::grouping::{Grouping, Way, merge_groups, one_step, streaming};
use crate::graph::Body;
use crate::kernel::keyed::IntoBatches;
use crate::pipeline::OpenScope;
use crate::window::Window;
use crate::{Element, Key, PCollection, Values};
use std::sync::Arc;

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// Collects the values of each key into batches of at most `size`: for calls to a service that takes many at once.
    ///
    /// Each window has batches of its own, whatever the trigger. Batches are full, but for the last one of a key in a
    /// window, for those open when the memory budget is used up, and where sessions merge while time goes on: what they
    /// have waiting is divided then.
    ///
    /// # Panics
    ///
    /// If `size` is 0.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let calls = p.create(0..100u32).key_by(|n| n % 3).group_into_batches(20);
    /// ```
    #[track_caller]
    pub fn group_into_batches(&self, size: usize) -> PCollection<(K, Vec<V>)>
    where
        K: Key,
    {
        assert!(size > 0, "a batch of 0 elements is none");
        let grouping = Grouping::whatever_the_trigger(self);
        let stays = self.check_stays("a batch");
        match grouping.way {
            Way::ByWindow if stays.is_ok() => self.in_each_window(LABEL.into(), &grouping, |keyed| {
                keyed.then(LABEL, GROUP_INTO_BATCHES, whole::<(K, Window), V>(size))
            }),
            Way::Merging if stays.is_ok() => {
                let scope = self.pipeline.open_scope(LABEL.into(), true);
                let sessions = merge_groups::<K, Values<(Window, V)>>(&self.group_with_windows(), &grouping.windowing);
                let batches = sessions.flat_map_with(move |(key, values), out| {
                    let mut values = values.iter();
                    while values.len() > 0 {
                        out.emit((key.clone(), values.by_ref().take(size).collect()));
                    }
                });
                drop(scope);
                batches
            }
            _ => {
                let scope = scope_of_sessions(self, stays.as_ref().ok().map(|()| &grouping));
                let streaming = |windowing: &_| streaming::group_into_batches::<K, V>(windowing, size);
                let (body, windowing) = one_step(stays.map(|()| grouping), whole::<K, V>(size), streaming);
                let batches = self.then_windowed(LABEL, GROUP_INTO_BATCHES, body, windowing);
                if scope.is_some() { divide(&batches, size) } else { batches }
            }
        }
    }
}

/// The scope of batches that have to be [divided](divide): those of sessions that merge while time goes on.
#[track_caller]
pub(super) fn scope_of_sessions<T: Element>(input: &PCollection<T>, grouping: Option<&Grouping>) -> Option<OpenScope> {
    let merges = grouping.is_some_and(|grouping| grouping.way == Way::Streaming && grouping.windowing.needs_merging());
    merges.then(|| input.pipeline.open_scope(LABEL.into(), true))
}

/// Sessions that merge bring what each of them has waiting, so together they may have more than a batch.
#[track_caller]
pub(super) fn divide<K: Key, V: Element>(batches: &PCollection<(K, Vec<V>)>, size: usize) -> PCollection<(K, Vec<V>)> {
    batches.flat_map(move |(key, mut values)| {
        std::iter::from_fn(move || {
            let rest = values.split_off(size.min(values.len()));
            let batch = std::mem::replace(&mut values, rest);
            (!batch.is_empty()).then(|| (key.clone(), batch))
        })
    })
}

pub(super) const LABEL: &str = "GroupIntoBatches";
pub(super) const GROUP_INTO_BATCHES: &str = "beam:transform:group_into_batches:v1";

/// The body of a grouping into batches in the global window.
fn whole<K: Key, V: Element>(size: usize) -> Body {
    Body::Shuffle { shuffle: Arc::new(IntoBatches::<K, V>::new(size)), liftable: false }
}
