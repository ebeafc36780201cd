//! What a declaration of state may say.

use beamline::StateSpec;
use beamline::state::{BagState, EventTimer, EventTimers, ValueState};

#[derive(StateSpec)]
enum Either {
    This(ValueState<u8>),
}

#[derive(StateSpec)]
struct NoNames(ValueState<u8>);

#[derive(StateSpec)]
struct NoTime {
    #[state(ttl = "1 hour")]
    last: ValueState<u8>,
}

#[derive(StateSpec)]
struct LivingTimer {
    #[state(ttl = "1h")]
    timer: EventTimer,
}

#[derive(StateSpec)]
struct NoTag {
    timers: EventTimers,
}

#[derive(StateSpec)]
struct SameName {
    #[state(name = "b")]
    a: ValueState<u8>,
    b: BagState<u8>,
}

#[derive(StateSpec)]
struct NoAttribute {
    #[state(time_to_live = "1h")]
    last: ValueState<u8>,
}

fn main() {}
