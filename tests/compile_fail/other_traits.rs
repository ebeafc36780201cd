//! The traits that users implement, where something else is given.

use beamline::prelude::*;

struct Trim;

impl PTransform<PCollection<String>> for Trim {
    type Out = PCollection<String>;
    fn expand(self, lines: PCollection<String>) -> Self::Out {
        lines.map(|line| line.trim().to_owned())
    }
}

#[derive(Clone)]
struct Parse;

impl DoFn<String> for Parse {
    type Out = u64;
    fn process(&mut self, line: String, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        cx.emit(line.parse()?);
        Ok(())
    }
}

fn main() {
    let p = Pipeline::new();
    let numbers = p.create([1u64, 2]);
    let _ = numbers.combine(|a: u64, b: u64| a + b);
    let _ = numbers.map(|n| n.to_string()).combine(Sum);
    let _ = numbers.apply(Trim);
    let _ = numbers.par_do(Parse);
    numbers.write(text::write("numbers"));
    let _ = p.read("in.txt");
}
