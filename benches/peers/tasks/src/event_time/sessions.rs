//! Sessions of users.

use std::collections::BTreeMap;
use std::collections::btree_map::OccupiedEntry;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use beamline_bench_data::clicks::Click;

use super::EventTime;

/// Clicks of a user, one soon after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Session {
    /// Who clicked.
    pub user: u64,
    /// How often.
    pub clicks: u64,
    /// When first, in milliseconds since the epoch.
    pub first: i64,
    /// When last, in milliseconds since the epoch.
    pub last: i64,
}

/// The sessions of every user that clicks may still belong to, with pauses and a lateness of so many milliseconds: those that have
/// not ended, and those that ended less than the allowed lateness ago.
#[derive(Clone, Debug, Default)]
pub struct Sessions<const GAP: i64, const LATENESS: i64> {
    users: HashMap<u64, User<GAP, LATENESS>, FixedState>,
    /// Users by the second in which they are to be looked at; some in vain, because they have clicked since.
    due: BTreeMap<i64, Vec<u64>>,
}

#[derive(Clone, Debug)]
struct User<const GAP: i64, const LATENESS: i64> {
    sessions: Vec<Kept<GAP, LATENESS>>,
    due: i64,
}

#[derive(Clone, Copy, Debug)]
struct Kept<const GAP: i64, const LATENESS: i64> {
    session: Session,
    is_out: bool,
}

impl<const GAP: i64, const LATENESS: i64> Kept<GAP, LATENESS> {
    const fn end(&self) -> i64 {
        self.session.last + GAP
    }

    /// When there is something to do for it.
    const fn due(&self) -> i64 {
        second(self.end() + if self.is_out { LATENESS } else { 0 })
    }
}

/// The first whole second from which on a time has passed.
const fn second(millis: i64) -> i64 {
    millis.div_euclid(1000) + 1
}

impl<const GAP: i64, const LATENESS: i64> User<GAP, LATENESS> {
    const fn new() -> Self {
        Self { sessions: Vec::new(), due: i64::MAX }
    }

    fn add(&mut self, click: Session) -> Kept<GAP, LATENESS> {
        let mut all = click;
        self.sessions.retain(|Kept { session, .. }| {
            let apart = session.last + GAP <= all.first || all.last + GAP <= session.first;
            if !apart {
                all.first = all.first.min(session.first);
                all.last = all.last.max(session.last);
                all.clicks += session.clicks;
            }
            apart
        });
        let kept = Kept { session: all, is_out: false };
        self.sessions.push(kept);
        kept
    }

    fn advance(&mut self, watermark: i64, emit: &mut impl FnMut(Session)) {
        self.sessions.retain_mut(|kept| {
            if !kept.is_out && kept.end() <= watermark {
                kept.is_out = true;
                emit(kept.session);
            }
            !kept.is_out || kept.end().saturating_add(LATENESS) > watermark
        });
        self.due = self.sessions.iter().map(Kept::due).min().unwrap_or(i64::MAX);
    }
}

impl<const GAP: i64, const LATENESS: i64> Sessions<GAP, LATENESS> {
    /// Gives out the sessions of a user that have ended, and forgets those that no late click can belong to.
    fn look_at(&mut self, name: u64, at: i64, watermark: i64, emit: &mut impl FnMut(Session)) {
        let Some(user) = self.users.get_mut(&name).filter(|user| user.due == at) else { return };
        user.advance(watermark, emit);
        if user.sessions.is_empty() {
            self.users.remove(&name);
        } else {
            self.due.entry(user.due).or_default().push(name);
        }
    }
}

impl<const GAP: i64, const LATENESS: i64> EventTime for Sessions<GAP, LATENESS> {
    type In = Click;
    type Out = Session;

    fn add(&mut self, Click { user: name, millis }: Click) {
        let user = self.users.entry(name).or_insert_with(User::new);
        let due = user.add(Session { user: name, clicks: 1, first: millis, last: millis }).due();
        // Who is due earlier is looked at in vain, instead of being moved with every click.
        if due < user.due {
            user.due = due;
            self.due.entry(due).or_default().push(name);
        }
    }

    fn advance(&mut self, watermark: i64, mut emit: impl FnMut(Session)) -> bool {
        let due = self.due.first_entry().filter(|entry| *entry.key() < second(watermark));
        let Some((at, names)) = due.map(OccupiedEntry::remove_entry) else { return false };
        names.into_iter().for_each(|name| self.look_at(name, at, watermark, &mut emit));
        true
    }
}

#[cfg(test)]
mod tests {
    use beamline_bench_data::clicks::{DISORDER, GAP, LATENESS, click, latest};

    use super::*;

    #[test]
    fn they_are_those_of_clicks_in_order() {
        let (users, count) = (50, 10_000);
        let (mut sessions, mut found) = (Sessions::<GAP, LATENESS>::default(), Vec::new());
        for index in 0..count {
            sessions.add(click(users, index));
            while sessions.advance(latest(users, index) - DISORDER, |session| found.push(session)) {}
        }
        while sessions.advance(i64::MAX, |session| found.push(session)) {}
        assert!(sessions.users.is_empty());
        let mut clicks: Vec<_> = (0..count).map(|index| click(users, index)).collect();
        clicks.sort_unstable_by_key(|click| (click.user, click.millis));
        let is_one = |a: &Click, b: &Click| a.user == b.user && b.millis - a.millis < GAP;
        let mut expected: Vec<_> = clicks.chunk_by(is_one).map(session).collect();
        let order = |session: &Session| (session.user, session.first);
        expected.sort_unstable_by_key(order);
        found.sort_unstable_by_key(order);
        assert_eq!(found, expected);
    }

    fn session(clicks: &[Click]) -> Session {
        let (first, last) = (clicks[0].millis, clicks[clicks.len() - 1].millis);
        Session { user: clicks[0].user, clicks: clicks.len() as u64, first, last }
    }
}
