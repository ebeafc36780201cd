//! A page that shows how a running pipeline is doing, served from the process that runs it.
//!
//! [`Page::bind`] takes an address before anything runs; [`Page::serve`] answers there, on a thread of its own, until
//! [`Serving::end`] says how the run has ended. The workers are asked for their status only when somebody looks, and about
//! once a second however many do.
//!
//! | path | answer |
//! |---|---|
//! | `/` | the page: the graph of the steps, rates, watermarks, and what holds them back |
//! | `/status.json` | the same as JSON |
//! | `/events` | the same every second, as server-sent events named `status`; a last one is named `end` |
//! | `/metrics` | counters and gauges in the text format of Prometheus |
//!
//! Of what flows through each output a few recent elements are shown, and of groupings the keys that come most often: a
//! handful of elements and some hundred keys in each second in which somebody looks. Where others than this machine can ask,
//! they are not shown unless [`Page::samples`] says so.
//!
//! On loopback anybody on the machine may look, as long as the request names a host of this machine, which keeps out pages
//! of other sites whose names were made to point here. On other addresses a token is required.
//!
//! - `address` and `token` are what was asked for, `gate` refuses requests that lack it.
//! - `monitor` asks the job, and makes a `snapshot` of what it hears; `json` and `prometheus` are ways to write one.
//! - `routes` and `events` answer requests; the page itself is in `assets/`.
//!
//! ```
//! use beamline_local::LocalRunner;
//! use beamline_sdk::Pipeline;
//! use beamline_ui::Page;
//!
//! let p = Pipeline::new();
//! p.create(1..=3u64).inspect(|n| println!("{n}"));
//! let page = Page::bind("0", None)?;
//! println!("watch it at {}", page.url());
//! let job = page.watch(LocalRunner::new().parallelism(1)).start(&p.graph()?)?;
//! let serving = page.serve(job.control(), "count")?;
//! let result = job.wait();
//! serving.end(&result);
//! # Ok::<(), beamline_sdk::Error>(())
//! ```

mod address;
mod events;
mod gate;
mod json;
mod monitor;
mod page;
mod prometheus;
mod routes;
mod snapshot;
mod token;

pub use page::{Page, Serving};
