//! Asking for memory before it is needed.
#![allow(unsafe_code, reason = "the instruction has no safe form; see `fetch`")]

use std::any::Any;
use std::hint::black_box;

/// Brings what `place` refers to into the first cache. Where the processor has no such instruction, does nothing.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would cost more than it saves")]
pub(crate) fn prefetch<T>(place: &T) {
    fetch(std::ptr::from_ref(place).cast());
}

/// Reads `place`, for the sake of its neighbours: they are in the first cache then, and so is the way to their page. In
/// memory that is too large for the processor to know its pages, a prefetch may be given up where a read is not. Reads
/// that follow each other, and of which none needs another one, wait together.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would cost more than it saves")]
pub(crate) fn touch<T: Copy>(place: &T) {
    black_box(*place);
}

/// Brings all of `place` into the first cache.
#[inline]
pub(crate) fn prefetch_all<T>(place: &T) {
    let first: *const u8 = std::ptr::from_ref(place).cast();
    (0..size_of::<T>()).step_by(LINE).for_each(|offset| fetch(first.wrapping_add(offset)));
    // It need not begin where a line does.
    fetch(first.wrapping_add(size_of::<T>().saturating_sub(1)));
}

/// The bytes that come into a cache together, on most processors.
const LINE: usize = 64;

/// Brings the heap memory of a key into the first cache, for those types of keys that are mostly found there.
#[inline(always)]
#[allow(clippy::inline_always, reason = "the type is known where it is inlined, and the rest falls away")]
pub(crate) fn prefetch_heap<K: 'static>(key: &K) {
    if let Some(text) = (key as &dyn Any).downcast_ref::<String>() {
        fetch(text.as_ptr());
    } else if let Some(bytes) = (key as &dyn Any).downcast_ref::<Vec<u8>>() {
        fetch(bytes.as_ptr());
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
#[allow(clippy::inline_always, reason = "it is one instruction")]
fn fetch(place: *const u8) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: prefetching is a hint. It reads nothing into the program and cannot fault, whatever the address is.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(place.cast()) };
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
#[allow(clippy::inline_always, reason = "it is nothing")]
fn fetch(_place: *const u8) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_address_is_allowed() {
        prefetch(&0u8);
        touch(&0u8);
        prefetch_all(&[0u8; 200]);
        prefetch_heap(&String::new());
        prefetch_heap(&vec![1u8, 2]);
        prefetch_heap(&7u64);
        fetch(std::ptr::null());
        fetch(std::ptr::without_provenance(usize::MAX));
    }
}
