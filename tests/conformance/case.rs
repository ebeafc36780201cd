//! The format of cases, as they are stored.

use crate::drivers::{Element, Event, Script};
use beamline::Timestamp;
use beamline::window::{
    Accumulation, AnyWindowFn, ClosingBehavior, FixedWindows, GlobalWindows, OnTimeBehavior, Sessions, SlidingWindows,
    TimestampCombiner, Trigger, Window, Windowing, WindowingStrategy,
};
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

/// A case, a single fact, or something that is neither.
pub(crate) enum Fact {
    Case(Box<Case>),
    Unit(Value),
    Unreadable(String),
}

/// All facts of a file, with their names.
pub(crate) fn read(file: &Path) -> Vec<(String, Fact)> {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    match read_values(file) {
        Ok(values) => values.into_iter().enumerate().map(|(i, value)| named(&stem, i, value)).collect(),
        Err(error) => vec![(file.display().to_string(), Fact::Unreadable(error))],
    }
}

fn read_values(file: &Path) -> Result<Vec<Value>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let mut content: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let cases = if content.is_array() { content } else { content["cases"].take() };
    serde_json::from_value(cases).map_err(|error| format!("no list of cases: {error}"))
}

fn named(file: &str, number: usize, value: Value) -> (String, Fact) {
    if let Some(unit) = value["unit"].as_str() {
        return (format!("{file}/{unit}_{number:03}"), Fact::Unit(value));
    }
    let name = value["name"].as_str().map_or_else(|| number.to_string(), str::to_owned);
    let fact = match serde_json::from_value(value) {
        Ok(case) => Fact::Case(Box::new(case)),
        Err(error) => Fact::Unreadable(format!("not a case: {error}")),
    };
    (format!("{file}/{name}"), fact)
}

#[derive(Deserialize)]
pub(crate) struct Case {
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    pub(crate) windowing: WindowFnSpec,
    pub(crate) trigger: TriggerSpec,
    pub(crate) accumulation: String,
    pub(crate) allowed_lateness_ms: u64,
    pub(crate) timestamp_combiner: String,
    pub(crate) closing_behavior: String,
    pub(crate) on_time_behavior: String,
    pub(crate) events: Vec<EventSpec>,
    pub(crate) expected: Vec<ExpectedPane>,
    pub(crate) dropped_late: Option<usize>,
    pub(crate) dropped_closed: Option<usize>,
}

#[derive(Deserialize)]
#[serde(tag = "fn", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum WindowFnSpec {
    Global {},
    Fixed {
        size_ms: u64,
        #[serde(default)]
        offset_ms: u64,
    },
    Sliding {
        size_ms: u64,
        period_ms: u64,
        #[serde(default)]
        offset_ms: u64,
    },
    Session {
        gap_ms: u64,
    },
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum TriggerSpec {
    Default {},
    Never {},
    Always {},
    ElementCount { n: u64 },
    ProcessingTime { delay_ms: u64, align_period_ms: Option<u64>, align_offset_ms: Option<u64> },
    SynchronizedProcessingTime {},
    AfterWatermark { early: Option<Box<TriggerSpec>>, late: Option<Box<TriggerSpec>> },
    Repeat { trigger: Box<TriggerSpec> },
    Each { triggers: Vec<TriggerSpec> },
    Any { triggers: Vec<TriggerSpec> },
    All { triggers: Vec<TriggerSpec> },
    OrFinally { main: Box<TriggerSpec>, finally: Box<TriggerSpec> },
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum EventSpec {
    Elements(Vec<ElementSpec>),
    AdvanceWatermarkMs(i64),
    AdvanceWatermark(End),
    AdvanceProcessingTimeMs(u64),
}

#[derive(Deserialize)]
pub(crate) enum End {
    #[serde(rename = "+inf")]
    OfTime,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ElementSpec {
    pub(crate) key: String,
    pub(crate) value: i64,
    pub(crate) ts_ms: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedPane {
    pub(crate) step: usize,
    pub(crate) key: String,
    pub(crate) window: WindowSpec,
    pub(crate) values: Option<Vec<i64>>,
    pub(crate) timestamp_ms: Option<TimeSpec>,
    pub(crate) pane: ExpectedPaneInfo,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedPaneInfo {
    pub(crate) is_first: Option<bool>,
    pub(crate) is_last: Option<bool>,
    pub(crate) timing: Option<String>,
    pub(crate) index: Option<i64>,
    pub(crate) on_time_index: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum WindowSpec {
    Interval(i64, i64),
    Named(Global),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Global {
    Global,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum TimeSpec {
    Millis(i64),
    Named(EndOfGlobalWindow),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EndOfGlobalWindow {
    EndOfGlobalWindow,
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

impl WindowSpec {
    pub(crate) fn window(&self) -> Window {
        match self {
            Self::Interval(start, end) => {
                Window { start: Timestamp::from_millis(*start), end: Timestamp::from_millis(*end) }
            }
            Self::Named(Global::Global) => Window::GLOBAL,
        }
    }
}

impl TimeSpec {
    pub(crate) fn timestamp(&self) -> Timestamp {
        match self {
            Self::Millis(millis) => Timestamp::from_millis(*millis),
            Self::Named(EndOfGlobalWindow::EndOfGlobalWindow) => Timestamp::END_OF_GLOBAL_WINDOW,
        }
    }
}

impl WindowFnSpec {
    pub(crate) fn window_fn(&self) -> AnyWindowFn {
        match *self {
            Self::Global {} => GlobalWindows.into(),
            Self::Fixed { size_ms, offset_ms } => FixedWindows::new(ms(size_ms)).offset(ms(offset_ms)).into(),
            Self::Sliding { size_ms, period_ms, offset_ms } => {
                SlidingWindows::new(ms(size_ms), ms(period_ms)).offset(ms(offset_ms)).into()
            }
            Self::Session { gap_ms } => Sessions::new(ms(gap_ms)).into(),
        }
    }
}

impl TriggerSpec {
    pub(crate) fn trigger(&self) -> Trigger {
        let each = |triggers: &[Self]| triggers.iter().map(Self::trigger).collect::<Vec<_>>();
        match self {
            Self::Default {} => Trigger::default(),
            Self::Never {} => Trigger::never(),
            Self::Always {} => Trigger::always(),
            Self::ElementCount { n } => Trigger::after_count(*n),
            Self::ProcessingTime { delay_ms, align_period_ms: Some(period), align_offset_ms: offset } => {
                Trigger::after_processing_time(ms(*delay_ms)).aligned_to(ms(*period), ms(offset.unwrap_or(0))).into()
            }
            Self::ProcessingTime { delay_ms, .. } => Trigger::after_processing_time(ms(*delay_ms)).into(),
            Self::SynchronizedProcessingTime {} => Trigger::AfterSynchronizedProcessingTime,
            Self::AfterWatermark { early, late } => after_watermark(early.as_deref(), late.as_deref()),
            Self::Repeat { trigger } => Trigger::repeatedly(trigger.trigger()),
            Self::Each { triggers } => Trigger::sequence(each(triggers)),
            Self::Any { triggers } => Trigger::any(each(triggers)),
            Self::All { triggers } => Trigger::all(each(triggers)),
            Self::OrFinally { main, finally } => main.trigger().or_finally(finally.trigger()),
        }
    }
}

fn after_watermark(early: Option<&TriggerSpec>, late: Option<&TriggerSpec>) -> Trigger {
    let mut trigger = Trigger::after_watermark();
    if let Some(early) = early {
        trigger = trigger.early(early.trigger());
    }
    if let Some(late) = late {
        trigger = trigger.late(late.trigger());
    }
    trigger.into()
}

impl EventSpec {
    fn event(&self) -> Event {
        match self {
            Self::Elements(elements) => Event::Elements(elements.iter().map(ElementSpec::element).collect()),
            Self::AdvanceWatermarkMs(millis) => Event::Watermark(Timestamp::from_millis(*millis)),
            Self::AdvanceWatermark(End::OfTime) => Event::Watermark(Timestamp::MAX),
            Self::AdvanceProcessingTimeMs(by) => Event::Clock(ms(*by)),
        }
    }
}

impl ElementSpec {
    fn element(&self) -> Element {
        Element {
            key: self.key.clone(),
            value: self.value,
            time: Timestamp::from_millis(self.ts_ms),
            punctuates: false,
        }
    }
}

impl Case {
    /// What is to be carried out.
    pub(crate) fn script(&self) -> Result<Script, String> {
        let windowing = self.windowing()?;
        let is_unsafe = self.tags.iter().any(|tag| tag == "unsafe_trigger");
        if is_unsafe && windowing.apply_to(&WindowingStrategy::default()).is_ok() {
            return Err("the trigger can finish: expected a refusal, got none".to_owned());
        }
        let events = self.events.iter().map(EventSpec::event).collect();
        Ok(Script { windowing: windowing.allow_data_loss(), groupings: 1, events })
    }

    fn windowing(&self) -> Result<Windowing, String> {
        let accumulation = match self.accumulation.as_str() {
            "discarding" => Accumulation::Discarding,
            "accumulating" => Accumulation::Accumulating,
            other => return Err(format!("no such accumulation: {other}")),
        };
        let combiner = match self.timestamp_combiner.as_str() {
            "end_of_window" => TimestampCombiner::EndOfWindow,
            "earliest" => TimestampCombiner::Earliest,
            "latest" => TimestampCombiner::Latest,
            other => return Err(format!("no such timestamp combiner: {other}")),
        };
        let closing = match self.closing_behavior.as_str() {
            "fire_always" => ClosingBehavior::FireAlways,
            "fire_if_non_empty" => ClosingBehavior::FireIfNonEmpty,
            other => return Err(format!("no such closing behavior: {other}")),
        };
        let on_time = match self.on_time_behavior.as_str() {
            "fire_always" => OnTimeBehavior::FireAlways,
            "fire_if_non_empty" => OnTimeBehavior::FireIfNonEmpty,
            other => return Err(format!("no such on-time behavior: {other}")),
        };
        Ok(Windowing::new(self.windowing.window_fn())
            .trigger(self.trigger.trigger(), accumulation)
            .allowed_lateness(ms(self.allowed_lateness_ms))
            .timestamp_combiner(combiner)
            .closing_behavior(closing)
            .on_time_behavior(on_time))
    }
}
