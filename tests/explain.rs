//! What `explain` says: of the graph as it was built, and of the plan that the local runner makes of it.

use beamline::prelude::*;
use beamline::testing::TestStream;

/// Without the numbers of lines, which change whenever this file does.
fn stable(text: &str) -> String {
    let mut parts = text.split("explain.rs:");
    let mut stable = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        stable.push_str("explain.rs:LINE");
        stable.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    stable
}

fn graph(p: &Pipeline) -> String {
    stable(&p.graph().expect("a graph").explain().to_string())
}

fn dot(p: &Pipeline) -> String {
    p.graph().expect("a graph").to_dot()
}

fn plan(p: &Pipeline) -> String {
    LocalRunner::explain(&p.graph().expect("a graph")).to_string()
}

fn word_count() -> Pipeline {
    let p = Pipeline::new();
    let lines = p.create(["to be or not to be".to_owned()]);
    let words =
        lines.flat_map_with(|line, out| line.split(' ').for_each(|word| out.emit(word.to_lowercase()))).named("Words");
    let _ = words.count_per_element().map(|(word, n)| format!("{word}: {n}")).inspect(|line| println!("{line}"));
    p
}

#[test]
fn a_combiner_is_lifted() {
    insta::assert_snapshot!(graph(&word_count()), @r"
    Create  [read]  explain.rs:LINE
        makes String
    Words  [pardo]  explain.rs:LINE
        reads Create
        makes String
    CountPerElement/Pair  [pardo]  explain.rs:LINE
        reads Words
        makes (String, ())
    CountPerElement/Count  [combine_per_key]  explain.rs:LINE
        reads CountPerElement/Pair
        makes (String, u64)
    Map  [pardo]  explain.rs:LINE
        reads CountPerElement/Count
        makes String
    Inspect  [pardo]  explain.rs:LINE
        reads Map
        makes String
    ");
    insta::assert_snapshot!(plan(&word_count()), @r"
    stage 1  (reads a source)
      Create
      + Words
      + CountPerElement/Pair
      -> stage 2, combined before they are sent
    stage 2  (shuffle)
      CountPerElement/Count
      + Map
      + Inspect
    ");
    insta::assert_snapshot!(dot(&word_count()), @r#"
    digraph pipeline {
      rankdir=TB; node [shape=box, fontname="sans-serif"];
      n0 [label="Create\nread"];
      n1 [label="Words\npardo"];
      n0 -> n1 [label="String"];
      n2 [label="CountPerElement/Pair\npardo"];
      n1 -> n2 [label="String"];
      n3 [label="CountPerElement/Count\ncombine_per_key"];
      n2 -> n3 [label="(String, ())"];
      n4 [label="Map\npardo"];
      n3 -> n4 [label="(String, u64)"];
      n5 [label="Inspect\npardo"];
      n4 -> n5 [label="String"];
    }
    "#);
}

/// The average of all numbers is compared with each of them, which are held for that.
fn above_average() -> Pipeline {
    let p = Pipeline::new();
    let numbers = p.sequence(0..100).map(|n| n as f64).named("Numbers");
    let average = numbers.combine(Mean).named("Average").as_singleton();
    let above = numbers.with_side(average).filter(|n, average| n > average).named("Above");
    let _ = above.map(|n| println!("{n}")).named("Print");
    p
}

#[test]
fn the_input_is_held_for_a_side_input_that_is_made_of_it() {
    insta::assert_snapshot!(graph(&above_average()), @r"
    Sequence  [read]  explain.rs:LINE
        makes u64
    Numbers  [pardo]  explain.rs:LINE
        reads Sequence
        makes f64
    Average  [combine_globally]  explain.rs:LINE
        reads Numbers
        makes f64
    AsSingleton  [create_view]  explain.rs:LINE
        reads Average
    Above  [pardo]  explain.rs:LINE
        reads Numbers
        side input AsSingleton
        makes f64
    Print  [pardo]  explain.rs:LINE
        reads Above
        makes ()
    ");
    insta::assert_snapshot!(plan(&above_average()), @r"
    stage 1  (reads a source)
      Sequence
      + Numbers
      -> stage 2, combined before they are sent
      -> stage 4
    stage 2  (shuffle)
      Average
      -> stage 3
    stage 3  (builds a side input)
      AsSingleton
    stage 4  (input is held until the side input is complete; after side input AsSingleton)
      Above
      + Print
    ");
    insta::assert_snapshot!(dot(&above_average()), @r#"
    digraph pipeline {
      rankdir=TB; node [shape=box, fontname="sans-serif"];
      n0 [label="Sequence\nread"];
      n1 [label="Numbers\npardo"];
      n0 -> n1 [label="u64"];
      n2 [label="Average\ncombine_globally"];
      n1 -> n2 [label="f64"];
      n3 [label="AsSingleton\ncreate_view"];
      n2 -> n3 [label="f64"];
      n4 [label="Above\npardo"];
      n1 -> n4 [label="f64"];
      n3 -> n4 [style=dashed];
      n5 [label="Print\npardo"];
      n4 -> n5 [label="f64"];
    }
    "#);
}

#[test]
fn a_side_input_from_elsewhere_is_waited_for() {
    let p = Pipeline::new();
    let rates = p.create([(1u8, 1.1)]).named("Rates").as_map();
    let payments = p.create([(1u8, 10.0)]).named("Payments");
    let _ = payments.with_side(rates).map(|(currency, amount), rates| amount * rates[&currency]).named("Dollars");
    insta::assert_snapshot!(plan(&p), @r"
    stage 1  (reads a source)
      Rates
      -> stage 2
    stage 2  (builds a side input)
      AsMap
    stage 3  (reads a source; after side input AsMap)
      Payments
      + Dollars
    ");
}

#[test]
fn a_side_input_that_goes_on_is_not_waited_for() {
    let p = Pipeline::new();
    let rates = p.apply(TestStream::new().element(Timestamp::MIN, 2u64)).named("Rates");
    let latest = Trigger::repeatedly(Trigger::after_count(1));
    let rate = rates.window(Windowing::global().trigger(latest, Accumulation::Discarding)).as_singleton();
    let _ = p.sequence(0..10).with_side(rate).map(|n, rate| n * rate).named("Dollars");
    insta::assert_snapshot!(plan(&p), @r"
    stage 1  (reads a source)
      Rates/TestStream
      + Window
      -> stage 2
    stage 2  (shuffle)
      AsSingleton/Gather
      -> stage 3
    stage 3  (builds a side input)
      AsSingleton/Publish
    stage 4  (reads a source)
      Sequence
      + Dollars  (reads side input AsSingleton/Publish while it goes on)
    ");
}

#[test]
fn a_flatten_of_several_stages_begins_one_of_its_own() {
    let p = Pipeline::new();
    let numbers = p.sequence(0..10);
    let (even, odd) = (numbers.filter(|n| n % 2 == 0).named("Even"), numbers.filter(|n| n % 2 == 1).named("Odd"));
    let same_stage = p.flatten([&even, &odd]).named("Same");
    let several = p.flatten([&same_stage, &numbers.distinct(), &p.sequence(5..7)]).named("Several");
    let _ = several.map(|n| println!("{n}")).named("Print");
    insta::assert_snapshot!(graph(&p), @r"
    Sequence  [read]  explain.rs:LINE
        makes u64
    Even  [pardo]  explain.rs:LINE
        reads Sequence
        makes u64
    Odd  [pardo]  explain.rs:LINE
        reads Sequence
        makes u64
    Same  [flatten]  explain.rs:LINE
        reads Even, Odd
        makes u64
    Distinct/Pair  [pardo]  explain.rs:LINE
        reads Sequence
        makes (u64, ())
    Distinct/Once  [combine_per_key]  explain.rs:LINE
        reads Distinct/Pair
        makes (u64, ())
    Distinct/Keys  [pardo]  explain.rs:LINE
        reads Distinct/Once
        makes u64
    Sequence#2  [read]  explain.rs:LINE
        makes u64
    Several  [flatten]  explain.rs:LINE
        reads Same, Distinct/Keys, Sequence#2
        makes u64
    Print  [pardo]  explain.rs:LINE
        reads Several
        makes ()
    ");
    insta::assert_snapshot!(plan(&p), @r"
    stage 1  (reads a source)
      Sequence
      + Even
      + Odd
      + Same
      + Distinct/Pair
      -> stage 2, combined before they are sent
      -> stage 4
    stage 2  (shuffle)
      Distinct/Once
      + Distinct/Keys
      -> stage 4
    stage 3  (reads a source)
      Sequence#2
      -> stage 4
    stage 4  (inputs come from several stages)
      Several
      + Print
    ");
}

#[test]
fn what_nothing_reads_is_left_out() {
    let p = Pipeline::new();
    let numbers = p.sequence(0..10).named("Numbers");
    let _ = numbers.key_by(|n| n % 2).group_by_key().named("Unread groups");
    let _ = numbers.combine(Sum).as_singleton();
    let _ = p.create([1]).named("Unread source");
    let _ = numbers.inspect(|n| println!("{n}")).named("Print");
    insta::assert_snapshot!(plan(&p), @r"
    stage 1  (reads a source)
      Numbers
      + KeyBy
      + Print
    left out: Unread groups (nothing reads it)
    left out: Sum (nothing reads it)
    left out: AsSingleton (nothing reads it)
    left out: Unread source (nothing reads it)
    ");
}

#[derive(OutputEnum)]
enum Parity {
    Even(u64),
    Odd(u64),
}

#[test]
fn outputs_composites_and_joins() {
    struct Halves;
    impl PTransform<PCollection<u64>> for Halves {
        type Out = PCollection<(u64, (u64, Option<u64>))>;
        fn expand(self, numbers: PCollection<u64>) -> Self::Out {
            let parts = numbers.split_with(|n| if n % 2 == 0 { Parity::Even(n) } else { Parity::Odd(n) });
            let halves = parts.even.named("Parity").key_by(|n| n / 2);
            halves.left_join(&parts.odd.key_by(|n| *n))
        }
    }
    let p = Pipeline::new();
    let halves = p.sequence(0..10).apply(Halves);
    let failed = halves.try_map(|(n, (even, odd))| Ok::<_, BoxError>(n + even + odd.ok_or("odd")?)).failed;
    let _ = failed.partition(2, |failure| failure.element.0 as usize % 2);
    insta::assert_snapshot!(graph(&p), @r"
    Sequence  [read]  explain.rs:LINE
        makes u64
    Halves/Parity  [pardo]  explain.rs:LINE
        reads Sequence
        makes u64
        makes u64
    Halves/KeyBy  [pardo]  explain.rs:LINE
        reads Halves/Parity.0
        makes (u64, u64)
    Halves/KeyBy#2  [pardo]  explain.rs:LINE
        reads Halves/Parity.1
        makes (u64, u64)
    Halves/LeftJoin/CoGroup  [group_by_key]  explain.rs:LINE
        reads Halves/KeyBy, Halves/KeyBy#2
        makes (u64, (Values<u64>, Values<u64>))
    Halves/LeftJoin/FlatMapWith  [pardo]  explain.rs:LINE
        reads Halves/LeftJoin/CoGroup
        makes (u64, (u64, Option<u64>))
    TryMap  [pardo]  explain.rs:LINE
        reads Halves/LeftJoin/FlatMapWith
        makes u64
        makes DeadLetter<(u64, (u64, Option<u64>))>
    Partition  [pardo]  explain.rs:LINE
        reads TryMap.1
        makes DeadLetter<(u64, (u64, Option<u64>))>
        makes DeadLetter<(u64, (u64, Option<u64>))>
    ");
    insta::assert_snapshot!(plan(&p), @r"
    stage 1  (reads a source)
      Sequence
      + Halves/Parity
      + Halves/KeyBy
      + Halves/KeyBy#2
      -> stage 2
    stage 2  (shuffle of 2 inputs)
      Halves/LeftJoin/CoGroup
      + Halves/LeftJoin/FlatMapWith
      + TryMap
      + Partition
    ");
}

#[test]
fn an_assertion_is_a_step_of_the_graph() {
    let p = Pipeline::new();
    beamline::testing::assert_that(&p.create([1])).is_empty();
    insta::assert_snapshot!(graph(&p), @r"
    Create  [read]  explain.rs:LINE
        makes i32
    AssertThat/ToList  [combine_globally]  explain.rs:LINE
        reads Create
        makes Vec<i32>
    AssertThat/is_empty  [assert]  explain.rs:LINE
        reads AssertThat/ToList
    ");
}

#[test]
fn names_are_escaped_in_the_drawing() {
    let p = Pipeline::new();
    let _ = p.create([1]).named("\"quoted\" \\ name");
    insta::assert_snapshot!(dot(&p), @r#"
    digraph pipeline {
      rankdir=TB; node [shape=box, fontname="sans-serif"];
      n0 [label="\"quoted\" \\ name\nread"];
    }
    "#);
}
