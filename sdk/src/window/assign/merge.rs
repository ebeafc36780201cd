//! Windows that become one.

use crate::window::Window;

/// Some windows of a key, and the one that takes their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The windows that go, sorted by start; `to` may be among them.
    pub from: Vec<Window>,
    /// The window that has all they had.
    pub to: Window,
}

/// Joins windows that overlap, directly or through others; windows that only touch stay apart. What stays as it is is
/// not listed.
///
/// ```
/// use beamline_sdk::Timestamp;
/// use beamline_sdk::window::{Window, merge_overlapping};
///
/// let window = |start, end| Window { start: Timestamp::from_millis(start), end: Timestamp::from_millis(end) };
/// let merges = merge_overlapping(&[window(0, 10), window(10, 20), window(15, 30)]);
/// assert_eq!(merges.len(), 1);
/// assert_eq!(merges[0].to, window(10, 30));
/// ```
pub fn merge_overlapping(windows: &[Window]) -> Vec<Merge> {
    let mut sorted = windows.to_vec();
    sorted.sort_unstable();
    let mut merges: Vec<Merge> = Vec::new();
    for window in sorted {
        match merges.last_mut() {
            Some(merge) if window.start < merge.to.end => {
                merge.to = merge.to.span(window);
                merge.from.push(window);
            }
            _ => merges.push(Merge { from: vec![window], to: window }),
        }
    }
    merges.retain(|merge| merge.from.len() > 1);
    merges
}
