//! Timers of users.

use std::error::Error;

use beamline_bench_data::reminders::{Reminder, reminder};
use peer_tasks::arguments::Keyed;
use peer_tasks::event_time::Timers;

use crate::operators::in_event_time;
use crate::run::{batches, context, sum};

/// Every reminder goes to the owner of its user, where it waits for its time, which comes with the end of the stream.
pub(crate) fn run(work: Keyed) -> Result<u64, Box<dyn Error + Send + Sync>> {
    let context = context(work.threads)?;
    let reminders = context.stream_par_iter(0..work.elements).batch_mode(batches());
    let by_user = reminders.map(move |index| reminder(work.keys, index)).group_by(|reminder| reminder.user).drop_key();
    let due = in_event_time(by_user, Timers::default());
    Ok(sum(context, due.map(Reminder::digest)))
}
