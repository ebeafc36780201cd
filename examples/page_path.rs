//! Visitors who went from one page to a second and to a third within five minutes: a log that grows, state, and a timer.
//!
//! ```text
//! $ cargo run --release --example page_path -- /shop /cart /checkout --file examples/data/access.log --take 10
//! 10.0.0.7 went from /shop to /checkout in 150 s, until 2024-03-01T10:02:30Z
//! done in 0.01 s, 2.75 KiB read
//! ```
//!
//! 10.0.0.8 took ten seconds too long, and 10.0.0.9 did not begin with the first page. Other pages in between do not
//! matter. Without `--take` the program goes on until Ctrl-C; what it knows of a visitor is forgotten when it can come to
//! nothing any more.

#[path = "support/access_log.rs"]
mod access_log;

use access_log::{Input, Request};
use beamline::clap::{self, Parser};
use beamline::prelude::*;
use beamline::state::{EventTimer, ValueState};
use std::process::ExitCode;
use std::time::Duration;

/// Finds visitors who went along a path of pages.
#[derive(Parser)]
struct Args {
    /// The pages, such as /shop /cart /checkout
    #[arg(required = true, num_args = 2..)]
    pages: Vec<String>,
    #[command(flatten)]
    input: Input,
    /// Ends after so many lines
    #[arg(long, value_name = "LINES")]
    take: Option<u64>,
    /// In how many minutes
    #[arg(long, value_name = "MINUTES", default_value = "5", value_parser = access_log::minutes)]
    within: Duration,
}

/// How far a visitor has come.
#[derive(StateSpec)]
struct Visitor {
    /// For each page: when the latest path began that has led there.
    begun: ValueState<Vec<Option<Timestamp>>>,
    too_late: EventTimer,
}

/// Finds those who went along the pages.
#[derive(Clone)]
struct FindPath {
    pages: Vec<String>,
    within: Duration,
}

impl FindPath {
    /// What has led to the page before has now led to this one. Says when a path began that is complete. From the last page
    /// on: where a page comes twice, a request is one step and not two.
    fn advance(&self, begun: &mut [Option<Timestamp>], request: &Request) -> Option<Timestamp> {
        for page in (0..self.pages.len()).rev().filter(|page| self.pages[*page] == request.page) {
            begun[page] = if page == 0 { Some(request.at) } else { begun[page - 1] };
        }
        let is_last = self.pages.last() == Some(&request.page);
        begun.last().copied().flatten().filter(|start| is_last && request.at <= *start + self.within)
    }
}

impl StatefulDoFn<String, Request> for FindPath {
    type State = Visitor;
    type Out = String;
    /// Lines of a log are not quite in order.
    const REQUIRES_TIME_SORTED_INPUT: bool = true;

    fn process(
        &mut self,
        address: &String,
        request: Request,
        visitor: &mut Visitor,
        cx: &mut StateCx<'_, String>,
    ) -> Result<(), BoxError> {
        if !self.pages.contains(&request.page) {
            return Ok(());
        }
        let begun = visitor.begun.get_or_insert_with(|| vec![None; self.pages.len()]);
        let complete = self.advance(begun, &request);
        if request.page == self.pages[0] {
            visitor.too_late.set(request.at + self.within + Duration::from_millis(1), cx);
        }
        if let Some(start) = complete {
            let (seconds, first) = ((request.at.millis() - start.millis()) / 1000, &self.pages[0]);
            cx.emit(format!("{address} went from {first} to {} in {seconds} s, until {}", request.page, request.at));
            visitor.begun.clear();
        } else if begun.iter().all(Option::is_none) {
            // A page of the path, without one before it: nothing can come of that.
            visitor.begun.clear();
        }
        Ok(())
    }

    fn on_timer(
        &mut self,
        _: &String,
        timer: VisitorTimer,
        visitor: &mut Visitor,
        _: &mut StateCx<'_, String>,
    ) -> Result<(), BoxError> {
        match timer {
            VisitorTimer::TooLate => visitor.begun.clear(),
        }
        Ok(())
    }
}

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    let find = FindPath { pages: args.pages, within: args.within };
    access_log::read(p, &args.input, args.take)
        .key_by(|request| request.address.clone())
        .par_do_stateful(find)
        .named("FindPath")
        .for_each(|line| {
            println!("{line}");
            Ok(())
        });
    Ok(())
}

fn main() -> ExitCode {
    launch(build)
}
