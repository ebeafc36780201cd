//! Benchmarks.
use beamline_benches::words::*;
use std::hint::black_box;
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
#[inline]
fn letter(b: u8) -> bool {
    (b | 0x20).wrapping_sub(b'a') < 26
}
fn v2<'a>(text: &'a [u8], mut each: impl FnMut(&'a [u8])) {
    let mut at = 0;
    while at < text.len() {
        let start = at;
        while at < text.len() && letter(text[at]) {
            at += 1;
        }
        if at < text.len() && text[at] >= 128 {
            at += 1;
            continue;
        }
        if start < at {
            each(&text[start..at]);
        }
        at += 1;
    }
}
fn v3<'a>(mut text: &'a [u8], mut each: impl FnMut(&'a [u8])) {
    loop {
        let Some(n) = text.iter().position(|&b| !letter(b)) else { return };
        if text[n] >= 128 {
            text = &text[n + 1..];
            continue;
        }
        if n > 0 {
            each(&text[..n]);
        }
        text = &text[n + 1..];
    }
}
fn v4<'a>(text: &'a [u8], mut each: impl FnMut(&'a [u8])) {
    let mut start = 0;
    for (at, &b) in text.iter().enumerate() {
        if !letter(b) {
            if b >= 128 {
                continue;
            }
            if start < at {
                each(&text[start..at]);
            }
            start = at + 1;
        }
    }
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let t = std::time::Instant::now();
    match args[1].as_str() {
        "generate" => {
            println!("{:?}", beamline_benches::data::dataset::Dataset::new(args[2].as_ref(), 500).prepare());
        }
        "hand" => {
            beamline_benches::contestants::wordcount::handwritten::run(args[2].as_ref(), args[3].as_ref()).unwrap()
        }
        "scan" => {
            let mut n = 0u64;
            let mut l = 0;
            let f = std::fs::read(&args[2]).unwrap();
            for _ in 0..3 {
                let t = std::time::Instant::now();
                for_each_word(&f, |w| {
                    n += 1;
                    l += black_box(w).len();
                })
                .unwrap();
                println!("v1 {n} {l} {:?}", t.elapsed());
                n = 0;
                l = 0;
                let t = std::time::Instant::now();
                v2(&f, |w| {
                    n += 1;
                    l += black_box(w).len();
                });
                println!("v2 {n} {l} {:?}", t.elapsed());
                n = 0;
                l = 0;
                let t = std::time::Instant::now();
                v3(&f, |w| {
                    n += 1;
                    l += black_box(w).len();
                });
                println!("v3 {n} {l} {:?}", t.elapsed());
                n = 0;
                l = 0;
                let t = std::time::Instant::now();
                v4(&f, |w| {
                    n += 1;
                    l += black_box(w).len();
                });
                println!("v4 {n} {l} {:?}", t.elapsed());
                n = 0;
                l = 0;
            }
        }
        _ => panic!(),
    }
    println!("{:?}", t.elapsed());
}
