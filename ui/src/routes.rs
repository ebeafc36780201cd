//! What is answered to which request.

use crate::gate::{Gate, guard};
use crate::monitor::Monitor;
use crate::{events, json, prometheus};
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::middleware;
use axum::response::{Html, IntoResponse, Sse};
use axum::routing::get;
use std::sync::Arc;

const PAGE: &str = include_str!("../assets/page.html");
const SCRIPT: &str = include_str!("../assets/page.js");
const STYLE: &str = include_str!("../assets/page.css");
const ICON: &str = include_str!("../assets/icon.svg");

type Watched = State<Arc<Monitor>>;

pub(crate) fn routes(monitor: Arc<Monitor>, gate: Gate) -> Router {
    // Where a token is required, what the page loads needs it too.
    let query = gate.token.as_ref().map(|token| format!("?token={}", token.as_str())).unwrap_or_default();
    let page = PAGE.replace("{{query}}", &query);
    Router::new()
        .route("/", get(async move || Html(page)))
        .route("/page.js", asset("text/javascript; charset=utf-8", SCRIPT))
        .route("/page.css", asset("text/css; charset=utf-8", STYLE))
        .route("/icon.svg", asset("image/svg+xml", ICON))
        .route("/status.json", get(status))
        .route("/metrics", get(metrics))
        .route("/events", get(async |State(monitor): Watched| Sse::new(events::stream(monitor))))
        .with_state(monitor)
        .layer(middleware::from_fn_with_state(Arc::new(gate), guard))
}

fn asset(content_type: &'static str, text: &'static str) -> axum::routing::MethodRouter<Arc<Monitor>> {
    get(async move || ([(CONTENT_TYPE, content_type)], text))
}

async fn status(State(monitor): Watched) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], format!("{:#}\n", json::of(&*monitor.look().await)))
}

async fn metrics(State(monitor): Watched) -> impl IntoResponse {
    ([(CONTENT_TYPE, prometheus::CONTENT_TYPE)], prometheus::text(&*monitor.look().await))
}
