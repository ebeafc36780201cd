//! Windows as a part of keys, and results back into their windows.

use crate::kernel::Op;
use crate::kernel::ops::{IntoWindow, WithWindow};
use crate::pipeline::fused;
use crate::transforms::elementwise::PAR_DO;
use crate::window::{Window, WindowingStrategy};
use crate::{Element, PCollection};
use std::sync::Arc;

/// Every element with each of its windows, as data in the global window.
#[track_caller]
pub(in crate::transforms) fn with_window<I: Element, O: Element>(
    input: &PCollection<I>,
    f: impl Fn(I, Window) -> O + Copy + Send + Sync + 'static,
) -> PCollection<O> {
    let body = fused::<I>(move |wiring| Op::single::<I>(wiring, WithWindow::<O, _>::new(wiring, f)));
    input.then_windowed("WithWindow", PAR_DO, body, Ok(Arc::default()))
}

/// Results in the windows that `f` finds in them.
#[track_caller]
pub(in crate::transforms) fn into_window<I: Element, O: Element>(
    results: &PCollection<I>,
    f: impl Fn(I) -> (O, Window) + Copy + Send + Sync + 'static,
    windowing: Arc<WindowingStrategy>,
) -> PCollection<O> {
    let body = fused::<I>(move |wiring| Op::single::<I>(wiring, IntoWindow::<O, _>::new(wiring, f)));
    results.then_windowed("IntoWindow", PAR_DO, body, Ok(windowing))
}
