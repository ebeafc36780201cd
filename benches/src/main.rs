//! Benchmarks.
use beamline_benches::contestants::wordcount::*;
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let t = std::time::Instant::now();
    match args[1].as_str() {
        "hand" => handwritten::run::<table::WordTable>(args[2].as_ref(), args[3].as_ref()).unwrap(),
        "packed" => handwritten::run::<packed::PackedTable>(args[2].as_ref(), args[3].as_ref()).unwrap(),
        "two" => handwritten::run_on_two_threads::<table::WordTable>(args[2].as_ref(), args[3].as_ref()).unwrap(),
        "twop" => handwritten::run_on_two_threads::<packed::PackedTable>(args[2].as_ref(), args[3].as_ref()).unwrap(),
        "naive" => naive::run(args[2].as_ref(), args[3].as_ref()).unwrap(),
        _ => panic!(),
    }
    println!("{} {:?}", args[1], t.elapsed());
}
