//! Timers of a stateful function.

use ::beamline::prelude::*;
use ::beamline::state::EventTimers;

use super::live::{Live, Stream};
use super::run::{Options, run};
use crate::contestants::timers::Reminders;
use beamline_bench_data::reminders::{self, Reminder, reminder};

/// No reminder comes before the last one has been set.
impl Stream for Reminders {
    type Element = Reminder;

    fn count(&self) -> u64 {
        self.count
    }

    #[inline]
    fn element(&self, index: u64) -> Reminder {
        reminder(self.users, index)
    }

    fn least(&self, _index: u64) -> i64 {
        reminders::START - 1
    }
}

#[derive(StateSpec)]
struct Pending {
    reminders: EventTimers<u32>,
}

#[derive(Clone)]
struct Remind;

impl StatefulDoFn<u64, Reminder> for Remind {
    type State = Pending;
    type Out = u64;

    fn process(
        &mut self,
        _user: &u64,
        Reminder { what, millis, .. }: Reminder,
        state: &mut Pending,
        cx: &mut StateCx<'_, u64>,
    ) -> Result<(), BoxError> {
        state.reminders.set(what, Timestamp::from_millis(millis), cx);
        Ok(())
    }

    fn on_timer(
        &mut self,
        user: &u64,
        PendingTimer::Reminders(what): PendingTimer,
        _state: &mut Pending,
        cx: &mut StateCx<'_, u64>,
    ) -> Result<(), BoxError> {
        cx.emit(Reminder { millis: cx.fire_time().millis(), user: *user, what }.digest());
        Ok(())
    }
}

/// Sets a timer for each reminder while they come, and lets them all come at the end.
///
/// # Errors
///
/// Those of the pipeline.
pub fn timers(reminders: Reminders, options: Options) -> Result<u64, BoxError> {
    run(options, |p| {
        let by_user = p.read(Live(reminders)).key_by(|reminder| reminder.user);
        by_user.par_do_stateful(Remind).named("Remind")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contestants::timers::in_a_heap;

    #[test]
    fn reminders_come_once_each() {
        let reminders = Reminders { users: 100, count: 20_000 };
        for threads in [1, 2] {
            assert_eq!(timers(reminders, Options::threads(threads)).unwrap(), in_a_heap(reminders));
        }
    }
}
