//! How many requests were slow in the last five minutes, said again with every request: a log that grows, and state.
//!
//! ```text
//! $ cargo run --release --example slow_requests -- --file examples/data/access.log --take 10
//! 2024-03-01T10:00:00Z: 0 slow requests
//! 2024-03-01T10:00:10Z: 1 slow requests
//! 2024-03-01T10:01:00Z: 1 slow requests
//! 2024-03-01T10:01:30Z: 2 slow requests
//! 2024-03-01T10:02:30Z: 3 slow requests
//! 2024-03-01T10:04:00Z: 3 slow requests
//! 2024-03-01T10:05:11Z: 2 slow requests
//! 2024-03-01T10:05:20Z: 2 slow requests
//! 2024-03-01T10:06:31Z: 1 slow requests
//! 2024-03-01T10:20:00Z: 1 slow requests
//! done in 0.01 s, 2.75 KiB read
//! ```
//!
//! Without `--take` it goes on until Ctrl-C. To try it, send it a log that is made up:
//!
//! ```text
//! cargo run --example generate_access_log -- --rate 5 | cargo run --example slow_requests
//! ```
//!
//! Time is that of the log: a log of yesterday, read in a second, gives what it would have given yesterday.

#[path = "support/access_log.rs"]
mod access_log;

use access_log::{Input, Request};
use beamline::clap::{self, Parser};
use beamline::prelude::*;
use beamline::state::OrderedListState;
use std::process::ExitCode;
use std::time::Duration;

/// Counts the requests that were slow in the last minutes, with every request anew.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    input: Input,
    /// Ends after so many lines
    #[arg(long, value_name = "LINES")]
    take: Option<u64>,
    /// How many seconds a slow request takes
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    slow: Duration,
    /// For how many minutes it counts
    #[arg(long, value_name = "MINUTES", default_value = "5", value_parser = some_minutes)]
    last: Duration,
}

fn seconds(text: &str) -> Result<Duration, BoxError> {
    Ok(Duration::try_from_secs_f64(text.parse()?)?)
}

fn some_minutes(text: &str) -> Result<Duration, BoxError> {
    let minutes = access_log::minutes(text)?;
    if minutes.is_zero() { Err("none would count: at least 1".into()) } else { Ok(minutes) }
}

/// When the last slow requests were.
#[derive(StateSpec)]
struct Slow {
    // Those that are too old go with each request.
    #[state(ttl = "forever")]
    times: OrderedListState<()>,
}

/// Says with each request how many slow ones there were.
#[derive(Clone)]
struct CountSlow {
    slow: Duration,
    last: Duration,
}

impl StatefulDoFn<(), Request> for CountSlow {
    type State = Slow;
    type Out = String;

    fn process(
        &mut self,
        (): &(),
        request: Request,
        slow: &mut Slow,
        cx: &mut StateCx<'_, String>,
    ) -> Result<(), BoxError> {
        if request.took >= self.slow {
            slow.times.add(request.at, ());
        }
        slow.times.take_range(..=request.at - self.last);
        cx.emit(format!("{}: {} slow requests", request.at, slow.times.len()));
        Ok(())
    }
}

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    let count = CountSlow { slow: args.slow, last: args.last };
    access_log::read(p, &args.input, args.take).key_by(|_| ()).par_do_stateful(count).named("CountSlow").for_each(
        |line| {
            println!("{line}");
            Ok(())
        },
    );
    Ok(())
}

fn main() -> ExitCode {
    launch(build)
}
