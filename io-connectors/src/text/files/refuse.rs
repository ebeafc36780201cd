//! Collections that files cannot be made of.

use super::check::shows_several;
use beamline_sdk::window::{Accumulation, Trigger};
use beamline_sdk::{Element, Error, ErrorKind, PCollection};

/// Why files cannot be made of the panes of a collection, if they cannot.
pub(super) fn refusal<T: Element>(lines: &PCollection<T>, by_pane: bool) -> Option<Error> {
    let windowing = lines.windowing();
    let several = shows_several(&windowing, lines.is_bounded());
    let retracts = by_pane && several && windowing.accumulation() == Accumulation::Retracting;
    if windowing.may_retract() || retracts {
        let message = "elements of the collection may be taken back, and lines in files cannot";
        let help = "say `.to_changelog()` before, or let windows accumulate with `Accumulation::Accumulating`, so that a \
                    file has all of its window";
        return Some(Error::new(ErrorKind::Graph, message).help(help));
    }
    let never = by_pane && !lines.is_bounded() && windowing.window_fn().is_global();
    (never && *windowing.trigger() == Trigger::Default).then(|| {
        let message = "the collection has no end, and is in the global window: no file would ever be complete";
        let help = "divide it into windows, such as `.window(Windowing::fixed(size))`, or say when files are complete, with \
                    `.max_age(duration)`";
        Error::new(ErrorKind::Graph, message).help(help)
    })
}
