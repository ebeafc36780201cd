//! What the rules leave to a runner: how it bundles the elements of one event, which worker has which keys and which is
//! first, and when a trigger hears that something was taken back for good.
//!
//! A bundle ends with the output watermark being brought up to date, and a worker knows the holds of the keys that are its
//! own. Both may decide whether a pane is late, and a hold is too late. The cases of the conformance test do not depend on
//! it, and neither do those that a runner is held to here.

use crate::drivers::{Driver, Event, Latitude, Model, Outcome, Script};
use std::collections::BTreeSet;

/// What the model gives, if it is the same whatever a runner does.
pub(crate) fn settled(script: &Script) -> Result<Option<Outcome>, String> {
    let expected = sorted(Model::usual().run(script)?);
    let (one_by_one, steps) = one_by_one(script);
    for model in partitions(&keys(script)).into_iter().flat_map(|owners| models(owners, script.groupings)) {
        let mut apart = model.run(&one_by_one)?;
        apart.panes.iter_mut().for_each(|pane| pane.step = steps[pane.step]);
        if sorted(model.run(script)?) != expected || sorted(apart) != expected {
            return Ok(None);
        }
    }
    Ok(Some(expected))
}

/// What runners with these workers may do. Where results are grouped once more it matters who is first, and there may be
/// a worker without keys.
fn models(mut owners: Vec<Vec<String>>, groupings: usize) -> Vec<Model> {
    owners.push(Vec::new());
    let together = vec![(0..owners.len()).collect()];
    let in_order: Vec<Vec<usize>> = (0..owners.len()).map(|worker| vec![worker]).collect();
    let in_reverse = in_order.iter().rev().cloned().collect();
    let latitude = |turns: &Vec<Vec<usize>>, hears_late| Latitude { turns: turns.clone(), hears_late };
    let latitudes = match groupings {
        1 => vec![latitude(&together, false)],
        _ => [together, in_order, in_reverse]
            .iter()
            .flat_map(|turns| [false, true].map(|late| latitude(turns, late)))
            .collect(),
    };
    latitudes.into_iter().map(|latitude| Model::with_workers(owners.clone(), latitude)).collect()
}

fn sorted(mut outcome: Outcome) -> Outcome {
    outcome.panes.sort_by(|a, b| (&a.key, a.window).cmp(&(&b.key, b.window)));
    outcome
}

fn keys(script: &Script) -> Vec<String> {
    let elements = script.events.iter().flat_map(|event| match event {
        Event::Elements(elements) => &elements[..],
        _ => &[],
    });
    elements.map(|element| element.key.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// All ways in which workers can share keys.
fn partitions(keys: &[String]) -> Vec<Vec<Vec<String>>> {
    let Some((key, others)) = keys.split_first() else { return vec![vec![Vec::new()]] };
    let mut all = Vec::new();
    for partition in partitions(others) {
        for worker in 0..=partition.len() {
            let mut with_key = partition.clone();
            with_key.resize(with_key.len().max(worker + 1), Vec::new());
            with_key[worker].push(key.clone());
            all.push(with_key);
        }
    }
    all
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
