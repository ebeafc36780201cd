//! Sessions by hand.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use smallvec::SmallVec;

use beamline_bench_data::clicks::{Click, DISORDER, GAP, LATENESS, click, digest, latest};

/// The clicks to make sessions of.
#[derive(Clone, Copy, Debug)]
pub struct Clicks {
    /// How many users click.
    pub users: u64,
    /// How many clicks.
    pub count: u64,
}

/// Clicks of one user, one soon after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Session {
    first: i64,
    last: i64,
    clicks: u64,
    shown: bool,
}

/// The sessions of a user that a late click may still belong to.
struct User {
    sessions: SmallVec<[Session; 2]>,
    /// The second in which one of them is to be looked at.
    due: i64,
}

#[derive(Default)]
struct Sessions {
    users: HashMap<u64, User, FixedState>,
    /// Users by the second in which they are due, or were going to be.
    due: BTreeMap<i64, Vec<u64>>,
    checksum: u64,
}

impl Sessions {
    fn add(&mut self, Click { user: name, millis }: Click) {
        let user = self.users.entry(name).or_insert_with(|| User { sessions: SmallVec::new(), due: i64::MAX });
        let mut session = Session { first: millis, last: millis, clicks: 1, shown: false };
        user.sessions.retain(|other: &mut Session| {
            let apart = other.last + GAP <= session.first || session.last + GAP <= other.first;
            if !apart {
                session.first = session.first.min(other.first);
                session.last = session.last.max(other.last);
                session.clicks += other.clicks;
            }
            apart
        });
        user.sessions.push(session);
        // A user who is due earlier is looked at in vain, instead of being moved with every click.
        if second(session.last + GAP) < user.due {
            user.due = second(session.last + GAP);
            self.due.entry(user.due).or_default().push(name);
        }
    }

    /// Shows the sessions that have ended before `time`, and forgets those that are too old for any late click.
    fn advance(&mut self, time: i64) {
        while let Some(due) = self.due.first_entry().filter(|due| *due.key() < second(time)) {
            let (at, users) = due.remove_entry();
            users.into_iter().for_each(|user| self.look_at(user, at, time));
        }
    }

    fn look_at(&mut self, name: u64, at: i64, time: i64) {
        let Some(user) = self.users.get_mut(&name).filter(|user| user.due == at) else { return };
        let mut next = i64::MAX;
        user.sessions.retain(|session: &mut Session| {
            if session.last + GAP <= time && !session.shown {
                session.shown = true;
                self.checksum = self.checksum.wrapping_add(digest(name, session.clicks, session.first, session.last));
            }
            let end = session.last + GAP + if session.shown { LATENESS } else { 0 };
            next = next.min(if end > time { second(end) } else { i64::MAX });
            end > time
        });
        user.due = next;
        if user.sessions.is_empty() {
            self.users.remove(&name);
        } else {
            self.due.entry(next).or_default().push(name);
        }
    }
}

fn second(millis: i64) -> i64 {
    millis.div_euclid(1000) + 1
}

/// Sessions of all users: their clicks, and how long they lasted.
pub fn sessions(clicks: Clicks) -> u64 {
    let mut sessions = Sessions::default();
    for index in 0..clicks.count {
        sessions.add(click(clicks.users, index));
        if index % 1024 == 0 {
            sessions.advance(latest(clicks.users, index) - DISORDER);
        }
    }
    sessions.advance(i64::MAX - GAP - LATENESS);
    sessions.checksum
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn they_are_those_of_clicks_in_order() {
        let clicks = Clicks { users: 50, count: 10_000 };
        let mut by_user: BTreeMap<u64, Vec<i64>> = BTreeMap::new();
        for Click { user, millis } in (0..clicks.count).map(|index| click(clicks.users, index)) {
            by_user.entry(user).or_default().push(millis);
        }
        let (mut checksum, mut count) = (0u64, 0);
        for (user, mut times) in by_user {
            times.sort_unstable();
            for session in times.chunk_by(|a, b| b - a < GAP) {
                let (first, last) = (session[0], session[session.len() - 1]);
                checksum = checksum.wrapping_add(digest(user, session.len() as u64, first, last));
                count += 1;
            }
        }
        assert!(count > 1000, "{count} sessions");
        assert_eq!(sessions(clicks), checksum);
    }
}
