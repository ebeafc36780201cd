use super::*;
use crate::idleness::Idleness;
use crate::plan::Plan;
use beamline_sdk::Pipeline;
use beamline_sdk::Step;
use beamline_sdk::kernel::{Operator, SystemClock};
use std::panic::Location;

/// What has happened, in its order.
type Events = Rc<RefCell<Vec<String>>>;

/// Reads once, after it has been idle.
struct Sleeper {
    polls: usize,
    has_gone_on: bool,
    events: Events,
}

impl SourceHead for Sleeper {
    fn poll(&mut self) -> Result<Polled> {
        self.polls += 1;
        self.has_gone_on = self.polls == 2;
        Ok(Polled::Idle(None))
    }

    fn place(&self) -> Option<String> {
        None
    }

    fn mark(&self) -> Mark {
        self.events.borrow_mut().push("asked how far it is".to_owned());
        Mark { time: Timestamp::from_millis(self.polls as i64), is_idle: true }
    }

    fn has_gone_on(&mut self) -> bool {
        std::mem::take(&mut self.has_gone_on)
    }

    fn halt(&mut self) {}

    fn unread(&self) -> usize {
        1
    }
}

/// Sends what comes.
struct Sender(Events);

impl Operator for Sender {
    fn idle(&mut self, is_idle: bool) -> Result<()> {
        self.0.borrow_mut().push(if is_idle { "idle" } else { "at work" }.to_owned());
        Ok(())
    }

    fn finish_bundle(&mut self) -> Result<()> {
        self.0.borrow_mut().push("sent".to_owned());
        Ok(())
    }
}

/// Others see at once how far a head has come. Until what it has read is under way, they must not.
#[test]
fn rows_of_an_idle_worker_are_under_way_before_others_hear_how_far_it_has_come() {
    let events = Events::default();
    let head = Rc::new(RefCell::new(Sleeper { polls: 0, has_gone_on: false, events: events.clone() }));
    let step = Arc::new(Step { name: "Send".to_owned(), location: Location::caller() });
    let sender = StepRun::new(1, step.clone(), Rc::new(RefCell::new(Sender(events.clone()))), true);
    let heads = vec![Head::Source { step: 0, blame: step, head, is_done: false }];
    let p = Pipeline::new();
    p.create([1u64]).inspect(|_| ());
    let plan = Plan::new(&p.graph().unwrap());
    let standing = Rc::new(Standing::new(Arc::new(Idleness::new(&plan)), &plan, 0, Vec::new()));
    let mut reads = Reads::default();
    reads.push(std::iter::empty());
    let mut stage = StageRun::new(heads, vec![sender], reads, Vec::new(), false, standing, Arc::new(SystemClock));
    let shared = Shared::default();

    stage.run_sources(&shared, READ).unwrap();
    assert_eq!(events.take(), ["asked how far it is", "idle", "sent"]);
    stage.run_sources(&shared, READ).unwrap();
    assert_eq!(events.take(), ["at work", "sent", "asked how far it is", "idle", "sent"]);
    stage.run_sources(&shared, READ).unwrap();
    assert_eq!(events.take(), ["asked how far it is", "sent"]);
}
