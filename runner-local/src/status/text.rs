//! How a run goes, as text.

use super::{Hold, HoldReason, Status, StepStatus};
use beamline_sdk::Timestamp;
use beamline_sdk::kernel::ReadingStatus;
use std::fmt::{self, Display, Formatter};

impl Display for Status {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let draining = if self.is_draining { ", draining" } else { "" };
        let stopping = if self.is_stopping { ", stopping" } else { "" };
        writeln!(f, "status at {}{draining}{stopping}", self.now)?;
        for worker in &self.busy_workers {
            writeln!(f, "worker {worker} is at work in a long bundle: what it says is old")?;
        }
        for warning in &self.warnings {
            writeln!(f, "{warning}")?;
        }
        let (done, open): (Vec<_>, Vec<_>) = self.steps.iter().partition(|step| step.is_done());
        open.iter().try_for_each(|step| self.step(f, step))?;
        if !done.is_empty() {
            writeln!(f, "{} of {} steps are done", done.len(), self.steps.len())?;
        }
        Ok(())
    }
}

impl StepStatus {
    /// Whether it has seen and shown all that it ever will.
    pub fn is_done(&self) -> bool {
        self.output_watermark == Timestamp::MAX && !self.is_idle
    }
}

impl Status {
    /// Who holds the input of a step back, in words; nothing if it has come to its end.
    pub fn why(&self, step: &StepStatus) -> Option<String> {
        step.held_by.as_ref().map(|hold| self.hold(hold))
    }

    fn step(&self, f: &mut Formatter<'_>, step: &StepStatus) -> fmt::Result {
        let idle = if step.is_idle { ", idle" } else { "" };
        writeln!(f, "{} ({})", step.name, step.place)?;
        let (input, output) = (Instant(step.input_watermark), Instant(step.output_watermark));
        writeln!(f, "    watermark: input {input}, output {output}{idle}; {} emitted", step.emitted)?;
        if step.queued_packets > 0 {
            let waits = if step.has_back_pressure { ", and its senders wait" } else { "" };
            writeln!(f, "    queue: {} packets, {} bytes{waits}", step.queued_packets, step.queued_bytes)?;
        }
        if let Some(pending) = &step.pending {
            let next = step.next_event.map(|at| format!("; the first waits for the watermark to pass {}", Instant(at)));
            writeln!(f, "    keeps: {pending}{}", next.unwrap_or_default())?;
        }
        if let Some(alarm) = step.next_alarm {
            writeln!(f, "    next timer by the clock: {}", Instant(alarm))?;
        }
        for reading in &step.readings {
            writeln!(f, "    reads: {}", Reading(reading))?;
        }
        match self.why(step) {
            Some(why) if !step.inputs.is_empty() => writeln!(f, "    held back by {why}"),
            _ => Ok(()),
        }
    }

    fn hold(&self, hold: &Hold) -> String {
        let name = &self.steps[hold.step].name;
        match &hold.reason {
            HoldReason::Source(Some(reading)) => format!("{name}, which reads {}", Reading(reading)),
            HoldReason::Source(None) => format!("{name}, which waits for something to read"),
            HoldReason::Pending => match &self.steps[hold.step].pending {
                Some(pending) => format!("{name}, which keeps {pending}"),
                None => format!("{name}, which keeps results back"),
            },
            HoldReason::SideInput(view) => format!("{name}, which waits for the side input {}", self.steps[*view].name),
            HoldReason::Queue => format!("{name}, which has not come to what waits for it"),
            HoldReason::Busy(worker) => format!("worker {worker}, which is at work in a long bundle before {name}"),
        }
    }
}

/// A timestamp, or one of the ends of time in words.
struct Instant(Timestamp);

impl Display for Instant {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Timestamp::MIN => f.write_str("at the beginning"),
            Timestamp::MAX => f.write_str("at the end"),
            time => Display::fmt(&time, f),
        }
    }
}

struct Reading<'a>(&'a ReadingStatus);

impl Display for Reading<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let ReadingStatus { place, watermark, is_idle, .. } = self.0;
        let idle = if *is_idle { ", idle" } else { "" };
        write!(f, "{place}, watermark {}{idle}", Instant(*watermark))
    }
}
