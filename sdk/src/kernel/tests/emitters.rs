//! An emitter gives every element the stamp of its input, or the one it was emitted with.

use super::{Rig, batch, env, rows, stamp, stamps};
use crate::kernel::{Batch, Col, Emitter, Stamp};
use crate::window::Pane;
use crate::{Error, ErrorKind, Result, Timestamp};
use proptest::prelude::*;
use std::rc::Rc;

/// What a step does to its emitter.
#[derive(Clone, Debug)]
enum Act {
    /// An input batch, what is emitted for each of its rows, and whether each row has a time to itself.
    Batch(Vec<u8>, Vec<Vec<Emission>>, bool),
    /// A batch that goes on as it is.
    Forward(Vec<u8>),
    /// The end of a bundle.
    Flush,
    /// An element that comes from no other one.
    Into(u8),
}

#[derive(Clone, Debug)]
enum Emission {
    Plain,
    At(i64),
    Into(u8),
}

fn act() -> impl Strategy<Value = Act> {
    let emission = prop_oneof![
        6 => Just(Emission::Plain),
        2 => (0i64..5).prop_map(Emission::At),
        1 => (0u8..12).prop_map(Emission::Into),
    ];
    let emissions = prop::collection::vec(prop::collection::vec(emission, 0..3), 20);
    prop_oneof![
        6 => (stamps(8), emissions, any::<bool>()).prop_map(|(stamps, emissions, each)| Act::Batch(stamps, emissions, each)),
        1 => Just(Act::Flush),
        1 => (0u8..12).prop_map(Act::Into),
    ]
}

/// As the batches of a source are.
fn with_each_time(mut batch: Batch<u64>) -> Batch<u64> {
    batch.meta.time = Col::Each((0..batch.len()).map(|row| *batch.meta.time.get(row)).collect());
    batch
}

struct Model {
    next: u64,
    expected: Vec<(u64, Stamp)>,
}

impl Model {
    fn element(&mut self, stamp: Stamp) -> u64 {
        self.next += 1;
        self.expected.push((self.next, stamp));
        self.next
    }

    fn act(&mut self, act: &Act, out: &mut Emitter<u64>) -> Result<()> {
        match act {
            Act::Batch(stamps, emissions, false) => self.process(&batch(0, stamps), emissions, out),
            Act::Batch(stamps, emissions, true) => self.process(&with_each_time(batch(0, stamps)), emissions, out),
            Act::Forward(stamps) => {
                let mut forwarded = batch(self.next, stamps);
                self.next += stamps.len() as u64;
                self.expected.extend(rows(&forwarded));
                out.forward(&mut forwarded)?;
            }
            Act::Flush => out.flush()?,
            Act::Into(number) => self.emit_into(*number, out),
        }
        out.check()
    }

    fn emit_into(&mut self, number: u8, out: &mut Emitter<u64>) {
        let stamp = Stamp { pane: Pane::UNKNOWN, ..stamp(number) };
        let (time, window) = (stamp.time, stamp.windows[0]);
        out.emit_into(self.element(stamp), time, window);
    }

    fn process(&mut self, input: &Batch<u64>, emissions: &[Vec<Emission>], out: &mut Emitter<u64>) {
        out.begin(&input.meta);
        for (row, emissions) in (0..input.len()).zip(emissions.iter().cycle()) {
            out.begin_row(&input.meta, row);
            for emission in emissions {
                let inherited = input.meta.get(row);
                match emission {
                    Emission::Plain => out.emit(self.element(inherited)),
                    Emission::Into(number) => self.emit_into(*number, out),
                    Emission::At(millis) => {
                        let time = Timestamp::from_millis(*millis);
                        out.emit_at(self.element(Stamp { time, ..inherited }), time, &input.meta, row);
                    }
                }
            }
        }
    }
}

fn check(acts: &[Act], capacity: usize) -> Result<(), TestCaseError> {
    let env = env(0, 1, capacity, 0);
    let rig = Rig::<u64>::new(&env);
    let mut out = rig.wiring.emitter(0);
    let mut model = Model { next: 0, expected: Vec::new() };
    acts.iter().try_for_each(|act| model.act(act, &mut out)).unwrap();
    out.flush().unwrap();
    let mut found = rig.rows.borrow().clone();
    // Forwarded batches may overtake what has been collected.
    found.sort_by_key(|(value, _)| *value);
    model.expected.sort_by_key(|(value, _)| *value);
    prop_assert_eq!(found, model.expected);
    prop_assert!(rig.largest.get() <= capacity.max(40));
    Ok(())
}

proptest! {
    #[test]
    fn every_element_has_its_stamp(acts in prop::collection::vec(act(), 0..12), capacity in 1usize..6) {
        check(&acts, capacity)?;
    }

    #[test]
    fn forwarded_rows_keep_theirs(acts in prop::collection::vec(stamps(8).prop_map(Act::Forward), 0..12), capacity in 1usize..40) {
        check(&acts, capacity)?;
    }
}

#[test]
fn elements_without_a_size_have_times() {
    let env = env(0, 1, 4, 0);
    let rig = Rig::<()>::new(&env);
    let mut out: Emitter<()> = rig.wiring.emitter(0);
    let input = with_each_time(batch(0, &[1; 6]));
    out.begin(&input.meta);
    for row in 0..input.len() {
        out.begin_row(&input.meta, row);
        out.emit(());
    }
    out.flush().unwrap();
    let expected: Vec<_> = (0..input.len()).map(|row| ((), input.meta.get(row))).collect();
    assert_eq!(*rig.rows.borrow(), expected);
}

#[test]
fn after_a_stop_a_function_of_the_user_does_not_go_on() {
    let env = env(0, 1, 4, 0);
    let rig = Rig::<u64>::new(&env);
    let mut out: Emitter<u64> = rig.wiring.emitter(0);
    env.shared.stop();
    let endless = std::panic::AssertUnwindSafe(|| (0..u64::MAX).for_each(|x| out.emit_or_unwind(x)));
    assert!(std::panic::catch_unwind(endless).is_err());
    assert_eq!(out.check().map_err(|e: Error| e.kind()), Err(ErrorKind::Cancelled));
    assert_eq!(Rc::clone(&rig.rows).borrow().len(), 0);
}
