//! Panics of worker threads are errors of the pipeline: they are reported once, with everything else that is known.

use crate::kernel::note_panic;
use std::env;
use std::panic;
use std::thread;

/// Leaves out the usual message for worker threads, unless a verbose backtrace is wanted, and remembers the place.
pub(super) fn hush_workers(is_verbose: bool) {
    let usual = panic::take_hook();
    let wants_backtrace = is_verbose && env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0");
    panic::set_hook(Box::new(move |info| {
        let is_worker = thread::current().name().is_some_and(|name| name.starts_with("beamline-"));
        if let (true, Some(place)) = (is_worker, info.location()) {
            note_panic(place);
        }
        if !is_worker || wants_backtrace {
            usual(info);
        }
    }));
}
