//! A figure in words.

use crate::record::{Recording, SeenElement, SeenPane};
use beamline::Timestamp;
use beamline::window::Window;

/// Everything that the picture shows.
pub(crate) fn describe(recording: &Recording) -> String {
    let elements: Vec<_> = recording.elements.iter().map(element).collect();
    let panes: Vec<_> = recording.panes.iter().map(pane).collect();
    let panes = if panes.is_empty() { String::new() } else { format!(" Panes: {}.", panes.join("; ")) };
    format!("Elements: {}.{panes}", elements.join("; "))
}

fn element(SeenElement { at, time, value, is_dropped }: &SeenElement) -> String {
    let dropped = if *is_dropped { ", too late" } else { "" };
    format!("{value} happened at {} and came at {}{dropped}", time_of_day(*time), time_of_day(*at))
}

fn pane(pane: &SeenPane) -> String {
    let (at, window) = (time_of_day(pane.at), span(pane.window));
    let back = pane.taken_back.map(|value| format!("takes back {value}"));
    let shown = pane.shown.map(|value| format!("shows {value} ({})", pane.timing));
    let what: Vec<_> = [back, shown].into_iter().flatten().collect();
    format!("at {at} {window} {}", what.join(" and "))
}

fn span(window: Window) -> String {
    if window == Window::GLOBAL {
        return "the window of all time".to_owned();
    }
    format!("the window from {} to {}", time_of_day(window.start), time_of_day(window.end))
}

/// `12:05:20` of a time, or `12:05` of a full minute.
pub(crate) fn time_of_day(time: Timestamp) -> String {
    let time = time.to_string();
    let time = &time[11..19];
    time.strip_suffix(":00").unwrap_or(time).to_owned()
}

/// What a pane says in the picture.
pub(crate) fn label(pane: &SeenPane) -> String {
    let shown = pane.shown.map(|value| value.to_string());
    let back = pane.taken_back.map(|value| format!("\u{2212}{value}"));
    let parts: Vec<_> = [back, shown].into_iter().flatten().collect();
    parts.join(", ")
}
