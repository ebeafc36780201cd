//! Which element user code was given last, for the errors that it makes.

use super::drain::drain;
use super::guard::{catch, render, user_error};
use crate::{BoxError, Element, Error, Result, Step};
use std::any::TypeId;
use std::sync::Arc;

/// Remembers the element that is about to be moved into user code, where remembering is all but free: types without
/// heap memory are copied, strings go to a buffer that is reused. Other types are remembered when the run asks for it.
pub(crate) struct Witness<T> {
    last: Option<T>,
    is_on: bool,
}

impl<T: Element> Witness<T> {
    /// A witness of user code; `always` if the run asks for it.
    pub(crate) fn new(always: bool) -> Self {
        let is_string = TypeId::of::<T>() == TypeId::of::<String>();
        Self { last: None, is_on: always || is_string || !std::mem::needs_drop::<T>() }
    }

    /// Hands the elements of a batch to user code, each with its row; an error says which of them it is about.
    pub(crate) fn hand_out(
        &mut self,
        step: &Arc<Step>,
        values: &mut Vec<T>,
        mut f: impl FnMut(usize, T) -> Result<(), BoxError>,
    ) -> Result<()> {
        if std::mem::needs_drop::<T>() {
            let result = catch(step, || {
                let mut elements = drain(values);
                let mut row = 0;
                while let Some(next) = elements.first() {
                    self.see(next);
                    f(row, elements.pop())?;
                    row += 1;
                }
                Ok(())
            });
            return told(step, result).map_err(|error| self.blame(error));
        }
        // Without heap memory a copy costs nothing, and the elements stay to be shown.
        let mut last = 0;
        let result = catch(step, || {
            let mut at = Row::new(&mut last);
            values.iter().try_for_each(|element| f(at.advance(), element.clone()))
        });
        told(step, result).map_err(|error| blame(error, values.get(last)))?;
        values.clear();
        Ok(())
    }

    /// Looks at the element.
    #[inline]
    pub(crate) fn see(&mut self, element: &T) {
        if self.is_on {
            match &mut self.last {
                Some(last) => last.clone_from(element),
                None => self.last = Some(element.clone()),
            }
        }
    }

    /// The element that was looked at last, if it is remembered.
    pub(crate) fn seen(&self) -> Option<&T> {
        self.last.as_ref()
    }

    /// Adds the element to an error of user code.
    pub(crate) fn blame(&self, error: Error) -> Error {
        match &self.last {
            Some(element) => error.at(render(element)),
            None if error.element().is_some() => error,
            None => error.help("run again with --trace-elements to see the element"),
        }
    }
}

/// What user code came to, with an error of its own as one of the step.
fn told(step: &Arc<Step>, result: Result<Result<(), BoxError>>) -> Result<()> {
    result?.map_err(|error| user_error(step, error))
}

/// Adds the element to an error of user code, if it is there.
pub(crate) fn blame<T: Element>(error: Error, element: Option<&T>) -> Error {
    match element {
        Some(element) => error.at(render(element)),
        None => error,
    }
}

/// Counts rows, and tells the last one when it goes, be it by a panic: so a loop need not write it down for each row.
pub(crate) struct Row<'a> {
    rows: usize,
    last: &'a mut usize,
}

impl<'a> Row<'a> {
    pub(crate) fn new(last: &'a mut usize) -> Self {
        Self { rows: 0, last }
    }

    /// The next row, which is the last one from now on.
    #[inline]
    pub(crate) fn advance(&mut self) -> usize {
        self.rows += 1;
        self.rows - 1
    }
}

impl Drop for Row<'_> {
    fn drop(&mut self) {
        *self.last = self.rows.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::tests::{Rig, env};

    /// What user code is given of a batch whose `bad` row it refuses or panics at, and the error.
    fn hand_out(values: &[u8], bad: usize, panics: bool) -> (Vec<u8>, Error) {
        let env = env(0, 1, 4, 0);
        let (rig, mut given) = (Rig::<u64>::new(&env), Vec::new());
        let result = Witness::new(false).hand_out(&rig.wiring.step, &mut values.to_vec(), |row, value| {
            assert!(row < bad || !panics, "a bad row");
            given.push(value);
            if row < bad { Ok(()) } else { Err("a bad row".into()) }
        });
        (given, result.unwrap_err())
    }

    #[test]
    fn an_error_shows_its_element() {
        let numbers = [7, 8, 9, 10];
        for bad in 0..numbers.len() {
            for panics in [false, true] {
                let (given, error) = hand_out(&numbers, bad, panics);
                assert_eq!(given, numbers[..bad + usize::from(!panics)]);
                assert_eq!(error.element(), Some(&*format!("element {}", numbers[bad])));
                assert!(error.to_string().contains("a bad row"), "{error}");
            }
        }
    }

    #[test]
    fn a_batch_is_empty_afterwards() {
        let env = env(0, 1, 4, 0);
        let (rig, mut sum) = (Rig::<u64>::new(&env), 0);
        let mut add = |row: usize, length: usize| {
            sum += row * length;
            Ok(())
        };
        let (mut numbers, mut texts) = (vec![1, 2, 3], vec!["a".to_owned(), "bc".to_owned()]);
        Witness::new(false).hand_out(&rig.wiring.step, &mut numbers, &mut add).unwrap();
        let each = |row, text: String| add(row, text.len());
        Witness::new(false).hand_out(&rig.wiring.step, &mut texts, each).unwrap();
        assert_eq!((numbers.len(), texts.len(), sum), (0, 0, 2 + 6 + 2));
    }
}
