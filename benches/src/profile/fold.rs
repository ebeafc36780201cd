//! Samples as a tree of frames.

use std::collections::BTreeMap;

/// A frame with all that it called.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Folded {
    /// How many samples have it on their stack.
    samples: u64,
    /// What it called, by name.
    calls: BTreeMap<String, Self>,
}

impl Folded {
    /// The tree of what `perf script` prints. Its first level are threads: the workers of a pipeline as one, because they do
    /// the same.
    pub(super) fn of(script: &str) -> Self {
        let mut root = Self::default();
        for sample in script.split("\n\n").filter(|sample| !sample.trim().is_empty()) {
            root.add(sample);
        }
        root
    }

    /// How many samples have it on their stack.
    pub(super) fn samples(&self) -> u64 {
        self.samples
    }

    /// What it called, in the order of names.
    pub(super) fn calls(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.calls.iter().map(|(name, frame)| (name.as_str(), frame))
    }

    /// How many frames there are, one above the other.
    pub(super) fn depth(&self) -> usize {
        self.calls.values().map(|frame| 1 + frame.depth()).max().unwrap_or(0)
    }

    fn add(&mut self, sample: &str) {
        let mut lines = sample.trim_start_matches('\n').lines();
        let thread = lines.next().unwrap_or_default().trim().trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
        let frames: Vec<&str> = lines.map(name).collect();
        let outside_in = std::iter::once(thread).chain(frames.into_iter().rev());
        self.samples += 1;
        let mut frame = self;
        for name in outside_in {
            frame = frame.calls.entry(name.to_owned()).or_default();
            frame.samples += 1;
        }
    }
}

/// A line is an address and a name.
fn name(line: &str) -> &str {
    line.trim().split_once(' ').map_or("[unknown]", |(_, name)| name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "beamline-0 \n\t  10 inner\n\t 20 <A as B<C>>::outer\n\nbeamline-1 \n\t 20 <A as B<C>>::outer\n\nmain \n\t 30\n\n";

    #[test]
    fn samples_meet_where_their_stacks_are_the_same() {
        let root = Folded::of(SCRIPT);
        assert_eq!((root.samples(), root.depth()), (3, 3));
        let threads: Vec<(&str, u64)> = root.calls().map(|(name, frame)| (name, frame.samples())).collect();
        assert_eq!(threads, [("beamline", 2), ("main", 1)]);
        let outer = &root.calls["beamline"].calls["<A as B<C>>::outer"];
        assert_eq!((outer.samples(), outer.calls["inner"].samples()), (2, 1));
        assert_eq!(root.calls["main"].calls["[unknown]"].samples(), 1);
    }
}
