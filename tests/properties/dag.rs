//! Random pipelines as data.
//!
//! A [`Draft`] is what is generated and shrunk: instructions with numbers for operands. [`Dag::of`] makes sense of it:
//! an operand is the collection of the right kind that its number falls on, and an instruction whose result would be
//! huge is left out.

use crate::interpret::{Data, interpret};
use proptest::prelude::*;
use proptest::strategy::Union;
use std::fmt;

/// What a collection holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Values,
    Pairs,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Combiner {
    Sum,
    Count,
    Max,
    Tuple,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Join {
    Inner,
    Left,
    Right,
    Full,
}

/// A transform, or a few that belong together.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Create(Vec<i8>),
    Sequence(u16),
    /// A source of its own, with timestamps.
    Stamped(Vec<i8>),
    Map(u8),
    FlatMap(u8),
    FlatMapWith(u8),
    Filter(u8),
    TryMap(u8),
    Partition(u8),
    Flatten(u8),
    /// Makes every value its own timestamp.
    Stamp(u8),
    /// Mixes the timestamp into the value.
    Times,
    Reshuffle,
    Distinct,
    Combine(Combiner),
    CountPerElement,
    KeyBy(u8),
    Keys,
    PairValues,
    Fold,
    MapValues(u8),
    Swap,
    FilterPairs(u8),
    FlattenPairs(u8),
    PartitionPairs(u8),
    ReshufflePairs,
    DistinctPairs,
    GroupFold,
    GroupFlat,
    CombinePerKey(Combiner),
    Fanout(u8, Combiner),
    Batches(u8),
    BatchCounts(u8),
    CoGroup2,
    CoGroup3,
    Join(Join),
    SideSingleton,
    SideSingletonOr(u8),
    SideList,
    SideMap,
    SideMultimap,
    SideTwo,
    SideParDo,
    WaitOn,
}

impl Op {
    /// The kinds of the inputs.
    fn inputs(&self) -> Vec<Kind> {
        use Kind::{Pairs, Values};
        match self {
            Self::Create(_) | Self::Sequence(_) | Self::Stamped(_) => vec![],
            Self::Flatten(n) => vec![Values; *n as usize],
            Self::FlattenPairs(n) => vec![Pairs; *n as usize],
            Self::CoGroup2 | Self::Join(_) => vec![Pairs, Pairs],
            Self::CoGroup3 => vec![Pairs, Pairs, Pairs],
            Self::SideSingleton | Self::SideSingletonOr(_) | Self::SideList | Self::WaitOn => vec![Values, Values],
            Self::SideMap | Self::SideMultimap => vec![Values, Pairs],
            Self::SideTwo => vec![Values, Values, Pairs],
            Self::SideParDo => vec![Pairs, Values],
            Self::Keys
            | Self::PairValues
            | Self::Fold
            | Self::MapValues(_)
            | Self::Swap
            | Self::FilterPairs(_)
            | Self::PartitionPairs(_)
            | Self::ReshufflePairs
            | Self::DistinctPairs
            | Self::GroupFold
            | Self::GroupFlat
            | Self::CombinePerKey(_)
            | Self::Fanout(..)
            | Self::Batches(_)
            | Self::BatchCounts(_) => vec![Pairs],
            _ => vec![Values],
        }
    }
}

/// An instruction as it is generated.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    op: Op,
    operands: [u8; 4],
    tap: bool,
}

fn combiner() -> impl Strategy<Value = Combiner> {
    prop::sample::select(vec![Combiner::Sum, Combiner::Count, Combiner::Max, Combiner::Tuple])
}

fn source() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => prop::collection::vec(-20i8..20, 0..40).prop_map(Op::Create),
        2 => prop::collection::vec(-20i8..20, 0..40).prop_map(Op::Stamped),
        1 => (0u16..3000).prop_map(Op::Sequence),
    ]
}

fn elementwise() -> Union<BoxedStrategy<Op>> {
    let small = || 1u8..5;
    Union::new(vec![
        small().prop_map(Op::Map).boxed(),
        (0u8..4).prop_map(Op::FlatMap).boxed(),
        (0u8..4).prop_map(Op::FlatMapWith).boxed(),
        small().prop_map(Op::Filter).boxed(),
        small().prop_map(Op::TryMap).boxed(),
        small().prop_map(Op::Partition).boxed(),
        (0u8..4).prop_map(Op::Flatten).boxed(),
        small().prop_map(Op::Stamp).boxed(),
        Just(Op::Times).boxed(),
        (1u8..20).prop_map(Op::KeyBy).boxed(),
        Just(Op::Keys).boxed(),
        Just(Op::PairValues).boxed(),
        Just(Op::Fold).boxed(),
        small().prop_map(Op::MapValues).boxed(),
        Just(Op::Swap).boxed(),
        small().prop_map(Op::FilterPairs).boxed(),
        (0u8..4).prop_map(Op::FlattenPairs).boxed(),
        small().prop_map(Op::PartitionPairs).boxed(),
    ])
}

fn shuffle() -> Union<BoxedStrategy<Op>> {
    let join = prop::sample::select(vec![Join::Inner, Join::Left, Join::Right, Join::Full]);
    Union::new(vec![
        Just(Op::Reshuffle).boxed(),
        Just(Op::Distinct).boxed(),
        combiner().prop_map(Op::Combine).boxed(),
        Just(Op::CountPerElement).boxed(),
        Just(Op::ReshufflePairs).boxed(),
        Just(Op::DistinctPairs).boxed(),
        Just(Op::GroupFold).boxed(),
        Just(Op::GroupFlat).boxed(),
        combiner().prop_map(Op::CombinePerKey).boxed(),
        (0u8..5, combiner()).prop_map(|(n, c)| Op::Fanout(n, c)).boxed(),
        (1u8..6).prop_map(Op::Batches).boxed(),
        (1u8..6).prop_map(Op::BatchCounts).boxed(),
        Just(Op::CoGroup2).boxed(),
        Just(Op::CoGroup3).boxed(),
        join.prop_map(Op::Join).boxed(),
    ])
}

fn side_input() -> Union<BoxedStrategy<Op>> {
    Union::new(vec![
        Just(Op::SideSingleton).boxed(),
        (0u8..30).prop_map(Op::SideSingletonOr).boxed(),
        Just(Op::SideList).boxed(),
        Just(Op::SideMap).boxed(),
        Just(Op::SideMultimap).boxed(),
        Just(Op::SideTwo).boxed(),
        Just(Op::SideParDo).boxed(),
        Just(Op::WaitOn).boxed(),
    ])
}

fn draft(op: impl Strategy<Value = Op>) -> impl Strategy<Value = Draft> {
    (op, any::<[u8; 4]>(), prop::bool::weighted(0.1)).prop_map(|(op, operands, tap)| Draft { op, operands, tap })
}

/// Any pipeline of at most `size` instructions.
pub(crate) fn any_dag(size: usize) -> impl Strategy<Value = Dag> {
    let op = prop_oneof![2 => source(), 8 => elementwise(), 7 => shuffle(), 3 => side_input()];
    (draft(source()), prop::collection::vec(draft(op), 0..size))
        .prop_map(|(first, rest)| Dag::of(std::iter::once(first).chain(rest)))
}

/// A collection: its index in [`Dag::collections`].
pub(crate) type Id = usize;

/// An instruction that has been made sense of.
#[derive(Clone)]
pub(crate) struct Node {
    pub op: Op,
    pub inputs: Vec<Id>,
    pub outputs: Vec<Id>,
    /// Whether the first output is written, too, although others may read it.
    pub tap: bool,
}

/// A pipeline, and what it computes.
#[derive(Clone, Default)]
pub(crate) struct Dag {
    pub nodes: Vec<Node>,
    /// What each collection holds, as the reference interpreter sees it.
    pub collections: Vec<Data>,
}

impl Dag {
    fn of(drafts: impl IntoIterator<Item = Draft>) -> Self {
        let mut dag = Self::default();
        drafts.into_iter().for_each(|draft| dag.add(draft));
        dag
    }

    fn add(&mut self, draft: Draft) {
        let kinds = draft.op.inputs();
        let operands = draft.operands.iter().cycle();
        let inputs = kinds.iter().zip(operands).map(|(kind, number)| self.operand(*kind, *number as usize)).collect();
        self.apply(draft.op, inputs, draft.tap);
    }

    /// The collection of a kind that a number falls on. There are always values: the first instruction is a source.
    fn operand(&mut self, kind: Kind, number: usize) -> Id {
        let fitting: Vec<Id> = (0..self.collections.len()).filter(|c| self.collections[*c].kind() == kind).collect();
        if fitting.is_empty() {
            let values = self.operand(Kind::Values, number);
            self.apply(Op::KeyBy(7), vec![values], false);
            return self.collections.len() - 1;
        }
        fitting[number % fitting.len()]
    }

    fn apply(&mut self, op: Op, inputs: Vec<Id>, tap: bool) {
        let data: Vec<&Data> = inputs.iter().map(|input| &self.collections[*input]).collect();
        let Some(results) = interpret(&op, &data) else { return };
        let first = self.collections.len();
        self.collections.extend(results);
        self.nodes.push(Node { op, inputs, outputs: (first..self.collections.len()).collect(), tap });
    }

    /// The collections that nothing reads.
    pub(crate) fn leaves(&self) -> Vec<Id> {
        let is_read = |c: &Id| self.nodes.iter().any(|node| node.inputs.contains(c));
        (0..self.collections.len()).filter(|c| !is_read(c)).collect()
    }
}

impl fmt::Debug for Dag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |ids: &[Id]| ids.iter().map(|id| format!("c{id}")).collect::<Vec<_>>().join(", ");
        for Node { op, inputs, outputs, tap } in &self.nodes {
            let tapped = if *tap { "  [tapped]" } else { "" };
            write!(f, "\n  {} = {op:?}({}){tapped}", names(outputs), names(inputs))?;
        }
        Ok(())
    }
}
