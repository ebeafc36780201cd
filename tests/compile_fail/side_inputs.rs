//! Side inputs are views, of the type that the function expects.

use beamline::prelude::*;

#[derive(Clone)]
struct Convert;

impl DoFn<f64, View<f64>> for Convert {
    type Out = f64;
    fn process(&mut self, n: f64, cx: &mut Cx<'_, f64, View<f64>>) -> Result<(), BoxError> {
        cx.emit(n * cx.side());
        Ok(())
    }
}

fn main() {
    let p = Pipeline::new();
    let payments = p.create([1.0f64, 2.0]);
    let rate = p.create([('e', 1.1f64)]);
    // A collection, not a view of it.
    let _ = payments.with_side(rate.clone()).map(|n, _| n);
    // Another view than the `DoFn` asks for.
    let _ = payments.with_side(rate.as_singleton()).par_do(Convert);
    // Another view than the function asks for.
    let _ = payments.with_side(rate.as_singleton()).map(|n, rate: &f64| n * rate);
}
