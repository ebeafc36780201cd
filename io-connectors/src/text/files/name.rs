//! From the facts about a file to its name.

use super::error::WriteFilesError;
use super::pattern::{Pattern, Piece, Placeholder};
use super::time::{TimeFormat, describe, first_lost, short, show_span};
use beamline_sdk::window::{Pane, Timing, Window};
use beamline_sdk::{RunId, Shard, Timestamp};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

/// What tells a file from others.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) destination: Option<String>,
    pub(super) window: Window,
    pub(super) pane: Pane,
    pub(super) shard: Shard,
    pub(super) part: u32,
    pub(super) run: RunId,
}

impl Pattern {
    /// The path of a file.
    pub(super) fn path(&self, facts: &Facts) -> PathBuf {
        let mut path = String::new();
        for piece in self.pieces() {
            match piece {
                Piece::Text(text) => path.push_str(text),
                Piece::Placeholder(placeholder) => placeholder.show(facts, &mut path),
            }
        }
        PathBuf::from(path)
    }

    /// Whether names tell a window from others that begin or end at another time.
    pub(super) fn check_window(&self, facts: &Facts) -> Result<(), WriteFilesError> {
        let window = facts.window;
        if window == Window::GLOBAL || self.placeholders().any(|placeholder| *placeholder == Placeholder::Window) {
            return Ok(());
        }
        let losses = [(window.start, self.fields_of(true)), (window.end, self.fields_of(false))];
        let mut losses = losses.iter().filter(|(_, shown)| !shown.is_empty());
        match losses.clone().find_map(|(time, shown)| first_lost(*time, shown)) {
            Some(lost) if losses.all(|(time, shown)| first_lost(*time, shown).is_some()) => {
                let (path, window) = (self.path(facts).display().to_string(), window.to_string());
                let (add, lost) = describe(lost);
                Err(WriteFilesError::TimeLost { path, lost, window, add })
            }
            _ => Ok(()),
        }
    }

    /// The parts that names show of the starts of windows, or of their ends.
    fn fields_of(&self, starts: bool) -> BTreeSet<super::time::Field> {
        let formats = self.placeholders().filter_map(|placeholder| match placeholder {
            Placeholder::WindowStart(format) if starts => Some(format),
            Placeholder::WindowEnd(format) if !starts => Some(format),
            _ => None,
        });
        formats.flat_map(TimeFormat::fields).collect()
    }
}

impl Placeholder {
    fn show(&self, facts: &Facts, out: &mut String) {
        let Facts { destination, window, pane, shard, part, run } = facts;
        let written = match self {
            Self::Destination => return escape(destination.as_deref().unwrap_or_default(), out),
            Self::Window => return out.push_str(&show_window(*window)),
            Self::WindowStart(format) => return out.push_str(&show_time(format, window.start)),
            Self::WindowEnd(format) => return out.push_str(&show_time(format, window.end)),
            Self::PaneTiming => return out.push_str(timing(*pane)),
            Self::PaneLast => return out.push_str(if pane.last { "last" } else { "more" }),
            Self::Pane => write!(out, "{}-{}{}", pane.index, timing(*pane), if pane.last { "-last" } else { "" }),
            Self::PaneIndex => write!(out, "{}", pane.index),
            Self::Shard => write!(out, "{:05}-of-{:05}", shard.index, shard.count),
            Self::ShardIndex => write!(out, "{:05}", shard.index),
            Self::ShardCount => write!(out, "{:05}", shard.count),
            Self::Part => write!(out, "{part:05}"),
            Self::Run => write!(out, "{run}"),
        };
        written.expect("a string takes everything");
    }
}

fn show_window(window: Window) -> String {
    if window == Window::GLOBAL { "global".to_owned() } else { show_span(window.start, window.end) }
}

fn show_time(format: &TimeFormat, time: Timestamp) -> String {
    let text = format.show(time);
    if *format == TimeFormat::default() { short(text) } else { text }
}

fn timing(pane: Pane) -> &'static str {
    match pane.timing {
        Timing::Early => "early",
        Timing::OnTime => "on-time",
        Timing::Late => "late",
        Timing::Unknown => "unknown",
    }
}

/// Writes a destination, whatever it is made of, so that it names something inside of the folder, and nothing else does. A
/// `/` makes folders; what a name cannot have, or what would hide it or lead out of the folder, is written as `%` with two
/// hexadecimal digits. A part without any letter is a lone `%`.
fn escape(destination: &str, out: &mut String) {
    for (i, part) in destination.split('/').enumerate() {
        if i > 0 {
            out.push('/');
        }
        if part.is_empty() {
            out.push('%');
        }
        for (at, c) in part.char_indices() {
            match c {
                '.' if at == 0 => out.push_str("%2E"),
                '%' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => push_hex(c, out),
                c if c.is_ascii_control() => push_hex(c, out),
                c => out.push(c),
            }
        }
    }
}

fn push_hex(c: char, out: &mut String) {
    write!(out, "%{:02X}", u32::from(c)).expect("a string takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::{Component, Path};

    fn facts() -> Facts {
        let [start, end] = ["2015-11-16T16:00", "2015-11-16T17:00"].map(|time| time.parse().unwrap());
        let pane = Pane { timing: Timing::OnTime, index: 2, ..Pane::ONLY };
        let shard = Shard { index: 1, count: 3 };
        let run = RunId::new(start, 0);
        Facts { destination: Some("eu/fr".to_owned()), window: Window { start, end }, pane, shard, part: 7, run }
    }

    fn shown(pattern: &str, facts: &Facts) -> String {
        pattern.parse::<Pattern>().unwrap().path(facts).to_str().unwrap().to_owned()
    }

    #[test]
    fn every_placeholder_has_its_meaning() {
        for (pattern, expected) in [
            ("out/{destination}.txt", "out/eu/fr.txt"),
            ("{window}", "20151116T160000Z-20151116T170000Z"),
            ("{window.start}", "20151116T160000Z"),
            ("{window.start:%Y/%m/%d}-{window.end:%H}", "2015/11/16-17"),
            ("{pane}", "2-on-time-last"),
            ("{pane.index}{pane.timing}{pane.last}", "2on-timelast"),
            ("{shard}", "00001-of-00003"),
            ("{shard.index}/{shard.count}", "00001/00003"),
            ("{part}", "00007"),
            ("{run}", "20151116T160000Z-e220a8"),
        ] {
            assert_eq!(shown(pattern, &facts()), expected, "{pattern}");
        }
        let more = Facts { pane: Pane { last: false, timing: Timing::Early, ..Pane::ONLY }, ..facts() };
        assert_eq!(shown("{pane}{pane.last}", &more), "0-earlymore");
        assert_eq!(shown("{window}", &Facts { window: Window::GLOBAL, ..facts() }), "global");
    }

    #[test]
    fn names_that_do_not_tell_windows_apart_are_errors() {
        let check = |pattern: &str, minute: i64| {
            let mut facts = facts();
            facts.window.start = facts.window.start + std::time::Duration::from_secs(60 * minute as u64);
            pattern.parse::<Pattern>().unwrap().check_window(&facts).map_err(|error| error.to_string())
        };
        assert_eq!(check("{window.start:%Y-%m-%d-%H}", 0), Ok(()));
        assert_eq!(check("{window.start:%Y}/{window.start:%m-%d}/{window.start:%H}", 0), Ok(()));
        assert_eq!(check("{window.start:%Y}-{window.end}", 0), Ok(()), "one of them is enough");
        assert_eq!(check("{window.start:%Y-%m-%d-%H}-{window}", 30), Ok(()));
        let error = check("{window.start:%Y-%m-%d-%H}", 30).unwrap_err();
        assert!(
            error.contains("name 2015-11-16-16 leaves out the minutes of [") && error.contains("add %M"),
            "{error}"
        );
        assert!(check("{window.start:%Y-%m-%d}", 0).is_err());
    }

    #[test]
    fn destinations_stay_inside_of_the_folder() {
        let escaped = |destination: &str| {
            let mut out = String::new();
            escape(destination, &mut out);
            out
        };
        assert_eq!(escaped("../.."), "%2E./%2E.");
        assert_eq!(escaped("/etc/passwd"), "%/etc/passwd");
        assert_eq!(escaped(""), "%");
        assert_eq!(escaped("50%\n*ü.txt"), "50%25%0A%2Aü.txt");
    }

    proptest! {
        #[test]
        fn whatever_a_destination_is_it_names_one_thing_inside(a in "[./%\\x00a]{0,6}", b in "[./%\\x00a]{0,6}") {
            let escaped = [&a, &b].map(|destination| {
                let mut out = String::new();
                escape(destination, &mut out);
                out
            });
            prop_assert_eq!(a == b, escaped[0] == escaped[1]);
            let path = Path::new(&escaped[0]);
            prop_assert!(path.components().all(|part| matches!(part, Component::Normal(_))));
            prop_assert!(!escaped[0].contains("//") && !escaped[0].ends_with('/') && !escaped[0].contains('\0'));
        }
    }
}
