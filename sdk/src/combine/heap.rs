//! A binary heap over a plain vector, ordered by a function that is not stored: it keeps the best `n` of many.
//!
//! The worst that is kept is the root, so that one comparison refuses most inputs.

use std::cmp::Ordering;

/// Whether a heap of at most `n` items has a place for an item that is better than those for which `beats` is true.
#[inline]
pub(super) fn admits<T>(heap: &[T], n: usize, beats: impl FnOnce(&T) -> bool) -> bool {
    if heap.len() < n { true } else { heap.first().is_some_and(beats) }
}

/// Puts in an item that the heap [`admits`], in the place of the worst when `n` are there already.
pub(super) fn insert<T>(heap: &mut Vec<T>, n: usize, item: T, compare: impl Fn(&T, &T) -> Ordering) {
    if heap.len() < n {
        heap.push(item);
        rise(heap, compare);
    } else {
        heap[0] = item;
        sink(heap, compare);
    }
}

/// Moves the last item up until its parent is worse.
fn rise<T>(heap: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let mut at = heap.len() - 1;
    while at > 0 {
        let parent = (at - 1) / 2;
        if compare(&heap[parent], &heap[at]).is_le() {
            return;
        }
        heap.swap(parent, at);
        at = parent;
    }
}

/// Moves the first item down until its children are better.
fn sink<T>(heap: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let mut at = 0;
    loop {
        let mut child = 2 * at + 1;
        if child >= heap.len() {
            return;
        }
        if child + 1 < heap.len() && compare(&heap[child + 1], &heap[child]).is_lt() {
            child += 1;
        }
        if compare(&heap[at], &heap[child]).is_le() {
            return;
        }
        heap.swap(at, child);
        at = child;
    }
}
