//! beamline's own side: plain pipelines, as a user would write them.

mod access_log;
mod collisions;
mod events;
mod hours;
mod joins;
mod lines;
mod live;
mod maps;
mod overheads;
mod rollup;
mod run;
mod sessions;
mod sums;
mod timers;
mod wordcount;

pub use self::access_log::count_slow_requests;
pub use self::collisions::tally;
pub use self::events::{count, count_in_windows, count_while_they_come, fixed, sliding};
#[cfg(feature = "page")]
pub(crate) use self::{events::live_counts, run::run_by};

pub use self::hours::{last_hour, last_hour_while_they_come};
pub use self::joins::{co_group, within_ten_minutes, within_ten_minutes_while_they_come};
pub use self::lines::lines;
pub use self::maps::maps;
pub use self::overheads::{long_chain, many};
pub use self::rollup::{roll_up, roll_up_while_they_come};
pub use self::run::{Options, nothing};
pub use self::sessions::sessions;
pub use self::sums::{group_then_sum, sum};
pub use self::timers::timers;
pub use self::wordcount::group_words;
