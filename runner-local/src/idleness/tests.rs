use super::*;
use beamline_sdk::Pipeline;

/// The plan of three groupings behind each other: stages 0 to 3.
fn plan() -> Plan {
    let p = Pipeline::new();
    let distinct = p.create([1u64]).distinct().distinct().named("Second").distinct().named("Third");
    distinct.inspect(|_| ());
    Plan::new(&p.graph().unwrap())
}

fn idleness() -> Idleness {
    let plan = plan();
    assert_eq!(plan.stages.len(), 4);
    Idleness::new(&plan)
}

#[test]
fn a_claim_is_void_when_somebody_before_the_sender_has_woken_up() {
    let idleness = idleness();
    let (first, second) = (Senders::new(0, 2), Senders::new(1, 2));
    let claim = second.claim(1, idleness.wakes(1));
    assert!(second.is_good(1, claim, &idleness));
    first.wake(0, 1, &idleness);
    assert!(!second.is_good(1, claim, &idleness));
    assert!(second.is_good(1, second.claim(1, idleness.wakes(1)), &idleness));
}

#[test]
fn a_claim_is_void_when_the_sender_has_woken_up_by_itself_and_those_of_others_are_not() {
    let idleness = idleness();
    let senders = Senders::new(1, 2);
    let claims = [senders.claim(0, 0), senders.claim(1, 0)];
    senders.wake(0, 2, &idleness);
    assert_eq!([0, 1].map(|sender| senders.is_good(sender, claims[sender], &idleness)), [false, true]);
    assert_eq!([0, 1, 2, 3].map(|stage| idleness.wakes(stage)), [0, 0, 1, 1]);
}

#[test]
fn nobody_behind_a_worker_that_stirs_is_calm_and_who_has_asked_is_called() {
    let idleness = idleness();
    idleness.stir(1);
    assert!(!idleness.settle(1), "nobody has asked");
    idleness.stir(1);
    assert_eq!([0, 1, 2, 3].map(|stage| idleness.is_calm(stage)), [true, false, false, false]);
    idleness.stir(0);
    assert!(idleness.settle(1) && !idleness.is_calm(2));
    assert!(idleness.settle(0) && idleness.is_calm(2));
}
