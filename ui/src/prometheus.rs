//! A snapshot in the text format of Prometheus, version 0.0.4: names end in their unit, counters in `_total`.

use crate::snapshot::Snapshot;
use beamline_local::StepStatus;
use beamline_sdk::Timestamp;
use beamline_sdk::metrics::{DistributionValue, Value};
use std::fmt::Write;

/// What the format is called in HTTP.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The text for a snapshot.
pub(crate) fn text(snapshot: &Snapshot) -> String {
    let mut page = Exposition::default();
    run(&mut page, snapshot);
    progress(&mut page, snapshot);
    queues(&mut page, snapshot);
    watermarks(&mut page, snapshot);
    user_metrics(&mut page, snapshot);
    page.0
}

fn run(page: &mut Exposition, snapshot: &Snapshot) {
    page.family("beamline_elapsed_seconds", "gauge", "How long the pipeline has been running.");
    page.sample("beamline_elapsed_seconds", &[], snapshot.elapsed.as_secs_f64());
    page.family("beamline_draining", "gauge", "Whether sources without an end have been asked to end.");
    page.sample("beamline_draining", &[], u8::from(snapshot.status.is_draining));
    page.family("beamline_warnings_total", "counter", "What has gone wrong and did not fail the run.");
    page.sample("beamline_warnings_total", &[], snapshot.status.total_warnings);
    page.family("beamline_busy_workers", "gauge", "Workers that were too busy to say how they are doing.");
    page.sample("beamline_busy_workers", &[], snapshot.status.busy_workers.len());
}

fn progress(page: &mut Exposition, snapshot: &Snapshot) {
    let elements = "Elements that a step has emitted or, at the end of the graph, taken.";
    page.of_steps(snapshot, "beamline_step_elements_total", "counter", elements, |step| Some(step.emitted as f64));
    let read = "Bytes that a source has read.";
    page.of_steps(snapshot, "beamline_source_read_bytes_total", "counter", read, |step| Some(step.bytes_read? as f64));
    let size = "Bytes that there are for a source to read.";
    page.of_steps(snapshot, "beamline_source_size_bytes", "gauge", size, |step| Some(step.total_bytes? as f64));
    let done = "Whether a step has seen and shown all that it ever will.";
    page.of_steps(snapshot, "beamline_step_done", "gauge", done, |step| Some(flag(step.is_done())));
}

fn queues(page: &mut Exposition, snapshot: &Snapshot) {
    let packets = "Packets of elements that wait in front of a step.";
    page.of_steps(snapshot, "beamline_step_queue_packets", "gauge", packets, |step| Some(step.queued_packets as f64));
    let bytes = "Bytes that wait in front of a step.";
    page.of_steps(snapshot, "beamline_step_queue_bytes", "gauge", bytes, |step| Some(step.queued_bytes as f64));
    let pressure = "Whether the senders of a step have to wait for it.";
    page.of_steps(snapshot, "beamline_step_back_pressure", "gauge", pressure, |step| {
        Some(flag(step.has_back_pressure))
    });
}

fn watermarks(page: &mut Exposition, snapshot: &Snapshot) {
    let idle = "Whether a step is caught up and empty, so that nobody waits for it.";
    page.of_steps(snapshot, "beamline_step_idle", "gauge", idle, |step| Some(flag(step.is_idle)));
    let input = "The watermark of what a step reads, since the epoch; absent at the ends of time.";
    let name = "beamline_step_input_watermark_seconds";
    page.of_steps(snapshot, name, "gauge", input, |step| seconds(step.input_watermark));
    let output = "The watermark of what a step emits, since the epoch; absent at the ends of time.";
    let name = "beamline_step_output_watermark_seconds";
    page.of_steps(snapshot, name, "gauge", output, |step| seconds(step.output_watermark));
    let lag = "How far the output of a step is behind the clock; absent at the ends of time.";
    page.of_steps(snapshot, "beamline_step_watermark_lag_seconds", "gauge", lag, |step| snapshot.lag(step));
}

/// What steps have counted. The names are labels: what a program calls its metrics need not be a name for Prometheus.
fn user_metrics(page: &mut Exposition, snapshot: &Snapshot) {
    let counter = |value: &Value| if let Value::Counter(n) = value { Some(*n as f64) } else { None };
    let gauge = |value: &Value| if let Value::Gauge(n) = value { Some(*n as f64) } else { None };
    let help = "What a step has counted, by name: lost and late elements too.";
    page.of_metrics(snapshot, "beamline_counter_total", "counter", help, counter);
    page.of_metrics(snapshot, "beamline_gauge", "gauge", "The last value of a gauge of a step.", gauge);
    page.family("beamline_distribution", "summary", "How many values a step has seen, and their sum.");
    page.metric_samples(snapshot, "beamline_distribution_sum", |value| Some(distribution(value)?.sum as f64));
    page.metric_samples(snapshot, "beamline_distribution_count", |value| Some(distribution(value)?.count as f64));
    let min = |value: &Value| Some(distribution(value)?.min as f64);
    page.of_metrics(snapshot, "beamline_distribution_min", "gauge", "The least value that a step has seen.", min);
    let max = |value: &Value| Some(distribution(value)?.max as f64);
    page.of_metrics(snapshot, "beamline_distribution_max", "gauge", "The greatest value that a step has seen.", max);
}

fn distribution(value: &Value) -> Option<&DistributionValue> {
    if let Value::Distribution(values) = value { Some(values) } else { None }
}

fn flag(is_set: bool) -> f64 {
    f64::from(u8::from(is_set))
}

fn seconds(time: Timestamp) -> Option<f64> {
    (![Timestamp::MIN, Timestamp::MAX].contains(&time)).then(|| time.millis() as f64 / 1000.0)
}

/// A text in the making.
#[derive(Default)]
struct Exposition(String);

impl Exposition {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<_> = labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
        let series = if labels.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", labels.join(",")) };
        self.line(format_args!("{series} {value}"));
    }

    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        writeln!(self.0, "{text}").expect("a string takes everything");
    }

    /// One sample for each step that has a value.
    fn of_steps(
        &mut self,
        snapshot: &Snapshot,
        name: &str,
        kind: &str,
        help: &str,
        value: impl Fn(&StepStatus) -> Option<f64>,
    ) {
        self.family(name, kind, help);
        for step in &snapshot.status.steps {
            value(step).into_iter().for_each(|value| self.sample(name, &[("step", &step.name)], value));
        }
    }

    /// One sample for each metric of a step that has a value.
    fn of_metrics(
        &mut self,
        snapshot: &Snapshot,
        name: &str,
        kind: &str,
        help: &str,
        value: impl Fn(&Value) -> Option<f64>,
    ) {
        self.family(name, kind, help);
        self.metric_samples(snapshot, name, value);
    }

    fn metric_samples(&mut self, snapshot: &Snapshot, name: &str, value: impl Fn(&Value) -> Option<f64>) {
        for step in &snapshot.status.steps {
            for (metric, found) in &step.metrics {
                let labels = [("step", &step.name[..]), ("name", metric)];
                value(found).into_iter().for_each(|value| self.sample(name, &labels, value));
            }
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::tests::{status, step};
    use std::time::Duration;

    #[test]
    fn values_are_labelled() {
        let mut read = step("a \"step\" of C:\\\nhere", 3);
        (read.bytes_read, read.queued_bytes, read.has_back_pressure) = (Some(9), 12, true);
        read.output_watermark = Timestamp::from_millis(7_250);
        read.metrics.insert("seen".to_owned(), Value::Counter(4));
        let sizes = DistributionValue { count: 2, sum: -3, min: -5, max: 2 };
        read.metrics.insert("sizes".to_owned(), Value::Distribution(sizes));
        let text = text(&Snapshot::new("p", status(vec![read]), Duration::from_millis(1500), None));
        let step = r#"step="a \"step\" of C:\\\nhere""#;
        for line in [
            "# TYPE beamline_step_elements_total counter".to_owned(),
            "beamline_elapsed_seconds 1.5".to_owned(),
            "beamline_warnings_total 0".to_owned(),
            format!("beamline_step_elements_total{{{step}}} 3"),
            format!("beamline_source_read_bytes_total{{{step}}} 9"),
            format!("beamline_step_queue_bytes{{{step}}} 12"),
            format!("beamline_step_back_pressure{{{step}}} 1"),
            format!("beamline_step_output_watermark_seconds{{{step}}} 7.25"),
            format!("beamline_step_watermark_lag_seconds{{{step}}} 2.75"),
            format!("beamline_counter_total{{{step},name=\"seen\"}} 4"),
            format!("beamline_distribution_sum{{{step},name=\"sizes\"}} -3"),
            format!("beamline_distribution_count{{{step},name=\"sizes\"}} 2"),
            format!("beamline_distribution_min{{{step},name=\"sizes\"}} -5"),
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
        }
        assert!(!text.contains("input_watermark_seconds{"), "the beginning of time is no number");
        assert!(!text.contains("source_size_bytes{"), "what is not known is not told");
    }
}
