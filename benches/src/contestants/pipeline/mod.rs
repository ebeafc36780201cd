//! beamline's own side: plain pipelines, as a user would write them.

mod events;
mod lines;
mod live;
mod maps;
mod run;
mod sessions;
mod sums;
mod timers;

pub use self::events::{count, count_in_windows, count_while_they_come, fixed, sliding};
pub use self::lines::lines;
pub use self::maps::maps;
pub use self::run::{Options, nothing};
pub use self::sessions::sessions;
pub use self::sums::{group_then_sum, sum};
pub use self::timers::timers;
