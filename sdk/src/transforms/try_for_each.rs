//! Functions at the end of a pipeline that may fail for some elements.

use crate::{BoxError, Cx, DoFn, Element, PCollection, Retry, Tried};
use std::marker::PhantomData;

/// Calls a function.
struct Call<F, E>(F, PhantomData<fn() -> E>);

impl<F: Clone, E> Clone for Call<F, E> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<T, E, F> DoFn<T> for Call<F, E>
where
    T: Element,
    E: Into<BoxError> + 'static,
    F: FnMut(T) -> Result<(), E> + Clone + Send + 'static,
{
    type Out = ();

    fn process(&mut self, element: T, cx: &mut Cx<'_, ()>) -> Result<(), BoxError> {
        (self.0)(element).map_err(Into::into)?;
        cx.emit(());
        Ok(())
    }
}

impl<T: Element> PCollection<T> {
    /// [`for_each`](Self::for_each) for functions that may fail, such as those that send an element somewhere: it is tried
    /// again as `retry` says, and then given up, as a [dead letter](crate::DeadLetter) in [`failed`](Tried::failed). In
    /// `ok` there is something for each element that was taken, such as for whom [waits](Self::wait_on) for that.
    ///
    /// If nothing reads `failed`, the first element that is given up fails the pipeline.
    ///
    /// ```
    /// # use beamline_sdk::{Pipeline, Retry, testing::assert_that};
    /// # use std::time::Duration;
    /// let p = Pipeline::new();
    /// let messages = p.create([3u32, 0]);
    /// let retry = Retry::attempts(4).backoff(Duration::from_millis(1), Duration::from_secs(10));
    /// let sent = messages.try_for_each(retry, |n| if n > 0 { Ok(()) } else { Err("there is nothing to send") });
    /// assert_that(&sent.failed.map(|letter| letter.element)).contains_in_any_order([0]);
    /// ```
    #[track_caller]
    pub fn try_for_each<E: Into<BoxError> + 'static>(
        &self,
        retry: impl Into<Retry>,
        f: impl FnMut(T) -> Result<(), E> + Clone + Send + 'static,
    ) -> Tried<(), T> {
        let stays = self.check_stays("a function of the element alone");
        self.try_par_do_as("ForEach", Call(f, PhantomData), retry.into(), stays)
    }
}
