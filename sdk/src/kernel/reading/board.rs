//! What the workers that read the same have in common: the work that waits, and how far each of them has come.

use crate::Timestamp;
use crate::kernel::Mark;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Pieces of work, such as splits of a source, on their way from whoever finds or gives them away to a worker.
pub(crate) struct Board<W> {
    state: Mutex<State<W>>,
    /// Pieces that are not at their end: waiting, or with a worker.
    open: AtomicUsize,
    /// The pieces that wait.
    waiting: AtomicUsize,
    /// What the pieces that wait take in bytes, as far as it is known.
    waiting_bytes: AtomicUsize,
    /// How many bytes may wait before no more should come.
    limit: usize,
    /// Workers that have nothing to do.
    hungry: AtomicUsize,
    pub(crate) bytes_read: AtomicU64,
}

struct State<W> {
    waiting: VecDeque<Waiting<W>>,
    /// How far the work of each worker has come, if it has any.
    parts: Vec<Option<Mark>>,
    /// How far that has come which brings each worker more work.
    inputs: Vec<Mark>,
}

struct Waiting<W> {
    /// None of its elements is before, unless late.
    from: Timestamp,
    /// What it takes, if that is known.
    bytes: usize,
    work: W,
}

impl<W> Board<W> {
    /// The board of so many workers. What brings them more work has come to `input`.
    pub(crate) fn new(work: Vec<W>, workers: usize, input: Mark) -> Self {
        let (open, waiting) = (AtomicUsize::new(work.len()), AtomicUsize::new(work.len()));
        let work = work.into_iter().map(|work| Waiting { from: Timestamp::MIN, bytes: 0, work }).collect();
        let state = State { waiting: work, parts: vec![None; workers], inputs: vec![input; workers] };
        Self {
            state: Mutex::new(state),
            open,
            waiting,
            waiting_bytes: AtomicUsize::default(),
            limit: usize::MAX,
            hungry: AtomicUsize::default(),
            bytes_read: AtomicU64::default(),
        }
    }

    /// Work has been found whose elements are not before `from`.
    pub(crate) fn add(&self, from: Timestamp, work: W) {
        self.add_sized(from, 0, work);
    }

    /// As [`add`](Self::add), for work that takes so many bytes while it waits.
    pub(crate) fn add_sized(&self, from: Timestamp, bytes: usize, work: W) {
        let mut state = self.state.lock();
        self.open.fetch_add(1, Ordering::AcqRel);
        self.waiting.fetch_add(1, Ordering::AcqRel);
        self.waiting_bytes.fetch_add(bytes, Ordering::AcqRel);
        state.waiting.push_back(Waiting { from, bytes, work });
    }

    /// No more should come while pieces of more than so many bytes wait.
    pub(crate) fn limited_to(self, bytes: usize) -> Self {
        Self { limit: bytes, ..self }
    }

    /// Whether no more should come before some of what waits has been taken.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting_bytes.load(Ordering::Acquire) > self.limit
    }

    /// Takes a piece of work. From now on it is with the worker, and holds the watermark there.
    pub(crate) fn take(&self, worker: usize) -> Option<W> {
        if self.waiting.load(Ordering::Acquire) == 0 {
            return None;
        }
        let mut state = self.state.lock();
        let Waiting { from, bytes, work } = state.waiting.pop_front()?;
        self.waiting.fetch_sub(1, Ordering::AcqRel);
        self.waiting_bytes.fetch_sub(bytes, Ordering::AcqRel);
        let time = state.parts[worker].filter(|part| !part.is_idle).map_or(from, |part| part.time.min(from));
        state.parts[worker] = Some(Mark { time, is_idle: false });
        Some(work)
    }

    /// How many pieces a worker should have if all had the same.
    pub(crate) fn fair_share(&self) -> usize {
        self.open.load(Ordering::Acquire).div_ceil(self.state.lock().parts.len())
    }

    pub(crate) fn has_waiting(&self) -> bool {
        self.waiting.load(Ordering::Acquire) > 0
    }

    /// Pieces of work are at their end; says whether they were the last ones.
    pub(crate) fn close(&self, pieces: usize) -> bool {
        pieces > 0 && self.open.fetch_sub(pieces, Ordering::AcqRel) == pieces
    }

    /// Gives up what waits; says whether that was all there was.
    pub(crate) fn give_up_waiting(&self) -> bool {
        let given_up = std::mem::take(&mut self.state.lock().waiting);
        self.waiting_bytes.fetch_sub(given_up.iter().map(|waiting| waiting.bytes).sum(), Ordering::AcqRel);
        let given_up = given_up.len();
        self.waiting.fetch_sub(given_up, Ordering::AcqRel);
        self.close(given_up)
    }

    /// Whether all work is at its end, and no more will come.
    pub(crate) fn is_finished(&self) -> bool {
        self.open.load(Ordering::Acquire) == 0 && self.state.lock().inputs.iter().all(|input| *input == Mark::END)
    }

    /// How many pieces are not at their end.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Acquire)
    }

    pub(crate) fn add_hungry(&self) {
        self.hungry.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn remove_hungry(&self) {
        self.hungry.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether more workers are hungry than pieces wait: whoever has much should share.
    #[inline]
    pub(crate) fn wants_work(&self) -> bool {
        let hungry = self.hungry.load(Ordering::Relaxed);
        hungry > 0 && self.waiting.load(Ordering::Acquire) < hungry
    }

    pub(crate) fn set_input(&self, worker: usize, input: Mark) {
        self.state.lock().inputs[worker] = input;
    }

    /// Notes how far the work of a worker has come, if it has any, and says what the worker is to tell about.
    ///
    /// That is how far all work has come, on whichever worker: any of it may be shared with this one. So it is enough if
    /// one worker tells, and those that have no work are idle as long as another has.
    pub(crate) fn report(&self, worker: usize, part: Option<Mark>) -> Mark {
        let mut state = self.state.lock();
        state.parts[worker] = part;
        let waiting = state.waiting.iter().map(|waiting| Mark { time: waiting.from, is_idle: false });
        let parts = state.parts.iter().flatten().copied();
        let all = Mark::START.advanced_by(waiting.chain(parts).chain(state.inputs.iter().copied()));
        let is_spare = part.is_none() && state.parts.iter().any(Option::is_some);
        Mark { is_idle: all.is_idle || is_spare, ..all }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Mark {
        Mark { time: Timestamp::from_millis(millis), is_idle: false }
    }

    fn board(work: usize) -> Board<usize> {
        Board::new((0..work).collect(), 2, Mark::END)
    }

    #[test]
    fn work_holds_the_watermark_from_the_board_to_its_end() {
        let board = board(2);
        assert_eq!(board.report(0, None), Mark::START, "nothing is idle before it has begun");
        assert_eq!((board.take(0), board.take(0)), (Some(0), Some(1)));
        assert_eq!(board.report(0, Some(at(7))), at(7));
        assert_eq!(board.report(1, None), Mark { is_idle: true, ..at(7) });
        board.add(Timestamp::from_millis(5), 9);
        assert_eq!(board.report(0, Some(at(8))), at(5));
        assert_eq!(board.take(1), Some(9));
        assert_eq!(board.report(0, Some(at(8))), at(5), "what another worker has taken holds everybody");
        assert_eq!(board.report(1, Some(at(6))), at(6));
        assert!(!board.close(2));
        assert!(board.close(1) && board.is_finished());
        assert_eq!(
            (board.report(0, None), board.report(1, None).time),
            (Mark { is_idle: true, ..at(6) }, Timestamp::MAX)
        );
    }

    #[test]
    fn what_waits_has_a_limit() {
        let board = Board::new(vec![], 2, Mark::END).limited_to(10);
        board.add_sized(Timestamp::MIN, 6, 'a');
        assert!(!board.is_full());
        board.add_sized(Timestamp::MIN, 6, 'b');
        assert!(board.is_full());
        board.take(0);
        assert!(!board.is_full());
        board.add_sized(Timestamp::MIN, 60, 'c');
        assert!(!board.give_up_waiting() && !board.is_full());
    }

    #[test]
    fn idle_work_is_not_waited_for() {
        let board = board(2);
        board.take(0);
        board.take(1);
        board.report(0, Some(at(3)));
        assert_eq!(board.report(1, Some(Mark { is_idle: true, ..at(1) })), at(3));
        assert!(board.report(0, Some(Mark { is_idle: true, ..at(3) })).is_idle);
    }

    #[test]
    fn inputs_hold_the_watermark() {
        let board: Board<u8> = Board::new(vec![], 2, Mark::START);
        board.set_input(0, at(4));
        assert_eq!(board.report(0, None), Mark::START);
        board.set_input(1, at(3));
        assert_eq!(board.report(0, None), at(3));
        assert!(!board.is_finished());
        board.set_input(0, Mark::END);
        board.set_input(1, Mark::END);
        assert!(board.is_finished());
    }

    #[test]
    fn whoever_is_hungry_is_seen_until_something_waits() {
        let board = board(0);
        assert!(!board.wants_work());
        board.add_hungry();
        assert!(board.wants_work());
        board.add(Timestamp::MIN, 1);
        assert!(!board.wants_work());
        assert!(board.give_up_waiting());
    }
}
