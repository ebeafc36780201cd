//! Between the engine and user code: panics become errors, and errors know their element.

use crate::{BoxError, Error, ErrorKind, Result, Step};
use serde::Serialize;
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;

const LONGEST_ELEMENT: usize = 300;

/// Calls user code; a panic becomes an error of the step.
pub(crate) fn catch<R>(step: &Arc<Step>, f: impl FnOnce() -> R) -> Result<R> {
    // Whatever the panic left half done is dropped with the run.
    catch_unwind(AssertUnwindSafe(f)).map_err(|payload| panic_in_step(step, payload))
}

#[cold]
fn panic_in_step(step: &Arc<Step>, payload: Box<dyn Any + Send>) -> Error {
    panic_error(payload).in_step(step)
}

thread_local! {
    static PANIC_PLACE: Cell<Option<(String, u32, u32)>> = const { Cell::new(None) };
}

/// Remembers where this thread panics, for the error that will tell of it: to be called by a panic hook. A place within the
/// standard library, such as that of a `println!` that fails, is of no use to anybody.
pub fn note_panic(place: &Location<'_>) {
    let is_of_users = !place.file().starts_with("/rustc/");
    PANIC_PLACE.set(is_of_users.then(|| (place.file().to_owned(), place.line(), place.column())));
}

/// No panic of this thread is yet to be told of.
pub(super) fn forget_panic() {
    PANIC_PLACE.set(None);
}

/// The error that a panic stands for.
pub fn panic_error(payload: Box<dyn Any + Send>) -> Error {
    let place = PANIC_PLACE.take().map(|(file, line, column)| format!(" at {file}:{line}:{column}"));
    match payload.downcast::<Error>() {
        Ok(error) => *error,
        Err(payload) => {
            let text = payload.downcast_ref::<&str>().map(|s| (*s).to_owned());
            let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
            let text = text.as_deref().unwrap_or("(no message)");
            Error::new(ErrorKind::User, format!("panicked{}: {text}", place.unwrap_or_default()))
        }
    }
}

/// An error that user code returned.
pub(crate) fn user_error(step: &Arc<Step>, error: BoxError) -> Error {
    Error::of(ErrorKind::User, error).in_step(step)
}

/// An element as text for an error message: JSON where it can be, cut where it is long.
pub(crate) fn render<T: Serialize>(element: &T) -> String {
    match json(element) {
        Some(text) => format!("element {text}"),
        None => format!("(an element of type {} that JSON cannot show)", std::any::type_name::<T>()),
    }
}

/// A value as JSON, cut where it is long.
pub(crate) fn json<T: Serialize>(value: &T) -> Option<String> {
    let mut text = serde_json::to_string(value).ok()?;
    if text.len() > LONGEST_ELEMENT {
        let cut = (0..=LONGEST_ELEMENT).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        text.truncate(cut);
        text.push('…');
    }
    Some(text)
}
