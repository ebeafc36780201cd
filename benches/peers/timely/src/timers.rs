//! Timers of users.

use timely::dataflow::channels::pact::Exchange;
use timely::dataflow::operators::vec::Map;

use beamline_bench_data::reminders::{Reminder, START, reminder};
use beamline_bench_data::rng::mix;
use peer_tasks::arguments::Keyed;
use peer_tasks::event_time::Timers;

use crate::operators::{in_event_time, live};
use crate::run::sum;

/// Every reminder goes to the owner of its user, where it waits for its time.
pub(crate) fn run(work: Keyed) -> Result<u64, String> {
    sum(work.threads.count(), move |scope| {
        let reminders = live(scope, work.elements, move |index| reminder(work.keys, index), |_| START);
        let by_user = Exchange::new(|reminder: &Reminder| mix(reminder.user));
        in_event_time(reminders, by_user, "Timers", Timers::default()).map(Reminder::digest)
    })
}
