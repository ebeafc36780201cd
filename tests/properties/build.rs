//! Building the pipeline of a DAG.

use crate::dag::{Combiner, Dag, Id, Join, Node, Op};
use crate::functions as f;
use crate::interpret::{Data, Pair, Row};
use crate::source::Stamped;
use crate::support::Collect;
use beamline::combine::{Count, Max, Sum};
use beamline::{BoxError, Cx, DoFn, Element, PCollection, Pipeline, Timestamp, Values, View};
use std::fmt::Debug;
use std::sync::Arc;

/// A collection of either kind.
#[derive(Clone)]
enum Coll {
    Values(PCollection<i64>),
    Pairs(PCollection<Pair>),
}

impl From<PCollection<i64>> for Coll {
    fn from(values: PCollection<i64>) -> Self {
        Self::Values(values)
    }
}

impl From<PCollection<Pair>> for Coll {
    fn from(pairs: PCollection<Pair>) -> Self {
        Self::Pairs(pairs)
    }
}

/// Where the elements of a collection are written.
pub(crate) struct Written {
    check: Box<dyn Fn(&Dag) -> Result<(), String>>,
    assert_nothing_is_left: Box<dyn Fn()>,
}

impl Written {
    /// Writes a collection; `expected` says what the interpreter makes of it.
    fn new<T: Element + Ord + Debug>(
        id: Id,
        elements: &PCollection<T>,
        shards: Option<u32>,
        expected: impl Fn(&Data) -> Vec<T> + 'static,
    ) -> Self {
        let sink = Collect::with_shards(shards);
        elements.write(sink.clone());
        let written = sink.clone();
        Self {
            check: Box::new(move |dag| same(id, written.take(), expected(&dag.collections[id]))),
            assert_nothing_is_left: Box::new(move || sink.assert_nothing_is_left()),
        }
    }

    /// Compares what has been written with what the interpreter says.
    pub(crate) fn check(&self, dag: &Dag) -> Result<(), String> {
        (self.check)(dag)
    }

    pub(crate) fn assert_nothing_is_left(&self) {
        (self.assert_nothing_is_left)();
    }
}

fn bare<T: Copy>(rows: &[Row<T>]) -> Vec<T> {
    rows.iter().map(|(value, _)| *value).collect()
}

fn same<T: Ord + Debug>(id: Id, mut found: Vec<T>, mut expected: Vec<T>) -> Result<(), String> {
    found.sort_unstable();
    expected.sort_unstable();
    if found == expected { Ok(()) } else { Err(format!("c{id}\n   found: {found:?}\nexpected: {expected:?}")) }
}

/// A pipeline in the making.
struct Builder {
    p: Pipeline,
    collections: Vec<Coll>,
    written: Vec<Written>,
}

/// Builds the pipeline of a DAG; all leaves are written.
pub(crate) fn build(dag: &Dag) -> (Pipeline, Vec<Written>) {
    let (p, written, _) = build_all(dag);
    (p, written)
}

fn build_all(dag: &Dag) -> (Pipeline, Vec<Written>, Vec<Coll>) {
    let mut builder = Builder { p: Pipeline::new(), collections: Vec::new(), written: Vec::new() };
    for node in &dag.nodes {
        let outputs = builder.apply(node);
        debug_assert_eq!(outputs.len(), node.outputs.len());
        builder.collections.extend(outputs);
        if node.tap && !node.outputs.is_empty() {
            builder.tap(node.outputs[0]);
        }
    }
    dag.leaves().into_iter().for_each(|leaf| builder.write(leaf));
    (builder.p, builder.written, builder.collections)
}

/// As [`build`], with a step behind a collection that fails at its first element; says whether there is one.
pub(crate) fn build_failing(dag: &Dag, at: Id) -> (Pipeline, Vec<Written>, bool) {
    let (p, written, collections) = build_all(dag);
    let fails = |x: &i64| if *x == i64::MIN { Ok(()) } else { Err("failed on purpose") };
    let values = match &collections[at] {
        Coll::Values(values) => values.clone(),
        Coll::Pairs(pairs) => pairs.keys(),
    };
    values.try_map(fails);
    let will_fail = match &dag.collections[at] {
        Data::Values(rows) => !rows.is_empty(),
        Data::Pairs(rows) => !rows.is_empty(),
    };
    (p, written, will_fail)
}

impl Builder {
    fn values(&self, node: &Node, input: usize) -> PCollection<i64> {
        match &self.collections[node.inputs[input]] {
            Coll::Values(values) => values.clone(),
            Coll::Pairs(_) => unreachable!("operands are of the right kind"),
        }
    }

    fn pairs(&self, node: &Node, input: usize) -> PCollection<Pair> {
        match &self.collections[node.inputs[input]] {
            Coll::Pairs(pairs) => pairs.clone(),
            Coll::Values(_) => unreachable!("operands are of the right kind"),
        }
    }

    /// Writes a collection with the timestamps of its elements.
    fn write(&mut self, leaf: Id) {
        self.written.push(match &self.collections[leaf] {
            Coll::Values(values) => Written::new(leaf, &values.par_do(WithTime), None, |data| data.values().to_vec()),
            Coll::Pairs(pairs) => Written::new(leaf, &pairs.par_do(WithTime), None, |data| data.pairs().to_vec()),
        });
    }

    /// Writes a collection as it is, to a number of shards.
    fn tap(&mut self, id: Id) {
        self.written.push(match &self.collections[id] {
            Coll::Values(values) => Written::new(id, values, Some(3), |data| bare(data.values())),
            Coll::Pairs(pairs) => Written::new(id, pairs, Some(3), |data| bare(data.pairs())),
        });
    }

    fn apply(&self, node: &Node) -> Vec<Coll> {
        self.source(node)
            .or_else(|| self.on_values(node))
            .or_else(|| self.on_pairs(node))
            .or_else(|| self.grouping(node))
            .or_else(|| self.side_input(node))
            .expect("every instruction has a meaning")
    }

    fn source(&self, node: &Node) -> Option<Vec<Coll>> {
        let values = match &node.op {
            Op::Create(elements) => self.p.create(elements.clone()).map(i64::from),
            Op::Sequence(n) => self.p.sequence(0..u64::from(*n)).map(|x| x as i64),
            Op::Stamped(elements) => self.p.read(Stamped(Arc::new(elements.clone()))),
            _ => return None,
        };
        Some(vec![values.into()])
    }

    fn on_values(&self, node: &Node) -> Option<Vec<Coll>> {
        let values = || self.values(node, 0);
        let result: Coll = match node.op {
            Op::Map(a) => values().map(move |x| f::map(a, x)).into(),
            Op::FlatMap(n) => values().flat_map(move |x| f::several(n, x)).into(),
            Op::FlatMapWith(n) => {
                values().flat_map_with(move |x, out| f::several(n, *x).for_each(|y| out.emit(y))).into()
            }
            Op::Filter(n) => values().filter(move |x| f::keep(n, *x)).into(),
            Op::TryMap(n) => {
                let tried = values().try_map(move |x| if f::keep(n, *x) { Ok(*x) } else { Err("not kept") });
                return Some(vec![tried.ok.into(), tried.failed.map(|failure| failure.element).into()]);
            }
            Op::Partition(n) => {
                let parts = values().partition(n as usize, move |x| f::part(n, *x));
                return Some(parts.into_iter().map(Coll::from).collect());
            }
            Op::Flatten(n) => {
                let inputs: Vec<_> = (0..n as usize).map(|i| self.values(node, i)).collect();
                self.p.flatten(&inputs).into()
            }
            Op::Stamp(n) => values().par_do(Stamp(n)).into(),
            Op::Times => values().par_do(Times).into(),
            Op::Reshuffle => values().reshuffle().into(),
            Op::KeyBy(n) => values().key_by(move |x| f::key(n, *x)).into(),
            _ => return None,
        };
        Some(vec![result])
    }

    fn on_pairs(&self, node: &Node) -> Option<Vec<Coll>> {
        let pairs = || self.pairs(node, 0);
        let result: Coll = match node.op {
            Op::Keys => pairs().keys().into(),
            Op::PairValues => pairs().values().into(),
            Op::Fold => pairs().map(|(k, v)| f::mix(k, v)).into(),
            Op::MapValues(a) => pairs().map_values(move |v| f::map(a, v)).into(),
            Op::Swap => pairs().swap().into(),
            Op::FilterPairs(n) => pairs().filter(move |(k, v)| f::keep(n, k + v)).into(),
            Op::FlattenPairs(n) => {
                let inputs: Vec<_> = (0..n as usize).map(|i| self.pairs(node, i)).collect();
                self.p.flatten(&inputs).into()
            }
            Op::PartitionPairs(n) => {
                let parts = pairs().partition(n as usize, move |(k, _)| f::part(n, *k));
                return Some(parts.into_iter().map(Coll::from).collect());
            }
            Op::ReshufflePairs => pairs().reshuffle().into(),
            _ => return None,
        };
        Some(vec![result])
    }

    fn grouping(&self, node: &Node) -> Option<Vec<Coll>> {
        let (values, pairs) = (|| self.values(node, 0), || self.pairs(node, 0));
        let result: Coll = match node.op {
            Op::Distinct => values().distinct().into(),
            Op::DistinctPairs => pairs().distinct().into(),
            Op::Combine(Combiner::Sum) => values().combine(Sum).map(f::small).into(),
            Op::Combine(Combiner::Count) => values().count().map(|n| f::small(n as i64)).into(),
            Op::Combine(Combiner::Max) => values().combine(Max.or(f::NO_MAX)).map(f::small).into(),
            Op::Combine(Combiner::Tuple) => values().combine((Count, Sum, Max.or(f::NO_MAX))).map(f::tuple).into(),
            Op::CountPerElement => values().count_per_element().map_values(|n| n as i64).into(),
            Op::GroupFold => pairs().group_by_key().map_values(|v| fold(&v)).into(),
            Op::GroupFlat => {
                pairs().group_by_key().flat_map(|(k, values)| values.into_iter().map(move |v| (k, v))).into()
            }
            Op::Batches(n) => batches(pairs(), n).flat_map(|(k, batch)| batch.into_iter().map(move |v| (k, v))).into(),
            Op::BatchCounts(n) => batches(pairs(), n).map_values(|_| 1).combine_per_key(Sum).into(),
            Op::CombinePerKey(combiner) => per_key(&pairs(), combiner).into(),
            Op::Fanout(n, combiner) => fanout(pairs(), n, combiner).into(),
            Op::CoGroup2 => pairs()
                .co_group(&self.pairs(node, 1))
                .map_values(|(a, b)| f::fold_all([fold(&a), fold(&b)].into_iter()))
                .into(),
            Op::CoGroup3 => {
                let others = (&self.pairs(node, 1), &self.pairs(node, 2));
                let fold = |(a, b, c)| f::fold_all([fold(&a), fold(&b), fold(&c)].into_iter());
                pairs().co_group(others).map_values(fold).into()
            }
            Op::Join(kind) => join(kind, &pairs(), &self.pairs(node, 1)).into(),
            _ => return None,
        };
        Some(vec![result])
    }

    fn side_input(&self, node: &Node) -> Option<Vec<Coll>> {
        let (main, side) = (|| self.values(node, 0), || self.values(node, 1));
        let result: Coll = match node.op {
            Op::SideSingleton => {
                let sum = side().combine(Sum).map(f::small).as_singleton();
                main().with_side(sum).map(|x, sum| f::mix(x, *sum)).into()
            }
            Op::SideSingletonOr(n) => {
                let count = side().count().filter(move |count| *count > u64::from(n)).as_singleton_or(1);
                main().with_side(count).map(|x, count| f::mix(x, *count as i64)).into()
            }
            Op::SideList => {
                let list = side().as_list();
                let emit = |x, list: &Vec<i64>, out: &mut beamline::Emit<'_, i64>| {
                    f::with_list(x, list).into_iter().for_each(|y| out.emit(y));
                };
                main().with_side(list).flat_map_with(emit).into()
            }
            Op::SideMap => {
                let sums = self.pairs(node, 1).combine_per_key(Sum).map_values(f::small).as_map();
                main().with_side(sums).map(|x, sums| f::mix(x, sums.get(&x).copied().unwrap_or(1))).into()
            }
            Op::SideMultimap => {
                let groups = self.pairs(node, 1).as_multimap();
                let found = main().with_side(groups).map(|x, groups| f::look_up(x, groups.get(&x)));
                found.flat_map(|values| values).into()
            }
            Op::SideTwo => {
                let sides = (side().as_list(), self.pairs(node, 2).as_multimap());
                main().with_side(sides).filter(|x, (list, groups)| list.contains(x) || groups.contains_key(x)).into()
            }
            Op::WaitOn => main().wait_on(&side()).into(),
            Op::SideParDo => self.pairs(node, 0).with_side(side().count().as_singleton()).par_do(AddCount).into(),
            _ => return None,
        };
        Some(vec![result])
    }
}

fn fold(values: &Values<i64>) -> i64 {
    f::fold_iter(values.iter(), values.iter())
}

fn batches(pairs: PCollection<Pair>, n: u8) -> PCollection<(i64, Vec<i64>)> {
    let batches = pairs.group_into_batches(n as usize);
    batches.inspect(move |(_, batch)| assert!(!batch.is_empty() && batch.len() <= n as usize));
    batches
}

fn per_key(pairs: &PCollection<Pair>, combiner: Combiner) -> PCollection<Pair> {
    match combiner {
        Combiner::Sum => pairs.combine_per_key(Sum).map_values(f::small),
        Combiner::Count => pairs.combine_per_key(Count).map_values(|n| f::small(n as i64)),
        Combiner::Max => pairs.combine_per_key(Max).map_values(f::small),
        Combiner::Tuple => pairs.combine_per_key((Count, Sum, Max)).map_values(f::tuple),
    }
}

fn fanout(pairs: PCollection<Pair>, n: u8, combiner: Combiner) -> PCollection<Pair> {
    let n = u32::from(n);
    match combiner {
        Combiner::Sum => pairs.combine_per_key_with_fanout(n, Sum).map_values(f::small),
        Combiner::Count => pairs.combine_per_key_with_fanout(n, Count).map_values(|n| f::small(n as i64)),
        Combiner::Max => pairs.combine_per_key_with_fanout(n, Max).map_values(f::small),
        Combiner::Tuple => pairs.combine_per_key_with_fanout(n, (Count, Sum, Max)).map_values(f::tuple),
    }
}

fn join(kind: Join, left: &PCollection<Pair>, right: &PCollection<Pair>) -> PCollection<Pair> {
    match kind {
        Join::Inner => left.join(right).map_values(|(l, r)| f::joined(Some(l), Some(r))),
        Join::Left => left.left_join(right).map_values(|(l, r)| f::joined(Some(l), r)),
        Join::Right => left.right_join(right).map_values(|(l, r)| f::joined(l, Some(r))),
        Join::Full => left.full_join(right).map_values(|(l, r)| f::joined(l, r)),
    }
}

/// Gives some elements a timestamp.
#[derive(Clone)]
struct Stamp(u8);

impl DoFn<i64> for Stamp {
    type Out = i64;
    fn process(&mut self, x: i64, cx: &mut Cx<'_, i64>) -> Result<(), BoxError> {
        match f::stamp(self.0, x) {
            Some(time) => cx.emit_at(Timestamp::from_millis(time), x),
            None => cx.emit(x),
        }
        Ok(())
    }
}

/// Mixes the timestamp into the value.
#[derive(Clone)]
struct Times;

impl DoFn<i64> for Times {
    type Out = i64;
    fn process(&mut self, x: i64, cx: &mut Cx<'_, i64>) -> Result<(), BoxError> {
        cx.emit(f::mix(x, cx.timestamp().millis()));
        Ok(())
    }
}

/// Puts the timestamp beside the element.
#[derive(Clone)]
struct WithTime;

impl<T: Element> DoFn<T> for WithTime {
    type Out = Row<T>;
    fn process(&mut self, element: T, cx: &mut Cx<'_, Row<T>>) -> Result<(), BoxError> {
        cx.emit((element, cx.timestamp().millis()));
        Ok(())
    }
}

/// Reads a side input.
#[derive(Clone)]
struct AddCount;

impl DoFn<Pair, View<u64>> for AddCount {
    type Out = Pair;
    fn process(&mut self, (k, v): Pair, cx: &mut Cx<'_, Pair, View<u64>>) -> Result<(), BoxError> {
        cx.emit((k, f::mix(v, *cx.side() as i64)));
        Ok(())
    }
}
