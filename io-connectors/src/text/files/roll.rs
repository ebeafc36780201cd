//! Files that are complete after a time, or when they are large enough, whatever windows do.

use super::limits::{Limits, text_length};
use beamline_macros::StateSpec;
use beamline_sdk::state::{BagState, ProcessingTimer, StateCx, StatefulDoFn, ValueState};
use beamline_sdk::{BoxError, Element, Key, Values};
use std::fmt::Display;
use std::marker::PhantomData;
use std::time::Duration;

/// What one file is to have, with its number among the files of the same key and window.
pub(super) type Part<T> = (u32, Values<T>);

/// The rows of the next file.
#[derive(StateSpec)]
pub(super) struct Next<T: Element> {
    rows: BagState<T>,
    bytes: ValueState<u64>,
    #[state(ttl = "forever")]
    part: ValueState<u32>,
    due: ProcessingTimer,
}

/// Gathers rows until they are enough for a file, or the first of them has waited long enough.
#[derive(Clone)]
pub(super) struct Roll<K, T> {
    limits: Limits,
    max_age: Duration,
    _rows: PhantomData<fn(K, T)>,
}

impl<K, T: Element> Roll<K, T> {
    pub(super) fn new(limits: Limits, max_age: Duration) -> Self {
        Self { limits, max_age, _rows: PhantomData }
    }

    fn complete(key: &K, next: &mut Next<T>, cx: &mut StateCx<'_, (K, Part<T>)>)
    where
        K: Key,
    {
        next.due.clear();
        next.bytes.clear();
        let rows = next.rows.take();
        if !rows.is_empty() {
            let part = next.part.get_or_insert_with(|| 0);
            cx.emit((key.clone(), (*part, rows.into())));
            *part += 1;
        }
    }
}

impl<K: Key, T: Element + Display> StatefulDoFn<K, T> for Roll<K, T> {
    type State = Next<T>;
    type Out = (K, Part<T>);

    fn process(
        &mut self,
        key: &K,
        row: T,
        next: &mut Next<T>,
        cx: &mut StateCx<'_, Self::Out>,
    ) -> Result<(), BoxError> {
        let bytes = next.bytes.get_or_insert_with(|| 0);
        *bytes += text_length(&row);
        let bytes = *bytes;
        next.rows.add(row);
        if self.limits.are_reached(next.rows.len() as u64, bytes) {
            Self::complete(key, next, cx);
        } else if !next.due.is_set() {
            next.due.set_after(self.max_age, cx);
        }
        Ok(())
    }

    fn on_timer(
        &mut self,
        key: &K,
        NextTimer::Due: NextTimer,
        next: &mut Next<T>,
        cx: &mut StateCx<'_, Self::Out>,
    ) -> Result<(), BoxError> {
        Self::complete(key, next, cx);
        Ok(())
    }

    fn on_window_expiration(
        &mut self,
        key: &K,
        next: &mut Next<T>,
        cx: &mut StateCx<'_, Self::Out>,
    ) -> Result<(), BoxError> {
        Self::complete(key, next, cx);
        Ok(())
    }
}
