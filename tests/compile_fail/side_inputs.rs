//! Side inputs are views, of the type that the function expects.

use beamline::prelude::*;
use std::collections::HashMap;

#[derive(Clone)]
struct Convert;

impl DoFn<f64, View<HashMap<String, f64>>> for Convert {
    type Out = f64;
    fn process(&mut self, n: f64, cx: &mut Cx<'_, f64, View<HashMap<String, f64>>>) -> Result<(), BoxError> {
        cx.emit(n * cx.side()["EUR"]);
        Ok(())
    }
}

fn main() {
    let p = Pipeline::new();
    let payments = p.create([1.0, 2.0]);
    let rates = p.create([("EUR".to_owned(), 1.1)]);
    // A collection, not a view of it.
    let _ = payments.with_side(rates.clone()).map(|n, _| n);
    // Another view than the `DoFn` asks for.
    let _ = payments.with_side(rates.as_list()).par_do(Convert);
    // Another view than the function asks for.
    let _ = payments.with_side(rates.as_map()).map(|n, rate: &f64| n * rate);
}
