//! A snapshot as JSON.

use crate::snapshot::Snapshot;
use beamline_local::{Hold, HoldReason, HotKey, InputStatus, OutputStatus, StepStatus};
use beamline_sdk::Timestamp;
use beamline_sdk::kernel::{ReadingStatus, RunWarning, SampledElement};
use beamline_sdk::window::{Pane, Window};
use serde_json::{Value, json};

/// A snapshot as JSON. Instants are texts in UTC, or `beginning` or `end` for the ends of time; spans are in seconds.
pub(crate) fn of(snapshot: &Snapshot) -> Value {
    let status = &snapshot.status;
    json!({
        "program": snapshot.program,
        "state": snapshot.state(),
        "error": snapshot.end.as_ref().and_then(|end| end.error.as_deref()),
        "now": instant(status.now),
        "elapsed_seconds": snapshot.elapsed.as_secs_f64(),
        "progress": {
            "bytes_read": snapshot.progress.bytes_read,
            "total_bytes": snapshot.progress.total_bytes,
            "bytes_per_second": snapshot.progress.bytes_per_second,
        },
        "has_samples": snapshot.has_samples,
        "total_warnings": status.total_warnings,
        "warnings": status.warnings.iter().map(warning).collect::<Vec<_>>(),
        "busy_workers": status.busy_workers,
        "steps": (0..status.steps.len()).map(|i| step(snapshot, i)).collect::<Vec<_>>(),
    })
}

fn step(snapshot: &Snapshot, i: usize) -> Value {
    let step = &snapshot.status.steps[i];
    json!({
        "name": step.name,
        "place": step.place,
        "inputs": step.inputs.iter().map(input).collect::<Vec<_>>(),
        "side_inputs": step.side_inputs,
        "is_done": step.is_done(),
        "is_idle": step.is_idle,
        "input_watermark": instant(step.input_watermark),
        "output_watermark": instant(step.output_watermark),
        "watermark_lag_seconds": snapshot.lag(step),
        "emitted": step.emitted,
        "elements_per_second": snapshot.rates[i].all,
        "outputs": step.outputs.iter().zip(&snapshot.rates[i].outputs).map(output).collect::<Vec<_>>(),
        "hot_keys": step.hot_keys.iter().map(hot_key).collect::<Vec<_>>(),
        "queued_packets": step.queued_packets,
        "queued_bytes": step.queued_bytes,
        "has_back_pressure": step.has_back_pressure,
        "pending": step.pending,
        "next_event": step.next_event.map(instant),
        "next_alarm": step.next_alarm.map(instant),
        "bytes_read": step.bytes_read,
        "total_bytes": step.total_bytes,
        "readings": step.readings.iter().map(reading).collect::<Vec<_>>(),
        "metrics": step.metrics,
        "held_by": step.held_by.as_ref().map(|by| hold(snapshot, step, by)),
    })
}

fn warning(warning: &RunWarning) -> Value {
    json!({ "text": warning.text, "times": warning.times, "last_at": instant(warning.last_at) })
}

fn input(input: &InputStatus) -> Value {
    json!({ "step": input.step, "output": input.output })
}

fn output((output, rate): (&OutputStatus, &f64)) -> Value {
    json!({
        "emitted": output.emitted,
        "elements_per_second": rate,
        "samples": output.samples.iter().map(sample).collect::<Vec<_>>(),
    })
}

fn sample(sample: &SampledElement) -> Value {
    json!({
        "element": sample.text,
        "timestamp": instant(sample.stamp.time),
        "windows": sample.stamp.windows.iter().map(window).collect::<Vec<_>>(),
        "pane": (sample.stamp.pane != Pane::UNKNOWN).then(|| pane(sample.stamp.pane)),
        "seen_at": instant(sample.seen_at),
    })
}

fn window(window: &Window) -> Value {
    json!({ "start": instant(window.start), "end": instant(window.end) })
}

fn pane(pane: Pane) -> Value {
    json!({
        "timing": pane.timing.to_string(),
        "index": pane.index,
        "is_last": pane.last,
        "is_retraction": pane.is_retraction(),
    })
}

fn hot_key(hot: &HotKey) -> Value {
    json!({ "key": hot.key, "share": hot.share })
}

fn reading(reading: &ReadingStatus) -> Value {
    json!({
        "place": reading.place,
        "watermark": instant(reading.watermark),
        "is_idle": reading.is_idle,
        "pause_until": reading.pause_until.map(instant),
    })
}

fn hold(snapshot: &Snapshot, step: &StepStatus, by: &Hold) -> Value {
    let reason = match by.reason {
        HoldReason::Source(_) => "source",
        HoldReason::Pending => "pending",
        HoldReason::SideInput(_) => "side_input",
        HoldReason::Queue => "queue",
        HoldReason::Busy(_) => "busy",
    };
    json!({ "step": by.step, "reason": reason, "text": snapshot.status.why(step) })
}

fn instant(time: Timestamp) -> String {
    match time {
        Timestamp::MIN => "beginning".to_owned(),
        Timestamp::MAX => "end".to_owned(),
        time => time.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::End;
    use crate::snapshot::tests::{status, step};
    use beamline_local::Status;
    use beamline_sdk::kernel::Stamp;
    use beamline_sdk::metrics::Value as Metric;
    use std::time::Duration;

    fn reading_at(seconds: i64) -> ReadingStatus {
        let watermark = Timestamp::from_millis(seconds * 1000);
        ReadingStatus { place: "a.log".to_owned(), watermark, is_idle: false, pause_until: None }
    }

    #[test]
    fn it_says_all_that_is_known() {
        let mut read = step("Read", 8);
        read.output_watermark = Timestamp::from_millis(4000);
        read.readings = vec![reading_at(4)];
        let mut group = step("Group", 2);
        (group.inputs, group.pending) = (vec![InputStatus { step: 0, output: 0 }], Some("1 open windows".to_owned()));
        group.metrics.insert("dropped_late".to_owned(), Metric::Counter(3));
        group.held_by = Some(Hold { step: 0, reason: HoldReason::Source(Some(reading_at(4))) });
        let snapshot = Snapshot::new("p", status(vec![read, group]), Duration::from_secs(2), None);
        let json = of(&snapshot);
        assert_eq!((&json["program"], &json["state"], &json["error"]), (&json!("p"), &json!("running"), &Value::Null));
        assert_eq!((&json["now"], &json["elapsed_seconds"]), (&json!("1970-01-01T00:00:10Z"), &json!(2.0)));
        let [read, group] = &json["steps"].as_array().unwrap()[..] else { panic!("{json}") };
        assert_eq!((&read["elements_per_second"], &read["watermark_lag_seconds"]), (&json!(4.0), &json!(6.0)));
        assert_eq!(read["readings"][0]["watermark"], "1970-01-01T00:00:04Z");
        assert_eq!(
            (&group["inputs"], &group["pending"]),
            (&json!([{"step": 0, "output": 0}]), &json!("1 open windows"))
        );
        assert_eq!(
            (&group["metrics"]["dropped_late"], &group["input_watermark"]),
            (&json!({"counter": 3}), &json!("beginning"))
        );
        assert_eq!((&group["held_by"]["step"], &group["held_by"]["reason"]), (&json!(0), &json!("source")));
        let why = group["held_by"]["text"].as_str().unwrap();
        assert!(why.starts_with("Read, which reads a.log"), "{why}");
    }

    #[test]
    fn it_warns() {
        let warning = RunWarning { text: "no".to_owned(), times: 2, last_at: Timestamp::from_millis(9_000) };
        let status = Status { warnings: vec![warning], total_warnings: 3, ..status(Vec::new()) };
        let json = of(&Snapshot::new("p", status, Duration::ZERO, None));
        assert_eq!(json["total_warnings"], 3);
        assert_eq!(json["warnings"], json!([{ "text": "no", "times": 2, "last_at": "1970-01-01T00:00:09Z" }]));
    }

    #[test]
    fn it_shows_elements_and_keys() {
        let at = Timestamp::from_millis;
        let window = Window { start: at(60_000), end: at(120_000) };
        let stamp = Stamp { time: at(61_000), windows: window.into(), pane: Pane::ONLY };
        let element = SampledElement { text: "[\"a\",1]".to_owned(), stamp, seen_at: at(70_000) };
        let mut group = step("Group", 1);
        group.outputs[0].samples = vec![element];
        group.hot_keys = vec![HotKey { key: "\"a\"".to_owned(), share: 0.25 }];
        let json = of(&Snapshot::new("p", status(vec![group]), Duration::from_secs(2), None).with_samples(true));
        assert_eq!(
            (&json["has_samples"], &json["steps"][0]["hot_keys"]),
            (&json!(true), &json!([{"key": "\"a\"", "share": 0.25}]))
        );
        let expected = json!([{
            "emitted": 1,
            "elements_per_second": 0.5,
            "samples": [{
                "element": "[\"a\",1]",
                "timestamp": "1970-01-01T00:01:01Z",
                "windows": [{ "start": "1970-01-01T00:01:00Z", "end": "1970-01-01T00:02:00Z" }],
                "pane": { "timing": "on time", "index": 0, "is_last": true, "is_retraction": false },
                "seen_at": "1970-01-01T00:01:10Z",
            }],
        }]);
        assert_eq!(json["steps"][0]["outputs"], expected);
    }

    #[test]
    fn it_says_how_it_ended() {
        let end = End { state: "failed", error: Some("no".to_owned()) };
        let json = of(&Snapshot::new("p", status(Vec::new()), Duration::ZERO, None).with_end(Some(end)));
        assert_eq!((&json["state"], &json["error"]), (&json!("failed"), &json!("no")));
    }
}
