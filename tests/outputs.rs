//! Several typed outputs by a derived enum.

use beamline::prelude::*;
use beamline::testing::{TestPipeline, assert_that};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, OutputEnum)]
enum Parsed {
    Good(u64),
    Bad(String),
    Both(u8, String),
    Empty,
}

fn parse(line: &str) -> Parsed {
    match line.split_once(' ') {
        Some((n, rest)) => Parsed::Both(n.parse().unwrap_or_default(), rest.to_owned()),
        None if line.is_empty() => Parsed::Empty,
        None => line.parse().map_or_else(|_| Parsed::Bad(line.to_owned()), Parsed::Good),
    }
}

/// Emits an enum that is nothing but `Send`.
#[derive(Clone)]
struct Parse;

impl DoFn<String> for Parse {
    type Out = Parsed;
    fn process(&mut self, line: String, cx: &mut Cx<'_, Parsed>) -> Result<(), BoxError> {
        cx.emit(parse(&line));
        Ok(())
    }
}

fn owned<const N: usize>(texts: [&str; N]) -> [String; N] {
    texts.map(str::to_owned)
}

fn lines(p: &TestPipeline) -> PCollection<String> {
    p.create(owned(["1", "two", "", "3 pigs", "4", "five", "6", "", "7"]))
}

#[test]
fn elements_go_where_their_variant_says() {
    for workers in [1, 2] {
        let p = TestPipeline::new().with_parallelism(workers);
        let ParsedOutputs { good, bad, both, empty } = lines(&p).par_do(Parse).split();
        assert_that(&good).contains_in_any_order([1, 4, 6, 7]);
        assert_that(&bad).contains_in_any_order(owned(["two", "five"]));
        assert_that(&both).contains_in_any_order([(3, "pigs".to_owned())]);
        assert_that(&empty).contains_in_any_order([(), ()]);
        p.run();
    }
}

#[test]
fn a_function_can_choose_the_output() {
    let p = TestPipeline::new();
    let parts = lines(&p).split_with(|line| parse(&line));
    assert_that(&parts.good).has_count(4);
    assert_that(&parts.bad.named("Parse")).has_count(2);
    assert_eq!(p.run().metrics.emitted("Parse"), Some(9));
}

#[test]
fn many_elements_are_counted_right() {
    for workers in [1, 2] {
        let p = TestPipeline::new().with_parallelism(workers);
        let parts = p.sequence(0..50_000).reshuffle().split_with(|n| match n % 4 {
            0 => Parsed::Good(n),
            1 => Parsed::Bad(n.to_string()),
            2 => Parsed::Both(0, String::new()),
            _ => Parsed::Empty,
        });
        assert_that(&parts.good).has_count(12_500);
        assert_that(&parts.bad).has_count(12_500);
        assert_that(&parts.both.keys()).has_count(12_500);
        assert_that(&parts.empty).has_count(12_500);
        p.run();
    }
}

#[test]
fn outputs_that_nothing_reads_are_fine() {
    let p = TestPipeline::new();
    let parts = lines(&p).par_do(Parse).split();
    assert_that(&parts.bad).has_count(2);
    p.run();

    let p = TestPipeline::new();
    let _nobody_cares = lines(&p).par_do(Parse).split();
    p.run();
}

#[test]
fn outputs_can_be_read_more_than_once_and_meet_again() {
    let p = TestPipeline::new();
    let parts = lines(&p).par_do(Parse).split();
    let numbers = parts.good.map(|n| n.to_string());
    assert_that(&p.flatten([&numbers, &parts.bad, &numbers])).has_count(10);
    p.run();
}

#[test]
fn splitting_twice_is_an_error() {
    let p = TestPipeline::new();
    let parsed = lines(&p).par_do(Parse);
    let _first = parsed.split();
    let _second = parsed.split();
    let error = p.try_run().unwrap_err();
    assert_eq!(error.kind(), beamline::ErrorKind::Graph);
    assert!(error.to_string().contains("split it once"), "{error}");
    assert_eq!(p.try_run().unwrap_err().to_string(), error.to_string(), "it stays an error");
}

#[test]
fn an_enum_that_is_split_has_no_other_reader() {
    for split_first in [true, false] {
        let p = TestPipeline::new();
        let parsed = lines(&p).map(|line| parse(&line));
        if split_first {
            let _parts = parsed.split();
        }
        let _count = parsed.count();
        if !split_first {
            let _parts = parsed.split();
        }
        assert_eq!(p.try_run().unwrap_err().kind(), beamline::ErrorKind::Graph);
    }
}

mod elsewhere {
    use beamline::prelude::*;

    #[derive(OutputEnum)]
    pub(super) enum Either<L, R: Ord>
    where
        Vec<L>: Clone,
    {
        Left(L),
        Right(Vec<R>),
        Type,
    }
}

#[test]
fn an_enum_can_be_generic() {
    use elsewhere::{Either, EitherOutputs};
    let p = TestPipeline::new();
    let parts: EitherOutputs<u64, String> = p.sequence(0..4).split_with(|n| match n {
        0 => Either::Left(n),
        1 => Either::Right(vec![n.to_string(); 2]),
        _ => Either::Type,
    });
    assert_that(&parts.left).contains_in_any_order([0]);
    assert_that(&parts.right).contains_in_any_order([owned(["1", "1"]).to_vec()]);
    assert_that(&parts.r#type).has_count(2);
    p.run();
}

/// As many variants as there can be; names that need care; a lint that would complain about fields nobody reads.
#[derive(OutputEnum)]
#[deny(dead_code)]
enum Dozen<const N: usize> {
    A(u8),
    BadLine(u8),
    HTTPError(u8),
    Self_(u8),
    Match(u8),
    Array([u8; 1]),
    Nothing(),
    H(u8),
    I(u8),
    J(u8),
    K(u8),
    L(u8, u8, u8),
}

fn dozen(n: u64) -> Dozen<1> {
    match n {
        0 => Dozen::A(0),
        1 => Dozen::BadLine(1),
        2 => Dozen::HTTPError(2),
        3 => Dozen::Self_(3),
        4 => Dozen::Match(4),
        5 => Dozen::Array([5]),
        6 => Dozen::Nothing(),
        7 => Dozen::H(7),
        8 => Dozen::I(8),
        9 => Dozen::J(9),
        10 => Dozen::K(10),
        _ => Dozen::L(1, 1, 0),
    }
}

#[test]
fn an_enum_can_have_a_dozen_outputs() {
    let p = TestPipeline::new();
    let parts = p.sequence(0..12).split_with(dozen);
    let DozenOutputs { a, bad_line, http_error, self_, r#match, array, nothing, h, i, j, k, l } = parts;
    let single = p.flatten([&a, &bad_line, &http_error, &self_, &r#match, &h, &i, &j, &k]);
    assert_that(&single).contains_in_any_order([0, 1, 2, 3, 4, 7, 8, 9, 10]);
    assert_that(&array).contains_in_any_order([[5]]);
    assert_that(&nothing).contains_in_any_order([()]);
    assert_that(&l).contains_in_any_order([(1, 1, 0)]);
    p.run();
}
