//! What a side input has in each of its windows, in the hands of the readers of all workers.

use crate::kernel::StepId;
use crate::kernel::memory::Pinned;
use crate::window::{AnyWindowFn, Window};
use crate::{Error, ErrorKind, Result, Timestamp};
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// Makes what a window without elements has, or the reason why it has nothing.
type MakeEmpty<V> = Box<dyn Fn() -> Result<V> + Send + Sync>;

/// What a side input has in each of its windows.
///
/// One step on one worker writes; readers look when the version has moved, and otherwise keep what they have seen.
pub struct Published<V> {
    window_fn: AnyWindowFn,
    /// Whether it is read while it changes, and not only when it is complete.
    is_live: bool,
    make_empty: MakeEmpty<V>,
    empty: OnceLock<Result<Arc<V>>>,
    version: AtomicU64,
    windows: Mutex<Windows<V>>,
    readers: Mutex<HashMap<StepId, Vec<Timestamp>>>,
}

struct Windows<V> {
    /// By the last instants of windows.
    values: BTreeMap<(Timestamp, Window), Value<V>>,
    /// A window without a value that ends before has no elements, unless late ones come.
    watermark: Timestamp,
    /// Nobody asks for windows that end before.
    needed_from: Timestamp,
}

struct Value<V> {
    value: Arc<V>,
    /// Given back when another value takes its place, or nobody can ask for it any more.
    _memory: Option<Pinned>,
}

fn key(window: Window) -> (Timestamp, Window) {
    (window.max_timestamp(), window)
}

impl<V> Published<V> {
    pub(super) fn new(window_fn: AnyWindowFn, is_live: bool, make_empty: MakeEmpty<V>) -> Self {
        let (watermark, needed_from) = (Timestamp::MIN, Timestamp::MIN);
        Self {
            window_fn,
            is_live,
            make_empty,
            empty: OnceLock::new(),
            version: AtomicU64::new(0),
            windows: Mutex::new(Windows { values: BTreeMap::new(), watermark, needed_from }),
            readers: Mutex::default(),
        }
    }

    /// The value of a window, in place of the one that it may have had. `memory` is what it takes, if that is not counted
    /// elsewhere.
    pub(super) fn put(&self, window: Window, value: V, memory: Option<Pinned>) {
        let mut windows = self.windows.lock();
        if window.max_timestamp() >= windows.needed_from {
            windows.values.insert(key(window), Value { value: Arc::new(value), _memory: memory });
            self.version.fetch_add(1, Ordering::Release);
        }
    }

    /// The elements of windows that end before `time` have come.
    pub(super) fn advance(&self, time: Timestamp) {
        self.windows.lock().watermark = time;
        self.version.fetch_add(1, Ordering::Release);
    }

    /// What elements in the window `main` see; `None` if that is not known yet.
    pub(crate) fn read(&self, main: Window) -> Option<Result<Arc<V>>> {
        let window = match self.window_fn.side_input_window(main) {
            Ok(Some(window)) => window,
            Ok(None) => return Some(self.empty()),
            Err(error) => return Some(Err(error)),
        };
        let windows = self.windows.lock();
        match windows.values.get(&key(window)) {
            Some(Value { value, .. }) => Some(Ok(value.clone())),
            None if window.max_timestamp() < windows.needed_from => Some(Err(self.forgotten(window))),
            None if windows.watermark > window.max_timestamp() => Some(self.empty()),
            None => None,
        }
    }

    /// A window function has said that nobody would ask for a window.
    fn forgotten(&self, window: Window) -> Error {
        let text = format!("the side input in {window} has been forgotten already");
        let help = format!("let `WindowFn::side_input_lookback` of {} say how far elements look back", self.window_fn);
        Error::new(ErrorKind::User, text).help(help)
    }

    /// What a window without elements has.
    pub(super) fn empty(&self) -> Result<Arc<V>> {
        self.empty.get_or_init(|| (self.make_empty)().map(Arc::new)).clone()
    }

    /// The number of windows that have a value.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.windows.lock().values.len()
    }

    /// Forgets windows that no element can read whose own window ends at `time` or later.
    fn forget_before(&self, time: Timestamp) {
        let needed_from = time - self.window_fn.side_input_lookback();
        let mut windows = self.windows.lock();
        if needed_from <= windows.needed_from {
            return;
        }
        windows.needed_from = needed_from;
        while windows.values.first_key_value().is_some_and(|((last, _), _)| *last < needed_from) {
            windows.values.pop_first();
            self.version.fetch_add(1, Ordering::Release);
        }
    }
}

/// What readers ask of a side input whatever its type.
pub trait AnyPublished {
    /// Whether elements of all windows see the same.
    fn is_global(&self) -> bool;

    /// Whether it is read while it changes.
    fn is_live(&self) -> bool;

    /// Moves whenever something changes for readers.
    fn version(&self) -> u64;

    /// A step is going to read it, on so many workers.
    fn attach(&self, step: StepId, workers: usize);

    /// A reader will ask for elements in windows whose last instant is at or after `time`.
    fn is_needed_from(&self, step: StepId, worker: usize, time: Timestamp);
}

impl<V> AnyPublished for Published<V> {
    fn is_global(&self) -> bool {
        self.window_fn.is_global()
    }

    fn is_live(&self) -> bool {
        self.is_live
    }

    fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    fn attach(&self, step: StepId, workers: usize) {
        self.readers.lock().entry(step).or_insert_with(|| vec![Timestamp::MIN; workers]);
    }

    fn is_needed_from(&self, step: StepId, worker: usize, time: Timestamp) {
        let mut readers = self.readers.lock();
        readers.get_mut(&step).expect("readers are attached before they read")[worker] = time;
        let first = readers.values().flatten().copied().min().unwrap_or(Timestamp::MIN);
        drop(readers);
        self.forget_before(first.min(Timestamp::END_OF_GLOBAL_WINDOW));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::memory::MemoryBudget;
    use crate::window::{FixedWindows, SlidingWindows};
    use std::time::Duration;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn window(start: i64, end: i64) -> Window {
        Window { start: at(start), end: at(end) }
    }

    fn tens() -> Published<i64> {
        let window_fn = FixedWindows::new(Duration::from_millis(10)).into();
        Published::new(window_fn, true, Box::new(|| Err(Error::new(ErrorKind::User, "nothing"))))
    }

    fn value(published: &Published<i64>, main: Window) -> Option<i64> {
        published.read(main).map(|value| value.map_or(-1, |value| *value))
    }

    #[test]
    fn a_window_has_its_latest_value_and_none_is_known_when_its_time_is_over() {
        let published = tens();
        assert_eq!(value(&published, window(0, 5)), None);
        published.put(window(0, 10), 1, None);
        published.put(window(0, 10), 2, None);
        assert_eq!(value(&published, window(0, 5)), Some(2));
        published.advance(at(19));
        assert_eq!(value(&published, window(12, 15)), None, "an element at 19 may come");
        published.advance(at(20));
        assert_eq!(value(&published, window(12, 15)), Some(-1));
        published.put(window(10, 20), 3, None);
        assert_eq!(value(&published, window(12, 15)), Some(3), "a late one");
    }

    #[test]
    fn what_readers_have_seen_is_stale_when_the_version_moves() {
        let published = tens();
        let mut versions = vec![published.version()];
        published.put(window(0, 10), 1, None);
        versions.push(published.version());
        published.advance(at(10));
        versions.push(published.version());
        assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
    }

    #[test]
    fn windows_are_forgotten_when_all_readers_are_past_them() {
        let published = tens();
        published.attach(7, 2);
        published.attach(8, 2);
        let budget = Arc::new(MemoryBudget::new(1000));
        for start in [0, 10, 20, 30] {
            let mut memory = Pinned::new(&budget);
            assert!(memory.grow(250));
            published.put(window(start, start + 10), start, Some(memory));
        }
        for (step, worker) in [(7, 0), (7, 1), (8, 1)] {
            published.is_needed_from(step, worker, at(39));
            assert_eq!(published.len(), 4, "one may still be at the beginning");
        }
        published.is_needed_from(8, 0, at(20));
        assert_eq!(published.len(), 2);
        assert!(Pinned::new(&budget).grow(500), "memory is given back");
        published.put(window(10, 20), 5, None);
        assert_eq!(published.len(), 2, "a late value that nobody asks for");
    }

    #[test]
    fn who_looks_back_further_than_was_said_is_told() {
        let published = tens();
        published.attach(1, 1);
        published.put(window(0, 10), 1, None);
        published.is_needed_from(1, 0, at(15));
        let error = published.read(window(0, 5)).expect("it is known").expect_err("it is gone").to_string();
        assert!(error.contains("the side input in [0ms, 10ms) has been forgotten already"), "{error}");
        assert_eq!(value(&published, window(10, 15)), None);
    }

    #[test]
    fn a_sliding_window_is_needed_as_long_as_it_is_the_first() {
        let (ten, five) = (Duration::from_millis(10), Duration::from_millis(5));
        let published = Published::new(SlidingWindows::new(ten, five).into(), true, Box::new(|| Ok(-1)));
        published.attach(1, 1);
        [-5, 0, 5, 10].iter().for_each(|start| published.put(window(*start, start + 10), *start, None));
        published.is_needed_from(1, 0, at(7));
        assert_eq!((published.len(), value(&published, window(3, 8))), (3, Some(0)));
        published.is_needed_from(1, 0, at(10));
        assert_eq!((published.len(), value(&published, window(3, 11))), (2, Some(5)));
    }
}
