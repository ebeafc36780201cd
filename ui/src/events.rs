//! The status as a stream of events, for as long as somebody listens.

use crate::json;
use crate::monitor::Monitor;
use axum::response::sse::Event;
use futures_util::stream::{Stream, unfold};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How often the status is told.
const EVERY: Duration = Duration::from_secs(1);

/// How far a listener is.
struct Listener {
    monitor: Arc<Monitor>,
    has_heard: bool,
    has_ended: bool,
}

/// The status now, then every second, and at the end of the run.
pub(crate) fn stream(monitor: Arc<Monitor>) -> impl Stream<Item = Result<Event, Infallible>> {
    unfold(Listener { monitor, has_heard: false, has_ended: false }, next)
}

async fn next(listener: Listener) -> Option<(Result<Event, Infallible>, Listener)> {
    let Listener { monitor, has_heard, has_ended } = listener;
    if has_ended {
        return None;
    }
    let has_ended = has_heard && timeout(EVERY, monitor.ended()).await.is_ok();
    let snapshot = monitor.look().await;
    let has_ended = has_ended || snapshot.end.is_some();
    let event = Event::default().event(if has_ended { "end" } else { "status" });
    let event = event.data(json::of(&snapshot).to_string());
    Some((Ok(event), Listener { monitor, has_heard: true, has_ended }))
}
