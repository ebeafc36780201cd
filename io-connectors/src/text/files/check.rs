//! Whether names tell all files of an output apart.

use super::error::PatternError;
use super::pattern::{Pattern, Placeholder};
use beamline_sdk::window::{Accumulation, Trigger, WindowingStrategy};

/// What files differ in.
#[allow(clippy::struct_excessive_bools, reason = "facts that have nothing to do with each other")]
pub(super) struct Differences {
    pub(super) destinations: bool,
    pub(super) shards: bool,
    pub(super) parts: bool,
    /// Whether files belong to panes.
    pub(super) panes: bool,
    /// Whether the collection has an end.
    pub(super) is_bounded: bool,
    /// Whether a file may take the place of one that there is.
    pub(super) replace: bool,
}

/// A difference between files, and how names show it.
struct Rule {
    is_there: bool,
    is_shown: fn(&Placeholder) -> bool,
    what: &'static str,
    add: &'static str,
    instead: &'static str,
}

/// A placeholder that stands for nothing.
struct Void {
    is_so: bool,
    is_meant: fn(&Placeholder) -> bool,
    name: &'static str,
    why: &'static str,
}

/// Checks the names of an output of a collection that is windowed like this.
pub(super) fn check(
    given: &str,
    pattern: &Pattern,
    differences: &Differences,
    windowing: &WindowingStrategy,
) -> Result<(), PatternError> {
    let pattern_text = || given.to_owned();
    if given.is_empty() || given.ends_with('/') {
        return Err(PatternError::Folder { pattern: pattern_text() });
    }
    for Void { is_so, is_meant, name, why } in voids(differences, windowing) {
        if is_so && pattern.placeholders().any(is_meant) {
            return Err(PatternError::Nothing { pattern: pattern_text(), name, why });
        }
    }
    for Rule { is_there, is_shown, what, add, instead } in rules(differences, windowing) {
        if is_there && !pattern.placeholders().any(is_shown) {
            return Err(PatternError::Ambiguous { pattern: pattern_text(), what, add, instead });
        }
    }
    Ok(())
}

fn rules(differences: &Differences, windowing: &WindowingStrategy) -> [Rule; 5] {
    [
        Rule {
            is_there: differences.destinations,
            is_shown: |placeholder| *placeholder == Placeholder::Destination,
            what: "the files of all destinations",
            add: "{destination}",
            instead: "",
        },
        Rule {
            is_there: !windowing.window_fn().is_global(),
            is_shown: is_of_window,
            what: "the files of all windows",
            add: "{window}",
            instead: " or {window.start:…}",
        },
        rule_of_panes(differences, windowing),
        Rule {
            is_there: differences.shards,
            is_shown: |placeholder| matches!(placeholder, Placeholder::Shard | Placeholder::ShardIndex),
            what: "all shards",
            add: "{shard}",
            instead: "",
        },
        Rule {
            is_there: differences.parts,
            is_shown: |placeholder| *placeholder == Placeholder::Part,
            what: "files that are rolled",
            add: "{part}",
            instead: "",
        },
    ]
}

/// Panes are told apart, unless each has all that the one before had, and takes its place.
fn rule_of_panes(differences: &Differences, windowing: &WindowingStrategy) -> Rule {
    Rule {
        is_there: differences.panes
            && shows_several(windowing, differences.is_bounded)
            && !is_replaced(differences, windowing),
        is_shown: |placeholder| matches!(placeholder, Placeholder::Pane | Placeholder::PaneIndex),
        what: "the files of all panes",
        add: "{pane} or {pane.index}",
        instead: "; or say `.replace(true)` and let panes accumulate, so that each takes the place of the one before",
    }
}

fn voids(differences: &Differences, windowing: &WindowingStrategy) -> [Void; 3] {
    [
        Void {
            is_so: !differences.destinations,
            is_meant: |placeholder| *placeholder == Placeholder::Destination,
            name: "destination",
            why: "say where elements go with `.destination(|element| …)`",
        },
        Void {
            is_so: windowing.window_fn().is_global(),
            is_meant: |placeholder| is_of_window(placeholder) && *placeholder != Placeholder::Window,
            name: "window.start",
            why: "the global window has neither start nor end; window the collection before, or leave it out",
        },
        Void {
            is_so: !differences.panes,
            is_meant: is_of_pane,
            name: "pane",
            why: "files that have a `max_age` are complete when it has passed, not with a pane; number them by {part}",
        },
    ]
}

fn is_of_window(placeholder: &Placeholder) -> bool {
    matches!(placeholder, Placeholder::Window | Placeholder::WindowStart(_) | Placeholder::WindowEnd(_))
}

fn is_of_pane(placeholder: &Placeholder) -> bool {
    use Placeholder::{Pane, PaneIndex, PaneLast, PaneTiming};
    matches!(placeholder, Pane | PaneIndex | PaneTiming | PaneLast)
}

/// Whether a window of a collection may show several panes.
pub(super) fn shows_several(windowing: &WindowingStrategy, is_bounded: bool) -> bool {
    let at_end = [Trigger::Default, Trigger::after_watermark().into()].contains(windowing.trigger());
    !(windowing.shows_once() || is_bounded && at_end)
}

/// Whether a pane has all that the one before had, and takes its place.
fn is_replaced(differences: &Differences, windowing: &WindowingStrategy) -> bool {
    differences.replace && windowing.accumulation() == Accumulation::Accumulating
}
