//! The reference interpreter: slow and obvious. A collection is a vector, a grouping is an ordered map.

use crate::dag::{Combiner, Join, Kind, Op};
use crate::functions as f;
use beamline::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// A value with its timestamp in milliseconds.
pub(crate) type Row<T> = (T, i64);
pub(crate) type Pair = (i64, i64);

/// What a collection holds.
#[derive(Clone, Debug)]
pub(crate) enum Data {
    Values(Vec<Row<i64>>),
    Pairs(Vec<Row<Pair>>),
}

/// Results with more elements than this are not worth the time.
const MOST: usize = 4000;

const MIN: i64 = Timestamp::MIN.millis();
const END: i64 = Timestamp::END_OF_GLOBAL_WINDOW.millis();

impl Data {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Values(_) => Kind::Values,
            Self::Pairs(_) => Kind::Pairs,
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Values(rows) => rows.len(),
            Self::Pairs(rows) => rows.len(),
        }
    }

    pub(crate) fn values(&self) -> &[Row<i64>] {
        match self {
            Self::Values(rows) => rows,
            Self::Pairs(_) => unreachable!("operands are of the right kind"),
        }
    }

    pub(crate) fn pairs(&self) -> &[Row<Pair>] {
        match self {
            Self::Pairs(rows) => rows,
            Self::Values(_) => unreachable!("operands are of the right kind"),
        }
    }
}

impl From<Vec<Row<i64>>> for Data {
    fn from(rows: Vec<Row<i64>>) -> Self {
        Self::Values(rows)
    }
}

impl From<Vec<Row<Pair>>> for Data {
    fn from(rows: Vec<Row<Pair>>) -> Self {
        Self::Pairs(rows)
    }
}

/// The results of an instruction, or `None` when they are too large.
pub(crate) fn interpret(op: &Op, inputs: &[&Data]) -> Option<Vec<Data>> {
    if too_large(op, inputs) {
        return None;
    }
    let results = source(op)
        .or_else(|| on_values(op, inputs))
        .or_else(|| on_pairs(op, inputs))
        .or_else(|| grouping(op, inputs))
        .or_else(|| side_input(op, inputs))
        .expect("every instruction has a meaning");
    results.iter().all(|data| data.len() <= MOST).then_some(results)
}

/// Whether a join would make too many pairs.
fn too_large(op: &Op, inputs: &[&Data]) -> bool {
    if !matches!(op, Op::Join(_)) {
        return false;
    }
    let (left, right) = (group(inputs[0].pairs()), group(inputs[1].pairs()));
    let pairs = left.iter().map(|(k, l)| l.len() * right.get(k).map_or(0, Vec::len));
    pairs.sum::<usize>() > MOST
}

fn source(op: &Op) -> Option<Vec<Data>> {
    let rows: Vec<Row<i64>> = match op {
        Op::Create(elements) => elements.iter().map(|x| (i64::from(*x), MIN)).collect(),
        Op::Sequence(n) => (0..i64::from(*n)).map(|x| (x, MIN)).collect(),
        Op::Stamped(elements) => elements.iter().map(|x| (i64::from(*x), f::time_of(*x).unwrap_or(MIN))).collect(),
        _ => return None,
    };
    Some(vec![rows.into()])
}

fn each<T: Copy, O>(rows: &[Row<T>], f: impl Fn(T) -> Vec<O>) -> Vec<Row<O>> {
    rows.iter().flat_map(|(x, time)| f(*x).into_iter().map(move |o| (o, *time))).collect()
}

fn keep<T: Copy>(rows: &[Row<T>], f: impl Fn(&T) -> bool) -> Vec<Row<T>> {
    rows.iter().copied().filter(|(x, _)| f(x)).collect()
}

fn on_values(op: &Op, inputs: &[&Data]) -> Option<Vec<Data>> {
    let rows = || inputs[0].values();
    let result: Data = match op {
        Op::Map(a) => each(rows(), |x| vec![f::map(*a, x)]).into(),
        Op::FlatMap(n) | Op::FlatMapWith(n) => each(rows(), |x| f::several(*n, x).collect()).into(),
        Op::Filter(n) => keep(rows(), |x| f::keep(*n, *x)).into(),
        Op::TryMap(n) => {
            return Some(vec![keep(rows(), |x| f::keep(*n, *x)).into(), keep(rows(), |x| !f::keep(*n, *x)).into()]);
        }
        Op::Partition(n) => {
            let part = |i| keep(rows(), |x| f::part(*n, *x) == i).into();
            return Some((0..*n as usize).map(part).collect());
        }
        Op::Flatten(_) => inputs.iter().flat_map(|data| data.values().to_vec()).collect::<Vec<_>>().into(),
        Op::Stamp(n) => {
            rows().iter().map(|(x, time)| (*x, f::stamp(*n, *x).unwrap_or(*time))).collect::<Vec<_>>().into()
        }
        Op::Times => rows().iter().map(|(x, time)| (f::mix(*x, *time), *time)).collect::<Vec<_>>().into(),
        Op::Reshuffle => inputs[0].clone(),
        Op::KeyBy(n) => each(rows(), |x| vec![(f::key(*n, x), x)]).into(),
        _ => return None,
    };
    Some(vec![result])
}

fn on_pairs(op: &Op, inputs: &[&Data]) -> Option<Vec<Data>> {
    let rows = || inputs[0].pairs();
    let result: Data = match op {
        Op::Keys => each(rows(), |(k, _)| vec![k]).into(),
        Op::PairValues => each(rows(), |(_, v)| vec![v]).into(),
        Op::Fold => each(rows(), |(k, v)| vec![f::mix(k, v)]).into(),
        Op::MapValues(a) => each(rows(), |(k, v)| vec![(k, f::map(*a, v))]).into(),
        Op::Swap => each(rows(), |(k, v)| vec![(v, k)]).into(),
        Op::FilterPairs(n) => keep(rows(), |(k, v)| f::keep(*n, k + v)).into(),
        Op::FlattenPairs(_) => inputs.iter().flat_map(|data| data.pairs().to_vec()).collect::<Vec<_>>().into(),
        Op::PartitionPairs(n) => {
            let part = |i| keep(rows(), |(k, _)| f::part(*n, *k) == i).into();
            return Some((0..*n as usize).map(part).collect());
        }
        Op::ReshufflePairs => inputs[0].clone(),
        _ => return None,
    };
    Some(vec![result])
}

/// The values of each key.
fn group(rows: &[Row<Pair>]) -> BTreeMap<i64, Vec<i64>> {
    let mut groups: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    rows.iter().for_each(|((k, v), _)| groups.entry(*k).or_default().push(*v));
    groups
}

fn at_the_end<T>(values: impl IntoIterator<Item = T>) -> Vec<Row<T>> {
    values.into_iter().map(|value| (value, END)).collect()
}

fn grouping(op: &Op, inputs: &[&Data]) -> Option<Vec<Data>> {
    let values = || inputs[0].values().iter().map(|(x, _)| *x);
    let groups = |input: usize| group(inputs[input].pairs());
    let result: Data = match op {
        Op::Distinct => at_the_end(values().collect::<BTreeSet<_>>()).into(),
        Op::DistinctPairs => at_the_end(inputs[0].pairs().iter().map(|(p, _)| *p).collect::<BTreeSet<_>>()).into(),
        Op::Combine(combiner) => at_the_end([combine(*combiner, &values().collect::<Vec<_>>())]).into(),
        Op::CountPerElement => {
            let mut counts = BTreeMap::new();
            values().for_each(|x| *counts.entry(x).or_insert(0) += 1);
            at_the_end(counts).into()
        }
        Op::GroupFold => at_the_end(groups(0).into_iter().map(|(k, v)| (k, f::fold(&v)))).into(),
        Op::GroupFlat | Op::Batches(_) => at_the_end(inputs[0].pairs().iter().map(|(pair, _)| *pair)).into(),
        Op::BatchCounts(n) => {
            let count = |(k, v): (i64, Vec<i64>)| (k, v.len().div_ceil(*n as usize) as i64);
            at_the_end(groups(0).into_iter().map(count)).into()
        }
        Op::CombinePerKey(c) | Op::Fanout(_, c) => {
            at_the_end(groups(0).into_iter().map(|(k, v)| (k, combine(*c, &v)))).into()
        }
        Op::CoGroup2 => at_the_end(co_group(&[groups(0), groups(1)])).into(),
        Op::CoGroup3 => at_the_end(co_group(&[groups(0), groups(1), groups(2)])).into(),
        Op::Join(kind) => at_the_end(join(*kind, &groups(0), &groups(1))).into(),
        _ => return None,
    };
    Some(vec![result])
}

fn combine(combiner: Combiner, values: &[i64]) -> i64 {
    let (sum, count) = (values.iter().sum(), values.len() as u64);
    let max = values.iter().copied().max().unwrap_or(f::NO_MAX);
    match combiner {
        Combiner::Sum => f::small(sum),
        Combiner::Count => f::small(count as i64),
        Combiner::Max => f::small(max),
        Combiner::Tuple => f::tuple((count, sum, max)),
    }
}

fn co_group(inputs: &[BTreeMap<i64, Vec<i64>>]) -> Vec<Pair> {
    let keys: BTreeSet<i64> = inputs.iter().flat_map(|groups| groups.keys().copied()).collect();
    let values = |key: i64| inputs.iter().map(move |groups| groups.get(&key).cloned().unwrap_or_default());
    keys.into_iter().map(|key| (key, f::fold_all(values(key).map(|v| f::fold(&v))))).collect()
}

fn join(kind: Join, left: &BTreeMap<i64, Vec<i64>>, right: &BTreeMap<i64, Vec<i64>>) -> Vec<Pair> {
    let side = |groups: &BTreeMap<i64, Vec<i64>>, key: i64, keeps: bool| -> Vec<Option<i64>> {
        match groups.get(&key) {
            Some(values) => values.iter().copied().map(Some).collect(),
            None if keeps => vec![None],
            None => vec![],
        }
    };
    let (lefts, rights) = (matches!(kind, Join::Left | Join::Full), matches!(kind, Join::Right | Join::Full));
    let keys: BTreeSet<i64> = left.keys().chain(right.keys()).copied().collect();
    let mut pairs = Vec::new();
    for key in keys {
        for l in side(left, key, rights) {
            side(right, key, lefts).into_iter().for_each(|r| pairs.push((key, f::joined(l, r))));
        }
    }
    pairs
}

fn side_input(op: &Op, inputs: &[&Data]) -> Option<Vec<Data>> {
    let side = || inputs[1].values().iter().map(|(x, _)| *x).collect::<Vec<_>>();
    let result: Data = match op {
        Op::SideSingleton => {
            let sum = f::small(side().iter().sum());
            each(inputs[0].values(), |x| vec![f::mix(x, sum)]).into()
        }
        Op::SideSingletonOr(n) => {
            let count = Some(side().len() as u64).filter(|count| *count > u64::from(*n)).unwrap_or(1);
            each(inputs[0].values(), |x| vec![f::mix(x, count as i64)]).into()
        }
        Op::SideList => {
            let list = side();
            each(inputs[0].values(), |x| f::with_list(x, &list)).into()
        }
        Op::SideMap => {
            let sums = group(inputs[1].pairs());
            let look_up = |x: i64| sums.get(&x).map(|v| f::small(v.iter().sum()));
            each(inputs[0].values(), |x| vec![f::mix(x, look_up(x).unwrap_or(1))]).into()
        }
        Op::SideMultimap => {
            let groups = group(inputs[1].pairs());
            each(inputs[0].values(), |x| f::look_up(x, groups.get(&x))).into()
        }
        Op::SideTwo => {
            let (list, groups) = (side(), group(inputs[2].pairs()));
            keep(inputs[0].values(), |x| list.contains(x) || groups.contains_key(x)).into()
        }
        Op::WaitOn => each(inputs[0].values(), |x| vec![x]).into(),
        Op::SideParDo => {
            let count = side().len() as i64;
            each(inputs[0].pairs(), |(k, v)| vec![(k, f::mix(v, count))]).into()
        }
        _ => return None,
    };
    Some(vec![result])
}
