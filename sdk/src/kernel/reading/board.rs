//! What the workers that read the same have in common: the work that waits, and how far each of them has come.

use super::together::Together;
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
    pub(crate) together: Together,
}

struct State<W> {
    waiting: VecDeque<Waiting<W>>,
    /// How far the work of each worker has come, if it has any.
    parts: Vec<Option<Mark>>,
    /// How far that has come which brings each worker more work.
    inputs: Vec<Input>,
    /// The workers that are about to read, while nobody waits for them.
    stirring: Vec<bool>,
    /// Whether a worker has stood still because of others that stirred.
    has_held: bool,
}

/// How far that has come which brings a worker more work.
#[derive(Clone, Copy)]
struct Input {
    mark: Mark,
    /// How often senders had woken up by then that were idle: if that has changed, it may not be idle any more.
    wakes: u64,
}

/// What a worker is told when it says how far it has come.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reported {
    /// What it is to tell about: nothing new, if it is to stand still.
    pub(crate) mark: Option<Mark>,
    /// Whether others have stood still because of it, and should be called.
    pub(crate) has_held: bool,
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
        let state = State {
            waiting: work,
            parts: vec![None; workers],
            inputs: vec![Input { mark: input, wakes: 0 }; workers],
            stirring: vec![false; workers],
            has_held: false,
        };
        Self {
            state: Mutex::new(state),
            open,
            waiting,
            waiting_bytes: AtomicUsize::default(),
            limit: usize::MAX,
            hungry: AtomicUsize::default(),
            bytes_read: AtomicU64::default(),
            together: Together::new(workers),
        }
    }

    /// Work has been found whose elements are not before `from`.
    pub(crate) fn add(&self, from: Timestamp, work: W) {
        self.add_sized(from, 0, work);
    }

    /// As [`add`](Self::add), for work that takes so many bytes while it waits. What is open is not at the end of time.
    pub(crate) fn add_sized(&self, from: Timestamp, bytes: usize, work: W) {
        let from = from.min(Timestamp::END_OF_GLOBAL_WINDOW);
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
        self.open.load(Ordering::Acquire) == 0 && self.state.lock().inputs.iter().all(|input| input.mark == Mark::END)
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

    /// Notes how far that has come which brings a worker more work, as of so many wakes before the stage.
    pub(crate) fn set_input(&self, worker: usize, mark: Mark, wakes: u64) {
        self.state.lock().inputs[worker] = Input { mark, wakes };
    }

    /// A worker goes on with work for which nobody has waited. Until it says how far it has come, nobody goes on in time: what
    /// it reads may be of the very next instant.
    pub(crate) fn stir(&self, worker: usize) {
        self.state.lock().stirring[worker] = true;
    }

    /// Notes how far the work of a worker has come, if it has any, and says what the worker is to tell about. `wakes` is how
    /// often senders have woken up, if that is known.
    ///
    /// That is how far all work has come, on whichever worker: any of it may be shared with this one. So it is enough if
    /// one worker tells, and those that have no work are idle as long as another has.
    pub(crate) fn report(&self, worker: usize, part: Option<Mark>, wakes: impl Fn() -> Option<u64>) -> Reported {
        let mut state = self.state.lock();
        state.parts[worker] = part;
        let has_stirred = std::mem::take(&mut state.stirring[worker]);
        let has_held = has_stirred && std::mem::take(&mut state.has_held);
        let is_held = state.stirring.contains(&true);
        state.has_held |= is_held;
        let is_spare = part.is_none() && state.parts.iter().any(Option::is_some);
        let mark = (!is_held).then(|| state.mark(wakes));
        Reported { mark: mark.map(|mark| Mark { is_idle: mark.is_idle || is_spare, ..mark }), has_held }
    }
}

impl<W> State<W> {
    /// How far all work has come.
    fn mark(&self, wakes: impl Fn() -> Option<u64>) -> Mark {
        let wakes = if self.inputs.iter().any(|input| input.mark.is_idle) { wakes() } else { None };
        let input = |input: &Input| {
            let is_idle = input.mark.is_idle && wakes == Some(input.wakes);
            Mark { is_idle, ..input.mark }
        };
        let waiting = self.waiting.iter().map(|waiting| Mark { time: waiting.from, is_idle: false });
        let parts = self.parts.iter().flatten().copied();
        Mark::START.advanced_by(waiting.chain(parts).chain(self.inputs.iter().map(input)))
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

    fn report<W>(board: &Board<W>, worker: usize, part: Option<Mark>) -> Mark {
        board.report(worker, part, || Some(0)).mark.unwrap()
    }

    fn idle(millis: i64) -> Mark {
        Mark { is_idle: true, ..at(millis) }
    }

    #[test]
    fn work_holds_the_watermark_from_the_board_to_its_end() {
        let board = board(2);
        assert_eq!(report(&board, 0, None), Mark::START, "nothing is idle before it has begun");
        assert_eq!((board.take(0), board.take(0)), (Some(0), Some(1)));
        assert_eq!(report(&board, 0, Some(at(7))), at(7));
        assert_eq!(report(&board, 1, None), Mark { is_idle: true, ..at(7) });
        board.add(Timestamp::from_millis(5), 9);
        assert_eq!(report(&board, 0, Some(at(8))), at(5));
        assert_eq!(board.take(1), Some(9));
        assert_eq!(report(&board, 0, Some(at(8))), at(5), "what another worker has taken holds everybody");
        assert_eq!(report(&board, 1, Some(at(6))), at(6));
        assert!(!board.close(2));
        assert!(board.close(1) && board.is_finished());
        assert_eq!(
            (report(&board, 0, None), report(&board, 1, None).time),
            (Mark { is_idle: true, ..at(6) }, Timestamp::MAX)
        );
    }

    #[test]
    fn work_at_the_end_of_time_is_not_done_before_somebody_says_so() {
        let board = board(0);
        board.add(Timestamp::MAX, 1);
        assert!(report(&board, 0, None).time < Timestamp::MAX);
        assert_eq!(board.take(0), Some(1));
        assert!(report(&board, 1, None).time < Timestamp::MAX, "nor while somebody has it and has told nothing");
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
        report(&board, 0, Some(at(3)));
        assert_eq!(report(&board, 1, Some(Mark { is_idle: true, ..at(1) })), at(3));
        assert!(report(&board, 0, Some(Mark { is_idle: true, ..at(3) })).is_idle);
    }

    #[test]
    fn inputs_hold_the_watermark() {
        let board: Board<u8> = Board::new(vec![], 2, Mark::START);
        board.set_input(0, at(4), 0);
        assert_eq!(report(&board, 0, None), Mark::START);
        board.set_input(1, at(3), 0);
        assert_eq!(report(&board, 0, None), at(3));
        assert!(!board.is_finished());
        board.set_input(0, Mark::END, 0);
        board.set_input(1, Mark::END, 0);
        assert!(board.is_finished());
    }

    #[test]
    fn inputs_that_may_have_woken_up_are_waited_for() {
        let board: Board<u8> = Board::new(vec![], 2, Mark::START);
        board.set_input(0, at(7), 3);
        board.set_input(1, idle(2), 3);
        let mark = |wakes| board.report(0, None, || wakes).mark.unwrap();
        assert_eq!(mark(Some(3)), at(7));
        assert_eq!(mark(Some(4)), at(2), "somebody has woken up, and worker 1 does not know it");
        assert_eq!(mark(None), at(2), "somebody may wake up");
        board.set_input(1, at(6), 4);
        assert_eq!(mark(Some(4)), at(6));
    }

    #[test]
    fn nobody_goes_on_while_an_idle_worker_reads() {
        let board = board(2);
        board.take(0);
        board.take(1);
        report(&board, 1, Some(idle(1)));
        assert_eq!(report(&board, 0, Some(at(3))), at(3));
        board.stir(1);
        assert_eq!(board.report(0, Some(at(9)), || Some(0)).mark, None);
        let stirred = board.report(1, Some(at(4)), || Some(0));
        assert_eq!(stirred, Reported { mark: Some(at(4)), has_held: true });
        board.stir(1);
        assert!(!board.report(1, Some(idle(4)), || Some(0)).has_held, "nobody has stood still");
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
