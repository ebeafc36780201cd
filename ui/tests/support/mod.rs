//! A job that waits for more, and a browser of a few lines.

#![allow(dead_code, reason = "each test program uses a part")]

use beamline_local::{JobHandle, LocalRunner};
use beamline_sdk::kernel::ManualClock;
use beamline_sdk::metrics::{Counter, Distribution};
use beamline_sdk::window::Windowing;
use beamline_sdk::{
    BoxError, Monotonic, OffsetRange, OffsetTracker, Pipeline, ProcessContinuation, SplitCx, SplittableDoFn, Timestamp,
};
use beamline_ui::{Page, Serving};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

static SEEN: Counter = Counter::new("seen");
static SIZES: Distribution = Distribution::new("sizes");

/// Tells some elements, each a second after the other, and then nothing for an hour.
#[derive(Clone)]
struct Few;

impl SplittableDoFn<u64> for Few {
    type Out = u64;
    type Tracker = OffsetTracker;
    type Estimator = Monotonic;

    fn is_bounded(&self) -> bool {
        false
    }

    fn initial_restriction(&self, _: &u64) -> Result<OffsetRange, BoxError> {
        Ok(OffsetRange::from(0))
    }

    fn tracker(&self, range: OffsetRange) -> OffsetTracker {
        OffsetTracker::new(range)
    }

    fn estimator(&self) -> Monotonic {
        Monotonic::default()
    }

    fn process(&mut self, last: &u64, cx: &mut SplitCx<'_, u64, Self>) -> Result<ProcessContinuation, BoxError> {
        for n in cx.restriction().start..=*last {
            if !cx.try_claim(&n) {
                return Ok(ProcessContinuation::Stop);
            }
            cx.emit_at(n, Timestamp::from_millis(n as i64 * 1000));
        }
        Ok(ProcessContinuation::Resume(Duration::from_hours(1)))
    }
}

/// A stream of seconds, one of its windows open, and its page.
pub(crate) fn waiting_job(page: Page) -> (JobHandle, Serving) {
    let p = Pipeline::new();
    let seconds = p.create([90u64]).par_do_splittable(Few).named("Seconds");
    let most = p.create([60u64]).named("Most").as_singleton();
    let counted = seconds.inspect(|n| {
        SEEN.inc(1);
        SIZES.update(*n as i64);
    });
    let keyed = counted.named("See").key_by(|n| n % 2).window(Windowing::fixed(Duration::from_mins(1)));
    let counts = keyed.group_by_key().named("Group \"all\"").map(|(_, all)| all.iter().count() as u64);
    counts.with_side(most).map(|n, most| n.min(*most)).named("Limit").inspect(|_| ()).named("Show");
    start(&p, page)
}

/// Starts a pipeline whose clock stands at two minutes, and its page.
pub(crate) fn start(p: &Pipeline, page: Page) -> (JobHandle, Serving) {
    let clock = Arc::new(ManualClock::default());
    clock.advance_to(Timestamp::from_millis(120_000));
    let runner = page.watch(LocalRunner::new().parallelism(2).manual_clock(clock));
    let job = runner.start(&p.graph().unwrap()).unwrap();
    let serving = page.serve(job.control(), "seconds").unwrap();
    (job, serving)
}

/// Lets a job come to its end, and its page tell that.
pub(crate) fn drain(job: JobHandle, serving: Serving) {
    job.control().drain();
    let result = job.wait();
    assert!(result.is_ok(), "{result:?}");
    serving.end(&result);
}

/// What has been answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// The host and port in a URL.
pub(crate) fn host_of(url: &str) -> String {
    url.strip_prefix("http://").unwrap().split('/').next().unwrap().to_owned()
}

fn send(host: &str, method: &str, path: &str, headers: &str) -> TcpStream {
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n").unwrap();
    stream
}

/// Asks for a path with headers, each with its line end.
pub(crate) fn ask(host: &str, method: &str, path: &str, headers: &str) -> Answer {
    let mut text = String::new();
    send(host, method, path, headers).read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}

pub(crate) fn get(host: &str, path: &str) -> Answer {
    ask(host, "GET", path, &format!("Host: {host}\r\n"))
}

/// The events that are told: each with its name. Ends with the connection.
pub(crate) fn events(host: &str) -> impl Iterator<Item = (String, serde_json::Value)> {
    let stream = send(host, "GET", "/events", &format!("Host: {host}\r\n"));
    let mut name = String::new();
    BufReader::new(stream).lines().map_while(Result::ok).filter_map(move |line| {
        if let Some(event) = line.strip_prefix("event: ") {
            event.clone_into(&mut name);
        }
        let data = line.strip_prefix("data: ")?;
        Some((name.clone(), serde_json::from_str(data).unwrap()))
    })
}

/// The status of a step.
pub(crate) fn step<'a>(status: &'a serde_json::Value, name: &str) -> &'a serde_json::Value {
    let steps = status["steps"].as_array().unwrap();
    steps.iter().find(|step| step["name"] == name).unwrap_or_else(|| panic!("{name} is missing in {status}"))
}
