//! What an operator keeps in event time, apart from the system that runs it.

mod hours;
mod rollup;
mod sessions;
mod sliding;
mod timers;
mod windows;
mod within;

pub use self::rollup::{Frequency, Merged, Of, Ranking, RollUp, Sketches};
pub use self::sessions::{Session, Sessions};
pub use self::sliding::SlidingCounts;
pub use self::timers::Timers;
pub use self::windows::WindowCounts;
pub(crate) use self::windows::Windows;
pub use self::within::{Either, Within};

use beamline_bench_data::events::{Event, WINDOW};

/// What an operator keeps in event time.
pub trait EventTime: Clone + Send + 'static {
    /// What comes in.
    type In;
    /// What goes out.
    type Out;

    /// Takes in an element.
    fn add(&mut self, element: Self::In);

    /// Gives out some of what is complete now that nothing earlier than `watermark` comes any more, and says whether there
    /// may be more, so that results can go on before all of them are there.
    fn advance(&mut self, watermark: i64, emit: impl FnMut(Self::Out)) -> bool;

    /// Gives out about so many results, and says whether there may be more.
    fn advance_by(&mut self, results: usize, watermark: i64, mut emit: impl FnMut(Self::Out)) -> bool {
        let mut count = 0;
        while count < results {
            let counted = |result| {
                count += 1;
                emit(result);
            };
            if !self.advance(watermark, counted) {
                return false;
            }
        }
        true
    }
}

/// How many events a key has had in a window, as far as known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Count {
    /// Whose events they are.
    pub key: u64,
    /// When the window begins, in milliseconds since the epoch.
    pub window: i64,
    /// How many.
    pub many: u64,
}

impl From<Event> for Count {
    #[inline]
    fn from(event: Event) -> Self {
        Self { key: event.key, window: event.millis - event.millis.rem_euclid(WINDOW), many: 1 }
    }
}
