//! State is of keys, and in cells.

use beamline::prelude::*;
use beamline::state::{EventTimer as Alarm, ValueState};

#[derive(StateSpec)]
struct Seen {
    last: ValueState<u64>,
}

#[derive(Clone)]
struct Changes;

impl StatefulDoFn<String, u64> for Changes {
    type State = Seen;
    type Out = u64;

    fn process(&mut self, _: &String, n: u64, seen: &mut Seen, cx: &mut StateCx<'_, u64>) -> Result<(), BoxError> {
        if seen.last.get() != Some(&n) {
            cx.emit(n);
        }
        seen.last.set(n);
        Ok(())
    }
}

fn of_keys_only() {
    let p = Pipeline::new();
    let numbers = p.create([1u64, 2]);
    let _ = numbers.par_do_stateful(Changes);
}

fn of_these_keys_only(pairs: &PCollection<(u8, u64)>) {
    let _ = pairs.par_do_stateful(Changes);
}

fn by_its_own_method_only(pairs: &PCollection<(String, u64)>) {
    let _ = pairs.par_do(Changes);
}

#[derive(StateSpec)]
struct NoCell {
    last: Option<u8>,
    renamed: Alarm,
}

fn main() {}
