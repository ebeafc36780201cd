//! Every combiner against a naive reference, whatever the work looks like: inputs are dealt to accumulators, some
//! accumulators travel as bytes, and they are merged in any tree.

mod approximate;
mod exact;
mod random;
mod subtract;

use super::{CombineFn, apply};
use crate::Element;
use proptest::prelude::*;

/// How the work is split, by a seed: proptest varies it.
#[derive(Debug, Clone, Copy)]
struct Split {
    accumulators: usize,
    seed: u64,
}

fn split() -> impl Strategy<Value = Split> {
    (1..12_usize, any::<u64>()).prop_map(|(accumulators, seed)| Split { accumulators, seed })
}

/// A linear congruential generator: the tests choose nothing finer than an index with it.
impl Split {
    fn below(&mut self, n: usize) -> usize {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) as usize % n
    }
}

fn round_trip<T: Element>(value: &T) -> T {
    let config = bincode::config::standard();
    let bytes = bincode::serde::encode_to_vec(value, config).unwrap();
    let (back, length) = bincode::serde::decode_from_slice(&bytes, config).unwrap();
    assert_eq!(length, bytes.len());
    back
}

fn encoded_len<T: Element>(value: &T) -> usize {
    bincode::serde::encode_to_vec(value, bincode::config::standard()).unwrap().len()
}

/// Combines through several accumulators. Inputs are moved or borrowed, and accumulators encoded, by chance.
fn scattered<In: Clone, C: CombineFn<In>>(combiner: &C, inputs: &[In], mut split: Split) -> C::Out {
    let mut accs: Vec<C::Acc> = (0..split.accumulators).map(|_| combiner.create()).collect();
    for input in inputs {
        let acc = split.below(accs.len());
        if split.below(8) == 0 {
            accs[acc] = round_trip(&accs[acc]);
        }
        match split.below(2) {
            0 => combiner.add_ref(&mut accs[acc], input),
            _ => combiner.add(&mut accs[acc], input.clone()),
        }
    }
    while accs.len() > 1 {
        let other = accs.swap_remove(split.below(accs.len()));
        let acc = split.below(accs.len());
        combiner.merge(&mut accs[acc], round_trip(&other));
    }
    combiner.extract(accs.remove(0))
}
