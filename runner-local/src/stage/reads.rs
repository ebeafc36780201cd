//! Who reads from whom in a stage.

/// The steps of a stage that make what each of its steps reads, by their places; none if the heads do.
#[derive(Default)]
pub(crate) struct Reads {
    places: Vec<usize>,
    /// Where the places of each step end.
    ends: Vec<usize>,
}

impl Reads {
    /// Adds what the next step reads.
    pub(crate) fn push(&mut self, places: impl Iterator<Item = usize>) {
        self.places.extend(places);
        self.ends.push(self.places.len());
    }

    pub(super) fn of(&self, step: usize) -> &[usize] {
        let start = if step == 0 { 0 } else { self.ends[step - 1] };
        &self.places[start..self.ends[step]]
    }
}
