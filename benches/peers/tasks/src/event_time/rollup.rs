//! The roll-up of visits by window and dimensions, and the most frequent combinations of each window.

use std::collections::BTreeMap;

use beamline_sdk::combine::CombineFn;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use beamline_bench_data::rollup::{Dimensions, Measures, MostFrequent, WINDOW, dimensions, window};
use beamline_bench_data::visits::Visit;

use super::EventTime;

/// What has been measured of a combination in a window, or the sketches that it follows from.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Of<M> {
    /// When the window begins, in milliseconds since the epoch.
    pub window: i64,
    /// The combination.
    pub dimensions: Dimensions,
    /// What has been measured.
    pub measures: M,
}

type Tables<A> = BTreeMap<i64, HashMap<Dimensions, A, FixedState>>;

/// Sketches of visits, given out as they are when their window is over: for one who merges them.
#[derive(Clone)]
pub struct Sketches<C: CombineFn<Visit>> {
    measures: C,
    open: Tables<C::Acc>,
}

impl<C: CombineFn<Visit>> Sketches<C> {
    /// No window is open.
    pub const fn new(measures: C) -> Self {
        Self { measures, open: BTreeMap::new() }
    }
}

impl<C: CombineFn<Visit>> EventTime for Sketches<C> {
    type In = Visit;
    type Out = Of<C::Acc>;

    #[inline]
    fn add(&mut self, visit: Visit) {
        let table = self.open.entry(window(&visit)).or_default();
        let sketches = table.entry(dimensions(&visit)).or_insert_with(|| self.measures.create());
        self.measures.add(sketches, visit);
    }

    fn advance(&mut self, watermark: i64, mut emit: impl FnMut(Of<C::Acc>)) -> bool {
        let Some((window, table)) = close(&mut self.open, watermark) else { return false };
        table.into_iter().for_each(|(dimensions, measures)| emit(Of { window, dimensions, measures }));
        true
    }
}

/// Sketches of visits, and what follows from them when their window is over.
#[derive(Clone)]
pub struct RollUp<C: CombineFn<Visit>>(Sketches<C>);

impl<C: CombineFn<Visit>> RollUp<C> {
    /// No window is open.
    pub const fn new(measures: C) -> Self {
        Self(Sketches::new(measures))
    }
}

impl<C: CombineFn<Visit>> EventTime for RollUp<C> {
    type In = Visit;
    type Out = Of<C::Out>;

    #[inline]
    fn add(&mut self, visit: Visit) {
        self.0.add(visit);
    }

    fn advance(&mut self, watermark: i64, mut emit: impl FnMut(Of<C::Out>)) -> bool {
        let Self(Sketches { measures, open }) = self;
        let Some((window, table)) = close(open, watermark) else { return false };
        for (dimensions, sketches) in table {
            emit(Of { window, dimensions, measures: measures.extract(sketches) });
        }
        true
    }
}

/// Sketches of several threads, merged, and what follows from them when their window is over.
#[derive(Clone)]
pub struct Merged<C: CombineFn<Visit>>(RollUp<C>);

impl<C: CombineFn<Visit>> Merged<C> {
    /// No window is open.
    pub const fn new(measures: C) -> Self {
        Self(RollUp::new(measures))
    }
}

impl<C: CombineFn<Visit>> EventTime for Merged<C> {
    type In = Of<C::Acc>;
    type Out = Of<C::Out>;

    fn add(&mut self, Of { window, dimensions, measures: sketches }: Of<C::Acc>) {
        let Self(RollUp(Sketches { measures, open })) = self;
        match open.entry(window).or_default().entry(dimensions) {
            Entry::Occupied(mut known) => measures.merge(known.get_mut(), sketches),
            Entry::Vacant(unknown) => drop(unknown.insert(sketches)),
        }
    }

    fn advance(&mut self, watermark: i64, emit: impl FnMut(Of<C::Out>)) -> bool {
        self.0.advance(watermark, emit)
    }
}

/// How many visits a combination had in a window.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub struct Frequency {
    /// When the window begins, in milliseconds since the epoch.
    pub window: i64,
    /// How many.
    pub visits: u64,
    /// The combination.
    pub dimensions: Dimensions,
}

impl From<&Of<Measures>> for Frequency {
    fn from(Of { window, dimensions, measures }: &Of<Measures>) -> Self {
        Self { window: *window, visits: measures.0, dimensions: *dimensions }
    }
}

/// The most frequent combinations of each window, with their ranks.
#[derive(Clone, Debug, Default)]
pub struct Ranking {
    open: BTreeMap<i64, MostFrequent>,
}

impl EventTime for Ranking {
    type In = Frequency;
    type Out = (usize, Frequency);

    fn add(&mut self, Frequency { window, visits, dimensions }: Frequency) {
        self.open.entry(window).or_default().add(visits, dimensions);
    }

    fn advance(&mut self, watermark: i64, mut emit: impl FnMut((usize, Frequency))) -> bool {
        let Some((window, most_frequent)) = close(&mut self.open, watermark) else { return false };
        for (rank, (visits, dimensions)) in most_frequent.ranked() {
            emit((rank, Frequency { window, visits, dimensions }));
        }
        true
    }
}

/// Takes out the first window if it is over.
fn close<T>(open: &mut BTreeMap<i64, T>, watermark: i64) -> Option<(i64, T)> {
    let first = open.first_entry()?;
    (first.key().saturating_add(WINDOW) <= watermark).then(|| first.remove_entry())
}

#[cfg(test)]
mod tests {
    use beamline_bench_data::rollup::measures;
    use beamline_bench_data::visits::visit;

    use super::*;

    /// What a state gives out at the end.
    fn all<S: EventTime>(mut state: S, elements: impl IntoIterator<Item = S::In>) -> Vec<S::Out> {
        elements.into_iter().for_each(|element| state.add(element));
        let mut given = Vec::new();
        while state.advance(i64::MAX, |result| given.push(result)) {}
        given
    }

    fn visits() -> Vec<Visit> {
        (0..30_000).map(|index| visit(500, index)).collect()
    }

    #[test]
    fn nothing_is_given_out_before_its_time() {
        let mut roll_up = RollUp::new(measures());
        visits().into_iter().for_each(|visit| roll_up.add(visit));
        assert!(!roll_up.advance(visits().iter().map(window).min().unwrap() + WINDOW - 1, |row| panic!("{row:?}")));
    }

    #[test]
    fn sketches_that_are_merged_say_the_same() {
        let key = |row: Of<Measures>| (row.window, row.dimensions, row.measures.0, row.measures.1);
        let mut whole: Vec<_> = all(RollUp::new(measures()), visits()).into_iter().map(key).collect();
        let parts =
            visits().chunks(20_000).flat_map(|part| all(Sketches::new(measures()), part.to_vec())).collect::<Vec<_>>();
        let mut merged: Vec<_> = all(Merged::new(measures()), parts).into_iter().map(key).collect();
        whole.sort_unstable();
        merged.sort_unstable();
        assert_eq!(merged, whole);
        assert_eq!(whole.iter().map(|row| row.2).sum::<u64>(), 30_000);
    }

    #[test]
    fn the_most_frequent_come_first() {
        let frequencies: Vec<Frequency> = all(RollUp::new(measures()), visits()).iter().map(Frequency::from).collect();
        let most = frequencies.iter().map(|frequency| frequency.visits).max();
        let ranked = all(Ranking::default(), frequencies);
        assert_eq!(ranked.iter().filter(|(rank, _)| *rank == 0).map(|(_, first)| first.visits).max(), most);
    }
}
