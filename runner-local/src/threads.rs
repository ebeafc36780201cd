//! The threads that workers run on. One that has come to the end of its work waits a moment for that of the next run: to
//! start a thread and to end it takes longer than a small pipeline, as its memory is set up and given back with it.

use parking_lot::{Condvar, Mutex};
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

#[cfg(test)]
mod tests;

/// How long a thread waits. Beside this, starting one takes no time.
const PATIENCE: Duration = Duration::from_millis(100);

static THREADS: Threads = Threads::new(PATIENCE);

/// Calls `work` on a thread of this name, with a stack of so many bytes or more. `end` is dropped when that has come to its
/// end, and everything that it owned is gone. A thread is used again if `work` says that it may.
pub(crate) fn run<E: Send + 'static>(
    name: &str,
    stack: usize,
    work: impl FnOnce() -> bool + Send + 'static,
    end: E,
) -> io::Result<()> {
    THREADS.run(name, stack, Task { work: Box::new(work), end: Box::new(end) })
}

struct Task {
    work: Box<dyn FnOnce() -> bool + Send>,
    end: Box<dyn Send>,
}

struct Threads {
    /// Those that wait, the last one to come at the end.
    idle: Mutex<Vec<Arc<Place>>>,
    patience: Duration,
}

/// Where a thread gets its tasks.
struct Place {
    name: String,
    stack: usize,
    task: Mutex<Option<Task>>,
    signal: Condvar,
}

impl Threads {
    const fn new(patience: Duration) -> Self {
        Self { idle: Mutex::new(Vec::new()), patience }
    }

    fn run(&'static self, name: &str, stack: usize, task: Task) -> io::Result<()> {
        match self.take(name, stack) {
            Some(place) => {
                place.bring(task);
                Ok(())
            }
            None => self.start(name, stack, task),
        }
    }

    /// An idle thread that will do.
    fn take(&self, name: &str, stack: usize) -> Option<Arc<Place>> {
        let mut idle = self.idle.lock();
        let place = idle.iter().rposition(|place| place.stack >= stack && place.name == name)?;
        Some(idle.swap_remove(place))
    }

    fn start(&'static self, name: &str, stack: usize, task: Task) -> io::Result<()> {
        let place = Place { name: name.to_owned(), stack, task: Mutex::new(Some(task)), signal: Condvar::new() };
        let thread = thread::Builder::new().name(name.to_owned()).stack_size(stack);
        thread.spawn(|| self.serve(&Arc::new(place))).map(drop)
    }

    fn serve(&self, place: &Arc<Place>) {
        while let Some(Task { work, end }) = self.next(place) {
            let is_reusable = work();
            if is_reusable {
                // Whoever hears of the end finds the thread idle.
                self.idle.lock().push(place.clone());
            }
            drop(end);
            if !is_reusable {
                return;
            }
        }
    }

    /// The next task of a thread; nothing when it has waited long enough.
    fn next(&self, place: &Arc<Place>) -> Option<Task> {
        let mut task = place.task.lock();
        let until = Instant::now() + self.patience;
        while task.is_none() {
            if !place.signal.wait_until(&mut task, until).timed_out() || task.is_some() {
                continue;
            }
            if self.withdraw(place) {
                return None;
            }
            // Who has taken it brings a task.
            place.signal.wait(&mut task);
        }
        task.take()
    }

    /// Takes a thread from those that wait; says whether it was among them.
    fn withdraw(&self, place: &Arc<Place>) -> bool {
        let mut idle = self.idle.lock();
        let found = idle.iter().position(|other| Arc::ptr_eq(other, place));
        found.map(|found| idle.swap_remove(found)).is_some()
    }
}

impl Place {
    fn bring(&self, task: Task) {
        *self.task.lock() = Some(task);
        self.signal.notify_one();
    }
}
