//! Word count.
use beamline::io::text;
use beamline::{LocalRunner, Pipeline};
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || (!c.is_ascii() && c.general_category_group() == GeneralCategoryGroup::Letter)
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let p = Pipeline::new();
    p.read(text::read(&args[1]))
        .flat_map_with(|line, out| {
            for word in line.split(|c| !is_letter(c)).filter(|w| !w.is_empty()) {
                out.emit(word.to_owned());
            }
        })
        .count_per_element()
        .map(|(word, n)| format!("{word}: {n}"))
        .write(text::write(&args[2]).replace(true));
    let n = args[3].parse().unwrap();
    let r = p.run_with(&LocalRunner::new().parallelism(n));
    if let Err(e) = r {
        println!("{e}");
        std::process::exit(1)
    }
}
