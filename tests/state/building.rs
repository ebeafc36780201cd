//! What is known of a stateful step before it runs.

use beamline::graph::Graph;
use beamline::prelude::*;
use beamline::state::{BagState, EventTimer, FieldKind, ValueState};
use beamline::testing::TestStream;
use std::time::Duration;

macro_rules! passes_on {
    ($dofn:ident, $state:ident) => {
        #[derive(Clone)]
        struct $dofn;

        impl StatefulDoFn<u8, u8> for $dofn {
            type State = $state;
            type Out = u8;

            fn process(&mut self, _: &u8, n: u8, _: &mut $state, cx: &mut StateCx<'_, u8>) -> Result<(), BoxError> {
                cx.emit(n);
                Ok(())
            }
        }
    };
}

#[derive(StateSpec)]
struct Growing {
    seen: ValueState<bool>,
    #[state(ttl = "forever")]
    total: ValueState<u64>,
    #[state(ttl = "1h")]
    recent: BagState<u64>,
}
passes_on!(Grows, Growing);

#[derive(StateSpec)]
struct WithTimer {
    seen: ValueState<bool>,
    timer: EventTimer,
}
passes_on!(Timed, WithTimer);

#[derive(StateSpec)]
struct Bounded {
    #[state(ttl = "90m")]
    seen: ValueState<bool>,
}
passes_on!(Forgets, Bounded);

fn graph(build: impl FnOnce(&PCollection<(u8, u8)>, &Pipeline)) -> beamline::Result<Graph> {
    let p = Pipeline::new();
    build(&p.apply(TestStream::new()), &p);
    p.graph()
}

fn warnings(build: impl FnOnce(&PCollection<(u8, u8)>, &Pipeline)) -> Vec<String> {
    graph(build).unwrap().warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn state_without_an_end_warns() {
    let all = warnings(|pairs, _| drop(pairs.par_do_stateful(Grows).named("Grows")));
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0].starts_with("step 'Grows' (") && all[0].contains("building.rs:"), "{}", all[0]);
    assert!(all[0].contains("nothing ends the state of a key: 'seen'\n  help: give it a time to live"), "{}", all[0]);
}

#[test]
fn state_with_an_end_does_not_warn() {
    let minute = Duration::from_mins(1);
    let all = warnings(|pairs, p| {
        let _ = pairs.par_do_stateful(Timed).named("Timed");
        let _ = pairs.par_do_stateful(Forgets).named("Forgets");
        let _ = pairs.window(Windowing::fixed(minute)).par_do_stateful(Grows).named("InWindows");
        let _ = p.create([(1u8, 2u8)]).par_do_stateful(Grows).named("OfFiniteInput");
    });
    assert_eq!(all, Vec::<String>::new());
}

#[test]
fn a_stateful_step_without_a_name_warns() {
    struct Composite;
    impl PTransform<PCollection<(u8, u8)>> for Composite {
        type Out = PCollection<u8>;
        fn expand(self, pairs: PCollection<(u8, u8)>) -> PCollection<u8> {
            pairs.par_do_stateful(Forgets)
        }
    }
    let all = warnings(|pairs, _| {
        let _ = pairs.par_do_stateful(Forgets);
        let _ = pairs.apply(Composite).named("Named");
        let _ = pairs.apply(Composite);
    });
    let steps: Vec<_> = all.iter().map(|text| text.split('\'').nth(1).unwrap()).collect();
    assert_eq!(steps, ["Forgets", "Composite/Forgets"], "{all:?}");
    assert!(all[0].contains("cannot be found again") && all[0].contains("help: name it"), "{}", all[0]);
}

#[test]
fn the_graph_shows_what_is_kept() {
    let graph = graph(|pairs, _| drop(pairs.par_do_stateful(Grows).named("Grows"))).unwrap();
    let node = graph.nodes.iter().find(|node| node.step.name == "Grows").unwrap();
    assert_eq!(
        node.state.iter().map(|field| field.kind).collect::<Vec<_>>(),
        [FieldKind::Value, FieldKind::Value, FieldKind::Bag]
    );
    let text = graph.explain().to_string();
    assert!(
        text.contains("keeps seen: value\n    keeps total: value forever\n    keeps recent: bag for 3600s\n"),
        "{text}"
    );
}

#[test]
fn windows_that_are_still_to_be_merged_have_no_state() {
    let sessions = || Windowing::sessions(Duration::from_mins(1));
    let refused = graph(|pairs, _| drop(pairs.window(sessions()).par_do_stateful(Timed).named("Timed")));
    let text = refused.err().expect("sessions merge").to_string();
    assert!(text.contains("'Timed'") && text.contains("merge while elements come"), "{text}");
    assert!(text.contains("help: bring the values of a session together by `group_by_key`"), "{text}");
    let merged = graph(|pairs, _| {
        let values = pairs
            .window(sessions())
            .group_by_key()
            .flat_map(|(k, values)| values.iter().map(move |v| (k, v)).collect::<Vec<_>>());
        let _ = values.par_do_stateful(Timed).named("Timed");
    });
    assert!(merged.is_ok(), "a session that has been merged is a window like any other");
}
