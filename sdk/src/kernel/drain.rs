//! Taking all elements out of a vector that keeps its buffer.
#![allow(unsafe_code, reason = "there is no safe way to move an element from where it lies to a function at once")]

use std::marker::PhantomData;
use std::ptr::NonNull;

/// Takes all elements out of a vector, which is empty at once and keeps its buffer.
///
/// As [`Vec::drain`], but elements go to functions from where they lie. With that they are `Option`s on their way: where one of an
/// element's own words tells whether there is one, as of strings and enums, this word is copied, looked at and put back
/// beside the others. To read what has just been written in other pieces is what processors are slow at, some ten
/// nanoseconds for an event of a few strings, in each step.
pub(crate) fn drain<T>(values: &mut Vec<T>) -> Drain<'_, T> {
    let (left, next) = (values.len(), NonNull::from(values.as_mut_slice()).cast());
    // SAFETY: no elements is what every buffer has room for. Those that were there belong to the result.
    unsafe { values.set_len(0) };
    Drain { next, left, _values: PhantomData }
}

/// The elements that are still to be taken. Invariant: `left` of them are at `next`, one after the other, initialised, and belong
/// to nobody else; the vector that has the buffer is borrowed, and has none of them.
pub(crate) struct Drain<'a, T> {
    next: NonNull<T>,
    left: usize,
    _values: PhantomData<&'a mut Vec<T>>,
}

impl<T> Drain<'_, T> {
    /// How many elements are left.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.left
    }

    /// The next element, where it lies.
    #[inline]
    pub(crate) fn first(&self) -> Option<&T> {
        if self.left == 0 {
            return None;
        }
        // SAFETY: there is an element, and nobody changes it while this is borrowed.
        Some(unsafe { self.next.as_ref() })
    }

    /// Takes the next element.
    ///
    /// # Panics
    /// If none is left.
    #[inline]
    pub(crate) fn pop(&mut self) -> T {
        assert!(self.left > 0, "an element is left");
        let next = self.next;
        self.left -= 1;
        // SAFETY: there was an element, so `next` may go behind it. It belongs to the caller now, and is not among those that
        // are left, whatever happens to it.
        unsafe {
            self.next = next.add(1);
            next.read()
        }
    }
}

impl<T> Iterator for Drain<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        (self.left > 0).then(|| self.pop())
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }

    #[inline]
    fn fold<B, F: FnMut(B, T) -> B>(mut self, init: B, mut f: F) -> B {
        let mut folded = init;
        while self.left > 0 {
            folded = f(folded, self.pop());
        }
        folded
    }
}

impl<T> Drop for Drain<'_, T> {
    fn drop(&mut self) {
        let rest = NonNull::slice_from_raw_parts(self.next, self.left);
        // SAFETY: so many elements are there, and belong to nobody else.
        unsafe { rest.drop_in_place() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::rc::Rc;

    /// Elements that tell how many of them there are.
    fn counted(count: usize) -> (Rc<()>, Vec<(usize, Rc<()>)>) {
        let all = Rc::new(());
        let elements = (0..count).map(|number| (number, all.clone())).collect();
        (all, elements)
    }

    proptest! {
        #[test]
        fn every_element_is_taken_or_dropped_once(count in 0usize..20, stop in 0usize..20, panics: bool) {
            let (all, mut elements) = counted(count);
            let capacity = elements.capacity();
            let mut taken = Vec::new();
            let result = catch_unwind(AssertUnwindSafe(|| {
                let mut drained = drain(&mut elements);
                while let Some((number, _)) = drained.first() {
                    let number = *number;
                    assert_eq!(drained.len(), count - number);
                    let element = drained.pop();
                    assert_eq!(element.0, number);
                    if number == stop {
                        assert!(!panics, "as it should");
                        break;
                    }
                    taken.push(element);
                }
            }));
            assert_eq!(result.is_err(), panics && stop < count);
            assert_eq!((taken.len(), Rc::strong_count(&all)), (count.min(stop), taken.len() + 1));
            assert_eq!((elements.len(), elements.capacity()), (0, capacity));
        }
    }

    #[test]
    #[should_panic(expected = "an element is left")]
    fn what_is_not_there_is_not_taken() {
        drain(&mut Vec::<String>::new()).pop();
    }

    #[test]
    fn it_is_an_iterator() {
        let (all, mut elements) = counted(5);
        let mut drained = drain(&mut elements);
        assert_eq!(drained.next().map(|(number, _)| number), Some(0));
        assert_eq!((drained.size_hint(), Rc::strong_count(&all)), ((4, Some(4)), 5));
        assert_eq!(drained.map(|(number, _)| number).fold(0, |sum, number| sum * 10 + number), 1234);
        assert_eq!((Rc::strong_count(&all), drain(&mut elements).next().is_none()), (1, true));
        let mut nothings = vec![(); 3];
        assert_eq!(drain(&mut nothings).count(), 3);
    }
}
