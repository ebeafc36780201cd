//! Single facts: on windows of elements, merging, triggers and side inputs.

use crate::case::{TriggerSpec, WindowFnSpec, WindowSpec};
use beamline::Timestamp;
use beamline::window::{Merge, Window, WindowSet, merge_overlapping};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Checks a fact.
pub(crate) fn check(fact: &Value) -> Result<(), String> {
    let actual = actual(fact)?;
    let expected = &fact["expected"];
    if *expected == actual { Ok(()) } else { Err(format!("expected {expected}, got {actual}, of {fact}")) }
}

fn actual(fact: &Value) -> Result<Value, String> {
    match fact["unit"].as_str().unwrap_or_default() {
        "assign" => assign(fact),
        "merge" => merge(fact),
        "continuation" => continuation(fact),
        "may_finish" => Ok(json!({ "may_finish": trigger(fact)?.trigger().may_finish() })),
        "watermark_that_guarantees_firing" => {
            let window = part::<WindowSpec>(fact, "window")?.window();
            Ok(json!({ "ms": trigger(fact)?.trigger().fires_by(window).millis() }))
        }
        "side_input" => side_input(fact),
        "compatible" => {
            let [a, b] = ["a", "b"].map(|name| part::<WindowFnSpec>(fact, name));
            Ok(json!({ "compatible": a?.window_fn().is_compatible(&b?.window_fn()) }))
        }
        unit => Err(format!("no such unit: {unit}")),
    }
}

fn part<T: DeserializeOwned>(fact: &Value, name: &str) -> Result<T, String> {
    serde_json::from_value(fact[name].clone()).map_err(|error| format!("{name}: {error}"))
}

fn trigger(fact: &Value) -> Result<TriggerSpec, String> {
    part(fact, "trigger")
}

fn as_json(window: Window) -> Value {
    if window == Window::GLOBAL { json!("global") } else { json!([window.start.millis(), window.end.millis()]) }
}

fn assign(fact: &Value) -> Result<Value, String> {
    let time = Timestamp::from_millis(part(fact, "ts_ms")?);
    let mut windows = WindowSet::new();
    part::<WindowFnSpec>(fact, "windowing")?.window_fn().assign(time, &mut windows);
    let mut windows = windows.to_vec();
    windows.sort_unstable();
    Ok(json!({ "windows": windows.into_iter().map(as_json).collect::<Vec<_>>() }))
}

fn merge(fact: &Value) -> Result<Value, String> {
    let windows: Vec<WindowSpec> = part(fact, "windows")?;
    let windows: Vec<Window> = windows.iter().map(WindowSpec::window).collect();
    let describe = |merge: Merge| {
        let from: Vec<Value> = merge.from.into_iter().map(as_json).collect();
        json!({ "from": from, "to": as_json(merge.to) })
    };
    let merges: Vec<Value> = merge_overlapping(&windows).into_iter().map(describe).collect();
    Ok(json!({ "merges": merges }))
}

fn continuation(fact: &Value) -> Result<Value, String> {
    let expected: TriggerSpec = part(&fact["expected"], "continuation")?;
    let actual = trigger(fact)?.trigger().continuation();
    let same = expected.trigger() == actual;
    Ok(if same { fact["expected"].clone() } else { json!(actual.to_string()) })
}

fn side_input(fact: &Value) -> Result<Value, String> {
    let main = part::<WindowSpec>(fact, "main_window")?.window();
    let side = part::<WindowFnSpec>(fact, "side_windowing")?.window_fn();
    Ok(match side.side_input_window(main) {
        Ok(window) => json!({ "window": window.map(as_json) }),
        Err(_) => json!({ "error": true }),
    })
}
