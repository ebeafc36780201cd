//! What the rules leave to a runner: how it bundles the elements of one event, and of which keys it knows the holds.
//!
//! A bundle ends with the output watermark being brought up to date, and a worker knows the keys that are its own. Both
//! may decide whether a pane is late, and a hold is too late. The cases of the conformance test do not depend on it, and
//! neither do those that a runner is held to here.

use crate::drivers::{Driver, Event, Model, Outcome, Produced, Script};
use std::collections::BTreeSet;

/// What the model gives, if it is the same whatever a runner does.
pub(crate) fn settled(script: &Script) -> Result<Option<Outcome>, String> {
    let outcome = Model.run(script)?;
    for keys in subsets(&keys(script)) {
        let part = of_keys(script, &keys);
        let expected = panes_of(&outcome, &keys);
        let (one_by_one, steps) = one_by_one(&part);
        let mut panes = Model.run(&one_by_one)?.panes;
        panes.iter_mut().for_each(|pane| pane.step = steps[pane.step]);
        if sorted(Model.run(&part)?.panes) != expected || sorted(panes) != expected {
            return Ok(None);
        }
    }
    Ok(Some(outcome))
}

fn sorted(mut panes: Vec<Produced>) -> Vec<Produced> {
    panes.sort_by(|a, b| (&a.key, a.window).cmp(&(&b.key, b.window)));
    panes
}

fn panes_of(outcome: &Outcome, keys: &[String]) -> Vec<Produced> {
    sorted(outcome.panes.iter().filter(|pane| keys.contains(&pane.key)).cloned().collect())
}

fn keys(script: &Script) -> Vec<String> {
    let elements = script.events.iter().flat_map(|event| match event {
        Event::Elements(elements) => &elements[..],
        _ => &[],
    });
    elements.map(|element| element.key.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// All that one worker may own.
fn subsets(keys: &[String]) -> impl Iterator<Item = Vec<String>> {
    (1..1 << keys.len()).map(|chosen: u32| {
        let is_chosen = |i: &usize| chosen >> i & 1 == 1;
        (0..keys.len()).filter(is_chosen).map(|i| keys[i].clone()).collect()
    })
}

fn of_keys(script: &Script, keys: &[String]) -> Script {
    let mut part = script.clone();
    for event in &mut part.events {
        if let Event::Elements(elements) = event {
            elements.retain(|element| keys.contains(&element.key));
        }
    }
    part
}

/// The script with each element as an event of its own, and the event that each of its events was.
fn one_by_one(script: &Script) -> (Script, Vec<usize>) {
    let (mut events, mut steps) = (Vec::new(), Vec::new());
    for (step, event) in script.events.iter().enumerate() {
        match event {
            Event::Elements(elements) => events.extend(elements.iter().map(|e| Event::Elements(vec![e.clone()]))),
            other => events.push(other.clone()),
        }
        steps.resize(events.len(), step);
    }
    (Script { events, ..script.clone() }, steps)
}
