//! The traits that users implement, where something else is given.

use beamline::prelude::*;

struct Positive;

impl PTransform<PCollection<i64>> for Positive {
    type Out = PCollection<i64>;
    fn expand(self, numbers: PCollection<i64>) -> Self::Out {
        numbers.filter(|n| *n > 0)
    }
}

#[derive(Clone)]
struct Halve;

impl DoFn<i64> for Halve {
    type Out = i64;
    fn process(&mut self, n: i64, cx: &mut Cx<'_, i64>) -> Result<(), BoxError> {
        cx.emit(n / 2);
        Ok(())
    }
}

fn main() {
    let p = Pipeline::new();
    let numbers = p.create([1u64, 2]);
    let _ = numbers.combine(|a: u64, b: u64| a + b);
    let _ = numbers.map(|n| n > 1).combine(Sum);
    let _ = numbers.apply(Positive);
    let _ = numbers.par_do(Halve);
    let _ = p.read("in.txt");
}
