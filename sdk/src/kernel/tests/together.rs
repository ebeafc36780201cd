//! Readers of a source without an end that drift apart, and those that do not.

use super::{Rig, env, step};
use crate::kernel::{Clock, Env, ManualClock, Polled, ReadFactory, SourceFactory, SourceHead, SourceRun};
use crate::{BoxError, Next, Reader, Source, SourceBatch, SplitTarget, Timestamp};
use proptest::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// For each split how many seconds it tells, and after how many of them it pauses for an hour.
#[derive(Clone)]
struct Seconds(Vec<(i64, i64)>);

impl Source for Seconds {
    type Out = i64;
    type Split = (i64, i64);
    type Reader = SecondsReader;

    fn label(&self) -> String {
        "Seconds".into()
    }
    fn is_bounded(&self) -> bool {
        false
    }
    fn splits(&self, _target: &SplitTarget) -> Result<Vec<(i64, i64)>, BoxError> {
        Ok(self.0.clone())
    }
    fn describe(&self, split: &(i64, i64)) -> String {
        format!("{split:?}")
    }
    fn open(&self, (end, pause): (i64, i64)) -> Result<SecondsReader, BoxError> {
        Ok(SecondsReader { next: 0, end, pause })
    }
}

struct SecondsReader {
    next: i64,
    end: i64,
    pause: i64,
}

impl Reader for SecondsReader {
    type Out = i64;
    type Split = (i64, i64);

    /// One at a time.
    fn poll(&mut self, out: &mut SourceBatch<'_, i64>) -> Result<Next, BoxError> {
        if self.next == self.end {
            return Ok(Next::Done);
        }
        out.push(self.next);
        self.next += 1;
        Ok(if self.next == self.pause { Next::WakeAt(at(3600)) } else { Next::More })
    }

    fn watermark(&self) -> Timestamp {
        at(self.next)
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

/// A clock that nobody sets, while it takes no time to read.
struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        at(0)
    }
}

fn heads(splits: &[(i64, i64)], clock: &Arc<dyn Clock>) -> Vec<Rc<RefCell<dyn SourceHead>>> {
    let workers = splits.len();
    let source = ReadFactory(Seconds(splits.to_vec()));
    let run: Arc<dyn SourceRun> = source.start(&step(), &SplitTarget { parallelism: workers }).unwrap();
    let head = |worker| {
        let env = Rc::into_inner(env(worker, workers, 8, 0)).unwrap();
        let env = Rc::new(Env { clock: clock.clone(), ..env });
        run.clone().head(&Rig::<i64>::new(&env).wiring)
    };
    (0..workers).map(head).collect()
}

/// A bundle of one element.
fn bundle(head: &Rc<RefCell<dyn SourceHead>>) -> Polled {
    let mut head = head.borrow_mut();
    let polled = head.poll().unwrap();
    head.has_gone_on();
    polled
}

fn take_turns(heads: &[Rc<RefCell<dyn SourceHead>>], turns: &[usize]) {
    for turn in turns {
        bundle(&heads[turn % heads.len()]);
    }
}

/// Where the reader of a worker is.
fn place(head: &Rc<RefCell<dyn SourceHead>>) -> Option<Timestamp> {
    head.borrow().readings().first().map(|reading| reading.watermark)
}

fn standing() -> Arc<dyn Clock> {
    Arc::new(Standing)
}

#[test]
fn whoever_is_ahead_stands_still_until_others_have_come() {
    let heads = heads(&[(100, 0), (100, 0)], &standing());
    bundle(&heads[1]);
    assert_eq!([0; 4].map(|_| bundle(&heads[0])), [Polled::Worked; 4]);
    let patient = Polled::Idle(Some(Timestamp::from_millis(100)));
    assert_eq!([0; 2].map(|_| bundle(&heads[0])), [patient; 2]);
    assert_eq!(heads[0].borrow().readings()[0].pause_until, Some(Timestamp::from_millis(100)));
    bundle(&heads[1]);
    assert_eq!([bundle(&heads[0]), bundle(&heads[0])], [Polled::Worked, patient]);
}

#[test]
fn nobody_waits_for_a_reader_that_rests_or_has_ended() {
    for other in [(100, 1), (1, 0)] {
        let heads = heads(&[other, (100, 0)], &standing());
        take_turns(&heads, &[0, 1, 0]);
        assert_eq!([0; 50].map(|_| bundle(&heads[1])), [Polled::Worked; 50]);
    }
}

#[test]
fn nobody_waits_where_time_is_set_by_hand() {
    let manual: Arc<dyn Clock> = Arc::new(ManualClock::default());
    let heads = heads(&[(100, 0), (100, 0)], &manual);
    bundle(&heads[1]);
    assert_eq!([0; 50].map(|_| bundle(&heads[0])), [Polled::Worked; 50]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn readers_stay_together_and_come_to_the_end(
        ends in prop::collection::vec(1i64..60, 2..5),
        turns in prop::collection::vec(0usize..5, 0..300),
    ) {
        let splits: Vec<_> = ends.iter().map(|end| (*end, 0)).collect();
        let heads = heads(&splits, &standing());
        let drift = || {
            let places: Vec<_> = heads.iter().filter_map(place).filter(|place| *place > at(0)).collect();
            Some(places.iter().max()?.millis() - places.iter().min()?.millis())
        };
        take_turns(&heads, &[0, 1, 2, 3, 4][..heads.len()]);
        for turn in turns {
            take_turns(&heads, &[turn]);
            prop_assert!(drift() <= Some(3_000));
        }
        let mut rounds = 0;
        while heads.iter().map(bundle).filter(|polled| *polled != Polled::Done).count() > 0 {
            rounds += 1;
            prop_assert!(rounds < 1000, "it ends");
        }
    }
}
