//! Drawing from a weighted list in constant time.

/// An alias table: every slot holds its own index up to a threshold and one other index above it.
#[derive(Debug)]
pub struct AliasTable {
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    threshold: u32,
    alias: u32,
}

impl AliasTable {
    /// A table of the given weights, which must be finite, positive and fewer than 2³².
    pub fn new(weights: &[f64]) -> Self {
        let scale = weights.len() as f64 / weights.iter().sum::<f64>();
        let mut shares: Vec<f64> = weights.iter().map(|weight| weight * scale).collect();
        let mut slots: Vec<Slot> = (0..weights.len() as u32).map(|alias| Slot { threshold: u32::MAX, alias }).collect();
        let (mut poor, mut rich): (Vec<usize>, Vec<usize>) = (0..shares.len()).partition(|&i| shares[i] < 1.0);
        while let (Some(from), Some(&to)) = (poor.pop(), rich.last()) {
            slots[from] = Slot { threshold: (shares[from] * 2f64.powi(32)) as u32, alias: to as u32 };
            shares[to] -= 1.0 - shares[from];
            if shares[to] < 1.0 {
                poor.push(to);
                rich.pop();
            }
        }
        Self { slots }
    }

    /// The table of Zipf's law with exponent one: the n-th of `count` weighs 1/n.
    pub fn zipf(count: usize) -> Self {
        let weights: Vec<f64> = (1..=count).map(|rank| 1.0 / rank as f64).collect();
        Self::new(&weights)
    }

    /// The index that 64 random bits stand for.
    #[inline]
    pub fn pick(&self, random: u64) -> usize {
        let index = ((random >> 32) * self.slots.len() as u64) >> 32;
        let slot = self.slots[index as usize];
        if random as u32 <= slot.threshold { index as usize } else { slot.alias as usize }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SplitMix64;

    fn shares(table: &AliasTable, count: usize) -> Vec<f64> {
        let mut random = SplitMix64::new(7);
        let mut hits = vec![0_u32; count];
        for _ in 0..1_000_000 {
            hits[table.pick(random.next())] += 1;
        }
        hits.into_iter().map(|hits| f64::from(hits) / 1e6).collect()
    }

    #[test]
    fn draws_each_index_by_its_weight() {
        for (share, expected) in shares(&AliasTable::new(&[1.0, 2.0, 5.0]), 3).into_iter().zip([0.125, 0.25, 0.625]) {
            assert!((share - expected).abs() < 0.005, "{share} is not {expected}");
        }
    }

    #[test]
    fn zipf_halves_at_the_second_rank() {
        let shares = shares(&AliasTable::zipf(1000), 1000);
        assert!((shares[0] - 0.1336).abs() < 0.002, "{}", shares[0]);
        assert!((shares[0] / shares[1] - 2.0).abs() < 0.05, "{}", shares[0] / shares[1]);
        assert!((shares[0] / shares[9] - 10.0).abs() < 0.5, "{}", shares[0] / shares[9]);
    }
}
