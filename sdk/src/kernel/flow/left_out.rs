//! In programs that nobody can watch.

use super::Flow;
use crate::kernel::StepId;
use crate::kernel::batch::Batch;
use crate::kernel::env::{Env, Shared};
use crate::{Element, Key};
use std::marker::PhantomData;

/// Shows nothing of a type.
pub(crate) struct Lens<T>(PhantomData<fn(&T)>);

impl<T> Copy for Lens<T> {}

impl<T> Clone for Lens<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Lens<T> {
    pub(crate) fn blind() -> Self {
        Self(PhantomData)
    }

    pub(crate) fn new() -> Self
    where
        T: Element,
    {
        Self::blind()
    }
}

impl<K: Key, V: Element> Lens<(K, V)> {
    pub(crate) fn keyed() -> Self {
        Self::blind()
    }
}

/// An output that nobody sees.
pub(in crate::kernel) struct Watched<T>(PhantomData<fn(&T)>);

impl<T> Watched<T> {
    pub(in crate::kernel) fn new(_readers: impl Iterator<Item = (StepId, Lens<T>)>, _env: &Env) -> Self {
        Self(PhantomData)
    }

    #[inline]
    #[allow(clippy::unused_self, reason = "as where it is seen")]
    pub(in crate::kernel) fn see(&self, _flow: &Flow, _batch: &Batch<T>, _shared: &Shared) {}
}
